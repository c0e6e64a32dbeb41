"""A backfill is one run; each step takes its days in order."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.definitions import build_definitions

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("without_great_expectations")]
FIRST, LAST = "2026-04-03", "2026-04-04"


def test_a_range_of_days_is_one_run(copy_of: Callable[..., Path]) -> None:
    job = build_definitions(copy_of("signed")).resolve_job_def("backfill")
    tags = {"dagster/asset_partition_range_start": FIRST, "dagster/asset_partition_range_end": LAST}
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    assert result.success
    assert [made.partition for made in result.asset_materializations_for_node("scores")] == [FIRST, LAST]
