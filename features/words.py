"""Words that no resident may ever read, in one place (source: PRACTICE «Words»).

Every text that can leave the office (the printed list, cards, letters, door sheets, a disclosure) is held
against this list: the features' own sentences when they are declared, whole sheets by the reports.
"""

import unicodedata

FORBIDDEN: tuple[str, ...] = (
    "困窮者",
    "危険",
    "リスク",
    "要注意",
    "問題世帯",
    "滞納",
    "未納",
    "督促",
    "差押",
    "停止",
    "ひきこもり",
    "不登校",
    "ごみ屋敷",
    "8050",
    "孤立",
    "予測",
    "AI判定",
    "スコア",
    "対象に選ばれました",
    "対象です",
)


def forbidden_in(text: str) -> list[str]:
    """The forbidden words found in `text`, in declared order; width and blanks make no difference.

    Full-width «ＡＩ判定» and a word broken by a space or a line end are still the same word to its reader.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    return [word for word in FORBIDDEN if word in folded]
