"""The session home: simulated, planted, taken in, trained, signed, screened, printed – once for all test processes."""

import fcntl
import json
import traceback
from pathlib import Path

from click.testing import CliRunner, Result

from pipelines.cli import kizuki
from pipelines.errors import GateClosed, WrongUse
from tests.home.cases import CASES, DAY, FIRST
from tests.home.copies import copied
from tests.home.keeping import kept
from tests.home.planting import plant

HOUSEHOLDS, SEED = "260", "20260406"
SIMULATED_TO, TAKEN_TO = "2026-04-10", "2026-04-05"
HOLDER = "試験担当"


class Cli:
    """Runs commands in this process and keeps all that they said."""

    def __init__(self, said: Path | None = None) -> None:
        self._said = said

    def __call__(self, *args: str | Path) -> Result:
        result = CliRunner().invoke(kizuki, [str(arg) for arg in args])
        if self._said:
            with self._said.open("a", encoding="utf-8") as log:
                log.write(f"{result.output}\n{result.stderr}\n{result.exception or ''}\n")
                if result.exc_info and result.exception:
                    log.write("".join(traceback.format_exception(result.exception)))
        return result

    def ok(self, *args: str | Path) -> dict[str, object]:
        """A command that must succeed; its figures."""
        result = self(*args, "--json")
        assert result.exit_code == 0, (args, result.output, result.exception)
        figures: dict[str, object] = json.loads(result.stdout.strip().splitlines()[-1])
        return figures


def status(result: Result) -> int:
    """The exit status that `kizuki` would have had (pipelines.cli.main)."""
    if isinstance(result.exception, GateClosed):
        return 1
    return 2 if isinstance(result.exception, WrongUse) else result.exit_code


def simulate(folder: Path, cli: Cli) -> Path:
    """A small city whose inbox holds everything, with the cases planted."""
    home = folder / "home"
    period = ("--from", str(FIRST), "--to", SIMULATED_TO)
    result = cli("simulate", "--home", home, "--households", HOUSEHOLDS, *period, "--seed", SEED)
    assert result.exit_code == 0, result.output
    plant(home, CASES)
    return home


def sign(home: Path, cli: Cli, model: str = "newest") -> None:
    """Both made-up reviewers sign."""
    for key in sorted((home.parent / f"{home.name}.signers").glob("*.key")):
        cli.ok("sign", "--home", home, "--model", model, "--as", key.stem, "--key", key)


def build(folder: Path) -> None:
    """The stages of the session home: delivered, trained, signed (both before DAY), screened (after DAY)."""
    folder.mkdir(parents=True)
    cli = Cli(folder / "said.txt")
    delivered = simulate(folder / "delivered", cli)
    trained = copied(delivered, folder / "trained")
    cli.ok("intake", "--home", trained, "--to", TAKEN_TO)
    cli.ok("train", "--home", trained, "--as-of", TAKEN_TO)
    signed = copied(trained, folder / "signed")
    sign(signed, cli)
    screened = copied(signed, folder / "screened")
    cli.ok("screen", "--home", screened, "--date", str(DAY))
    cli.ok("print", "--home", screened, "--list", str(DAY), "--team", "第一班", "--as", HOLDER)
    cli.ok("backtest", "--home", screened, "--from", str(DAY), "--to", str(DAY))
    cli.ok("report", "--home", screened)
    cli.ok("report", "--home", screened, "--features")
    cli.ok("key", "--home", screened, "--resident", CASES[0].resident(0), "--as", HOLDER)
    cli.ok("verify", "--home", screened)


def once(shared: Path, cache: Path | None) -> Path:
    """Build in `shared` unless another test process did (the others wait), or an earlier session kept it in `cache`."""
    folder, done = shared / "session_home", shared / "session_home.done"
    with (shared / "session_home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            if cache:
                kept(cache, build, folder)
            else:
                build(folder)
            done.write_text(str(publications(folder)))
    return folder


def publications(folder: Path) -> int:
    """How often all stages were published into; an entry in the audit trail is how reading leaves its mark."""
    return sum(1 for run in folder.glob("*/home/runs/*/manifest.json") if not run.parent.name.endswith("-audit"))


def changed(folder: Path) -> bool:
    """Whether a test published into a stage that others read (its copy is its own: `copy_of`)."""
    return publications(folder) != int(folder.with_suffix(".done").read_text())
