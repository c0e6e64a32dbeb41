"""Models in the home: their hashes, signatures, and which one stands (promise 3; METHODS §5; DESIGN §7 sign-off)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from models.signoff import Verdict, sign, standing
from models.table import Model
from pipelines import layout
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import Home
from pipelines.store import Draft


def model_hashes(home: Home) -> list[str]:
    """Hashes of all models in the home, oldest first."""
    return [p.split("/")[1] for m in home.store.chain for p in m.outputs if p.startswith("models/") and p.endswith("/model.json")]


def find_model(home: Home, start: str | None) -> str:
    """The model whose hash begins with `start`; the newest when None. Raises WrongUse when none or several do."""
    found = [h for h in model_hashes(home) if start is None or h.startswith(start)]
    if not found or (start is not None and len(set(found)) > 1):
        message = f"--model {start}: {'no' if not found else 'more than one'} model of this home has this hash; kizuki train prints it"
        raise WrongUse(message)
    return found[-1]


def read_model(home: Home, digest: str) -> Model:
    """A published model by its hash."""
    return Model.from_json(home.store.read_bytes(layout.model(digest, "model.json")).decode())


def signed_things(home: Home, digest: str) -> dict[str, str]:
    """What a signature is on: the exact hashes of model, data and report."""
    model = json.loads(home.store.read_bytes(layout.model(digest, "model.json")))
    report = home.store.digest(layout.ethics(digest, "report.html"))
    return {"model": digest, "data": model["training_data"], "report": report}


def approvals(home: Home, digest: str) -> list[dict[str, Any]]:
    """All signatures on a model."""
    return [home.store.read_json(path) for path in home.store.under("models/approvals/" + digest + "/")]


def verdict(home: Home, digest: str, day: date) -> Verdict:
    """Whether a model may be used for lists on `day`, and if not, why."""
    metrics = home.store.read_json(layout.model(digest, "metrics.json"))
    return standing(
        approvals(home, digest),
        signed_things(home, digest),
        home.settings.signers,
        day,
        demonstration_home=home.settings.demonstration,
        demonstration_report=metrics["made_up"],
        validation=metrics["validation"],
    )


def standing_model(home: Home, day: date) -> tuple[str, Model]:
    """The newest model that stands signed on `day`. Raises GateClosed when none does: no two signatures, no list."""
    reasons = ["no model was trained"]
    for digest in reversed(model_hashes(home)):
        found = verdict(home, digest, day)
        if found.ok:
            return digest, read_model(home, digest)
        reasons = list(found.reasons)
    raise GateClosed("署名 (sign-off)", f"no model stands signed on {day}: {reasons[0]}", "kizuki train, read the ethics report, two people sign")


def sign_model(home: Home, digest: str, name: str, key_file: Path, day: date) -> None:
    """Publish a signature by `name` on model, data and report. Raises WrongUse when the key is not readable or not theirs."""
    signer = next((s for s in home.settings.signers if s["name"] == name), None)
    if signer is None:
        message = f"--as {name}: not in the register of signers (settings.yaml)"
        raise WrongUse(message)
    seed = bytes.fromhex(key_file.read_text().strip())
    approval = sign(signed_things(home, digest), name, signer["role"], seed, day)
    path = layout.approval(digest, approval["name"])

    def fill(draft: Draft) -> None:
        draft.json(path, approval)

    home.store.publish(f"sign-{name}", day, fill, inputs={"model": digest, "signature": approval["signature"]}, config=home.config)
