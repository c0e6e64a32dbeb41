"""Who is who, who permitted what, who is protected – as of every day at once. Written sealed below `restricted/people`.

Published after residents, consents and protection are taken in, and before any signal is: the gate reads it.
"""

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from identity.dwellings import residence, with_dwellings
from identity.permissions import load_consent_rules, permissions
from identity.protection import protected_on
from identity.register import load_register
from identity.spine import spine
from identity.states import births, resident_states
from pipelines import layout
from pipelines.accepted import log_digests, versions
from pipelines.errors import GateClosed
from pipelines.home import Home
from pipelines.store import Draft

STRETCHES = pa.schema([("resident_id", pa.string()), ("from", pa.date32()), ("until", pa.date32())])


def publish_people(home: Home, day: date) -> None:
    """Publish states, membership, residence, permission and protection from the logs of frame, consents and protection.

    Raises GateClosed when no residents file was ever accepted.
    """
    frame = _named(home, "frame")
    inputs = log_digests(home, [name for role in layout.PEOPLE_ROLES for name in home.with_role(role)])

    def fill(draft: Draft) -> None:
        residents = versions(home, frame)
        if residents is None:
            raise GateClosed("residents", "no residents file was accepted yet", f"put a full file into inbox/{frame}")
        states = with_dwellings(resident_states(residents))
        members = spine(states)
        dwellings = residence(states, members)
        draft.table(layout.STATES, states, ["resident_id", "from"])
        draft.table(layout.MEMBERSHIP_BY_ID, members, ["resident_id", "from", "known_from", "household_id"])
        draft.table(layout.RESIDENCE_BY_ID, dwellings, ["dwelling_id", "from", "known_from", "household_id"])
        draft.table(layout.PERMISSION, _permission(home, states, day), ["resident_id", "source", "purpose", "from"])
        draft.table(layout.PROTECTION, protection_stretches(home, day), ["resident_id", "from"])

    home.store.publish("people", day, fill, inputs=inputs, config=home.config)


def _named(home: Home, role: str) -> str:
    return home.with_role(role)[0]


def _permission(home: Home, states: pa.Table, day: date) -> pa.Table:
    consents = versions(home, _named(home, "consents"))
    rules = load_consent_rules(home.settings.config / "consent.yaml", day)
    register = load_register(home.settings.config / "legal_bases.yaml")
    permitted = permissions(consents, births(states), register, rules)
    # Whoever permits only sources that have no contract here permits nothing yet: no contract, no reading.
    declared = [basis for name in home.with_role("signal") if (basis := home.basis(name))]
    return permitted.filter(pc.is_in(permitted["source"], pa.array(declared)))


def protection_stretches(home: Home, day: date) -> pa.Table:
    """On which days each person is protected, as known on that very day: resident_id, from, until (null = still).

    Any one measure of any of the protection sources suffices (SOURCES «protected_persons»).
    """
    release = load_consent_rules(home.settings.config / "consent.yaml", day).release
    logs = [log for name in home.with_role("protection") if (log := versions(home, name)) is not None]
    changes = sorted({moment for log in logs for moment in _turning_days(log)})
    open_since: dict[str, date] = {}
    rows: list[dict[str, object]] = []
    for moment in changes:
        now = {person for log in logs for person in protected_on(log, moment, release).to_pylist()}
        ended = [p for p in open_since if p not in now]
        until = moment - timedelta(days=1)
        rows += [{"resident_id": p, "from": open_since.pop(p), "until": until} for p in ended]
        for person in now - open_since.keys():
            open_since[person] = moment
    rows += [{"resident_id": person, "from": since, "until": None} for person, since in open_since.items()]
    return pa.Table.from_pylist(rows, schema=STRETCHES)


def _turning_days(log: pa.Table) -> set[date]:
    """Days on which somebody's protection may begin or end."""
    days: set[date] = set()
    for column, shift in (
        ("known_from", 0),
        ("known_until", 0),
        ("starts_on", 0),
        ("ends_on", 1),
        ("released_on", 0),
        ("released_on", 1),
    ):
        found = pc.unique(log[column].drop_null()).to_pylist()
        days |= {d + timedelta(days=shift) for d in found if d.year < 9000}
    return days
