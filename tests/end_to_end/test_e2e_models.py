"""Promises 3 and 5: no two signatures, no list; a changed model is refused; a wrong sum stops the run."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml

from models import scoring
from pipelines import layout, steps
from pipelines.errors import GateClosed, WrongUse
from pipelines.verify import verify
from tests.home.building import Cli, sign, status
from tests.home.cases import DAY
from tests.home.copies import differences, held, opened
from tests.home.running import run_day

pytestmark = pytest.mark.usefixtures("without_great_expectations")


def reviewers(root: Path) -> list[Path]:
    return sorted((root.parent / "home.signers").glob("*.key"))


def scored(root: Path) -> None:
    steps.features(opened(root), DAY)
    steps.scores(opened(root), DAY)


def nothing_came_of_it(root: Path) -> bool:
    store = opened(root).store
    return not store.has(layout.scores(DAY)) and not store.under("published/lists/")


def test_no_signature_no_scores_and_no_list(copy_of: Callable[..., Path]) -> None:
    root = copy_of("trained")
    with pytest.raises(GateClosed, match=r"署名.*no model stands signed"):
        run_day(root, DAY)
    assert nothing_came_of_it(root)


def test_one_signature_or_the_same_persons_twice_is_not_enough(copy_of: Callable[..., Path]) -> None:
    root = copy_of("trained")
    first = reviewers(root)[0]
    for _time in range(2):
        figures = steps.sign(opened(root), "newest", first.stem, first, None)
        assert figures["stands"] is False
    with pytest.raises(GateClosed, match="no model stands signed"):
        scored(root)
    second = reviewers(root)[1]
    assert steps.sign(opened(root), "newest", second.stem, second, None)["stands"] is True
    scored(root)
    assert opened(root).store.has(layout.scores(DAY))


def test_a_key_of_somebody_else_or_an_unregistered_name_signs_nothing(copy_of: Callable[..., Path]) -> None:
    root = copy_of("trained")
    first, second = reviewers(root)
    with pytest.raises(WrongUse):
        steps.sign(opened(root), "newest", first.stem, second, None)
    with pytest.raises(WrongUse, match="not in the register"):
        steps.sign(opened(root), "newest", "somebody", first, None)


def test_a_reviewers_refusal_stops_the_list_and_says_why(copy_of: Callable[..., Path]) -> None:
    """Two have signed; one refuses with reasons: no list, and only that person's later yes lifts it."""
    root = copy_of("signed")
    first, second = reviewers(root)
    said = ("--home", root, "--model", "newest", "--as", second.stem, "--key", second)
    assert status(Cli()("refuse", *said, "--because", " ")) == 2, "no reasons, no refusal"
    figures = Cli().ok("refuse", *said, "--because", "地区の差を説明できない", "--on", DAY.isoformat())
    assert figures["stands"] is False
    with pytest.raises(GateClosed, match="審査員が断りました"):
        scored(root)
    assert nothing_came_of_it(root)
    told = {"name": second.stem, "refused_on": DAY.isoformat(), "because": "地区の差を説明できない"}
    assert Cli().ok("report", "--home", root)["refusals"] == [told]
    assert steps.sign(opened(root), "newest", first.stem, first, DAY + timedelta(days=1))["stands"] is False
    again = steps.sign(opened(root), "newest", second.stem, second, DAY + timedelta(days=1))
    assert again["stands"] is True and again["refusals"] == [told], "what was minded is not forgotten"
    assert status(Cli()("verify", "--home", root)) == 0


@pytest.mark.parametrize("change", ["expired", "one signer left the register"])
def test_signatures_of_signers_who_may_no_longer_sign_do_not_count(change: str, copy_of: Callable[..., Path]) -> None:
    root = copy_of("signed")
    path = root / "settings.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    if change == "expired":
        settings["signers"][0]["valid_until"] = "2026-04-05"
    else:
        settings["signers"] = settings["signers"][:1]
    path.unlink()
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    with pytest.raises(GateClosed, match="no model stands signed"):
        scored(root)
    assert nothing_came_of_it(root)


@pytest.mark.parametrize("name", ["model.json", "metrics.json"])
def test_a_changed_model_is_refused(name: str, copy_of: Callable[..., Path]) -> None:
    root = copy_of("signed")
    (link,) = [path for path in (root / "models").glob(f"*/{name}") if path.is_symlink()]
    target = link.resolve()
    changed = target.read_text(encoding="utf-8").replace("1", "2", 1)
    target.unlink()
    target.write_text(changed, encoding="utf-8")
    with pytest.raises(GateClosed, match="differs from its manifest"):
        scored(root)
    assert nothing_came_of_it(root)
    result = Cli()("verify", "--home", root)
    assert status(result) == 1


def test_a_changed_report_takes_the_signatures_with_it(copy_of: Callable[..., Path]) -> None:
    """The signature is on the exact report that was read: another report, no standing model."""
    root = copy_of("signed")
    home = opened(root)
    with home.store.writing():
        (report,) = [p for p in home.store.under("published/reports/ethics/") if p.endswith("report.html")]
        home.store.publish(
            "training",
            DAY,
            lambda draft: draft.bytes(report, b"<html>another</html>"),
            inputs={"by": "hand"},
            config=home.config,
        )
    with pytest.raises(GateClosed, match="no model stands signed"):
        scored(root)


def test_a_wrong_sum_stops_the_run_and_publishes_nothing(
    copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_of("signed")
    steps.features(opened(root), DAY)
    before = held(opened(root))
    right = scoring._contributions

    def corrupt(found: object) -> dict[str, np.ndarray]:
        columns = right(found)  # type: ignore[arg-type]
        first = next(iter(columns))
        columns[first] = columns[first] + np.float64(2e-6)
        return columns

    monkeypatch.setattr(scoring, "_contributions", corrupt)
    with pytest.raises(GateClosed, match="合計がスコアと一致しません"):
        steps.scores(opened(root), DAY)
    assert differences(before, held(opened(root))) == []
    assert verify(opened(root)) == []


def test_features_of_other_definitions_are_refused(
    copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feature's identity is its name and definition: a signed model meets no other matrix."""
    from pipelines import screening

    root = copy_of("signed")
    changed = {name: "0" * 64 for name in screening.hashes()}
    monkeypatch.setattr(screening, "hashes", lambda: changed)
    with pytest.raises(GateClosed):
        scored(root)
    assert nothing_came_of_it(root)


def test_a_model_signed_again_after_training_again_needs_new_signatures(copy_of: Callable[..., Path]) -> None:
    """Approvals lie beside the model under its hash: they are no other model's."""
    root = copy_of("signed")
    home = opened(root)
    (digest,) = {path.split("/")[2] for path in home.store.under("models/approvals/")}
    assert home.store.has(layout.model(digest, "model.json"))
    sign(root, Cli())
    assert {path.split("/")[2] for path in opened(root).store.under("models/approvals/")} == {digest}
