"""A whole city: home, then every source's deliveries."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.city import base, bills, register, services, support
from benchmarks.city.plan import Plan
from benchmarks.city.writing import Writer
from simulation.calendar import date_of
from simulation.home import write_home


def deliver(plan: Plan, say: Callable[[str], object]) -> dict[str, Any]:
    """Write the city of a plan; returns its size, its days and its rows, bytes and files by source."""
    write_home(plan.home, plan.seed, plan.last)
    con = base.connect(plan)
    writer = Writer(plan.home, con)
    start = time.monotonic()

    def done(source: str) -> None:
        say(f"{source}: {writer.rows[source]} rows, {time.monotonic() - start:.1f} s so far")

    register.residents(con, plan, writer)
    done("residents")
    register.consents(con, plan, writer)
    done("consents")
    register.protected_persons(con, plan, writer)
    register.teams(plan, writer)
    services.water(con, plan, writer)
    done("water_notices")
    services.school(con, plan, writer)
    done("school_flags")
    support.rents(con, plan, writer)
    done("housing_rent")
    support.welfare(con, plan, writer)
    done("welfare_contacts")
    support.slips(con, plan, writer)
    done("community_flags")
    all_of = bills.prepare(con, plan)
    for source, prefix in (("tax_bills", "shizei"), ("insurance_bills", "hoken")):
        bills.deliver_bills(plan, writer, source, prefix, all_of)
        done(source)
    people = con.execute("select count(*), count(*) filter (left_on is null) from person").fetchone() or (0, 0)
    billed, late = bills.count(con, all_of)
    consenting = con.execute("select count(distinct p) from consent where capacity = '本人'").fetchone() or (0,)
    return {
        "households": plan.households,
        "people_ever": people[0],
        "people_at_the_end": people[1],
        "consenting_adults": consenting[0],
        "bills": billed,
        "bills_late": late,
        "days": days(plan),
        "rows": dict(writer.rows),
        "bytes": dict(writer.bytes),
        "files": dict(writer.files),
    }


def days(plan: Plan) -> dict[str, str]:
    """The days of a city that the harness measures."""
    return {
        "first": date_of(plan.first).isoformat(),
        "last": plan.last.isoformat(),
        "quiet": date_of(plan.quiet_day).isoformat(),
        "first_daily": date_of(plan.working_days[-10]).isoformat(),
        "bulk": (date_of(plan.working_days[-10]) - timedelta(days=1)).isoformat(),
    }
