"""Who is who, who permitted what, who is protected – as of every day at once. Written sealed below `restricted/people`.

Published after residents, consents and protection are taken in, and before any signal is: the gate reads it.
"""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from identity.dwellings import residence, with_dwellings
from identity.permissions import load_consent_rules, permissions
from identity.protection import protected_stretches
from identity.register import load_register
from identity.spine import spine
from identity.states import births, resident_states
from pipelines import layout
from pipelines.accepted import log_digests, versions
from pipelines.errors import GateClosed
from pipelines.home import Home
from pipelines.store import Draft


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
        _crosswalk(home, draft, layout.PERSON_KEYS, "person", "resident_id", states["resident_id"])
        _crosswalk(home, draft, layout.HOUSEHOLD_KEYS, "household", "household_id", members["household_id"])
        _crosswalk(home, draft, layout.DWELLING_KEYS, "dwelling", "dwelling_id", dwellings["dwelling_id"])
        draft.table(layout.PERMISSION, _permission(home, states, day), ["resident_id", "from", "sources", "purposes"])
        draft.table(layout.PROTECTION, _protection(home, day), ["resident_id", "from"])

    home.store.publish("people", day, fill, inputs=inputs, config=home.config)


def _named(home: Home, role: str) -> str:
    return home.with_role(role)[0]


def _crosswalk(home: Home, draft: Draft, path: str, purpose: str, name: str, ids: pa.ChunkedArray) -> None:
    known = pc.unique(ids)
    draft.table(path, pa.table({name: known, f"{purpose}_key": home.names.keys(purpose, known)}), [name])


def _permission(home: Home, states: pa.Table, day: date) -> pa.Table:
    consents = versions(home, _named(home, "consents"))
    rules = load_consent_rules(home.settings.config / "consent.yaml", day)
    register = load_register(home.settings.config / "legal_bases.yaml")
    # Whoever permits only sources that have no contract here permits nothing yet: no contract, no reading.
    declared = [basis for name in home.with_role("signal") if (basis := home.basis(name))]
    return permissions(consents, births(states), register, rules, declared)


def _protection(home: Home, day: date) -> pa.Table:
    release = load_consent_rules(home.settings.config / "consent.yaml", day).release
    logs = [log for name in home.with_role("protection") if (log := versions(home, name)) is not None]
    return protected_stretches(logs, release)
