"""Made-up names: syllable tables, with readings, 外字 and the spellings that offices vary."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulation.texts import Text, choose, joined, pick

HEADS: Sequence[tuple[str, str]] = (
    ("空", "ソラ"), ("霧", "キリ"), ("鈴", "スズ"), ("雪", "ユキ"),
    ("風", "カザ"), ("星", "ホシ"), ("露", "ツユ"),
    ("水", "ミ"), ("花", "ハナ"), ("渚", "ナギサ"), ("虹", "ニジ"),
    ("苔", "コケ"), ("鳩", "ハト"), ("椋", "ムク"),
    ("萌", "モエ"), ("凪", "ナギ"), ("朝", "アサ"), ("宵", "ヨイ"),
    ("葦", "アシ"), ("蔦", "ツタ"), ("鹿", "シカ"),
    ("麦", "ムギ"), ("粟", "アワ"), ("栗", "クリ"), ("苑", "ソノ"),
    ("暁", "アカツキ"), ("橙", "ダイダイ"), ("京", "キョウ"),
)  # fmt: skip
TAILS: Sequence[tuple[str, str]] = (
    ("野", "ノ"), ("津", "ヅ"), ("塚", "ヅカ"), ("瀬", "セ"),
    ("沼", "ヌマ"), ("坂", "ザカ"), ("辺", "ベ"), ("條", "ジョウ"),
    ("路", "ジ"), ("森", "モリ"), ("窪", "クボ"), ("畑", "ハタ"),
    ("屋敷", "ヤシキ"), ("之内", "ノウチ"), ("ヶ丘", "ガオカ"),
    ("倉", "クラ"), ("鶴", "ヅル"), ("川戸", "カワド"),
    ("見", "ミ"), ("濱", "ハマ"),
)  # fmt: skip
GIVEN_HEADS: Sequence[tuple[str, str]] = (
    ("陽", "ハル"), ("結", "ユイ"), ("澪", "ミオ"), ("周", "シュウ"),
    ("涼", "リョウ"), ("智", "トモ"), ("千", "チ"),
    ("伊", "イ"), ("瑠", "ル"), ("朔", "サク"), ("恭", "キョウ"),
    ("淳", "ジュン"), ("佐", "サ"), ("茉", "マ"),
)  # fmt: skip
MALE_TAILS: Sequence[tuple[str, str]] = (
    ("一", "イチ"), ("平", "ヘイ"), ("彦", "ヒコ"), ("也", "ヤ"),
    ("太", "タ"), ("介", "スケ"), ("人", "ト"), ("樹", "キ"),
)  # fmt: skip
FEMALE_TAILS: Sequence[tuple[str, str]] = (
    ("子", "コ"), ("奈", "ナ"), ("美", "ミ"), ("穂", "ホ"),
    ("枝", "エ"), ("代", "ヨ"), ("香", "カ"), ("津", "ヅ"),
)  # fmt: skip
# 外字: 1 PUA only, 2 IVS, 3 a compatibility form that CP932 knows and other offices fold.
GAIJI = ("", "\ue0a5", "辺\U000e0101", "髙")
N_SURNAMES = len(HEADS) * len(TAILS)
N_GIVEN = len(GIVEN_HEADS) * len(MALE_TAILS)


@dataclass(frozen=True)
class Names:
    """Texts of people's names; one row per person."""

    name: Text
    name_plain: Text  # for systems that cannot hold variation selectors
    kana: Text
    family_kana: Text


def _parts(table: Sequence[tuple[str, str]], codes: NDArray[np.int64]) -> tuple[Text, Text]:
    return pick([word for word, _ in table], codes), pick([kana for _, kana in table], codes)


def spell(
    surname: NDArray[np.int64], given: NDArray[np.int64], sex: NDArray[np.int64], gaiji: NDArray[np.int64]
) -> Names:
    """氏名 and フリガナ from codes; sex 0 is female, 1 male; gaiji indexes GAIJI."""
    head, head_kana = _parts(HEADS, surname // len(TAILS))
    tail, tail_kana = _parts(TAILS, surname % len(TAILS))
    first, first_kana = _parts(GIVEN_HEADS, given // len(MALE_TAILS))
    male, male_kana = _parts(MALE_TAILS, given % len(MALE_TAILS))
    female, female_kana = _parts(FEMALE_TAILS, given % len(FEMALE_TAILS))
    is_male = sex == 1
    last, last_kana = choose(is_male, male, female), choose(is_male, male_kana, female_kana)
    special = choose(gaiji > 0, pick(GAIJI, gaiji), tail)
    plain = choose(gaiji > 0, pick(("", GAIJI[1], "辺", GAIJI[3]), gaiji), tail)
    family_kana = joined(head_kana, tail_kana)
    rest = joined(first, last)
    return Names(
        name=joined(head, special, "　", rest),
        name_plain=joined(head, plain, "　", rest),
        kana=joined(family_kana, "　", first_kana, last_kana),
        family_kana=family_kana,
    )


def company_names(codes: NDArray[np.int64]) -> tuple[Text, Text]:
    """Made-up landlords' companies, name and kana."""
    head, kana = _parts(HEADS, codes % len(HEADS))
    return joined(head, "興産株式会社"), joined(kana, pa.scalar("コウサン"))
