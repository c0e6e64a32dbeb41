"""docs/index.md: one made-up household followed file by file through every zone of a real small home.

The home is built in a temporary folder from docs/small_town.py by the ordinary steps; every table on the page is read
from it. Digests of code and models are left out, so that the page changes only when what it shows changes.
"""

import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from docs.small_town import FILES, HANAKO, HIDDEN, MONDAY, SIGNERS, build

HEAD: Final = """# 一世帯を追う / One household, file by file

[ほかのページは下に](#pages) · [README](../README.md) · [用語](../GLOSSARY.md)

<!-- docs/household.py が小さな架空の町を実際に動かして印刷したページです。直すのは
     docs/small_town.py のほうです: make docs -->

**架空データ**です。見本町の6世帯はどこにも存在しません。このページの表は、`docs/small_town.py` のファイルをふつうの手順
(`kizuki intake`・`screen`・`print` と同じ関数)に通してできたホームから読んだものです。仕組みが
書いてあるとおりに動くことを示しますが、訪問が役に立つことの証拠ではありません。

*English: six made-up households go through the ordinary steps; every table below is read from the home they leave. The
data are made up; they show that the software does what it says, not that it helps anybody.*

| 世帯 | 届いている事実 | 同意 | どうなるか |
|---|---|---|---|
| 見本 花子と太郎 | 保険料2期、水道の予告 | 花子が同意(様式v2) | 追いかける世帯 |
| 見本 一郎 | 保険料1期 | なし | 行は数えて忘れる。どこにも残らない |
| 見本 桜 | 保険料1期 | あり | 支援措置の対象。`restricted/` から外には出ない |
| 見本 次郎・梅・健 | なし | あり(様式v2) | 見えていて、事実がない |
"""

PAGES: Final = """
<a id="pages"></a>

## ほかのページ / Pages

| 読む人 | ページ |
|---|---|
| 分析担当 / analyst | [analyst.md](analyst.md) |
| 支援員・主任 / outreach team | [outreach.md](outreach.md) |
| 倫理審査員 / ethics reviewer | [reviewer.md](reviewer.md) |
| ファイルを届ける課 / delivering office | [office.md](office.md)、[受け渡しの取り決め](contracts/README.md) |
| 管理者 / administrator | [administrator.md](administrator.md) |
| 開発者 / developer | [developer.md](developer.md) (English)、[決定の記録](decisions/README.md) |

| そのほか | |
|---|---|
| [コマンド](cli.md) | すべての選択肢と終わりの値 |
| [九つの約束](promises/README.md) | 守り方、試験、残っていること |
"""


def household_page() -> str:
    """The whole index. Takes some seconds: it runs intake, features, scores, list and print on a new home."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        build(root)
        return HEAD + "\n".join(_chapters(_run(root))) + "\n"


def _run(root: Path) -> Any:
    """The ordinary steps for Monday; the model is the scorecard of config/, signed by two made-up reviewers."""
    from pipelines import layout, steps
    from pipelines.home import open_home
    from pipelines.intake import sources_in_order

    home = open_home(root)
    for source in sources_in_order(home):
        steps.take_in(home, source, MONDAY)
    steps.hub(home, MONDAY)
    steps.features(home, MONDAY)
    digest = _publish_scorecard(home)
    for name, seed in SIGNERS.items():
        key = root.with_name(f"{name}.key")
        key.write_text(seed)
        steps.sign(home, digest, name, key, MONDAY)
    steps.scores(home, MONDAY)
    steps.lists(home, MONDAY)
    steps.print_copy(home, MONDAY, "first", "担当")
    assert home.store.has(layout.visit_list(MONDAY))
    steps.verify(home)
    return open_home(root)


def _publish_scorecard(home: Any) -> str:
    """Publish the scorecard, measured against this town's four households in scope. Six households cannot train."""
    from features.definitions import FEATURES
    from models.candidates import specs_of
    from models.learners.scorecard import build as build_card
    from models.matrix import Matrix
    from models.table import canonical_json, model_hash
    from pipelines import layout
    from pipelines.training import load_card

    table = home.store.read_table(layout.features(MONDAY))
    matrix = Matrix.from_table(table, list(FEATURES))
    model = build_card(matrix, specs_of(list(FEATURES.values())), load_card(home, MONDAY))
    digest = model_hash(model)

    def fill(draft: Any) -> None:
        draft.bytes(layout.model(digest, "model.json"), canonical_json(model).encode())
        draft.json(layout.model(digest, "metrics.json"), {"made_up": True, "validation": "temporal"})
        draft.bytes(layout.ethics(digest, "report.html"), "架空データ".encode())

    with home.store.writing():
        home.store.publish("training", MONDAY, fill, inputs={}, config=home.config)
    return digest


def _chapters(home: Any) -> Iterable[str]:
    from pipelines import layout

    key = pa.array([HANAKO])
    person = home.names.keys("person", key)[0].as_py()
    hanako = _rows(home, layout.MEMBERSHIP, "person_key", person)
    household = hanako[0]["household_key"]
    yield from _inbox()
    yield from _receipt(home)
    yield from _restricted(home)
    yield from _hub(home, hanako, person)
    yield from _numbers(home, household)
    yield from _lists(home, household)
    yield from _left(home)


def _inbox() -> Iterable[str]:
    yield "\n## 1. `inbox/` — 各課が置いたファイル\n"
    yield "フォルダーの日付が「分かった日」(`known_from`)になります。受け付けたあと、"
    yield "既定では7日で消されます(digestは残ります)。"
    for path in (
        "consents/2026-01-05/doui_delta_20260105.csv",
        "insurance_bills/2026-02-24/hoken_delta_20260224.csv",
        "water_notices/2026-03-18/suido_delta_20260318.csv",
        "insurance_bills/2026-04-02/hoken_delta_20260402.csv",
        "protected_persons/2026-04-06/shien_full_20260406.csv",
    ):
        text, encoding = FILES[path]
        yield f"\n`inbox/{path}` ({encoding})\n\n```\n{text.rstrip()}\n```"
    yield "\n3月27日に1期分(期別07)が納められ、4月2日のファイルでそれが**分かりました**。"
    yield "起きた日と分かった日は別のものです。"


def _receipt(home: Any) -> Iterable[str]:
    from pipelines import layout

    path = layout.receipt("insurance_bills", date(2026, 2, 24), 0, "json")
    receipt = home.store.read_json(path)
    yield "\n## 2. `published/receipts/` — 課に戻る受領書\n"
    yield f"`{path}`(同じ内容の `.html` が横にあります)\n"
    names = ("source", "folder_day", "kind", "verdict", "rows_in", "rows_refused", "accepted_or_forgotten")
    yield _table([{name: receipt[name] for name in names}])
    yield "\n4行のうち一郎の1行は忘れられましたが、受領書は「受け付けたか忘れた行」を一つの数で返します。"
    yield "だれに同意がないか、"
    yield "だれが支援措置の対象かは、課にも分かりません。"


def _restricted(home: Any) -> Iterable[str]:
    from pipelines import layout
    from pipelines.accepted import versions
    from pipelines.persons import People

    yield "\n## 3. `restricted/` — 根拠のある人の行だけ\n"
    yield f"`{layout.people_table('recent', 'permission')}`(暗号化)。"
    yield "人 × 情報 × 目的 × 日。花子の行(どの情報も、どの目的にも):\n"
    permission = People(home).ask("from permission where resident_id = $who", {"who": HANAKO})
    yield _table(permission.to_pylist())
    yield "\n月の初めより前に知ったことは `settled/`、それから後に何か知った人のことは `recent/` にあります。\n"
    yield "\n様式v2は取得日の24か月前までの事実を含むので、`covers_from` はその日です。\n"
    yield f"`{layout.PROTECTION}`(暗号化)。解除が確認されるまで `until` は空です:\n"
    yield _table(home.store.read_table(layout.PROTECTION).to_pylist())
    yield f"\n`{layout.log_folder('insurance_bills', 'signal')}/`。版の記録。閉じた版は消えません。"
    yield "`opened-…` に版、`closed-…` にその終わりが、分かった月ごと(最新の月は日ごと)のファイルにあります:\n"
    columns = ["notice_no", "instalment", "resident_id", "due_on", "paid_on", "known_from", "known_until"]
    log = versions(home, "insurance_bills")
    assert log is not None
    yield _table(log.select(columns).sort_by([("instalment", "ascending"), ("known_from", "ascending")]).to_pylist())


def _hub(home: Any, membership: list[dict[str, Any]], person: str) -> Iterable[str]:
    from pipelines import layout

    yield "\n## 4. `working/` — ここから先は仮の番号だけ\n"
    yield f"`{layout.MEMBERSHIP}`。花子の行(太郎には根拠のある情報がないので、ここにはいません):\n"
    yield _table(membership)
    residence = _rows(home, layout.RESIDENCE, "household_key", membership[0]["household_key"])
    yield f"\n`{layout.RESIDENCE}`。水道の出来事は、人ではなくお住まいに付きます:\n"
    yield _table(residence)
    yield f"\n`{layout.EPISODES}`。出来事 = いつ始まり、いつ終わり、いつ分かったか。"
    yield "情報ごとのフォルダーの、始まった年ごとのファイル(`standing-2026.parquet` など)にあり、"
    yield "請求と納付だけは、終わる月ごとのファイル(`2026-03.parquet` など)にあります:\n"
    episodes = pa.concat_tables([home.store.read_table(path) for path in home.store.under(layout.EPISODES)])
    mine = pc.or_(
        pc.fill_null(pc.equal(episodes["person_key"], person), False),
        pc.fill_null(pc.equal(episodes["dwelling_key"], residence[0]["dwelling_key"]), False),
    )
    columns = ["kind", "began_on", "ended_on", "quantity", "date_precision", "known_from", "known_until"]
    rows = episodes.filter(mine).select(columns).sort_by([("kind", "ascending"), ("began_on", "ascending")])
    yield _table(sorted(rows.to_pylist(), key=lambda row: tuple(map(str, row.values()))))
    yield "\n納められた期は、4月1日までは「続いている」と信じられ、"
    yield "4月2日からは「3月26日に終わった」と信じられます。どちらの行も残ります。"
    yield "(`episode_id`・`source`・`person_key`・`dwelling_key` の列は省きました。)"


def _numbers(home: Any, household: str) -> Iterable[str]:
    from pipelines import layout

    features = _rows(home, layout.features(MONDAY), "household_key", household)[0]
    values = {name: value for name, value in features.items() if name != "household_key"}
    zero = [name for name, value in values.items() if value == 0]
    hidden = [name for name, value in values.items() if value is None]
    yield f"\n`{layout.features(MONDAY)}`。0でないもの({len(values)}個のうち):\n"
    yield _table([{"feature": name, "value": value} for name, value in values.items() if value])
    yield f"\n0は「見えていて、ない」で{len(zero)}個(例: `{zero[0]}`)、"
    yield f"空欄は「見えない」で{len(hidden)}個(例: `{hidden[0]}`)です。"
    yield "\n市税と学校は、どのファイルも届いていないので見えません。見えないときはその特徴量の最小の値になるので、"
    yield "見えないことが点数を上げることはありません。"
    scores = _rows(home, layout.scores(MONDAY), "household_key", household)[0]
    yield f"\n`{layout.scores(MONDAY)}`(`model_hash` は省きました):\n"
    yield _table([{name: _short(value) for name, value in scores.items() if name != "model_hash"}])
    terms = _rows(home, layout.contributions(MONDAY), "household_key", household)[0]
    named = {name: value for name, value in terms.items() if name not in ("household_key", "base")}
    yield f"\n`{layout.contributions(MONDAY)}`。**base + Σ = margin**(0でないものだけ):\n"
    rows = [{"term": "base", "value": _short(terms["base"])}]
    rows += [{"term": name, "value": _short(value)} for name, value in named.items() if abs(value) >= 5e-7]
    rows += [{"term": "**margin**", "value": _short(scores["margin"])}]
    yield _table(rows)
    error = abs(terms["base"] + sum(named.values()) - scores["margin"])
    assert error <= 1e-6
    yield "\n和の差は 1e-6 以下です(実行のたびに全世帯で確かめ、超えれば止まります)。"
    yield "モデルは `config/scorecard.yaml` の点数表、"
    yield "背景はこの町の対象4世帯、署名は架空の二人です。6世帯では学習できません。"


def _lists(home: Any, household: str) -> Iterable[str]:
    from pipelines import layout

    path = layout.visit_list(MONDAY)
    yield "\n## 5. `published/lists/` — 週のリスト\n"
    yield f"`{path}`(北部班、週3件)\n"
    columns = ["position", "household_key", "slot", "propensity", "reason_1", "reason_2", "coverage"]
    listed = home.store.read_table(path)
    yield _table([{name: _short(row[name]) for name in columns} for row in listed.to_pylist()])
    place = next(row["position"] for row in listed.to_pylist() if row["household_key"] == household)
    yield f"\n花子の世帯は {place} 行目です。`random` は、"
    yield "様式v2で「無作為に伺うことがある」と了解した方からのくじで、"
    yield "引かれる確率(`propensity`)を記録します。リストは月曜に固まり、支援措置と撤回のときだけ差し替わります。"
    yield "\n## 6. `restricted/printed/` — 紙になるところ\n"
    copies = home.store.under("restricted/printed/")
    yield "、".join(f"`{copy}`" for copy in copies) + "。氏名と住所はここで初めて結び付きます。\n"
    yield _paper(home, copies)
    yield "\n順位・点数・枠の種類・金額は紙にありません。並びは町名と番地の順で、"
    yield "書き込み用の欄(訪問日から次回まで)は空けてあります。"


def _paper(home: Any, copies: list[str]) -> str:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(home.store.read_bytes(next(c for c in copies if c.endswith(".xlsx")))))
    cells = [[str(value or "") for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    start = next(place for place, row in enumerate(cells) if row[0] == "No")
    wanted = [place for place, title in enumerate(cells[start]) if title and place < 7]
    rows = [row for row in cells[start + 1 :] if row[0].isdigit()]
    return _table([{cells[start][place]: row[place].replace("\n", "<br>") for place in wanted} for row in rows])


def _left(home: Any) -> Iterable[str]:
    yield "\n## 7. `runs/`・`audit/` — 何をしたかの記録\n"
    yield "一つの公表に一つの `runs/<run_id>/manifest.json`。"
    yield "読んだもの・設定・コード・モデル・書いたものの digest が鎖になります:\n"
    yield _table(
        [{"sequence": m.sequence, "step": m.step, "day": m.day, "outputs": len(m.outputs)} for m in home.store.chain]
    )
    audit = home.store.under("audit/")
    yield f"\n`{audit[-1]}` に、だれが何番の写しを作ったかが残ります。人はその人だけの無作為な符号で記されます。"
    _assert_absent(home)
    yield "\n## ここにいない人\n"
    yield "`restricted/` の外の表には、"
    yield "見本 一郎と見本 桜の人・世帯・住まいの番号が一つもありません(このページを印刷するたびに、"
    yield "`working/` と `published/` のすべての表を読んで確かめています)。"
    yield "桜の同意した行は `restricted/accepted` に残りますが、支援措置が"
    yield "続くかぎりそこから先へ進みません。"
    yield "[約束1](promises/1-legal-basis.md)と[約束2](promises/2-protection.md)に、"
    yield "守り方と試験があります。"
    yield PAGES + _others()


def _others() -> str:
    """Rows for the pages that other rooms print, by their own first headings."""
    folder = Path(__file__).parent
    pages = [folder / "features.md", *sorted(folder.glob("spec/*.md")), folder / "simulation.md"]
    pages += [folder / "evidence.md", *sorted(folder.glob("benchmarks/*.md"))]
    lines = [(page.relative_to(folder), page.read_text(encoding="utf-8").split("\n", 1)[0][2:]) for page in pages]
    return "\n".join(f"| [{title}]({path.as_posix()}) | |" for path, title in lines)


def _assert_absent(home: Any) -> None:
    """Neither who did not consent nor who is protected has a key in any table outside `restricted/`."""
    from pipelines.persons import People

    hidden = People(home).ask("from membership where resident_id in (select unnest($hidden))", {"hidden": list(HIDDEN)})
    persons, households = hidden["resident_id"], hidden["household_id"]
    gone = {*home.names.keys("person", persons).to_pylist(), *home.names.keys("household", households).to_pylist()}
    for path in [*home.store.under("working/"), *home.store.under("published/")]:
        if path.endswith(".parquet"):
            table = home.store.read_table(path)
            held = {v for name in table.column_names if name.endswith("_key") for v in table[name].to_pylist()}
            assert not held & gone, path


def _rows(home: Any, path: str, column: str, value: str) -> list[dict[str, Any]]:
    table = home.store.read_table(path)
    return table.filter(pc.fill_null(pc.equal(table[column], value), False)).to_pylist()


def _short(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def _table(rows: list[dict[str, Any]]) -> str:
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_text(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def _text(value: Any) -> str:
    text = "" if value is None else f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
    key = len(text) == 32 and all(c in "0123456789abcdef" for c in text)
    return f"{text[:8]}…" if key else text.replace("|", "\\|")
