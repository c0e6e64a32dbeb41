"""The home's storage: publications that are there whole or not at all (promise 7), and the only Parquet writer.

Files are written below `<zone>/.gen/<run_id>/`; stable paths are relative symlinks into it. The rename of the
manifest is the commit. Links are switched after it; opening a home completes the links of a committed run and rolls
back files that no manifest names. Readers open only what a manifest names, and check its digest.
"""

import fcntl
import json
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import dataset

from identity.pseudonyms import unseal
from pipelines import checked, links
from pipelines.disks import disk
from pipelines.draft import SEALED, Draft, generation, to_disk
from pipelines.errors import GateClosed
from pipelines.folding import Folded, folded, read_manifest, write_checkpoint
from pipelines.manifest import Manifest, Output, canonical, code_digest, sha256

__all__ = ["SPILL", "STAGING", "Draft", "Store", "generation", "point"]

STAGING = "restricted/.staging"
SPILL = "restricted/.spill-"
"""What an engine lays aside, a folder for each connection: two of them would write files of one name."""


def point(_name: str) -> None:
    """A place where a kill must do no harm. Fault-injection tests replace this function."""


def _pointed(name: str) -> None:
    """`point` as it is when the place is reached."""
    point(name)


class Store:
    """An opened home: the folded chain of manifests, reading, and publications. One writer at a time."""

    def __init__(self, root: Path, people_key: bytes, fingerprint: str = "") -> None:
        self.root = root
        self._people_key = people_key
        self._fingerprint = fingerprint
        self._folded = Folded()
        self.reload()

    # -- reading -------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Fold all committed manifests again."""
        self._folded = folded(self.root)
        runs = self._folded.runs
        if runs and self.manifest(runs[-1]).inputs["key"] != self._fingerprint:
            raise GateClosed("key", "the home was written with another key", "correct key_file in settings.yaml")

    @property
    def held(self) -> dict[str, Output]:
        """Published stable paths, and what they hold."""
        return self._folded.held

    @property
    def runs(self) -> tuple[str, ...]:
        """Ids of the committed runs in order: `<sequence>-<day>-<step>`."""
        return tuple(self._folded.runs)

    def manifest(self, run: str) -> Manifest:
        """The manifest of a committed run."""
        return read_manifest(self.root, run)

    @property
    def chain(self) -> tuple[Manifest, ...]:
        """All committed manifests in order, read one by one."""
        return tuple(self.manifest(run) for run in self._folded.runs)

    def of_step(self, step: str) -> list[Manifest]:
        """The manifests of one step, in order."""
        return [self.manifest(run) for run in self._runs_of(step)]

    def newest(self, step: str) -> Manifest | None:
        """The newest publication of `step`, of whatever day."""
        runs = self._runs_of(step)
        return self.manifest(runs[-1]) if runs else None

    def days_of(self, step: str) -> list[date]:
        """The days that a step was published for, in the order in which it was."""
        return [date.fromisoformat(run[len("000000-") :][:10]) for run in self._runs_of(step)]

    def _runs_of(self, step: str) -> list[str]:
        return [run for run in self._folded.runs if run[len("000000-0000-00-00-") :] == step]

    def has(self, path: str) -> bool:
        """Whether `path` is published."""
        return path in self.held

    def under(self, prefix: str) -> list[str]:
        """Published stable paths that begin with `prefix`, sorted."""
        return sorted(path for path in self.held if path.startswith(prefix))

    def digest(self, path: str) -> str:
        """Digest of a published path, or a fixed word when there is none (absence is an input too)."""
        return self.held[path].sha256 if path in self.held else "absent"

    def read_bytes(self, path: str) -> bytes:
        """Bytes of a published file, digest checked, unsealed when it lies in `restricted/people`.

        Raises GateClosed when it is not published or its bytes are not those of the manifest.
        """
        if path not in self.held:
            raise GateClosed("publication", f"{path} is not published", "run the step that writes it")
        file = generation(self.root, self.held[path].gen, path)
        data = file.read_bytes() if file.is_file() else b""
        if sha256(data) != self.held[path].sha256:
            raise _damaged(path)
        return unseal(data, self._people_key) if path.startswith(SEALED) else data

    def file(self, path: str) -> Path:
        """Where the bytes of a published file are, its digest checked (once per process while nobody touches it).

        Raises GateClosed as `read_bytes` does. The bytes of a sealed file are still sealed.
        """
        if path not in self.held:
            raise GateClosed("publication", f"{path} is not published", "run the step that writes it")
        file = generation(self.root, self.held[path].gen, path)
        if not file.is_file() or checked.digest(file) != self.held[path].sha256:
            raise _damaged(path)
        return file

    def read_table(self, path: str, columns: list[str] | None = None) -> pa.Table:
        """A published Parquet file as a table: all its columns, or those named."""
        if path.startswith(SEALED):
            return pq.read_table(pa.BufferReader(self._opened(path)), columns=columns)
        return pq.read_table(self.file(path), columns=columns, partitioning=None)

    def relation(self, con: duckdb.DuckDBPyConnection, paths: list[str]) -> duckdb.DuckDBPyRelation:
        """Published Parquet files of one shape as one relation of `con`, read as far as a query asks for them.

        Columns go together by name; one that a file lacks is null there. `paths` names at least one file, all sealed
        or none; sealed ones are decrypted once per process, in memory.
        """
        if not paths[0].startswith(SEALED):
            return con.read_parquet([str(self.file(path)) for path in paths], union_by_name=True)
        form = dataset.ParquetFileFormat()
        parts = [form.make_fragment(pa.BufferReader(self._opened(path))) for path in paths]
        schema = pa.unify_schemas([part.physical_schema for part in parts])
        return con.from_arrow(dataset.FileSystemDataset(parts, schema, form))

    def _opened(self, path: str) -> pa.Buffer:
        return checked.unsealed(self.file(path), self._people_key)

    def read_json(self, path: str) -> Any:
        """A published JSON file."""
        return json.loads(self.read_bytes(path))

    def last(self, step: str, day: date) -> Manifest | None:
        """The newest publication of `step` for `day`."""
        found = next((run for run in reversed(self._folded.runs) if run.endswith(f"-{day}-{step}")), None)
        return self.manifest(found) if found else None

    # -- writing -------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one writer lock; recover what a killed run left. Raises GateClosed when another run writes."""
        self.root.mkdir(parents=True, exist_ok=True)
        with disk(), (self.root / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise GateClosed("lock", "another run is writing this home", "wait for it to end") from None
            self.reload()
            self._whole()
            for left in (self.root / STAGING, *self.root.glob(f"{SPILL}*")):  # rows of everybody, by a killed run
                shutil.rmtree(left, ignore_errors=True)
            if self._marker.exists():
                self.recover()
            yield

    def _whole(self) -> None:
        """A lost manifest must stop every writer: what only it names would be taken for rubbish and removed."""
        if self._folded.gap:
            what = f"runs/ lacks a manifest before {self._folded.gap}, or holds one that is not its own"
            raise GateClosed("publication", what, "restore runs/ from a backup, then run kizuki verify")

    @property
    def _marker(self) -> Path:
        """Stands while a publication is under way; found when a home is opened for writing, a run was killed."""
        return self.root / ".publishing"

    def recover(self) -> None:
        """Complete the links of committed runs; remove files that no manifest names."""
        links.switch(self.root, self.held, list(self.held), _pointed)
        links.collect(self.root, self.held, set(self.runs))
        self._marker.unlink(missing_ok=True)

    def publish(
        self,
        step: str,
        day: date,
        fill: Callable[[Draft], None],
        *,
        inputs: dict[str, str],
        config: str,
        model: str | None = None,
        reason: str = "",
    ) -> Manifest | None:
        """Run `fill` on a draft and commit it, unless the same step and day was published from equal inputs.

        Returns the new manifest, or None when nothing had to be done. Raises what `fill` raises; then nothing changed.
        """
        inputs = inputs | {"key": self._fingerprint}
        key = sha256(canonical([step, str(day), inputs, config, code_digest(), model]))
        before = self.last(step, day)
        if before and before.key == key and all(self.held.get(p) == o for p, o in before.outputs.items()):
            return None
        sequence = len(self._folded.runs) + 1
        draft = Draft(self.root, f"{sequence:06d}-{day}-{step}", self._people_key, _pointed)
        started = time.monotonic()
        self._marker.touch()
        try:
            fill(draft)
            draft.sync()
            point(f"{step}: written")
            manifest = Manifest(
                sequence=sequence,
                run_id=draft.run_id,
                step=step,
                day=str(day),
                reason=reason or ("first" if before is None else "inputs changed"),
                parent=self._folded.head,
                key=key,
                inputs=dict(sorted(inputs.items())),
                config=config,
                code=code_digest(),
                model=model,
                outputs=dict(sorted(draft.outputs.items())),
                removed={path: self.digest(path) for path in sorted(draft.removals) if path in self.held},
                rewritten={
                    path: {"old": self.digest(path), "new": draft.outputs[path].sha256, "why": why}
                    for path, why in sorted(draft.rewritings.items())
                },
            )
            self._commit(manifest, time.monotonic() - started)
        except (OSError, duckdb.Error):
            with suppress(OSError):  # on a full disk the next run tidies up
                self.recover()
            raise
        except BaseException:
            self.recover()
            raise
        return manifest

    def _commit(self, manifest: Manifest, seconds: float) -> None:
        folder = self.root / "runs" / manifest.run_id
        folder.mkdir(parents=True, exist_ok=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        temporary = folder / "manifest.json.new"
        temporary.write_text(manifest.text({"seconds": round(seconds, 3), "peak_mb": round(peak, 1)}))
        to_disk(temporary)
        point(f"{manifest.step}: before commit")
        before = self.held
        temporary.rename(folder / "manifest.json")
        self._folded.add(manifest)
        for names in (folder, folder.parent):
            to_disk(names)
        point(f"{manifest.step}: committed")
        links.switch(self.root, self.held, list(manifest.outputs), _pointed)
        for path in manifest.removed:
            links.drop(self.root / path)
        point(f"{manifest.step}: linked")
        for path in {*manifest.outputs, *manifest.removed} & set(before):
            links.drop(generation(self.root, before[path].gen, path))
        write_checkpoint(self.root, self._folded)
        self._marker.unlink()


def _damaged(path: str) -> GateClosed:
    what = f"{path} is missing or differs from its manifest"
    return GateClosed("publication", what, "restore it from a backup, then run kizuki verify")
