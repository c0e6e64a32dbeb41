"""The floor under a step: reading the Parquet that it read and writing the Parquet that it wrote, and nothing else.

`python -m benchmarks.daily.floor HOME FILE`: FILE is JSON, name → {inputs, outputs}; prints name → seconds.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.home import Home, open_home

BATCH = 131_072


def floor(home: Home, scratch: Path, inputs: list[str], outputs: list[str]) -> dict[str, float]:
    """Seconds to read all columns of the inputs and to write the outputs again, on what is published now."""
    began = time.monotonic()
    for path in inputs:
        for _ in _batches(home, path):
            pass
    read = time.monotonic() - began
    written = 0.0
    for path in outputs:
        if home.store.has(path):
            written += _write(home, path, scratch)
    return {"read": round(read, 3), "write": round(written, 3)}


def _batches(home: Home, path: str) -> Iterator[pa.RecordBatch]:
    """Batches of a Parquet file; any other file is read whole."""
    if not home.store.has(path):
        (home.root / path).read_bytes()
        return
    if not path.endswith(".parquet"):
        home.store.read_bytes(path)
        return
    sealed = path.startswith("restricted/people")
    source = pa.BufferReader(home.store.read_bytes(path)) if sealed else home.root / path
    yield from pq.ParquetFile(source).iter_batches(BATCH)


def _write(home: Home, path: str, scratch: Path) -> float:
    """Seconds that writing takes, without the reading that feeds it."""
    if not path.endswith(".parquet"):
        data = home.store.read_bytes(path)
        began = time.monotonic()
        scratch.write_bytes(data)
        return time.monotonic() - began
    seconds, writer = 0.0, None
    for batch in _batches(home, path):
        began = time.monotonic()
        if writer is None:
            writer = pq.ParquetWriter(scratch, batch.schema, compression="zstd", version="2.6")
        writer.write_batch(batch, row_group_size=BATCH)
        seconds += time.monotonic() - began
    if writer is not None:
        began = time.monotonic()
        writer.close()
        seconds += time.monotonic() - began
    return seconds


def main() -> None:
    """Measure every entry of the file."""
    root, wanted = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    home = open_home(root, None)
    scratch = root.parent / f"{root.name}.floor.tmp"
    measured = {name: floor(home, scratch, of["inputs"], of["outputs"]) for name, of in wanted.items()}
    scratch.unlink(missing_ok=True)
    sys.stdout.write(json.dumps(measured))


if __name__ == "__main__":
    main()
