"""Bad habits of offices: late files, rows written twice, full-width digits, comma amounts, kana spelt otherwise."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulation.calendar import Bools
from simulation.people import Ints
from simulation.rates import Rates
from simulation.streams import stream
from simulation.texts import Text, by_unique, choose, flat, full_width, joined, numbers

BIG_KANA = str.maketrans("ャュョッァィゥェォ", "ヤユヨツアイウエオ")
SOUNDS = str.maketrans("ヅヂ", "ズジ")
FULL_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンャュョッァィゥェォー　"
)
HALF_KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｬｭｮｯｧｨｩｪｫｰ "
HALF = dict(zip(FULL_KANA, HALF_KANA, strict=True))
HALF |= {chr(ord(kana) + 1): HALF[kana] + "ﾞ" for kana in "カキクケコサシスセソハヒフヘホ"}
HALF |= {"ダ": "ﾀﾞ", "ヂ": "ﾁﾞ", "ヅ": "ﾂﾞ", "デ": "ﾃﾞ", "ド": "ﾄﾞ", "パ": "ﾊﾟ", "ピ": "ﾋﾟ", "プ": "ﾌﾟ", "ペ": "ﾍﾟ", "ポ": "ﾎﾟ"}
HALF_WIDTH = str.maketrans(HALF)


@dataclass
class Habits:
    """Draws habits for one city and counts what it planted."""

    seed: int
    rates: Rates
    planted: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, n: int) -> None:
        """Note n plantings of a habit."""
        self.planted[name] = self.planted.get(name, 0) + int(n)

    def late(self, source: str, days: list[int], fulls: set[int]) -> dict[int, int]:
        """File day → folder day for files that came late; while one is late, the ones behind it wait too.

        No file waits past a later full, which would be taken in before it.
        """
        rng = stream(self.seed, "late", source)
        draw, wait = rng.random(len(days)), rng.integers(1, 4, len(days))
        folders: dict[int, int] = {}
        held = 0
        for i, day in enumerate(days):
            if i <= held:
                if i and held > i:
                    folders[day] = days[held]
                continue
            until = i + int(wait[i])
            if draw[i] < self.rates["late_file"] and until < len(days) and fulls.isdisjoint(days[i + 1 : until + 1]):
                held = until
                folders[day] = days[held]
        self.count(f"late_files_{source}", len(folders))
        return folders

    def twice(self, source: str, day: int, n: int) -> NDArray[np.int64]:
        """Positions of rows that are written two times in a file of n rows."""
        rng = stream(self.seed, "twice", source, day)
        return rng.integers(0, n, rng.poisson(n * self.rates["duplicate_row"])) if n else np.zeros(0, dtype=np.int64)

    def amounts(self, yen: Ints, who: Ints, purpose: str) -> Text:
        """Yen as text, now and then with commas or in full width; negative stands for none."""
        plain = numbers(np.maximum(yen, 0))
        draw = stream(self.seed, "amounts", purpose).random(int(who.max(initial=0)) + 1)[who]
        commas = (draw < self.rates["comma_amount"]) & (yen >= 1000)
        wide = draw > 1 - self.rates["full_width"]
        self.count("comma_amounts", int(commas.sum()))
        self.count("full_width_amounts", int(wide.sum()))
        where = np.flatnonzero(commas)
        text = plain
        if len(where):
            spelled = by_unique(plain.take(where.tolist()), lambda word: f'"{int(word):,}"')
            text = flat(pc.replace_with_mask(text, commas, spelled))
        text = full_width(text, wide)
        return choose(yen >= 0, text, "")

    def kana(self, kana: Text, who: Ints, purpose: str) -> Text:
        """Kana as another office heard it: ヅ/ズ, ヂ/ジ, small kana written big."""
        rng = stream(self.seed, "kana", purpose)
        n = int(who.max(initial=0)) + 1
        # Not every name offers a variant, so more rows are marked than are to be changed.
        draw, half = rng.random(n)[who], rng.random(n)[who]
        marked = draw < 2.2 * self.rates["kana_variant"]
        changed = by_unique(kana, lambda word: word.translate(SOUNDS).translate(BIG_KANA))
        self.count("kana_variants", int((marked & np.asarray(pc.not_equal(kana, changed))).sum()))
        text = choose(marked, changed, kana)
        narrow = half < 0.25
        return choose(narrow, by_unique(text, lambda word: word.translate(HALF_WIDTH)), text)


def phone(numbers_: Ints, present: Bools) -> Text:
    """Telephone numbers that cannot exist."""
    text = joined("000-", flat(pc.utf8_lpad(numbers(numbers_ % 10_000_000), width=7, padding="0")))
    return choose(present, text, "")
