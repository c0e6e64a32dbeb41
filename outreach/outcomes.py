"""What can come of a visit: the codes of ``visit_outcomes`` (SOURCES) and what each does to the next list."""

from __future__ import annotations

MET = ("本人と面談", "電話")
UNREACHED = ("家族のみ", "インターホン", "手紙・メモ", "不在", "応答なし")
REFUSED = "拒否"
NOT_NOW = "今は不要"
GONE = ("空き家・転居", "死亡")
IN_HOSPITAL = "入院入所"
LETTER = "手紙・メモ"

CONTACTS: tuple[str, ...] = (*MET, *UNREACHED, REFUSED, NOT_NOW, GONE[0], IN_HOSPITAL, GONE[1])
"""接触結果, every code once; what is printed in the choice list of the sheet."""

ACTIONS: tuple[str, ...] = (
    "情報提供",
    "受付票作成",
    "情報共有同意",
    "同行",
    "つないだ",
    "緊急対応",
    "見守り",
    "制度申請",
    "困りごとの話なし",
)
"""対応, every code once; a visit may have several, joined by ``|``."""
