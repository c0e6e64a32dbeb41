"""Canary sets: every row breaks the rule it was made for, every rule is broken, clean files raise nothing."""

import pytest
from contract_cases import CANARIES, names, source

from data_contracts.canary import canary_rows
from data_contracts.judging import FileContext, Judgement, judge
from data_contracts.profile import Source
from data_contracts.reading import FileRefused, read_delivery
from data_contracts.rules import rule_ids
from data_contracts.staging import stage


def take(of: Source, file: str, context: FileContext | None = None) -> Judgement:
    table = read_delivery(CANARIES / of.name / file, of)
    return judge(stage([(1, table)], of), of, {1: context or FileContext(of.contract.default_kind)})


@pytest.mark.parametrize("name", names())
def test_a_clean_file_raises_nothing(name: str) -> None:
    judgement = take(source(name), "clean.csv")
    assert judgement.broken.num_rows == 0
    assert judgement.refused_files == {}
    assert judgement.refused_rows.num_rows == 0
    assert judgement.accepted.num_rows == judgement.counts[1].rows > 0
    assert judgement.counts[1].duplicates == 0


@pytest.mark.parametrize("name", names())
def test_every_row_breaks_its_rule_and_every_rule_is_broken(name: str) -> None:
    of = source(name)
    meant = {number: row.rule for number, row in enumerate(canary_rows(of.contract), 2)}
    judgement = take(of, "rows.csv")
    found: dict[int, set[str]] = {number: set() for number in meant}
    for broken in judgement.broken.to_pylist():
        found[broken["row"]].add(broken["rule"])
    assert {number: rule for number, rule in meant.items() if rule not in found[number]} == {}
    of_files = {rule.id for rule in (*of.contract.file_rules, *of.contract.drift)}
    of_rows = {rule for rule, _, _ in rule_ids(of)} - set(FILE_BREAKERS) - of_files
    assert set(judgement.rule_counts) == of_rows == set(meant.values())
    assert min(judgement.rule_counts.values()) >= 1
    assert "file.refuse_share" in {failure.rule for failure in judgement.refused_files[1]}


# How each generated file rule is broken: canary file and context.
FILE_BREAKERS = {
    "file.refuse_share": ("rows.csv", None),
    "file.minimum_rows": ("file_empty.csv", FileContext("full")),
    "file.full_only": ("clean.csv", FileContext("delta")),
}
DECLARED_BREAKERS = {
    "latest_flag": ("file_latest_flag.csv", FileContext("full")),
    "fallen": ("file_fallen.csv", FileContext("full", previous_persons=3)),
}


@pytest.mark.parametrize("name", names())
def test_every_file_rule_is_broken_by_a_file(name: str) -> None:
    of = source(name)
    ways = FILE_BREAKERS | {rule.id: DECLARED_BREAKERS[rule.check] for rule in of.contract.file_rules}
    listed = [rule for rule, _, _ in rule_ids(of) if rule in ways]
    assert listed
    for rule in listed:
        file, context = ways[rule]
        failures = take(of, file, context).refused_files[1]
        assert rule in {failure.rule for failure in failures}
        assert all(failure.detail and failure.remedy for failure in failures)


@pytest.mark.parametrize("name", names())
def test_a_missing_or_an_extra_column_stops_the_file(name: str) -> None:
    """The extra column is free text: for school flags above all, it must not come in."""
    for file, rule in (("file_missing_column.csv", "header_missing"), ("file_extra_column.csv", "header_extra")):
        with pytest.raises(FileRefused) as refusal:
            read_delivery(CANARIES / name / file, source(name))
        assert refusal.value.rule == f"file.{rule}"
