"""The ethics report and a receipt as a reader opens them: in Chromium, offline, on screen and printed to A4."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

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


def test_a_receipt_opens(screened: Path, tmp_path: Path) -> None:
    page = sorted((screened / "published/receipts/tax_bills").rglob("*.html"))[0]
    assert "受" in chromium(tmp_path / "profile", page, "--dump-dom")
