"""Dagster: the same steps, scheduled, observed and gated; counts only."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from dagster_project.checks import CONTRACT, LATENCY
from dagster_project.definitions import build_definitions
from data_contracts.gx_suite import rule_ids
from pipelines import layout
from pipelines.closing import MANDATORY
from tests.home import traces
from tests.home.cases import CASES, DAY
from tests.home.copies import copied, opened, physical
from tests.home.deliveries import files, read, write

SOURCES = (
    "community_flags", "consents", "housing_rent", "insurance_bills", "local_protection", "protected_persons",
    "residents", "school_flags", "tax_bills", "teams", "visit_outcomes", "water_notices", "welfare_contacts",
)  # fmt: skip


@pytest.fixture(scope="module")
def definitions(city: Path) -> dg.Definitions:
    return build_definitions(city / "signed" / "home")


def test_the_assets_and_jobs_are_exactly_these(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert keys == {*(f"accepted/{name}" for name in SOURCES), "hub", "features", "scores", "visit_list", "model"}
    jobs = {job.name for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")}
    assert jobs == {"daily_screening", "weekly_list", "training", "backfill"}


def test_every_contract_is_a_check_and_protection_is_the_one_error(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    declared = {(f"accepted/{name}", check) for name in SOURCES for check in (CONTRACT, LATENCY)}
    assert checks == declared | {(f"accepted/{MANDATORY}", "protection")}


def test_todays_partition_exists_today_and_the_run_is_at_half_past_five(definitions: dg.Definitions) -> None:
    partitions = definitions.resolve_asset_graph().get(dg.AssetKey("hub")).partitions_def
    assert isinstance(partitions, dg.DailyPartitionsDefinition)
    morning = datetime(2026, 4, 6, 5, 30, tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)
    assert partitions.get_partition_keys(current_time=morning)[-1] == "2026-04-06"
    (daily,) = [s for s in definitions.schedules or [] if getattr(s, "name", "") == "daily_screening_schedule"]
    assert isinstance(daily, dg.ScheduleDefinition)
    assert (daily.cron_schedule, daily.execution_timezone) == ("30 5 * * *", "Asia/Tokyo")


def test_intake_waits_for_its_own_day_before(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for name in SOURCES:
        key = dg.AssetKey(["accepted", name])
        assert key in graph.get(key).parent_keys


@pytest.fixture(scope="module")
def short_day(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dg.DagsterInstance]]:
    """A home whose protection file of DAY is short, beside it the whole file; and an instance of its own."""
    folder = tmp_path_factory.mktemp("dagster")
    root = copied(city / "signed" / "home", folder / "copy")
    (path,) = (p for p in files(root, MANDATORY) if p.parent.name == str(DAY))
    (folder / "whole.csv").write_bytes(path.read_bytes())
    encoding, (header, *rows) = read(path)
    write(path, encoding, [header, *rows[: len(rows) // 2]])
    (folder / "instance").mkdir()
    with dg.DagsterInstance.local_temp(str(folder / "instance")) as instance:
        yield root, instance


def run(root: Path, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = build_definitions(root).resolve_job_def("daily_screening")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return job.execute_in_process(partition_key=str(DAY), instance=instance, raise_on_error=False, run_config=quiet)


def evaluations(result: dg.ExecuteInProcessResult, source: str = MANDATORY) -> dict[str, dg.AssetCheckEvaluation]:
    return {e.check_name: e for e in result.get_asset_check_evaluations() if e.asset_key.path[-1] == source}


def lines_of(contract: dg.AssetCheckEvaluation) -> list[tuple[object, object]]:
    """Rule and count of a contract's check, in its order; none broken and failed, or some and passed, is a fault."""
    table = contract.metadata["rules"]
    assert isinstance(table, dg.TableMetadataValue)
    lines: list[tuple[object, object]] = [(record.data["rule"], record.data["count"]) for record in table.records]
    assert contract.passed == (not any(count for _rule, count in lines))
    return lines


@pytest.mark.long
def test_a_short_day_fails_only_the_list_and_its_rerun_is_green(short_day: tuple[Path, dg.DagsterInstance]) -> None:
    root, instance = short_day
    first = run(root, instance)
    failed = {event.step_key for event in first.all_node_events if event.is_step_failure}
    assert failed == {"visit_list"}
    check = evaluations(first)["protection"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert lines_of(evaluations(first)[CONTRACT])[0] == ("F-PRO-01", 1)
    for source in SOURCES:
        rules = {rule for rule, _sentence, _severity in rule_ids(opened(root).catalog.source(source, DAY))}
        assert rules <= {rule for rule, _count in lines_of(evaluations(first, source)[CONTRACT])}
    assert opened(root).store.under("published/lists/") == []
    made = {event.asset_key.to_user_string() for event in first.get_asset_materialization_events() if event.asset_key}
    assert {f"accepted/{name}" for name in SOURCES} | {"hub", "features", "scores"} == made

    whole = (root.parents[1] / "whole.csv").read_bytes()
    (root / "inbox" / MANDATORY / str(DAY) / "shien_full_corrected.csv").write_bytes(whole)
    second = run(root, instance)
    assert second.success
    assert evaluations(second)["protection"].passed
    assert opened(root).store.has(layout.visit_list(DAY))

    numbers = [
        (name, value.value)
        for event in second.get_asset_materialization_events()
        for name, value in event.materialization.metadata.items()
    ]
    keys = set(opened(root).store.read_table(layout.scores(DAY))["household_key"].to_pylist())
    assert numbers
    assert not [pair for pair in numbers if isinstance(pair[1], str) and set(pair[1].split("/")) & keys]
    records = {p.name + str(n): traces.text_of(p) for n, p in enumerate(physical(Path(instance.root_directory)))}
    assert traces.found([*(n for c in CASES for n in traces.plain_traces(c)), *keys], records) == []


def test_other_errors_are_not_retried_and_say_no_value(
    copy_of: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retries are for input and output errors; the text of an unexpected error may quote data and is not kept."""
    from pipelines import steps

    calls: list[date] = []

    def broken(_home: object, _source: str, day: date) -> dict[str, int]:
        calls.append(day)
        message = f"cannot convert {CASES[0].full_name(0)}"
        raise ValueError(message)

    root = copy_of("signed")
    monkeypatch.setattr(steps, "take_in", broken)
    started = datetime.now(UTC)
    (tmp_path / "instance").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "instance")) as instance:
        result = run(root, instance)
        assert not result.success
        assert datetime.now(UTC) - started < timedelta(minutes=2)
        records = {str(p): traces.text_of(p) for p in physical(tmp_path / "instance")}
    assert calls == [DAY]
    assert traces.found([CASES[0].full_name(0)], records) == []
