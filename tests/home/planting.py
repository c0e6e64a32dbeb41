"""Planting the cases into the files of a simulated city, and more visits for its teams."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tests.home.cases import CASES, FIRST, Case, Person, Row
from tests.home.deliveries import append, day_of, deliver, files, folder

TOWN, TOWN_CODE, WARD = "試験町", "0009001", "北一区"
YEAR = "2019"
"""A charged year that no full file of the city covers, so that the planted bills never vanish."""
SLIP_DAY = date(2026, 4, 6)
"""The day of the session home's list: the slips are on that day's sheet."""


def plant(home: Path, cases: tuple[Case, ...] = CASES) -> None:
    """Add the cases to every file that has to hold them: fulls repeat them, deltas bring them once."""
    for path in files(home, "residents"):
        if "full" in path.name:
            append(path, "residents", [row for case in cases for row in residents(case, day_of(path))])
    for source in ("protected_persons", "local_protection"):
        for path in files(home, source):
            append(path, source, [row for case in cases for row in protections(case, source, day_of(path))])
    deliver(home, "consents", FIRST, [row for case in cases for row in consents(case)])
    deliver_signals(home, cases)
    many_visits(home)


def deliver_signals(home: Path, cases: tuple[Case, ...]) -> None:
    """Bills, water and school rows of the cases, each on a day after they are known."""
    for day, month in ((date(2025, 11, 4), 9), (date(2026, 2, 3), 12)):
        for source in ("tax_bills", "insurance_bills"):
            deliver(home, source, day, [row for case in cases for row in bills(case, source, month)])
    deliver(home, "water_notices", date(2026, 3, 10), [row for case in cases for row in water(case)])
    deliver(home, "school_flags", date(2026, 3, 10), [row for case in cases for row in school(case)])
    deliver(home, "housing_rent", date(2026, 3, 10), [row for case in cases for row in rent(case)])
    deliver(home, "welfare_contacts", date(2026, 3, 24), [row for case in cases for row in support(case)])
    deliver(home, "community_flags", SLIP_DAY, [row for case in cases for row in slip(case)])


def residents(case: Case, day: date) -> Iterator[Row]:
    """Rows of the residents file as of a day."""
    for place, person in enumerate(case.people):
        row = _resident(case, place, person)
        if person.left_on is None or day < person.left_on:
            yield row
        else:
            yield row | {
                "history_no": "2",
                "household_id": f"{920_000_000_000_000 + case.number:015d}",
                "relationship": "世帯主",
                "event_on": str(person.left_on),
                "event": "転居",
                "lot": f"{800 + case.number}番地",
            }


def _resident(case: Case, place: int, person: Person) -> Row:
    return {
        "resident_id": case.resident(place),
        "history_no": "1",
        "household_id": case.household_id,
        "relationship": person.relationship,
        "name": case.full_name(place),
        "name_kana": case.kana(place),
        "birth_date": person.born,
        "sex": "女",
        "nationality_class": "日本",
        "status": "現存",
        "event_on": "2020-04-01",
        "event": "転入",
        "resident_since": "2020-04-01",
        "postcode": "000-9999",
        "town_code": TOWN_CODE,
        "town": TOWN,
        "lot": case.lot,
        "ward": WARD,
        "school_district": "第1小学校",
        "commissioner_area": "民001",
        "care_area": "圏域1",
        "other_address": "0",
    }


def consents(case: Case) -> Iterator[Row]:
    """Rows of the consent ledger; `given_by` of a parent is the parent's number."""
    for place, person in enumerate(case.people):
        for order, row in enumerate(person.consents):
            said = dict(row)
            if said.get("given_by", "").startswith("@"):
                said["given_by"] = case.resident(int(said["given_by"][1:]))
            yield said | {"consent_id": f"P{case.number:03d}{place}{order}", "resident_id": case.resident(place)}


def protections(case: Case, source: str, day: date) -> Iterator[Row]:
    """Rows of the protection file of a day."""
    for place, person in enumerate(case.people):
        if person.protection_until and day >= person.protection_until:
            continue
        for row in person.protection if source == "protected_persons" else person.local:
            yield row | {"resident_id": case.resident(place)}


def bills(case: Case, source: str, month: int, unpaid: bool = True) -> Iterator[Row]:
    """Two overdue bills of each adult: due at the end of a month, reminded three weeks later."""
    due = date(2025, month + 1, 1) - timedelta(days=1) if month < 12 else date(2025, 12, 28)
    for place, person in enumerate(case.people):
        if person.child:
            continue
        for instalment in ("01", "02"):
            yield {
                "levy": "住民税" if source == "tax_bills" else "国民健康保険料",
                "charged_year": YEAR,
                "notice_no": f"{99_000_000 + case.number * 100 + place * 20 + month}",
                "instalment": instalment,
                "resident_id": case.resident(place),
                "payer_role": "本人",
                "collected_by": "普通徴収",
                "due_on": str(due),
                "billed_yen": "34567",
                "paid_yen": "0" if unpaid else "34567",
                "paid_on": "" if unpaid else "2026-04-06",
                "reminder_on": str(due + timedelta(days=21)),
            }


def water(case: Case) -> Iterator[Row]:
    """A stop notice and a stop, in the name of the first member."""
    for step, on in (("停止予告", "2026-02-20"), ("停止", "2026-03-09")):
        yield {
            "customer_no": f"W{case.number:05d}",
            "meter_no": f"M{case.number:05d}",
            "user_name": case.full_name(0),
            "user_kana": case.kana(0),
            "address": f"{TOWN}{case.lot}",
            "contract": "個人",
            "step": step,
            "step_on": on,
            "unpaid_yen": "7890",
        }


def school(case: Case) -> Iterator[Row]:
    """A flag for each child."""
    for place, person in enumerate(case.people):
        if person.child and person.born != "不詳":
            yield {
                "school": "第1小学校",
                "pupil_no": f"9{case.number:04d}{place}",
                "pupil_name": case.full_name(place),
                "pupil_kana": case.kana(place),
                "birth_date": person.born,
                "address": f"{TOWN}{case.lot}",
                "guardian_kana": case.kana(0),
                "flag": "欠席30日",
                "opened_on": "2026-02-16",
                "absence_days": "41",
                "submitted_by": "学校",
            }


def rent(case: Case) -> Iterator[Row]:
    """A month of rent that is not paid, in each adult's name; of every second household without 宛名番号."""
    for place, person in enumerate(case.people):
        if not person.child:
            yield {
                "tenancy_no": f"TENANCY{case.number:04d}{place}",
                "resident_id": case.resident(place) if case.number % 2 else "",
                "tenant_name": case.full_name(place),
                "tenant_kana": case.kana(place),
                "address": f"{TOWN}{case.lot}",
                "owner": "市",
                "month": "2021-01-01",
                "rent_yen": "23456",
                "paid_yen": "0",
                "months_overdue": "1",
            }


def support(case: Case) -> Iterator[Row]:
    """What the case says of each member, and for everybody a certificate of care, which never excludes."""
    for place, person in enumerate(case.people):
        rows = ({"kind": "介護認定", "began_on": "2025-07-01"}, *person.support)
        for order, row in enumerate(rows):
            yield {**row, "case_no": f"CASENUM{case.number:03d}{place}{order}", "resident_id": case.resident(place)}


def slip(case: Case) -> Iterator[Row]:
    """An urgent slip about each household, of which the person knows in every second one."""
    yield {
        "slip_no": f"SLIPNUM{case.number:04d}",
        "seen_on": "2026-04-03",
        "reporter_kind": "民生委員",
        "address": f"{TOWN}{case.lot}",
        "name_kana": case.kana(0),
        "worry_codes": "介護のこと",
        "what_seen": f"架空の様子{case.number:02d}番",
        "urgent": "1",
        "told_person": str(case.number % 2),
    }


def many_visits(home: Path) -> None:
    """Enough visits that every planted household with a reason fits on one list."""
    for path in files(home, "teams"):
        team = {"team": "第一班", "wards": f"{WARD}|西一区", "weekly_visits": "90", "members": "9"}
        other = {"team": "第二班", "wards": "東一区|南一区", "weekly_visits": "6", "members": "2"}
        where, day, name = path.parents[3], day_of(path), path.name
        deliver(where, "teams", day, [team, other], name)


def confirm(home: Path, source: str, day: date, rows: int) -> None:
    """The office signs for the number of rows in its file."""
    (folder(home, source, day) / "confirmed.yaml").write_text(f"rows: {rows}\n", encoding="utf-8")
