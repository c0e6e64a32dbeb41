"""`kizuki verify`: re-check every manifest, digest, chain and promise that can be re-checked from the home alone."""

from collections.abc import Callable, Iterator

import pyarrow.compute as pc

from pipelines.errors import GateClosed
from pipelines.folding import checkpoint_differs
from pipelines.home import Home
from pipelines.manifest import fold, sha256
from pipelines.rechecks import exposed, without_basis
from pipelines.store import generation

TOLERANCE = 1e-6


def verify(home: Home) -> list[tuple[str, str]]:
    """All findings as (check, what); empty when everything holds."""
    return [(name, finding) for name, check in CHECKS.items() for finding in _found(check, home)]


def _found(check: Callable[[Home], Iterator[str]], home: Home) -> Iterator[str]:
    """Findings of a check; a file that it cannot open is one, and the other checks go on."""
    try:
        yield from check(home)
    except GateClosed as closed:
        yield closed.what


def _chain(home: Home) -> Iterator[str]:
    parent = ""
    for place, manifest in enumerate(home.store.chain, start=1):
        if manifest.sequence != place:
            yield f"{manifest.run_id}: sequence {manifest.sequence}, expected {place}"
        if manifest.parent != parent:
            yield f"{manifest.run_id}: its parent digest is not that of the manifest before it"
        parent = manifest.digest


def _rewritings(home: Home) -> Iterator[str]:
    """Every file replaced after the fact names the digest it replaced: old → new, and why."""
    held: dict[str, str] = {}
    for manifest in home.store.chain:
        for path, entry in manifest.rewritten.items():
            if held.get(path) != entry["old"]:
                yield f"{manifest.run_id}: {path} was rewritten from a digest that was not published"
        for path, old in manifest.removed.items():
            if held.pop(path, None) != old:
                yield f"{manifest.run_id}: {path} was removed with a digest that was not published"
        held |= {path: output.sha256 for path, output in manifest.outputs.items()}


def _files(home: Home) -> Iterator[str]:
    for path, output in home.store.held.items():
        file = generation(home.root, output.gen, path)
        if not file.exists():
            yield f"{path}: missing"
        elif sha256(file.read_bytes()) != output.sha256:
            yield f"{path}: differs from its manifest"
        elif (home.root / path).resolve() != file.resolve():
            yield f"{path}: the link does not lead to the published file"


def _sums(home: Home) -> Iterator[str]:
    """base + Σ contributions = margin within 1e-6 for every household of every published day (promise 5)."""
    for path in home.store.under("working/"):
        if not path.endswith("/contributions.parquet"):
            continue
        terms = home.store.read_table(path)
        scores = home.store.read_table(path.replace("contributions.parquet", "scores.parquet"))
        total = terms["base"]
        for name in terms.column_names[2:]:
            total = pc.add(total, terms[name])
        if not terms["household_key"].equals(scores["household_key"]):
            yield f"{path}: other households than scores.parquet"
        elif terms.num_rows and pc.max(pc.abs(pc.subtract(total, scores["margin"]))).as_py() > TOLERANCE:
            yield f"{path}: base + contributions is not the margin"


def _models(home: Home) -> Iterator[str]:
    """Every score names a model that is here, and the model's hash is that of its content."""
    for path in home.store.under("models/"):
        if path.endswith("/model.json") and sha256(home.store.read_bytes(path)) != path.split("/")[1]:
            yield f"{path}: its hash is not its folder's name"


def _folded(home: Home) -> Iterator[str]:
    if fold(home.store.chain) != home.store.held:
        yield "the manifests do not add up to what is held"
    if checkpoint_differs(home.root, home.store.chain):
        yield "runs/checkpoint.json is not what the manifests add up to: delete it"


CHECKS: dict[str, Callable[[Home], Iterator[str]]] = {
    "chain": _chain,
    "rewritten files": _rewritings,
    "files": _files,
    "sums": _sums,
    "models": _models,
    "fold": _folded,
    "basis": without_basis,
    "protection": exposed,
}

_RESTORE = "restore from a backup, or report the fault"
# Of what should have been deleted a backup holds no better version.
_FAULTS = dict.fromkeys(("basis", "protection"), "report the fault, and print nothing until it is mended")


def require(home: Home) -> dict[str, int]:
    """Verify and return counts of what was checked. Raises GateClosed with the first finding."""
    findings = verify(home)
    if findings:
        check, what = findings[0]
        raise GateClosed(f"verify, {check}", f"{what} ({len(findings)} findings)", _FAULTS.get(check, _RESTORE))
    return {"manifests": len(home.store.runs), "files": len(home.store.held)}
