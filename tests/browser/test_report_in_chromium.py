"""The ethics report and a receipt as a reader opens them: in Chromium, offline, on screen and printed to A4."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from features.definitions import FEATURES
from reports.ethics import cases_page

pytestmark = pytest.mark.browser
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
A4 = (595, 842)
WIDER = """<script>onload = () => {
  const edge = document.body.getBoundingClientRect().right + 1;
  const wide = [...document.querySelectorAll("body *")].filter(
    one => (one.tagName === "svg" || !one.closest("svg")) && one.getBoundingClientRect().right > edge);
  document.title = "wider: " + wide.map(one => one.tagName).join(" ");
}</script>"""


def chromium(folder: Path, page: Path, *options: str) -> str:
    """Open a page that may load nothing from anywhere; what Chromium wrote on its standard output."""
    program = shutil.which("chromium")
    assert program, "Chromium is missing: apt-get install chromium fonts-noto-cjk"
    command = [program, *QUIET, f"--user-data-dir={folder}", "--host-resolver-rules=MAP * ~NOTFOUND", *options]
    done = subprocess.run([*command, page.resolve().as_uri()], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def report(home: Path) -> Path:
    return next((home / "published/reports/ethics").glob("*/report.html"))


def cases(folder: Path) -> Path:
    """Twelve made-up households whose names and facts are as long as they get."""
    names = sorted(FEATURES, key=lambda name: -len(FEATURES[name].title_ja))[:14]
    one = {"base": -4.0, "margin": 10.0, "contributions": dict.fromkeys(names, 1.0)}
    said = "市税・保険・家賃・水道のお支払いの遅れやお知らせが、この半年に17件見られます・最も早い始まりは2025年2月"
    fact = f"世帯員2: {said}"
    local = [one | {"listed": n < 9, "facts": [f"{fact}({n}・{m})" for m in range(2 * n)]} for n in range(12)]
    page = folder / "cases.html"
    given = {"demonstration": True, "municipality": "架空市", "features": FEATURES, "explained": {"local": local}}
    page.write_text(cases_page(given), encoding="utf-8")
    return page


def test_the_report_is_whole_without_a_network(screened: Path, tmp_path: Path) -> None:
    dom = chromium(tmp_path / "profile", report(screened), "--dump-dom")
    assert "気づき" in dom and "架空データ" in dom
    assert "<script" not in dom
    assert dom.count("<svg") > 5


def test_the_report_is_drawn(screened: Path, tmp_path: Path) -> None:
    picture = tmp_path / "report.png"
    chromium(tmp_path / "profile", report(screened), f"--screenshot={picture}", "--window-size=1200,4000")
    assert picture.stat().st_size > 100_000


def test_the_report_prints_to_a4(screened: Path, tmp_path: Path) -> None:
    paper = tmp_path / "report.pdf"
    chromium(tmp_path / "profile", report(screened), f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    pages = PdfReader(paper).pages
    assert len(pages) > 5
    assert all(abs(float(page.mediabox.width) - A4[0]) < 3 for page in pages)
    assert "架空データ" in pages[0].extract_text()


def test_the_page_of_cases_begins_at_once_and_shows_whole_pages(tmp_path: Path) -> None:
    page = cases(tmp_path)
    paper = tmp_path / "cases.pdf"
    chromium(tmp_path / "profile", page, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    texts = [page.extract_text() for page in PdfReader(paper).pages]
    assert "載る世帯 1" in texts[0] and "のある事実" in texts[0]
    assert all(len(text) > 150 for text in texts[:-1]), "no page is left all but empty"


@pytest.mark.parametrize("name", ["report.html", "cases.html"])
def test_nothing_is_wider_than_a4(screened: Path, tmp_path: Path, name: str) -> None:
    """In the style of print, at the width of A4 less its margins; the page itself has no script, this copy has."""
    page = (report(screened) if name == "report.html" else cases(tmp_path)).read_text(encoding="utf-8")
    copy = tmp_path / name
    copy.write_text(page.replace("@media print", "@media all").replace("</body>", f"{WIDER}</body>"), encoding="utf-8")
    dom = chromium(tmp_path / "profile", copy, "--dump-dom", "--window-size=696,1000")
    assert "<title>wider: </title>" in dom


def test_a_receipt_opens(screened: Path, tmp_path: Path) -> None:
    page = sorted((screened / "published/receipts/tax_bills").rglob("*.html"))[0]
    assert "受" in chromium(tmp_path / "profile", page, "--dump-dom")
