"""Mutations of how a grid is written: separators, quotes, line ends, encodings; and of the bytes themselves."""

import base64
import csv
import gzip
import io
import zipfile
from random import Random

from tests.fuzz.families import Outcome, Register, several
from tests.fuzz.grids import Grid, text_of

WRITINGS = Register()
"""Grid → bytes."""
BYTES = Register()
"""Bytes → bytes."""


@WRITINGS.add(Outcome.SAME)
def utf8(_rng: Random, grid: Grid) -> bytes:
    return text_of(grid).encode()


@WRITINGS.add(Outcome.SAME)
def utf8_with_a_mark(_rng: Random, grid: Grid) -> bytes:
    return text_of(grid).encode("utf-8-sig")


@WRITINGS.add(Outcome.SAME)
def cp932(rng: Random, grid: Grid) -> bytes:
    try:
        return text_of(grid).encode("cp932")
    except UnicodeEncodeError:  # what an office's system cannot write it does not send
        return utf8(rng, grid)


@WRITINGS.add(Outcome.SAME)
def lines_of_unix(_rng: Random, grid: Grid) -> bytes:
    return text_of(grid, "\n").encode()


@WRITINGS.add(Outcome.SAME)
def everything_quoted(_rng: Random, grid: Grid) -> bytes:
    return text_of(grid, "\r\n", csv.QUOTE_ALL).encode()


@WRITINGS.add(Outcome.SAME)
def no_line_end_and_control_z(rng: Random, grid: Grid) -> bytes:
    return text_of(grid).rstrip("\r\n").encode() + rng.choice([b"", b"\x1a", b"\r\n\x1a"])


@WRITINGS.add(Outcome.SAME)
def lines_of_old_mac(_rng: Random, grid: Grid) -> bytes:
    return text_of(grid, "\r").encode()


@WRITINGS.add(Outcome.REFUSED)
def tabs(_rng: Random, grid: Grid) -> bytes:
    return text_of(grid, "\r\n", delimiter="\t").encode()


@WRITINGS.add(Outcome.REFUSED)
def semicolons(_rng: Random, grid: Grid) -> bytes:
    return text_of(grid, "\r\n", delimiter=";").encode()


@WRITINGS.add(Outcome.REFUSED)
def a_line_that_tells_the_separator(rng: Random, grid: Grid) -> bytes:
    mark = rng.choice([";", ",", "\t"])
    return f"sep={mark}\r\n{text_of(grid, delimiter=mark)}".encode()


@WRITINGS.add(Outcome.REFUSED)
def quotes_not_doubled(rng: Random, grid: Grid) -> bytes:
    """As a programme writes that puts quotes around every cell and never looks into one."""
    rows = [list(row) for row in grid.rows]
    row = rng.choice(rows)
    place = rng.randrange(len(row))
    row[place] = f'{row[place]}"二"号'
    return "\r\n".join(",".join(f'"{cell}"' for cell in cells) for cells in (grid.header, *rows)).encode()


@WRITINGS.add(Outcome.REFUSED)
def utf16(rng: Random, grid: Grid) -> bytes:
    return text_of(grid).encode(rng.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32"]), "surrogatepass")


@WRITINGS.add(Outcome.REFUSED)
def other_encodings(rng: Random, grid: Grid) -> bytes:
    return text_of(grid).encode(rng.choice(["euc_jp", "iso2022_jp", "utf-7", "gb18030", "big5"]), "replace")


@WRITINGS.add(Outcome.ANY)
def two_encodings_in_one_file(rng: Random, grid: Grid) -> bytes:
    lines = text_of(grid).splitlines(keepends=True)
    return b"".join(line.encode(rng.choice(["utf-8", "cp932"]), "replace") for line in lines)


@WRITINGS.add(Outcome.ANY)
def quotes_escaped_by_backslashes(rng: Random, grid: Grid) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONE, escapechar="\\", lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerows([grid.header, *grid.rows])
    return out.getvalue().encode()


# -- bytes -------------------------------------------------------------------------------------------------------------


@BYTES.add(Outcome.ANY)
def some_bytes_changed(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in several(rng, 20):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


@BYTES.add(Outcome.ANY)
def a_bit_flipped(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    if changed:
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


@BYTES.add(Outcome.ANY)
def cut_off(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


@BYTES.add(Outcome.ANY)
def the_beginning_lost(rng: Random, data: bytes) -> bytes:
    return data[rng.randrange(len(data) + 1) :]


@BYTES.add(Outcome.ANY)
def a_piece_lost(rng: Random, data: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.randint(1, 200) :]


@BYTES.add(Outcome.ANY)
def a_piece_twice(rng: Random, data: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    end = start + rng.randint(1, 2000)
    return data[:end] + data[start:end] + data[end:]


@BYTES.add(Outcome.ANY)
def rubbish_put_in(rng: Random, data: bytes) -> bytes:
    at, size = rng.randrange(len(data) + 1), rng.choice([1, 3, 50, 5000])
    return data[:at] + rng.randbytes(size) + data[at:]


@BYTES.add(Outcome.ANY)
def zeros_put_in(rng: Random, data: bytes) -> bytes:
    at = rng.choice([0, len(data), rng.randrange(len(data) + 1)])
    return data[:at] + b"\0" * rng.choice([1, 512, 40_000]) + data[at:]


@BYTES.add(Outcome.ANY)
def a_mark_put_before(rng: Random, data: bytes) -> bytes:
    marks = (
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\0\0\xfe\xff",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        b"PK\x03\x04",
        b"%PDF-1.7\n",
    )
    return rng.choice(marks) + data


@BYTES.add(Outcome.ANY)
def the_file_twice(_rng: Random, data: bytes) -> bytes:
    return data + data


@BYTES.add(Outcome.ANY)
def line_ends_changed(rng: Random, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", rng.choice([b"\n\n", b"\r", b"\r\r\n", b"\x0b", b" ", b""]))


@BYTES.add(Outcome.ANY)
def quotes_put_in(rng: Random, data: bytes) -> bytes:
    for _ in several(rng, 5):
        at = rng.randrange(len(data) + 1)
        data = data[:at] + rng.choice([b'"', b'""', b'"\r\n', b',"', b'",']) + data[at:]
    return data


@BYTES.add(Outcome.REFUSED)
def packed(rng: Random, data: bytes) -> bytes:
    """Compressed, archived, or as text: what a mail programme makes of a file; archives within archives, too."""
    how = rng.randrange(5)
    if how == 0:
        return gzip.compress(data, mtime=0)
    if how == 1:
        return base64.encodebytes(data)
    if how == 2:
        return b"<html><body><table><tr><td>" + data.replace(b",", b"</td><td>") + b"</td></tr></table></body></html>"
    for _ in range(rng.randint(1, 4)):
        data = zipped({"data.csv": data})
    return data


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip archive with fixed dates, so that the same seed gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@BYTES.add(Outcome.REFUSED)
def something_else_altogether(rng: Random, _data: bytes) -> bytes:
    blank = (b"", b"\n", b"\r\n\r\n", b" ", b"\xef\xbb\xbf", b",,,\r\n,,,", b"\0", b"\x1a", "　".encode())
    other = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
        b"%PDF-1.4\n" + rng.randbytes(300),
        b"\x89PNG\r\n\x1a\n" + rng.randbytes(300),
        b'{"rows": []}',
        b"<?xml version='1.0'?><a/>",
        b"PAR1" + rng.randbytes(60) + b"PAR1",
        rng.randbytes(3000),
    )
    return rng.choice(blank if rng.random() < 0.4 else other)


@BYTES.add(Outcome.ANY)
def big_blank(rng: Random, data: bytes) -> bytes:
    """Blank lines, delimiters or spaces by the hundred thousand, before or after."""
    more = rng.choice([b"\r\n", b"\n", b",", b" ", b",,,\n"]) * rng.choice([1000, 120_000])
    return more + data if rng.random() < 0.5 else data + more
