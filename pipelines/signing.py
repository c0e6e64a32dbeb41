"""Models in the home: their hashes, who signed or refused, which one stands (promise 3; METHODS §5; DESIGN §7)."""

from datetime import date
from pathlib import Path
from typing import Any

from models.signatures import Hashes, Signer, SignRefused, is_refusal, public_key, refuse, sign
from models.signoff import Circumstances, Verdict, standing
from models.table import Model, from_json
from pipelines import layout
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import Home
from pipelines.store import Draft


def model_hashes(home: Home) -> list[str]:
    """Hashes of all models in the home, oldest first."""
    return [
        p.split("/")[1]
        for m in home.store.of_step("training")
        for p in m.outputs
        if p.startswith("models/") and p.endswith("/model.json")
    ]


def find_model(home: Home, start: str | None) -> str:
    """The model whose hash begins with `start`; the newest when None or «newest». Raises WrongUse when none or several
    do.
    """
    newest = start in (None, "newest")
    found = [h for h in model_hashes(home) if newest or h.startswith(str(start))]
    if not found or (not newest and len(set(found)) > 1):
        which = "more than one" if found else "no"
        message = f"--model {start}: {which} model of this home has this hash; kizuki train prints it"
        raise WrongUse(message)
    return found[-1]


def read_model(home: Home, digest: str) -> Model:
    """A published model by its hash."""
    return from_json(home.store.read_bytes(layout.model(digest, "model.json")).decode())


def signed_things(home: Home, digest: str) -> Hashes:
    """What a signature is on: the exact hashes of model, training data and report."""
    return Hashes(
        digest, read_model(home, digest).training_digest, home.store.digest(layout.ethics(digest, "report.html"))
    )


def statements(home: Home, digest: str) -> list[dict[str, Any]]:
    """All that reviewers signed about a model: approvals and refusals."""
    return [home.store.read_json(path) for path in home.store.under("models/approvals/" + digest + "/")]


def verdict(home: Home, digest: str, day: date) -> Verdict:
    """Whether a model may be used for lists on `day`, and if not, why."""
    metrics = home.store.read_json(layout.model(digest, "metrics.json"))
    register = [
        Signer(s["name"], s["role"], s["public_key"].lower(), _day(s["valid_until"])) for s in home.settings.signers
    ]
    circumstances = Circumstances(
        home_demonstration=home.settings.demonstration,
        report_demonstration=metrics["made_up"],
        without_leads=metrics["validation"] != "temporal",
    )
    return standing(statements(home, digest), signed_things(home, digest), register, day, circumstances)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def standing_model(home: Home, day: date) -> tuple[str, Model]:
    """The newest model that stands signed on `day`. Raises GateClosed when none does: no two signatures, no list."""
    reasons = ["no model was trained"]
    for digest in reversed(model_hashes(home)):
        found = verdict(home, digest, day)
        if found.ok:
            return digest, read_model(home, digest)
        reasons = [reason.sentence for reason in found.reasons]
    raise GateClosed(
        "署名 (sign-off)",
        f"no model stands signed on {day}: {reasons[0]}",
        "kizuki train, read the ethics report, two people sign",
    )


def refusals(home: Home, digest: str) -> list[dict[str, str]]:
    """Who refused a model, on which day and why, oldest first."""
    said = [statement for statement in statements(home, digest) if is_refusal(statement)]
    said.sort(key=lambda statement: statement["refused_on"])
    return [{field: statement[field] for field in ("name", "refused_on", "because")} for statement in said]


def sign_model(home: Home, digest: str, name: str, key_file: Path, day: date, because: str | None = None) -> None:
    """Publish what `name` says of model, data and report: an approval, or with `because` a refusal. Raises WrongUse
    when the key is not readable or not theirs.
    """
    signer = next((s for s in home.settings.signers if s["name"] == name), None)
    if signer is None:
        message = f"--as {name}: not in the register of signers (settings.yaml)"
        raise WrongUse(message)
    things, role = signed_things(home, digest), signer["role"]
    try:
        seed = bytes.fromhex(key_file.read_text().strip())
        if public_key(seed) != signer["public_key"]:
            message = f"not the key that the register of signers has for {name}"
            raise ValueError(message)
        statement = (
            sign(things, name, role, seed, day) if because is None else refuse(things, name, role, seed, day, because)
        )
    except (ValueError, SignRefused) as error:
        message = f"--key: {error}"
        raise WrongUse(message) from None
    place = home.settings.signers.index(signer) + 1
    # A refusal stays beside the approval that may follow it: what somebody once minded is not forgotten.
    kind, file = ("sign", f"signature-{place}") if because is None else ("refuse", f"refusal-{place}-{day}")

    def fill(draft: Draft) -> None:
        draft.json(layout.approval(digest, file), statement)

    home.store.publish(
        f"{kind}-{place}", day, fill, inputs={"model": digest, "signature": statement["signature"]}, config=home.config
    )
