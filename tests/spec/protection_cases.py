"""The cases of SOURCES «protected_persons», drawn. Printed as docs/spec/protection.md."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from basis_manual import drawn

from identity.protection import Release

_DAYS = ("starts_on", "ends_on", "released_on", "known_from", "known_until")
VERSIONS = pa.schema(
    [(name, pa.string()) for name in ("resident_id", "measure_no", "kind", "state", "closed_by")]
    + [(name, pa.bool_()) for name in ("latest", "deleted")]
    + [(name, pa.date32()) for name in _DAYS]
).append(pa.field("history_no", pa.int64()))
_COLUMN = {
    "measure": "measure_no", "history": "history_no", "state": "state", "starts": "starts_on", "ends": "ends_on",
    "deleted": "deleted", "released": "released_on", "known": "known_from", "believed until": "known_until",
    "closed": "closed_by",
}  # fmt: skip
_USUAL = {"measure": "1", "history": "1", "state": "1", "starts": "2025-04-01", "ends": "2026-03-31"}
_USUAL |= {"known": "2025-04-01", "deleted": "-"}


@dataclass(frozen=True)
class Case:
    """One rule, drawn: the versions of one person's rows, and on which days the person is protected."""

    name: str
    rule: str
    file: str
    asked: str
    release: Release = "confirmed"

    @property
    def rows(self) -> list[dict[str, object]]:
        """The drawn rows as versions."""
        empty: dict[str, object] = dict.fromkeys(VERSIONS.names)
        told = [_USUAL | row for row in drawn(self.file)]
        return [
            empty | {"resident_id": self.name} | {_COLUMN[name]: _value(name, text) for name, text in row.items()}
            for row in told
        ]

    @property
    def expected(self) -> list[tuple[date, bool]]:
        """Day, and whether the person is protected on it."""
        return [(date.fromisoformat(row["day"]), row["protected"] == "yes") for row in drawn(self.asked)]


def _value(name: str, text: str) -> object:
    if text == "-":
        return None
    if name == "history":
        return int(text)
    if name == "deleted":
        return text == "1"
    return text if name in ("measure", "state", "closed") else date.fromisoformat(text)


# fmt: off
PERIOD = [
    Case("active", "開始から終了までの間は守る。",
         """
         starts     | ends
         2025-04-01 | 2026-03-31
         """, """
         day        | protected
         2025-04-01 | yes
         2025-10-01 | yes
         """),
    Case("known but not started", "始まりが先でも、知った日から守る。知る前は、この表からは分からない。",
         """
         starts     | known
         2025-06-01 | 2025-05-10
         """, """
         day        | protected
         2025-05-09 | no
         2025-05-10 | yes
         """),
    Case("ends today", "終了年月日の日まで守る(解除が自動の市)。",
         """
         ends
         2026-03-31
         """, """
         day        | protected
         2026-03-31 | yes
         2026-04-01 | no
         """, "automatic"),
    Case("open end", "終了年月日が空なら、期限なく守る。",
         """
         ends
         -
         """, """
         day        | protected
         2099-01-01 | yes
         """, "automatic"),
    Case("99999999", "99999999 も、期限なし。",
         """
         ends
         9999-12-31
         """, """
         day        | protected
         2099-01-01 | yes
         """, "automatic"),
    Case("provisional", "仮の支援は、終了年月日が過ぎても守る。",
         """
         state | ends
         9     | 2025-04-30
         """, """
         day        | protected
         2025-05-01 | yes
         """, "automatic"),
    Case("state 3 without an end", "「終了」でも終了年月日がなければ守る。",
         """
         history | state | ends       | known
         1       | 1     | 2026-03-31 | 2025-04-01
         2       | 3     | -          | 2025-12-01
         """, """
         day        | protected
         2026-05-01 | yes
         """, "automatic"),
    Case("state 3 with an end", "「終了」は、終了年月日の日まで守る。",
         """
         history | state | ends       | known
         1       | 1     | 2026-03-31 | 2025-04-01
         2       | 3     | 2025-12-10 | 2025-12-01
         """, """
         day        | protected
         2025-12-10 | yes
         2025-12-11 | no
         """, "automatic"),
]
RELEASE = [
    Case("ended, not confirmed", "終わっても、解除が確認されるまで守る。",
         """
         ends
         2026-03-31
         """, """
         day        | protected
         2026-04-01 | yes
         2030-04-01 | yes
         """),
    Case("ended and confirmed", "解除確認日まで守る。その日も守る。",
         """
         ends       | released   | known
         2026-03-31 | 2026-04-20 | 2026-04-10
         """, """
         day        | protected
         2026-04-20 | yes
         2026-04-21 | no
         """),
    Case("confirmed before the end", "解除確認日が終了年月日より前でも、終了年月日の日まで守る。",
         """
         ends       | released
         2026-03-31 | 2026-03-01
         """, """
         day        | protected
         2026-03-31 | yes
         2026-04-01 | no
         """),
    Case("confirmed without an end", "終了年月日がなければ、解除確認日があっても守る。",
         """
         ends | released
         -    | 2026-03-01
         """, """
         day        | protected
         2026-04-01 | yes
         """),
]
HISTORY = [
    Case("extended", "履歴番号のいちばん大きい行で決まる。延長のあとは、延長の終わりまで。",
         """
         history | state | ends       | known
         1       | 1     | 2026-03-31 | 2025-04-01
         2       | 2     | 2027-03-31 | 2026-03-10
         """, """
         day        | protected
         2027-03-31 | yes
         2027-04-01 | no
         """, "automatic"),
    Case("shortened", "後の履歴が短ければ、短いほうで終わる。行の順は関係ない。",
         """
         history | state | ends       | known
         2       | 3     | 2025-12-31 | 2025-12-01
         1       | 1     | 2026-03-31 | 2025-04-01
         """, """
         day        | protected
         2025-12-31 | yes
         2026-01-01 | no
         """, "automatic"),
    Case("old history sent late", "後から届いた古い履歴は、新しい履歴に代わらない。",
         """
         history | ends       | known
         2       | 2027-03-31 | 2025-05-01
         1       | 2026-03-31 | 2025-06-01
         """, """
         day        | protected
         2026-04-01 | yes
         """, "automatic"),
    Case("end not known yet", "知る前の日は、その日に知っていたとおり。",
         """
         history | state | ends       | known
         1       | 1     | -          | 2025-04-01
         2       | 3     | 2025-12-31 | 2026-02-01
         """, """
         day        | protected
         2026-01-31 | yes
         2026-02-01 | no
         """, "automatic"),
    Case("deleted row", "削除された行は数えない。前の履歴で決まる。",
         """
         history | ends       | deleted
         1       | 2026-03-31 | 0
         2       | 2025-04-30 | 1
         """, """
         day        | protected
         2026-03-31 | yes
         """, "automatic"),
    Case("only row deleted", "行がすべて削除されれば、守る理由はない。",
         """
         deleted
         1
         """, """
         day        | protected
         2025-10-01 | no
         """),
    Case("corrected", "同じ行の訂正は、前の内容に代わる。",
         """
         ends       | known      | believed until | closed
         2027-03-31 | 2025-04-01 | 2025-05-01     | corrected
         2025-12-31 | 2025-05-01 | -              | -
         """, """
         day        | protected
         2025-12-31 | yes
         2026-01-01 | no
         """, "automatic"),
]
VANISHED = [
    Case("vanished from the file", "ファイルから消えても、守るのをやめない。",
         """
         believed until | closed
         2025-06-01     | vanished
         """, """
         day        | protected
         2025-06-01 | yes
         2026-03-31 | yes
         """, "automatic"),
    Case("latest row vanished", "最新の行だけが消えても、その行で決まる。",
         """
         history | ends       | known      | believed until | closed
         1       | 2025-12-31 | 2025-04-01 | -              | -
         2       | 2026-12-31 | 2025-05-01 | 2025-06-01     | vanished
         """, """
         day        | protected
         2026-12-31 | yes
         """, "automatic"),
    Case("vanished and back, ended", "消えた行が戻れば、戻った内容で決まる。",
         """
         ends       | known      | believed until | closed
         -          | 2025-04-01 | 2025-06-01     | vanished
         2025-12-31 | 2025-08-01 | -              | -
         """, """
         day        | protected
         2025-07-01 | yes
         2026-01-01 | no
         """, "automatic"),
    Case("vanished and back, deleted", "消えた行が「削除」として戻れば、前の内容では守らない。",
         """
         deleted | known      | believed until | closed
         0       | 2025-04-01 | 2025-06-01     | vanished
         1       | 2025-08-01 | -              | -
         """, """
         day        | protected
         2025-07-01 | yes
         2025-08-01 | no
         """),
]
MEASURES = [
    Case("two measures", "申出が二つあれば、どちらか一つで守る。",
         """
         measure | ends
         1       | 2025-06-30
         2       | 2026-03-31
         """, """
         day        | protected
         2025-07-01 | yes
         2026-04-01 | no
         """, "automatic"),
    Case("empty measure number", "空の申出番号は 1 と同じ。",
         """
         measure | history | state | ends
         -       | 1       | 1     | -
         1       | 2       | 3     | 2025-06-30
         """, """
         day        | protected
         2025-06-30 | yes
         2025-07-01 | no
         """, "automatic"),
]
# fmt: on
CHAPTERS = {
    "期間": PERIOD,
    "解除": RELEASE,
    "履歴": HISTORY,
    "ファイルから消えたとき": VANISHED,
    "申出が複数のとき": MEASURES,
}
CASES = [case for cases in CHAPTERS.values() for case in cases]


def table(cases: list[Case]) -> pa.Table:
    """The versions of all cases; every case is a person of their own."""
    return pa.Table.from_pylist([row for case in cases for row in case.rows], schema=VERSIONS)
