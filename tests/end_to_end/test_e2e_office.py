"""What a delivering office runs, the command's exit statuses, and a new source in three YAML files."""

import json
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from click.testing import CliRunner

from pipelines import layout, steps
from pipelines.cli import kizuki, main
from pipelines.hub import standing
from pipelines.settings import CONFIG
from tests.home import traces
from tests.home.building import Cli, status
from tests.home.cases import CASES, DAY, consent
from tests.home.copies import differences, different_versions, opened
from tests.home.deliveries import append, deliver, files, read
from tests.home.planting import bills
from tests.home.running import run_day

pytestmark = pytest.mark.usefixtures("without_great_expectations")


BY_NAME = {case.name: case for case in CASES}
GAS = Path(__file__).parents[1] / "home" / "gas_stops"
FILTERED = ("tax_bills", "insurance_bills", "housing_rent")


@pytest.mark.long
def test_filtered_by_the_office_or_not_gives_the_same_downstream(copy_of: Callable[..., Path], tmp_path: Path) -> None:
    """SOURCES: «both ways give identical results downstream». A full and deltas, by number and by name."""
    whole = copy_of("signed", "whole")
    for source in ("tax_bills", "insurance_bills"):
        (full,) = (p for p in files(whole, source) if p.parent.name == "2026-04-01" and "full" in p.name)
        again = Path(shutil.copy(full, full.parents[1] / str(DAY) / full.name))
        append(again, source, list(bills(CASES[0], source, 11)))
    filtered = copy_of("signed", "filtered")
    for source in ("tax_bills", "insurance_bills"):
        (full,) = (p for p in files(whole, source) if p.parent.name == str(DAY) and "full" in p.name)
        shutil.copy(full, filtered / "inbox" / source / str(DAY) / full.name)
    steps.take_in(opened(filtered), "consents", DAY)
    dropped = 0
    for source in FILTERED:
        wanted = tmp_path / f"{source}.csv"
        Cli().ok("request", "--home", filtered, source, "--out", wanted)
        for path in [p for p in files(filtered, source) if p.parent.name == str(DAY)]:
            kept = tmp_path / path.name
            args = ("contract", "filter", source, path, "--request", wanted, "--out", kept)
            figures = Cli().ok(*args)
            dropped += int(str(figures["rows_in"])) - int(str(figures["rows_kept"]))
            path.unlink()
            shutil.move(kept, path)
    assert dropped > 100
    for root in (whole, filtered):
        run_day(root, DAY)
    one, other = opened(whole), opened(filtered)
    assert different_versions(one, other) == []
    zones = ("working/", "published/lists/")
    digests = [{p: o.sha256 for p, o in home.store.held.items() if p.startswith(zones)} for home in (one, other)]
    assert differences(*digests) == []


def test_a_request_list_says_nothing_of_who_has_no_basis(screened: Path, tmp_path: Path) -> None:
    for source in FILTERED:
        wanted = tmp_path / f"{source}.csv"
        steps.request(opened(screened), source, wanted)
        hidden = [n for c in CASES for place in c.hidden if not c.people[place].protection and not c.people[place].local
                  and not any(p.protection or p.local for p in c.people)
                  for n in traces.names_of(c, place)]  # fmt: skip
        assert traces.found(hidden, {source: wanted.read_text(encoding="utf-8")}) == []


TAX = Path(__file__).parents[1] / "canaries" / "tax_bills"


def request_file(folder: Path, *ids: str, encoding: str = "utf-8") -> Path:
    path = folder / "request.csv"
    path.write_bytes("\r\n".join(["resident_id", *ids, ""]).encode(encoding))
    return path


def test_an_office_filters_by_a_list_that_excel_saved(tmp_path: Path) -> None:
    one, _two, three = read(TAX / "clean.csv")[1][1:]
    place = read(TAX / "clean.csv")[1][0].index("宛名番号")
    file = tmp_path / "tax_full.csv"
    shutil.copy(TAX / "clean.csv", file)
    with file.open("a", encoding="utf-8", newline="") as more:
        more.write(",".join([*three[:place], "12A", *three[place + 1 :]]) + "\n")
    asked = request_file(tmp_path, one[place], encoding="utf-8-sig")
    figures = Cli().ok("contract", "filter", "tax_bills", file, "--request", asked)
    assert (figures["rows_in"], figures["rows_kept"]) == (4, 1)
    assert (figures["rows_dropped_for_their_number"], figures["those_rows"]) == (1, ["5"])
    assert Path(str(figures["file"])).name == "tax_full_filtered.csv"


@pytest.mark.parametrize(
    ("file", "ids", "said"),
    [
        ("clean.csv", ["1"], "2 行目の「宛名番号」"),
        ("clean.csv", ["999999999999999"], "1行もありません"),
        ("file_missing_column.csv", ["000000000000001"], "見出し"),
    ],
    ids=["zeros lost", "nobody", "wrong header"],
)
def test_a_filter_that_would_drop_everybody_says_so(
    file: str, ids: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "kept.csv"
    args = ["contract", "filter", "tax_bills", str(TAX / file), "--request", str(request_file(tmp_path, *ids))]
    code, _out, err = run_main([*args, "--out", str(out)], monkeypatch)
    assert (code, len(err.strip().splitlines())) == (1, 1)
    assert said in err
    assert "→" in err
    assert "000000000000001" not in err
    assert "999999999999999" not in err
    assert not out.exists()


def test_water_is_filtered_by_customer_number_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = TAX.parent / "water_notices" / "clean.csv"
    out, asked = tmp_path / "kept.csv", tmp_path / "list.csv"
    args = ["contract", "filter", "water_notices", str(file), "--request", str(asked), "--out", str(out)]
    asked.write_text("name_kana,birth_date\nカクウ タロウ,1950-01-01\n", encoding="utf-8")
    code, _out, err = run_main(args, monkeypatch)
    assert (code, "unfiltered" in err, out.exists()) == (2, True, False)
    header, *rows = read(file)[1]
    number = rows[0][header.index("お客様番号")]
    asked.write_text(f"customer_no\n{number}\n", encoding="utf-8")
    assert run_main(args, monkeypatch)[0] == 0
    assert {row[header.index("お客様番号")] for row in read(out)[1][1:]} == {number}


def test_a_copy_keeps_the_kind_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path(shutil.copy(TAX / "clean.csv", tmp_path / "tax_full.csv"))
    asked = request_file(tmp_path, "000000000000001")
    args = ["contract", "filter", "tax_bills", str(file), "--request", str(asked), "--out"]
    for out in (tmp_path / "絞ったファイル.csv", tmp_path / "tax_full_and_delta.csv", file):
        code, _out, err = run_main([*args, str(out)], monkeypatch)
        assert (code, "--out" in err) == (2, True), err
    assert not (tmp_path / "絞ったファイル.csv").exists()


@pytest.fixture
def gas_config(tmp_path: Path) -> Path:
    """The config with a source more: three YAML files, and its name on the consent form."""
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    shutil.copytree(GAS, config / "sources" / "gas_stops")
    form = config / "sources" / "consents" / "contract.odcs.yaml"
    form.write_text(form.read_text(encoding="utf-8").replace('"community"]', '"community", "gas"]'), encoding="utf-8")
    bases = config / "legal_bases.yaml"
    raw = yaml.safe_load(bases.read_text(encoding="utf-8"))
    raw["bases"][0]["source"] += "|gas"
    bases.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return config


def test_a_new_source_is_three_yaml_files(gas_config: Path, copy_of: Callable[..., Path]) -> None:
    root = copy_of("signed")
    asked, silent = BY_NAME["consents to everything"], BY_NAME["protection deleted"]
    said = consent(sources="gas", given_on="2026-04-05") | {"consent_id": "GAS1", "resident_id": asked.resident(0)}
    deliver(root, "consents", DAY, [said], "delta_gas.csv")
    rows = [
        {"slip_no": f"G{n:06d}", "resident_id": case.resident(0), "stopped_on": "2026-04-01"}
        for n, case in enumerate((asked, silent), 1)
    ]
    path = deliver(root, "gas_stops", DAY, rows, "delta.csv", gas_config)
    path.write_bytes(path.read_text(encoding="utf-8").replace("停止日", "閉栓日").encode("cp932"))
    for source in ("residents", "consents", "local_protection", "protected_persons", "gas_stops"):
        steps.take_in(opened(root, gas_config), source, DAY)
    steps.hub(opened(root, gas_config), DAY)
    home = opened(root, gas_config)
    found = standing(home, "gas").to_pylist()
    assert [(e["kind"], e["began_on"]) for e in found] == [("gas_stop", date(2026, 4, 1))]
    (person,) = home.names.keys("person", pa.array([asked.resident(0)])).to_pylist()
    assert found[0]["person_key"] == person


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ["screen", "--home", "HOME"],
        ["screen", "--home", "HOME", "--date", "yesterday"],
        ["backtest", "--home", "HOME", "--from", "2026-04-06"],
        ["backtest", "--home", "HOME", "--from", "2026-04-06", "--to", "2026-04-05"],
        ["print", "--home", "HOME", "--list", "2026-03-02", "--team", "first", "--as", "x"],
        ["print", "--home", "HOME", "--list", "2026-04-06", "--team", "第九班", "--as", "x"],
        ["print", "--home", "HOME", "--list", "2026-04-06", "--sheet", "slips", "--team", "第一班", "--as", "x"],
        ["request", "--home", "HOME", "tax_bills", "--out", "nowhere/x.csv"],
        ["request", "--home", "HOME", "residents", "--out", "x.csv"],
        ["request", "--home", "HOME", "nothing", "--out", "x.csv"],
        ["request", "--home", "HOME", "water_notices", "--out", "x.csv"],
        ["request", "--home", "HOME", "school_flags", "--out", "x.csv"],
        ["request", "--home", "HOME", "welfare_contacts", "--out", "x.csv"],
        ["contract", "filter", "water_notices", __file__],
        ["contract", "filter", "welfare_contacts", __file__],
        ["contract", "filter", "residents", __file__],
        ["contract", "filter", "tax_bills", __file__],
        ["explain", "--home", "HOME", "no-such-key"],
        ["key", "--home", "HOME", "--resident", "000000000000000", "--as", "x"],
        ["explain-feature", "tax_overdue_open", "--date", "0001-01-01"],
        ["explain-feature", "tax_overdue_open", "--date", "1999-12-31"],
        ["report", "--home", "HOME", "--model", "ffff"],
        ["verify", "--home", "/nowhere"],
        ["contract", "check", "taxbills", __file__],
        ["unheard"],
    ],
    ids=lambda args: " ".join(args[:1]),
)
def test_wrong_use_exits_with_2_and_one_clear_line(
    args: list[str], screened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _out, err = run_main([str(screened) if a == "HOME" else a for a in args], monkeypatch)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize("args", [["intake", "--to"], ["train", "--as-of"]], ids=lambda args: args[0])
def test_a_day_that_has_not_come_is_wrong_use_in_a_real_city(
    args: list[str], copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A made-up city has days of its own, of which those far ahead are a closed gate."""
    root = copy_of("screened")
    code, _out, err = run_main([*args, "2999-01-04", "--home", str(root)], monkeypatch)
    assert (code, "after the newest delivery" in err) == (1, True), err
    settings = root / "settings.yaml"
    real = settings.read_text(encoding="utf-8").replace("demonstration: true", "demonstration: false")
    settings.unlink()  # a copy of a home shares its files with the original
    settings.write_text(real, encoding="utf-8")
    code, _out, err = run_main([*args, "2999-01-04", "--home", str(root)], monkeypatch)
    assert (code, "2999-01-04 has not come yet" in err) == (2, True), err


@pytest.mark.parametrize(
    "args", [["print", "--list", "2026-04-06", "--team", "first"], ["key", "--resident", "1"]], ids=["print", "key"]
)
@pytest.mark.parametrize("nobody", ["", "　 "], ids=["empty", "blanks"])
def test_a_copy_and_a_key_are_for_somebody(
    args: list[str], nobody: str, screened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _out, err = run_main([*args, "--home", str(screened), "--as", nobody], monkeypatch)
    assert (code, "--as" in err) == (2, True), err


def run_main(args: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """The entry point itself, with its exit status."""
    import contextlib
    import io

    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "argv", ["kizuki", *args])
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_a_gate_exits_with_1_and_says_which_and_what_to_do(
    copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    args = ["backtest", "--home", str(copy_of("trained")), "--from", "2026-04-01", "--to", "2026-04-01"]
    code, _out, err = run_main(args, monkeypatch)
    assert code == 1
    assert len(err.strip().splitlines()) == 1
    assert "→" in err


def test_a_day_that_has_not_come_is_one_line(screened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    args = ["screen", "--home", str(screened), "--date", "2136-11-16"]
    code, _out, err = run_main(args, monkeypatch)
    assert (code, err.startswith("kizuki: clock: 2136-11-16"), len(err.splitlines())) == (1, True, 1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("municipality: [\n", "settings.yaml, line 2"),
        ("- a\n", "settings.yaml: it must hold lines"),
        ("municipality: x\n", "settings.yaml: key_file must be given"),
        ("municipality: x\nkey_file: nowhere.key\n", "key_file in settings.yaml cannot be read"),
    ],
    ids=["no YAML", "a list", "no key_file", "a key file that is not there"],
)
def test_settings_that_cannot_be_used_are_wrong_use(
    settings: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.yaml").write_text(settings, encoding="utf-8")
    for args in (["verify"], ["screen", "--date", "2026-04-06"]):
        code, _out, err = run_main([*args, "--home", str(tmp_path)], monkeypatch)
        assert (code, said in err, len(err.splitlines())) == (2, True, 1), err


def test_done_exits_with_0_and_json_is_for_machines(screened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _err = run_main(["verify", "--home", str(screened), "--json"], monkeypatch)
    assert code == 0
    assert json.loads(out)["files"] > 100


def test_explain_adds_up_and_names_nobody(screened: Path) -> None:
    home = opened(screened)
    (key,) = traces.keys_of(home)[CASES[0].name].household
    figures = Cli().ok("explain", "--home", screened, key)
    contributions = figures["contributions"]
    assert isinstance(contributions, dict)
    assert abs(float(str(figures["sum_error"]))) <= 1e-6
    assert figures["facts"]
    visits = home.store.read_table(layout.visit_list(DAY)).to_pylist()
    slots = {visit["household_key"]: visit["slot"] for visit in visits}
    assert (figures["monday"], figures["listed"]) == (str(DAY), slots.get(key, "none"))
    assert traces.found(traces.plain_traces(CASES[0]), {"explain": json.dumps(figures, ensure_ascii=False)}) == []


def test_check_tells_the_office_what_the_city_would_say(tmp_path: Path) -> None:
    bad = Path(__file__).parents[1] / "canaries" / "tax_bills" / "rows.csv"
    result = Cli()("contract", "check", "tax_bills", bad, "--json")
    assert status(result) == 1, "a file that would be refused whole"
    assert json.loads(result.stdout)["rows_refused"] > 0
    assert not list(tmp_path.iterdir())


def test_every_command_has_help_that_starts_at_once() -> None:
    for name in kizuki.list_commands(None):  # type: ignore[arg-type]
        assert CliRunner().invoke(kizuki, [name, "--help"]).exit_code == 0, name
