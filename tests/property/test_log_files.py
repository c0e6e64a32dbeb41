"""The files of an accepted log depend on what was taken in, not on how it was cut into runs and batches (DESIGN §5).

Through the ordinary intake, over the ends of two months: fulls and deltas, corrections, vanished and returning keys,
several files on a day, refused files, and the same file again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines import intake
from pipelines.accepted import versions
from pipelines.closing import close_day
from pipelines.home import open_home
from tests.home.deliveries import deliver

FIRST = date(2026, 1, 27)
NAMES = ("東班", "西班", "南班")

pytestmark = pytest.mark.usefixtures("without_great_expectations")


@dataclass(frozen=True)
class File:
    """A file of teams: the day of its folder, whether it is whole, and the visits of each team that is in it."""

    day: date
    kind: str
    visits: tuple[tuple[str, int], ...]


files = st.builds(
    File,
    st.integers(0, 40).map(lambda n: FIRST + timedelta(days=n)),
    st.sampled_from(["full", "delta", "delta"]),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([5, 6, -1]), min_size=1).map(lambda d: tuple(d.items())),
)


def told(files: list[File], cuts: Iterable[int], closed: date = FIRST) -> tuple[dict[str, str], list[tuple]]:
    """Digests of the log's files, and what it says: files come and are taken in up to each of `cuts`, then the rest,
    while the days through `closed` are closed.
    """
    ordered = sorted(files, key=lambda file: (max(file.day, closed + timedelta(days=1)), file.day, file.kind != "full"))
    with TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        root.mkdir()
        (root.parent / "home.key").write_text("ab" * 32)
        (root / "settings.yaml").write_text("municipality: 架空市\nkey_file: ../home.key\n")
        home = open_home(root)
        with home.store.writing():
            close_day(home, closed)
        places = sorted({*cuts, len(ordered)})
        for first, last in zip([0, *places], places, strict=False):
            for place, file in list(enumerate(ordered))[first:last]:
                rows = [{"team": t, "wards": "1", "weekly_visits": str(n), "members": "2"} for t, n in file.visits]
                deliver(root, "teams", file.day, rows, f"{file.kind}_{place}.csv")
            home = open_home(root)
            with home.store.writing():
                intake.take_in_source(home, "teams", FIRST + timedelta(days=40))
        home = open_home(root)
        log = versions(home, "teams")
        kept = ["team", "weekly_visits", "known_from", "known_until", "closed_by"]
        rows = [] if log is None else [tuple(row.values()) for row in log.select(kept).to_pylist()]
        return {path: home.store.digest(path) for path in home.store.under("restricted/")}, rows


@settings(derandomize=True, deadline=None, max_examples=8, phases=[Phase.generate])
@given(
    st.lists(files, min_size=3, max_size=9),
    st.sets(st.integers(0, 8), max_size=6),
    st.sampled_from([0, 0, 20]),
    st.sampled_from([0, 300]),
)
def test_runs_and_batches_leave_no_trace(delivered: list[File], cuts: set[int], closed: int, batch_bytes: int) -> None:
    through = FIRST + timedelta(days=closed)
    bulk = told(delivered, [], through)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(intake, "BATCH_BYTES", batch_bytes)
        assert told(delivered, cuts, through) == bulk


def test_what_came_and_went_on_one_day_was_never_there_however_the_day_was_cut() -> None:
    """Two late fulls are known from the same day; the second lacks a team that the first had told of."""
    late = [File(FIRST, "full", (("東班", 5), ("西班", 5))), File(FIRST + timedelta(days=1), "full", (("東班", 5),))]
    closed = FIRST + timedelta(days=3)
    assert told(late, [1], closed) == told(late, [], closed)
    assert told(late, [1], closed)[1] == [("東班", 5, closed + timedelta(days=1), None, None)]


def test_days_of_the_newest_month_are_files_and_earlier_months_are_one_each() -> None:
    days = [FIRST + timedelta(days=n) for n in (1, 2, 10, 40)]
    delivered = [File(day, "full", (("東班", n),)) for n, day in enumerate(days)]
    paths, rows = told(delivered, range(4))
    log = [path.split("/", 3)[3] for path in paths if path.startswith("restricted/accepted/")]
    assert log == [
        *("closed-2026-01.parquet", "closed-2026-02.parquet", "closed-2026-03-08.parquet"),
        *("opened-2026-01.parquet", "opened-2026-02.parquet", "opened-2026-03-08.parquet"),
    ]
    assert [row[1:] for row in rows] == [
        *((0, days[0], days[1], "corrected"), (1, days[1], days[2], "corrected")),
        *((2, days[2], days[3], "corrected"), (3, days[3], None, None)),
    ]
