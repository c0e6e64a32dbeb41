"""Cases of support as they are delivered: a delta when something began, was decided or ended."""

import numpy as np

from simulation.calendar import NEVER, NONE, OfficeCalendar
from simulation.register import resident_ids
from simulation.support import APPLIES, KINDS, OPEN, OUTCOMES, SLOW, Contacts
from simulation.texts import dates, joined, padded, pick
from simulation.world import World
from simulation.writing import Feed, edition

HEADER = "受付番号,宛名番号,種別,開始日,終了日,結果"


def support_feed(world: World, found: Contacts, office: OfficeCalendar) -> Feed:
    """One row when a case is entered, another when it is decided or over; cases over before the files are left out."""
    start = int(world.months.firsts[world.months.lead])
    told = np.flatnonzero((found.ended >= start) | (found.ended == NONE) & (found.began >= start))
    began, ended, kind = found.began[told], found.ended[told], found.kind[told]
    lag = np.array([SLOW.get(code, 7) for code in range(len(KINDS))])[kind]
    entered = office.on_or_after((np.maximum(began, start - 30) + lag).astype(np.int32))
    twice = np.flatnonzero((ended > began) & (ended < NEVER))
    over = office.on_or_after((ended[twice] + 4).astype(np.int32))
    once = over <= entered[twice]  # known when it is entered: one row is enough
    row = np.concatenate([np.arange(len(told)), twice])
    day = np.concatenate([entered, np.maximum(over, entered[twice])])
    final = np.concatenate([ended <= began, np.ones(len(twice), dtype=bool)])
    final[twice[once]] = True
    keep = np.concatenate([np.ones(len(told), dtype=bool), ~once])
    row, day, final = row[keep], day[keep], final[keep]
    order = np.lexsort((final, day))
    row, day, final = row[order], day[order], final[order]
    case = told[row]
    shown = np.where(final & (found.ended[case] < NEVER), found.ended[case], NONE)
    outcome = np.where(final, found.outcome[case], OPEN)
    columns = [
        joined(pick(("F", "J"), (kind[row] > APPLIES + 1).astype(np.int64)), padded(case * 7 + 100_003, 8)),
        resident_ids(found.person[case]),
        pick(KINDS, kind[row]),
        dates(began[row], "era_packed"),
        dates(shown.astype(np.int32), "era_packed", none="00000000"),
        pick(OUTCOMES, outcome),
    ]
    return Feed("welfare_contacts", "fukushi", row, day.astype(np.int32), [edition(HEADER, columns, "utf-8", bom=True)])
