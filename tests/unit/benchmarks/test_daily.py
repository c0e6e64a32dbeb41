"""The harness of `make bench`: what it counts, how it compares, and a page that says which targets are not met."""

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.daily import page, results
from benchmarks.daily.process import Failed, run
from benchmarks.daily.step_tables import step_tables


def _phase(cpu: float, seconds: float = 10.0, peak: int = 500) -> dict[str, Any]:
    step = {
        "step": "hub", "seconds": seconds / 2, "publishing": 1.0, "peak_mb_so_far": peak, "written_mb": 3.0,
        "read_mb": 4.0, "floor_read": 0.2, "floor_write": 0.3, "ratio": 10.0,
    }  # fmt: skip
    usage = {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak, "read_mb": 5, "written_mb": 6, "load_before": 0.1}
    return usage | {"steps": [step]}


def _size(**phase: Any) -> dict[str, Any]:
    city = {
        "people_at_the_end": 2, "bills": 3, "bills_late": 1, "rows": {"a": 1}, "bytes": {"a": 10},
        "usage": {"seconds": 1.0},
    }  # fmt: skip
    return {"city": city, "phases": {name: _phase(**phase) for name in page.PHASES}}


def test_a_process_is_measured_from_outside() -> None:
    code = (
        "x = bytearray(80_000_000); x[::4096] = b'1' * len(x[::4096]); open('/dev/null', 'wb').write(x); print('done')"
    )
    usage, said = run([sys.executable, "-c", code])
    assert said == "done\n"
    assert usage.peak_mb >= 76
    assert usage.written_mb >= 76
    assert usage.seconds > 0


def test_a_command_that_fails_says_so() -> None:
    with pytest.raises(Failed, match="exit 3"):
        run([sys.executable, "-c", "import sys; sys.exit(3)"])


def test_growth_is_the_exponent_between_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    file = tmp_path / "speed-a.json"
    results.add(file, 1000, _size(cpu=10.0))
    found = results.add(file, 10_000, _size(cpu=1000.0))
    assert found["growth"]["rebuild"] == {"1000 → 10000": 2.0}
    assert found["compared_with"] is None


def test_a_result_is_compared_with_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    results.add(tmp_path / "speed-a.json", 1000, _size(cpu=10.0, seconds=20.0))
    found = results.add(tmp_path / "speed-b.json", 1000, _size(cpu=5.0, seconds=5.0))
    assert found["compared_with"] == "speed-a.json"
    assert found["compared"]["1000"]["rebuild"] == {
        "seconds": 0.25, "cpu_seconds": 0.5, "peak_mb": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize(("seconds", "peak", "word"), [(50.0, 8000, "| yes |"), (500.0, 9000, "| **no** |")])
def test_the_page_says_which_targets_are_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, peak: int, word: str
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    results.add(tmp_path / "speed-a.json", 200_000, _size(cpu=10.0))
    results.add(tmp_path / "speed-a.json", page.WHOLE, _size(cpu=80.0, seconds=seconds, peak=peak))
    pages = page.speed_pages()
    text = pages["docs/benchmarks/speed.md"]()
    assert text.count(word) >= 4
    assert {name for name in pages if name.endswith(".svg") and pages[name]().startswith("<?xml")} | {
        "docs/benchmarks/speed.md"
    } == set(pages)


def test_the_page_says_what_the_commands_could_use_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "memory_limit", lambda: 8.0)
    results.add(tmp_path / "limited-a.json", 2000, _size(cpu=10.0))
    monkeypatch.setattr(results, "memory_limit", lambda: None)
    results.add(tmp_path / "speed-a.json", 2000, _size(cpu=10.0))
    _, _, limited = page.speed_pages()["docs/benchmarks/speed.md"]().partition("## In less memory")
    assert "(8 GB of it for the commands and their files)" in limited
    assert "stays in 8 GB; 2,000 households" in limited


def test_the_floor_under_a_command_is_that_under_all_its_steps() -> None:
    step = {
        "step": "hub", "seconds": 3.0, "publishing": 2.5, "floor_read": 1.0, "floor_write": 0.5, "ratio": 2.0,
        "peak_mb_so_far": 900, "written_mb": 7.0,
    }  # fmt: skip
    short = step | {"step": "close", "seconds": 0.25, "floor_read": 0.0, "floor_write": 0.25}
    city = {"phases": {name: {"steps": [step, short]} for name in page.PHASES}}
    text = "\n".join(step_tables(2000, city))
    assert "| close |" not in text
    assert text.count("| **all steps** | 3.2 | 5.0 | 1.00 + 0.75 | 1.9 | | 14 | |") == 5


def test_without_the_whole_city_no_target_is_called_met(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    results.add(tmp_path / "speed-a.json", 2000, _size(cpu=10.0))
    text = page.speed_pages()["docs/benchmarks/speed.md"]()
    assert "no target is shown to be met" in text
    assert "| yes |" not in text
