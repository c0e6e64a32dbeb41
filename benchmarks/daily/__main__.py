"""`python -m benchmarks.daily` (`make bench`): one or more sizes, one result file."""

import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from benchmarks.daily.course import course
from benchmarks.daily.results import FOLDER, add, commit, read


@click.command()
@click.option("--households", "sizes", type=int, multiple=True, default=(20_000,), show_default=True)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("demo-bench"),
    show_default=True,
    help="where homes are made; 1.8 M households need 45 GB",
)
@click.option("--seed", default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="result file; a size already in it is replaced")
@click.option("--keep", is_flag=True, help="keep the homes")
@click.option("--go-on", is_flag=True, help="go on with kept homes after the last command in the result file")
def main(sizes: tuple[int, ...], folder: Path, seed: int, out: Path | None, keep: bool, go_on: bool) -> None:
    """Measure the daily way in cities of the given sizes."""
    path = out or FOLDER / f"speed-{datetime.now(UTC):%Y-%m-%d}-{commit()}.json"
    folder.mkdir(parents=True, exist_ok=True)
    begun = read(path)["sizes"] if go_on else {}
    for households in sizes:
        course(households, folder, seed, click.echo, partial(add, path, households), begun.get(str(households)))
        if not keep:
            shutil.rmtree(folder / f"city{households}")
    if not keep:
        shutil.rmtree(folder)
    click.echo(f"{path}\nmake docs prints docs/benchmarks/speed.md from the newest result in benchmarks/results/")


if __name__ == "__main__":
    main()
