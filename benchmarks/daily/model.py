"""A signed model for a big city, learned in a small one of the same make.

The daily way needs a model that stands signed; learning one is another matter, and not what is measured here. So it is
trained by `kizuki train` in a city of 2,000 households, its published files are published again in the big home, and
the two demonstration reviewers sign it there.
"""

import shutil
from datetime import date
from pathlib import Path

from benchmarks.city.deliver import deliver
from benchmarks.city.plan import Plan
from benchmarks.daily.process import kizuki
from features.definitions import FEATURES
from pipelines import layout
from pipelines.home import open_home
from pipelines.manifest import sha256
from pipelines.signing import model_hashes
from pipelines.store import Draft

SMALL, MONTHS = 2000, 36


def trained(folder: Path, plan: Plan, bulk: str) -> Path:
    """A home of a small city with a model; made once per folder and set of feature definitions."""
    hashes = "".join(FEATURES[name].hash for name in sorted(FEATURES))
    home = folder / f"small-{sha256(hashes)[:8]}"
    if not any((home / "models").glob("[0-9a-f]*")):  # a stopped course leaves half a home
        shutil.rmtree(home, ignore_errors=True)
        deliver(Plan(home, SMALL, MONTHS, plan.last, plan.seed), lambda _: None)
        kizuki("intake", home, "--to", bulk)
        kizuki("train", home, "--as-of", bulk)
    return home


def carry_over(small: Path, big: Path, day: str) -> str:
    """Publish the newest model of one home in another, and have it signed there. Returns its hash."""
    source, target = open_home(small, None), open_home(big, None)
    digest = model_hashes(source)[-1]
    paths = source.store.under(f"models/{digest}/")
    paths += [layout.ethics(digest, name) for name in ("report.html", "ethics.json")]

    def fill(draft: Draft) -> None:
        for path in paths:
            draft.bytes(path, source.store.read_bytes(path))

    with target.store.writing():
        target.store.publish(
            "training",
            date.fromisoformat(day),
            fill,
            inputs={path: source.store.digest(path) for path in paths},
            config=target.config,
        )
    for key in sorted(big.with_name(f"{big.name}.signers").glob("*.key")):
        kizuki("sign", big, "--model", digest, "--as", key.stem, "--key", str(key))
    return digest
