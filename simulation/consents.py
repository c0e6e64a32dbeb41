"""The consent ledger: who agreed to what, for whom, from when; who withdrew; which parent refused."""

from dataclasses import dataclass

import numpy as np

from simulation.calendar import NEVER, NONE, Days, OfficeCalendar
from simulation.people import CHILD, HEAD, HUSBAND, WIFE, Ints
from simulation.register import resident_ids
from simulation.streams import stream
from simulation.texts import choose, constant, dates, padded, pick
from simulation.world import World
from simulation.writing import Feed, edition

HEADER = (
    "同意番号,宛名番号,同意者宛名番号,同意者区分,対象情報,目的,根拠,対象期間の始め,取得日,有効期限,撤回日,様式版,取得方法,"
    "連絡方法,避けてほしい連絡"
)
SOURCES = (
    "tax|insurance|water|school|housing|welfare",
    "tax|insurance|water|school|housing|welfare|community",
    "tax|insurance|water",
    "insurance|water",
    "water",
    "school",
)
PURPOSES = (
    "early_outreach|model_training|model_evaluation|contact",
    "early_outreach|model_evaluation|contact",
    "early_outreach|model_training|contact",
    "early_outreach|contact",
)
CHANNELS, CONTACTS = ("窓口", "郵送", "電子申請", "訪問"), ("訪問", "電話", "手紙", "")
AVOID = ("", "", "", "夜間の電話", "職場への電話")
BY_AGE = ((18, 0.30), (30, 0.36), (45, 0.42), (60, 0.50), (75, 0.55))  # around the city's mean (DOMAIN §5.3, EST)


@dataclass(frozen=True)
class Consents:
    """One row per form in the ledger."""

    subject: Ints
    given_by: Ints
    parental: Ints  # 1 when a parent signed for a child
    sources: Ints
    purposes: Ints
    covers: Days
    given: Days
    ends: Days
    withdrawn: Days
    style: Ints


def willing(world: World) -> Ints:
    """People who sign at some time: by age, by help-seeking, and less where the need is greatest."""
    people, months = world.people, world.months
    n = len(people)
    age = (int(months.firsts[-1]) - people.birth) / 365.25
    chance = np.zeros(n)
    for low, share in BY_AGE:
        chance[age >= low] = share
    chance *= world.rates["consent"] / 0.45
    money = world.households.money[people.household]
    ties = world.households.ties[people.household]
    # 真に困窮している人ほどSOSを発することが難しい: need and loneliness lower it, help-seeking raises it.
    logit = np.log(np.clip(chance, 1e-6, 0.98) / (1 - np.clip(chance, 1e-6, 0.98)))
    logit += 0.5 * people.seeking + 0.25 * np.clip(ties, -2, 2) + 0.20 * np.clip(money, -2, 1) - 0.4 * people.foreign
    draw = stream(world.seed, "consent").random(n)
    return np.flatnonzero((age >= 18) & (draw < 1 / (1 + np.exp(-logit))))


def _adult_forms(world: World) -> Consents:
    who = willing(world)
    months, people = world.months, world.people
    rng = stream(world.seed, "consent forms")
    n = len(who)
    first, last = int(months.firsts[months.lead]), int(months.firsts[-1]) - 1
    start = np.where(rng.random(n) < 0.7, first - rng.integers(10, 400, n), rng.integers(first, last, n))
    of_age = people.birth[who] + int(18.05 * 365.25)
    given = np.maximum(np.maximum(start, people.since[who] + rng.integers(3, 200, n)), of_age)
    style = np.where(given < first - 200, 0, 1)
    covers = np.where(rng.random(n) < 0.3, NONE, np.where(style == 0, given - 365, given - 730))
    ends = np.where(rng.random(n) < 0.35, given + 365 * rng.integers(1, 4, n), NONE)
    leaves = rng.random(n) < world.rates["consent_withdrawn"]
    withdrawn = np.where(leaves, given + rng.integers(20, 700, n), NONE)
    keep = given <= last
    columns = [
        who, who, np.zeros(n, dtype=np.int64), rng.choice(len(SOURCES), n, p=[0.66, 0.12, 0.12, 0.05, 0.03, 0.02]),
        rng.choice(len(PURPOSES), n, p=[0.84, 0.06, 0.06, 0.04]), covers, given, ends, withdrawn, style,
    ]  # fmt: skip
    return Consents(*(np.asarray(column)[keep] for column in columns))


def _child_forms(world: World, adults: Consents) -> Consents:
    """Parents' forms for children (until the 18th birthday), the child's own from 12, and a parent's refusal."""
    people, months = world.people, world.months
    rng = stream(world.seed, "consent children")
    signed = np.full(len(people), NEVER, dtype=np.int64)
    signed[adults.subject] = adults.given
    parent_of = np.full(len(world.households), -1, dtype=np.int64)
    parents = np.flatnonzero((signed < NEVER) & np.isin(people.role, [HEAD, WIFE, HUSBAND]))
    parent_of[people.household[parents]] = parents
    last = int(months.firsts[-1]) - 1
    child = np.flatnonzero((people.role == CHILD) & (last - people.birth < 18 * 365))
    parent = parent_of[people.household[child]]
    keep = (parent >= 0) & (rng.random(len(child)) < 0.8)
    child, parent = child[keep], parent[keep]
    given = np.maximum(signed[parent], people.birth[child] + 30)
    ends = (people.birth[child] + 18 * 365.25).astype(np.int64)
    own = (given - people.birth[child] > 12 * 365.25) & (rng.random(len(child)) < 0.85)
    other = _other_parent(world, child, parent)
    refuses = (rng.random(len(child)) < 0.03) & (other >= 0)
    subject = np.concatenate([child, child[own], child[refuses]])
    by = np.concatenate([parent, child[own], other[refuses]])
    day = np.concatenate([given, given[own] + 1, given[refuses] + 20])
    n, none = len(subject), np.full(len(subject), NONE)
    refusal = np.arange(n) >= len(child) + int(own.sum())
    forms = Consents(
        subject=subject,
        given_by=by,
        parental=(np.arange(n) < len(child)).astype(np.int64) | refusal,
        sources=np.full(n, 5),
        purposes=np.zeros(n, dtype=np.int64),
        covers=none,
        given=day,
        ends=np.concatenate([ends, none[: int(own.sum())], ends[refuses]]),
        withdrawn=np.where(refusal, day, NONE),  # a refusal is a form withdrawn on the day it was given
        style=np.ones(n, dtype=np.int64),
    )
    sensible = (forms.given <= last) & ((forms.ends == NONE) | (forms.ends > forms.given))
    return Consents(*(getattr(forms, name)[sensible] for name in Consents.__dataclass_fields__))


def _other_parent(world: World, child: Ints, parent: Ints) -> Ints:
    people = world.people
    pair = np.full((len(world.households), 2), -1, dtype=np.int64)
    for place, roles in enumerate(([HEAD], [WIFE, HUSBAND])):
        rows = np.flatnonzero(np.isin(people.role, roles))
        pair[people.household[rows], place] = rows
    both = pair[people.household[child]]
    return np.where(both[:, 0] == parent, both[:, 1], both[:, 0])


def ledger(world: World) -> Consents:
    """All forms, in the order in which they were given."""
    adults = _adult_forms(world)
    children = _child_forms(world, adults)
    names = list(Consents.__dataclass_fields__)
    both = {name: np.concatenate([getattr(adults, name), getattr(children, name)]) for name in names}
    order = np.argsort(both["given"], kind="stable")
    return Consents(**{name: column[order] for name, column in both.items()})


def consent_feed(forms: Consents, office: OfficeCalendar) -> Feed:
    """A delta whenever a form was given or withdrawn."""
    n = len(forms.subject)
    given = office.after(forms.given.astype(np.int32))
    later = np.flatnonzero(forms.withdrawn > forms.given)
    row = np.concatenate([np.arange(n), later])
    day = np.concatenate([given, np.maximum(office.after(forms.withdrawn[later].astype(np.int32)), given[later])])
    told = np.arange(len(row)) >= n
    order = np.lexsort((told, day))
    row, day, told = row[order], day[order], told[order]
    refusal = forms.withdrawn[row] == forms.given[row]
    withdrawn = np.where(told | refusal, forms.withdrawn[row], NONE).astype(np.int32)
    pattern = forms.subject[row]
    same = (forms.given_by[row] == forms.subject[row]) & (pattern % 4 == 0)
    columns = [
        padded(row + 1, 8),
        resident_ids(forms.subject[row]),
        choose(same, "", resident_ids(forms.given_by[row])),
        choose(forms.parental[row] == 1, "親権者", choose(pattern % 3 == 0, "", constant("本人", len(row)))),
        pick(SOURCES, forms.sources[row]),
        pick(PURPOSES, forms.purposes[row]),
        constant("consent", len(row)),
        dates(forms.covers[row].astype(np.int32), "iso"),
        dates(forms.given[row].astype(np.int32), "iso"),
        dates(forms.ends[row].astype(np.int32), "iso"),
        dates(withdrawn, "iso"),
        pick(("v1", "v2"), forms.style[row]),
        pick(CHANNELS, pattern % 4),
        pick(CONTACTS, pattern // 5 % 4),
        pick(AVOID, pattern // 3 % 5),
    ]
    return Feed("consents", "doui", row, day.astype(np.int32), [edition(HEADER, columns, "utf-8")])
