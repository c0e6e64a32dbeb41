"""What the judge does with rows and files; canaries show that each single rule fires."""

import pyarrow as pa
import pytest
from contract_cases import broken, judged, like, source, staged

from data_contracts.canary import clean_rows
from data_contracts.judging import FileContext, judge

TAX, WATER, PROTECTED, RESIDENTS = map(source, ("tax_bills", "water_notices", "protected_persons", "residents"))


def bills(n: int, first: int = 1000, **cells: str) -> list[dict[str, str]]:
    return [like(TAX, first + i, **cells) for i in range(n)]


def test_a_bad_row_is_refused_and_the_rest_goes_on() -> None:
    judgement = judged(TAX, [*bills(99), like(TAX, 5, due_on="2026-02-30")])
    assert broken(judgement) == [(1, 101, "due_on.type")]
    assert judgement.refused_files == {}
    assert judgement.accepted.num_rows == 99
    assert judgement.refused_rows["row"].to_pylist() == [101]
    assert judgement.refused_rows.column_names == ["delivery", "row", *TAX.contract.names]
    assert judgement.accepted.schema == judgement.refused_rows.schema
    assert judgement.rule_counts["due_on.type"] == 1
    assert sum(judgement.rule_counts.values()) == 1


def test_a_row_may_break_several_rules_and_counts_once() -> None:
    judgement = judged(TAX, [*bills(99), like(TAX, 5, due_on="", billed_yen="-1", levy="入湯税")])
    assert {rule for _, _, rule in broken(judgement)} == {"due_on.required", "billed_yen.minimum", "levy.values"}
    assert judgement.counts[1].refused == 1


@pytest.mark.parametrize(("bad", "refused"), [(2, False), (3, True)])
def test_the_share_of_refused_rows_refuses_the_file(bad: int, refused: bool) -> None:
    judgement = judged(TAX, [*bills(100 - bad), *bills(bad, 5000, billed_yen="")])
    assert [f.rule for f in judgement.refused_files.get(1, [])] == ["file.refuse_share"] * refused
    assert judgement.accepted.num_rows == (0 if refused else 98)
    assert judgement.refused_rows.num_rows == (0 if refused else 2)
    assert judgement.counts[1].refused == bad  # the receipt still names them


def test_a_refused_file_stops_only_itself() -> None:
    judgement = judged(TAX, bills(3, billed_yen="x"), bills(3))
    assert set(judgement.refused_files) == {1}
    assert set(judgement.accepted["delivery"].to_pylist()) == {2}


def test_the_same_key_with_different_content_refuses_both() -> None:
    rows = [*bills(200), like(TAX, 1007, billed_yen="999")]
    judgement = judged(TAX, rows)
    assert broken(judgement) == [(1, 9, "key.conflict"), (1, 202, "key.conflict")]
    assert 9 not in judgement.accepted["row"].to_pylist()


def test_the_same_key_in_two_files_is_a_correction() -> None:
    judgement = judged(TAX, bills(3), bills(3, billed_yen="1"))
    assert broken(judgement) == []
    assert judgement.accepted.num_rows == 6


def test_identical_rows_collapse_however_they_are_written() -> None:
    """2024-06-30 and 令和6年6月30日 are the same content."""
    judgement = judged(TAX, [*bills(1, due_on="2024-06-30"), *bills(1, due_on="令和6年6月30日"), *bills(1)])
    assert broken(judgement) == []
    assert judgement.accepted["row"].to_pylist() == [2]
    assert judgement.counts[1].duplicates == 2


def test_rows_without_a_key_do_not_conflict_with_each_other() -> None:
    judgement = judged(TAX, [*bills(1, notice_no="", billed_yen="1"), *bills(1, notice_no="", billed_yen="2")])
    assert {rule for _, _, rule in broken(judgement)} == {"notice_no.required"}


def test_an_optional_key_part_that_is_empty_still_makes_a_key() -> None:
    rows = [like(WATER, 0, meter_no="", usage_m3=usage) for usage in ("1", "2")]
    assert [rule for _, _, rule in broken(judged(WATER, rows))] == ["key.conflict"] * 2


def test_warnings_are_told_and_the_row_accepted() -> None:
    of = source("residents")
    judgement = judged(of, [like(of, 1, relationship="妻の連れ子")])
    assert broken(judgement) == [(1, 2, "R-RES-04")]
    assert judgement.accepted.num_rows == 1
    assert judgement.counts[1].refused == 0


@pytest.mark.parametrize(
    ("lot", "building", "rules"),
    [
        ("1月2日", "", ["R-RES-05"]),
        ("2001/2/3", "", ["R-RES-05"]),
        ("Dec-50", "", ["R-RES-05"]),
        ("1-2", "2月5日", ["R-RES-05"]),
        ("1234-5-6", "2-5", []),
        ("345番地6", "Bld-12", []),
        ("", "", []),
    ],
)
def test_an_address_that_a_spreadsheet_made_a_day_of_is_refused(lot: str, building: str, rules: list[str]) -> None:
    of = source("residents")
    assert [rule for _, _, rule in broken(judged(of, [like(of, 1, lot=lot, building=building)]))] == rules


@pytest.mark.parametrize("relationship", ["世帯主", "子の妻", "妻(未届)", "夫（未届）の子の子", "同居人", ""])
def test_composed_relationships_are_known(relationship: str) -> None:
    of = source("residents")
    assert broken(judged(of, [like(of, 1, relationship=relationship)])) == []


@pytest.mark.parametrize(
    ("cells", "rules"),
    [
        ({"birth_date": "不詳"}, set()),
        ({"birth_date": "昭和20年頃"}, set()),
        ({"birth_date": "19450200"}, set()),
        ({"birth_date": "00000000"}, set()),
        ({"birth_date": "００００－００－００"}, set()),
        ({"birth_date": "19459999"}, {"birth_date.type"}),
        ({"status": "死亡", "event_on": "不詳"}, set()),
        ({"status": "死亡", "event_on": "99999999"}, {"R-RES-01"}),
        ({"name": "\ue000\ue001 葛\U000e0100城"}, set()),
        ({"name": "あ" * 201}, {"name.length"}),
        ({"name": "=HYPERLINK(1)"}, set()),
        ({"sex": "その他"}, {"sex.values"}),
        ({"resident_id": "００００００００００００００１"}, set()),
        ({"resident_id": "123"}, {"resident_id.pattern"}),
    ],
)  # fmt: skip
def test_values_of_residents(cells: dict[str, str], rules: set[str]) -> None:
    of = source("residents")
    assert {rule for _, _, rule in broken(judged(of, [like(of, 1, **cells)]))} == rules


def test_a_ten_megabyte_cell_refuses_its_row_only() -> None:
    of = source("residents")
    judgement = judged(of, [*(like(of, n) for n in range(99)), like(of, 500, building="x" * 10_000_000)])
    assert broken(judgement) == [(1, 101, "building.length")]
    assert judgement.accepted.num_rows == 99


def test_unknown_day_in_a_key_is_no_key() -> None:
    of = source("school_flags")
    assert broken(judged(of, [like(of, 0, opened_on="不詳")])) == [(1, 2, "opened_on.required")]
    assert broken(judged(of, [like(of, 0, closed_on="不詳")])) == []


def test_lists_are_checked_item_by_item() -> None:
    of = source("consents")
    rows = [like(of, 1, sources="tax|gas"), like(of, 1, sources="tax | water", consent_id="C9")]
    assert broken(judged(of, rows)) == [(1, 2, "sources.values")]


def test_fulls_close_only_when_every_key_could_be_read() -> None:
    files = [bills(100), [*bills(99), like(TAX, 9, resident_id="7")], [*bills(99), like(TAX, 9, billed_yen="")]]
    context = {number: FileContext("full") for number in (1, 2, 3)}
    judgement = judge(staged(TAX, *files), TAX, context)
    assert judgement.complete_fulls == {1, 3}
    assert judge(staged(TAX, *files), TAX, context | {3: FileContext("delta")}).complete_fulls == {1}


def test_row_order_does_not_change_what_is_broken() -> None:
    rows = [*bills(20), *bills(20, billed_yen="1"), *bills(5, 3000, levy="")]
    table = staged(TAX, rows)
    shuffled = table.take(pa.array(sorted(range(table.num_rows), key=lambda n: (n * 7919) % 101)))
    one, other = (judge(t, TAX, {1: FileContext("delta")}) for t in (table, shuffled))
    assert one.broken.equals(other.broken)
    assert one.counts == other.counts


class TestProtection:
    """The protection file is whole and right, or it is refused (SOURCES; PRACTICE: fail closed)."""

    def persons(self, n: int, **cells: str) -> list[dict[str, str]]:
        base = {"measure_no": "1", "history_no": "1", "latest": "1"}
        return [like(PROTECTED, i + 1) | base | cells for i in range(n)]

    def failures(self, rows: list[dict[str, str]], **context: int | None) -> list[str]:
        return [f.rule for f in judged(PROTECTED, rows, **context).refused_files.get(1, [])]

    def test_one_bad_row_refuses_the_file(self) -> None:
        rows = [*self.persons(300), *self.persons(1, starts_on="2024-13-01", resident_id="000000000000999")]
        assert self.failures(rows) == ["file.refuse_share"]

    @pytest.mark.parametrize(("confirmed", "refused"), [(None, True), (1, True), (0, False)])
    def test_an_empty_file_needs_a_signed_zero(self, confirmed: int | None, refused: bool) -> None:
        assert self.failures([], confirmed_rows=confirmed) == ["file.minimum_rows"] * refused

    @pytest.mark.parametrize(
        ("before", "now", "refused"),
        [
            (None, 1, False),
            (40, 40, False),
            (40, 37, False),  # 3 persons, 7.5 %
            (40, 36, True),  # more than 3 persons
            (20, 18, False),  # exactly 10 %
            (19, 17, True),  # more than 10 %
            (5, 4, True),
            (5, 50, False),
        ],
    )  # fmt: skip
    def test_a_fall_by_more_than_a_tenth_or_three_persons(self, before: int | None, now: int, refused: bool) -> None:
        assert self.failures(self.persons(now), previous_persons=before) == ["F-PRO-01"] * refused

    def test_persons_are_counted_not_history_rows(self) -> None:
        rows = [*self.persons(10), *(r | {"history_no": "0", "latest": "0"} for r in self.persons(10))]
        judgement = judged(PROTECTED, rows, previous_persons=20)
        assert judgement.counts[1].persons == 10
        assert [f.rule for f in judgement.refused_files[1]] == ["F-PRO-01"]

    @pytest.mark.parametrize(("confirmed", "refused"), [(10, False), (11, True)])
    def test_a_signed_number_of_rows_allows_the_fall(self, confirmed: int, refused: bool) -> None:
        rules = self.failures(self.persons(10), previous_persons=20, confirmed_rows=confirmed)
        assert rules == ["F-PRO-01"] * refused

    def test_within_a_batch_the_last_accepted_file_is_the_measure(self) -> None:
        """20 → 12 refused → 19 is held against 20, not 12; → 17 falls by more than 10 % of 19."""
        files = [self.persons(n) for n in (20, 12, 19, 17)]
        assert set(judged(PROTECTED, *files).refused_files) == {2, 4}
        one_by_one, previous = set(), None
        for number, rows in enumerate(files, 1):
            judgement = judged(PROTECTED, rows, previous_persons=previous)
            if judgement.refused_files:
                one_by_one.add(number)
            else:
                previous = judgement.counts[1].persons
        assert one_by_one == {2, 4}

    @pytest.mark.parametrize(
        ("history", "refused"),
        [
            # (history_no, latest, deleted) of one measure
            ([("1", "0", "0"), ("2", "1", "0")], False),
            ([("1", "1", "0"), ("2", "0", "0")], True),
            ([("1", "1", "0"), ("2", "1", "0")], True),
            ([("1", "0", "0"), ("2", "0", "0")], True),
            ([("1", "1", "0"), ("2", "0", "1")], False),  # the newest is deleted: the one before counts
            ([("1", "1", ""), ("2", "1", "1")], False),
            ([("1", "0", "0"), ("2", "1", "1")], True),
            ([("1", "0", "1")], False),
            ([("9", "0", "0"), ("10", "1", "0")], False),  # numbers, not texts
        ],
    )  # fmt: skip
    def test_the_latest_flag_must_agree(self, history: list[tuple[str, str, str]], refused: bool) -> None:
        rows = [
            self.persons(1)[0] | {"history_no": number, "latest": latest, "deleted": deleted}
            for number, latest, deleted in history
        ]
        assert self.failures(rows) == ["F-PRO-02"] * refused

    def test_measures_and_persons_are_apart(self) -> None:
        rows = [*self.persons(3), *self.persons(3, measure_no="2", history_no="5"), *self.persons(3, measure_no="")]
        assert self.failures(rows[:6]) == []
        assert self.failures(rows) == []  # an empty 申出番号 is 1: identical rows collapse

    def test_a_delta_is_not_whole(self) -> None:
        judgement = judge(staged(PROTECTED, self.persons(3)), PROTECTED, {1: FileContext("delta")})
        assert [f.rule for f in judgement.refused_files[1]] == ["file.full_only"]

    def test_no_failure_text_holds_a_person(self) -> None:
        judgement = judged(PROTECTED, self.persons(1, latest="0"), previous_persons=99)
        said = "".join(f.detail + f.remedy for f in judgement.refused_files[1])
        assert "0000000" not in said


class TestResidents:
    """A full of everybody says who is gone by leaving them out; a truncated one would empty the lists unnoticed."""

    def failures(self, now: int, kind: str = "full", before: int | None = 200, signed: int | None = None) -> list[str]:
        staging = staged(RESIDENTS, [like(RESIDENTS, n + 1) for n in range(now)])
        judgement = judge(staging, RESIDENTS, {1: FileContext(kind, before, signed)})
        return [f.rule for f in judgement.refused_files.get(1, [])]

    @pytest.mark.parametrize(("now", "refused"), [(190, False), (189, True), (400, False)])
    def test_a_full_fallen_by_more_than_a_twentieth(self, now: int, refused: bool) -> None:
        assert self.failures(now) == ["F-RES-01"] * refused
        assert self.failures(now, signed=now) == []

    def test_a_day_with_little_or_no_news_is_no_fall(self) -> None:
        assert self.failures(1, "delta") == self.failures(0, "delta") == []

    def test_a_full_with_only_its_header_is_refused_even_when_it_is_the_first(self) -> None:
        assert self.failures(0, before=None) == ["file.minimum_rows"]

    def test_a_full_is_held_against_the_last_full_not_against_the_days_between(self) -> None:
        files = [[like(RESIDENTS, n + 1) for n in range(now)] for now in (200, 1, 150, 195)]
        kinds = ("full", "delta", "full", "full")
        judgement = judge(
            staged(RESIDENTS, *files), RESIDENTS, {n: FileContext(kind) for n, kind in enumerate(kinds, 1)}
        )
        assert set(judgement.refused_files) == {3}


def test_local_protection_has_the_same_effect() -> None:
    of = source("local_protection")
    assert [r.check for r in of.contract.file_rules] == [r.check for r in PROTECTED.contract.file_rules]
    assert of.contract.minimum_rows == PROTECTED.contract.minimum_rows == 1


def test_every_source_judges_an_empty_delivery() -> None:
    of = source("consents")
    judgement = judged(of, [])
    assert judgement.refused_files == {}
    assert judgement.counts[1].rows == judgement.accepted.num_rows == 0
    assert len(clean_rows(of.contract)) > 0
