"""家計・税 and 保険: what the years before say: arrears overcome, steps of the office, growth, a year's bills.

Bills that come once a year, and arrears that come back every year, show only here. The five years are those of 時効.
"""

from collections.abc import Iterator

from features.definition import Feature
from features.definitions.bills import BOTH, SUPPORT, YEN, Bills
from features.history import EndedCount, OpenOfBilled, YearlyGrowth
from features.measures import OnsetCount

_WINDOWS = ((365, "この1年", "in the last year"), (1825, "この5年", "in the last five years"))
_COUNTS = (0.5, 1.5, 2.5, 3.5)
_GROWTH = (*(-cut for cut in reversed(YEN) if cut > 5000), -0.5, *YEN)
_PER_CENT = (0.5, 10.5, 20.5, 30.5, 40.5, 50.5, 60.5, 70.5, 80.5, 90.5, 100.5, 200.5, 400.5)


def _steps(of: Bills) -> Iterator[Feature]:
    for days, japanese, english in _WINDOWS:
        yield of.feature(
            f"seized_{days}d",
            OnsetCount(of.kind("seized"), days),
            unit="件",
            direction=1,
            bins=_COUNTS,
            title_ja=f"{japanese}に始まった{of.name}の強い手続きの件数",
            wording_ja=f"{of.name}で、財産に及ぶ手続きが{japanese}に{{n}}件始まっています・直近は{{month}}",
            wording_en=f"{of.english}: {{n}} steps against property began {english}, the latest in {{month}}",
            note_ja="期(請求)ごとに数えます。いまは終わっているものも数えます。",
        )
        yield of.feature(
            f"overdue_ended_{days}d",
            EndedCount(of.overdue, days),
            unit="期",
            direction=-1,
            bins=_COUNTS,
            title_ja=f"{japanese}に終わった{of.name}のお支払いの遅れの数",
            wording_ja=f"{of.name}のお支払いの遅れが{japanese}に{{n}}期分終わっています・{{since}}からのもの",
            wording_en=f"{of.english}: arrears of {{n}} instalments ended {english}, begun since {{since}}",
            note_ja=f"{SUPPORT}納め終えたほか、猶予や減免で終わったものも数えます。",
        )


def _amounts(of: Bills) -> Iterator[Feature]:
    yield of.feature(
        "overdue_yen_growth",
        YearlyGrowth(of.overdue),
        unit="円",
        direction=1,
        bins=_GROWTH,
        title_ja=f"{of.name}のお支払いの遅れの額の、前の年からの増え方",
        wording_ja=f"{of.name}のお支払いの遅れが、前の年より大きくなっているようです・この1年に{{n}}期分、直近は{{month}}",
        wording_en=f"{of.english}: arrears grew against the year before; {{n}} this year, the latest in {{month}}",
        note_ja="その後に終わったものも数えます。丸2年を比べるので、季節による山はありません。",
    )
    yield of.feature(
        "overdue_of_billed",
        OpenOfBilled(of.overdue, of.kind("billed")),
        unit="%",
        direction=1,
        bins=_PER_CENT,
        title_ja=f"1年分の{of.name}の請求に対する、済んでいない額の割合",
        wording_ja=f"{of.name}のお支払いで、1年分の請求と比べて大きな額がまだのようです・{{n}}期分、{{since}}から",
        wording_en=f"{of.english}: what is open, against a year's bills; {{n}} instalments since {{since}}",
        note_ja="古い遅れも分子に入るので、100を超えることがあります。",
    )


FEATURES = tuple(feature for of in BOTH for group in (_steps, _amounts) for feature in group(of))
