"""Lists and keys given to people by hand: the request list for an office, the key of a household."""

from datetime import date

import duckdb
import pyarrow as pa

from pipelines import layout
from pipelines.audit import record
from pipelines.errors import WrongUse
from pipelines.gate import stretch_since
from pipelines.home import Home
from pipelines.scope import FOREVER
from pipelines.screening import last_day
from pipelines.store import Draft


def request_list(home: Home, source: str, day: date) -> pa.Table:
    """Persons with a basis for `source` on `day`, as the office knows them: 宛名番号, or name in kana and birth date.

    Protected persons are on it like everybody else with a basis; the list says nothing of protection. Out: resident_id,
    or name_kana and birth_date for sources that know no 宛名番号 (the office finds its own numbers).
    """
    contract = home.catalog.source(source, day).contract
    if contract.role != "signal" or contract.basis is None:
        message = f"{source} needs no request list: its rows are not taken on consent"
        raise WrongUse(message)
    persons = stretch_since(home, contract.basis, day)
    if contract.subject["by"] == "resident_id":
        return persons.select(["resident_id"]).sort_by("resident_id")
    con = duckdb.connect()
    con.register("persons", persons)
    con.register("states", home.store.read_table(layout.STATES))
    return con.execute(
        f"""select name_kana, birth_date, town, lot, building from persons join states using (resident_id)
        where "from" <= $day and $day <= coalesce("until", {FOREVER}) order by all""",
        {"day": day},
    ).to_arrow_table()


def household_of(home: Home, resident: str, holder: str) -> str:
    """The household key of a resident today; the question is audited. Raises WrongUse when unknown."""
    day = last_day(home)
    con = duckdb.connect()
    con.register("membership", home.store.read_table(layout.MEMBERSHIP_BY_ID))
    found = con.execute(
        f"""select household_id from membership where resident_id = $resident and known_until is null
        and "from" <= $day and $day <= coalesce("until", {FOREVER})""",
        {"resident": resident, "day": day},
    ).fetchone()
    if found is None:
        message = "--resident: this number is not among today's residents"
        raise WrongUse(message)

    def fill(draft: Draft) -> None:
        record(home, draft, day, "key", holder, [resident])

    count = str(len(home.store.under("audit/")))
    home.store.publish("audit", day, fill, inputs={"entries": count}, config=home.config)
    return home.names.keys("household", pa.array([found[0]])).to_pylist()[0]
