"""Every case of consent and protection in SOURCES, planted as different made-up people.

Each household has what would put it on the list (overdue bills of each kind, a water stop, a school flag where there is
a child), so that it would be seen if the gate were open. `Case.hidden` names the members of whom nothing may be found
outside `restricted/`; `Case.household` says how far the household itself may come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

FIRST = date(2025, 6, 2)
DAY = date(2026, 4, 6)
"""The Monday of the session home's list."""

Row = dict[str, str]
Reach = Literal["absent", "unscored", "listed", "kept off"]
ALL_SOURCES = "tax|insurance|water|school|housing|welfare"
ALL_PURPOSES = "early_outreach|model_training|model_evaluation|contact"
_SYLLABLES = "アカサタナハマヤラワ"


@dataclass(frozen=True)
class Person:
    """One planted person. `consents` and `protection` are rows without the person's number."""

    consents: tuple[Row, ...] = ()
    protection: tuple[Row, ...] = ()
    local: tuple[Row, ...] = ()
    born: str = "1980-05-05"
    relationship: str = "世帯主"
    protection_until: date | None = None
    left_on: date | None = None
    """The day this member moved to a dwelling of their own."""
    support: tuple[Row, ...] = ()
    """Rows of 支援・受給状況, without case and person number."""

    @property
    def child(self) -> bool:
        """Whether the school knows this person."""
        return self.relationship == "子"


@dataclass(frozen=True)
class Case:
    """One planted household and what may be seen of it on DAY."""

    name: str
    people: tuple[Person, ...]
    hidden: tuple[int, ...] = (0,)
    household: Reach = "absent"
    number: int = 0

    def resident(self, place: int) -> str:
        """宛名番号 of the member at `place`."""
        return f"{900_000_000_000_000 + self.number * 10 + place + 1:015d}"

    @property
    def household_id(self) -> str:
        """世帯番号."""
        return f"{910_000_000_000_000 + self.number:015d}"

    def full_name(self, place: int) -> str:
        """氏名: unmistakably made up."""
        return f"テスト山　花子{self.number:02d}{place}"

    def kana(self, place: int) -> str:
        """氏名フリガナ."""
        return "テストヤマ　" + "".join(_SYLLABLES[int(digit)] for digit in f"{self.number:02d}{place}")

    @property
    def lot(self) -> str:
        """番地: each household has its own."""
        return f"{500 + self.number}番地"


def consent(**changes: str) -> Row:
    """A consent for everything, as the form v2 has it."""
    row = {
        "sources": ALL_SOURCES,
        "purposes": ALL_PURPOSES,
        "basis": "consent",
        "capacity": "本人",
        "covers_from": "2020-01-01",
        "given_on": "2025-05-01",
        "form_version": "v2",
        "channel": "窓口",
        "contact_by": "訪問",
    }
    return row | changes


def guardian(place: int = 0, **changes: str) -> Row:
    """A parent's consent for a child; `place` is the parent's place in the household."""
    return consent(capacity="親権者", given_by=f"@{place}", **changes)


def measure(**changes: str) -> Row:
    """A row of the protection file."""
    row = {"measure_no": "1", "history_no": "1", "latest": "1", "kind": "DV", "state": "1", "starts_on": "2025-05-20"}
    return row | {"ends_on": "99999999", "deleted": "0"} | changes


YES = (consent(),)
ADULT = Person(YES)


def contact(kind: str, **changes: str) -> Row:
    """A row of 支援・受給状況 that began last year and goes on."""
    return {"kind": kind, "began_on": "2025-12-01", **changes}


def child(born: str, *consents: Row) -> Person:
    """A child with the consents that were given for it, or by it."""
    return Person(tuple(consents), born=born, relationship="子")


def _alone(name: str, *consents: Row, household: Reach = "absent", hidden: tuple[int, ...] = (0,)) -> Case:
    return Case(name, (Person(tuple(consents)),), hidden, household)


def _protected(name: str, *rows: Row, until: date | None = None) -> Case:
    return Case(name, (Person(YES, protection=tuple(rows), protection_until=until),))


SEEN: tuple[Case, ...] = (
    Case("consents to everything", (ADULT,), (), "listed"),
    Case("second consent after a withdrawal", (Person((consent(withdrawn_on="2025-05-20"), consent())),), (), "listed"),
    Case("consent ends today, inclusive", (Person((consent(ends_on=str(DAY)),)),), (), "listed"),
    Case("withdrawn from tomorrow", (Person((consent(withdrawn_on="2026-04-07"),)),), (), "listed"),
    Case("capacity empty is the person", (Person((consent(capacity=""),)),), (), "listed"),
    Case(
        "a guardian of an adult consents",
        (Person((consent(capacity="成年後見人等", given_by="900000000000999"),)),),
        (),
        "listed",
    ),
    Case("protection deleted", (Person(YES, protection=(measure(deleted="1", latest="0"),)),), (), "listed"),
    Case(
        "protection ended and released",
        (
            Person(
                YES,
                protection=(
                    measure(latest="0"),
                    measure(history_no="2", state="3", ends_on="2025-12-31", released_on="2026-01-15"),
                ),
            ),
        ),
        (),
        "listed",
    ),
    Case("an agreeing child of 10", (ADULT, child("2015-05-05", guardian())), (), "listed"),
    Case("an agreeing child of 14", (ADULT, child("2011-05-05", guardian(), consent())), (), "listed"),
    Case("an agreeing child of 17", (ADULT, child("2008-05-05", consent())), (), "listed"),
)

NO_BASIS: tuple[Case, ...] = (
    _alone("no consent"),
    _alone("withdrawn", consent(withdrawn_on="2025-12-01")),
    _alone("withdrawn today", consent(withdrawn_on=str(DAY))),
    _alone("withdrawn before anything", consent(withdrawn_on="2025-05-02")),
    _alone("expired", consent(ends_on="2025-12-31")),
    _alone("expired yesterday", consent(ends_on="2026-04-05")),
    _alone("given tomorrow", consent(given_on="2026-04-07")),
    _alone("purpose contact only", consent(purposes="contact")),
    _alone("purposes of training only", consent(purposes="model_training|model_evaluation")),
    _alone("the human lane only", consent(sources="community")),
    _alone("basis internal use", consent(basis="internal_use")),
    _alone("basis provided use", consent(basis="provided_use")),
    _alone("basis support meeting", consent(basis="support_meeting")),
    _alone("basis within purpose", consent(basis="within_purpose")),
    _alone("basis statutory", consent(basis="statutory")),
    _alone("an adult's consent signed by a parent", consent(capacity="親権者", given_by="900000000000999")),
    Case("nobody in the house consents", (Person(), Person(relationship="妻")), (0, 1)),
    Case("the wife does not consent", (ADULT, Person(relationship="妻")), (1,), "listed"),
    Case(
        "the wife withdrew", (ADULT, Person((consent(withdrawn_on="2026-02-01"),), relationship="妻")), (1,), "listed"
    ),
    Case("child of 10: only the child", (ADULT, child("2015-05-05", consent())), (1,), "listed"),
    Case("child of 14: only the parent", (ADULT, child("2011-05-05", guardian())), (1,), "listed"),
    Case("child of 14: only the child", (ADULT, child("2011-05-05", consent())), (1,), "listed"),
    Case(
        "child of 10: refused by the other parent",
        (
            ADULT,
            Person(YES, relationship="妻"),
            child("2015-05-05", guardian(), guardian(1, withdrawn_on="2025-05-10")),
        ),
        (2,),
        "listed",
    ),
    Case(
        "child of 14: refused by the other parent",
        (
            ADULT,
            Person(YES, relationship="妻"),
            child("2011-05-05", consent(), guardian(), guardian(1, withdrawn_on="2026-01-10")),
        ),
        (2,),
        "listed",
    ),
    Case("turned 18: the parent's consent has ended", (ADULT, child("2008-01-05", guardian())), (1,), "listed"),
    Case("unknown birth date: only the parent", (ADULT, child("不詳", guardian())), (1,), "listed"),
    Case("a child consents, no adult", (Person(), child("2008-05-05", consent())), (0,), "unscored"),
)

PROTECTED: tuple[Case, ...] = (
    _protected("protected, state 1", measure()),
    _protected("protected, state 2", measure(state="2", ends_on="2026-12-31")),
    _protected("protected, state 9 provisional", measure(state="9")),
    _protected("protected, state 3 without an end", measure(state="3", ends_on="")),
    _protected("protected, ends today", measure(ends_on=str(DAY))),
    _protected("protected, ended but not released", measure(state="3", ends_on="2026-01-31")),
    _protected("protected, provisional and past its end", measure(state="9", ends_on="2026-01-31")),
    _protected("protected, begins next month", measure(starts_on="2026-05-01")),
    _protected("protected, vanished from the file", measure(), until=date(2026, 2, 2)),
    _protected(
        "protected by one of two measures",
        measure(state="3", ends_on="2025-12-31", released_on="2026-01-15"),
        measure(measure_no="2"),
    ),
    _protected(
        "protected again by a newer history",
        measure(latest="0", state="3", ends_on="2025-12-31", released_on="2026-01-05"),
        measure(history_no="2", state="2"),
    ),
    Case("local protection", (Person(YES, local=(measure(kind="その他"),)),)),
    Case("husband of a protected wife", (ADULT, Person(YES, protection=(measure(),), relationship="妻")), (0, 1)),
    Case(
        "mother of a protected child",
        (ADULT, replace(child("2015-05-05", guardian()), protection=(measure(),))),
        (0, 1),
    ),
    Case(
        "wife of a locally protected husband without consent",
        (Person(local=(measure(),)), Person(YES, relationship="妻")),
        (0, 1),
    ),
    Case(
        "husband of a protected wife who left him",
        (ADULT, Person(YES, protection=(measure(),), relationship="妻", left_on=date(2025, 12, 10))),
        (1,),
        "listed",
    ),
)


RECEIVES, PLAN, COUNCIL = (contact(kind) for kind in ("生活保護受給", "プラン作成", "要対協"))
HOSPITAL = contact("入院入所", began_on="2026-03-20")
DECLINED = contact("生活保護申請", began_on="2026-02-01", ended_on="2026-02-20", outcome="却下")


def _supported(name: str, household: Reach, *rows: Row, others: tuple[Person, ...] = ()) -> Case:
    return Case(name, (Person(YES, support=rows), *others), (), household)


SUPPORTED: tuple[Case, ...] = (
    _supported("receives assistance", "kept off", RECEIVES),
    _supported("a plan is running", "kept off", PLAN),
    _supported("the only adult is in hospital", "kept off", HOSPITAL),
    _supported("a plan that ended", "listed", {**PLAN, "ended_on": "2026-03-31", "outcome": "終了"}),
    _supported("assistance ended within a year", "listed", {**RECEIVES, "ended_on": "2026-02-28", "outcome": "終了"}),
    _supported("application declined", "listed", DECLINED),
    _supported("only asked", "listed", contact("生活保護相談", ended_on="2025-12-01", outcome="相談のみ")),
    _supported("care and day care", "listed", contact("介護認定"), contact("就学前在籍")),
    _supported("in hospital, another adult at home", "listed", HOSPITAL, others=(Person(relationship="妻"),)),
    Case(
        "the wife receives assistance and does not consent",
        (ADULT, Person(relationship="妻", support=(RECEIVES,))),
        (1,),
        "kept off",
    ),
    Case(
        "the wife was declined and does not consent",
        (ADULT, Person(relationship="妻", support=(DECLINED,))),
        (1,),
        "listed",
    ),
    Case("a child known to the council", (ADULT, replace(child("2015-05-05"), support=(COUNCIL,))), (1,), "listed"),
)


def numbered(cases: Iterable[Case], start: int = 1) -> tuple[Case, ...]:
    """The cases with their numbers."""
    return tuple(replace(case, number=place) for place, case in enumerate(cases, start))


CASES = numbered((*SEEN, *NO_BASIS, *PROTECTED, *SUPPORTED))
