"""家計・税 and 保険: bills that have not been paid: how many, since when, how fast, how steadily.

More of each says more need: an instalment that stays open is money that was not there.
"""

from collections.abc import Iterator

from features.amounts import LargestOpen, UnpaidShare
from features.definition import Feature
from features.definitions.bills import BOTH, YEN, Bills
from features.measures import LongestOpenDays, OnsetCount, OpenCount, PointCount, Trend
from features.patterns import OpenMonths, Streak

_MONTHS = (0.5, 1.5, 2.5, 3.5, 5.5, 8.5, 11.5)
_PER_CENT = (-50.5, -0.5, 0.5, 20.5, 40.5, 60.5, 80.5, 90.5, 95.5, 98.5, 99.5)
_CHANGE = (-1.5, -0.5, 0.5, 1.5)


def _open(of: Bills) -> Iterator[Feature]:
    """What is open on the day."""
    yield of.feature(
        "overdue_open",
        OpenCount(of.overdue),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 3.5, 7.5),
        title_ja=f"{of.name}のお支払いが済んでいない期の数",
        wording_ja=f"{of.name}のお支払いが{{n}}期分まだのようです・{{since}}から",
        wording_en=f"{of.english}: {{n}} instalments seem unpaid, since {{since}}",
    )
    yield of.feature(
        "longest_overdue_days",
        LongestOpenDays(of.overdue, cap=1825),
        unit="日",
        direction=1,
        bins=(0.5, 30.5, 90.5, 180.5, 365.5, 730.5),
        title_ja=f"{of.name}のお支払いが最も長く済んでいない日数",
        wording_ja=f"{of.name}のお支払いがまだのものがあります・最も古いものは{{since}}から",
        wording_en=f"{of.english}: unpaid for some time, the oldest since {{since}}",
        note_ja=of.limit_ja,
    )
    yield of.feature(
        "overdue_year_open",
        OpenCount(of.overdue, min_days_open=366),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 3.5),
        title_ja=f"{of.name}のお支払いが1年を超えて済んでいない期の数",
        wording_ja=f"{of.name}のお支払いで、1年を超えてまだのものが{{n}}期分あるようです・{{since}}から",
        wording_en=f"{of.english}: {{n}} instalments unpaid for more than a year, since {{since}}",
        note_ja="滞納繰越は6月に一斉に付くため、繰越の印ではなく、遅れ始めてからの日数で数えます。",
    )
    yield of.feature(
        "largest_overdue_yen",
        LargestOpen(of.overdue),
        unit="円",
        direction=1,
        bins=YEN,
        title_ja=f"{of.name}のお支払いが済んでいない期の最も大きい額",
        wording_ja=f"{of.name}のお支払いが{{n}}期分まだのようです・{{since}}から",
        wording_en=f"{of.english}: {{n}} instalments seem unpaid since {{since}}",
        note_ja="合計ではなく1期の最大です。前の残りを次の請求に含める市でも、同じ額を二度数えません。",
    )


def _lasting(of: Bills) -> Iterator[Feature]:
    """How long arrears have been part of life."""
    yield of.feature(
        "overdue_months",
        OpenMonths(of.overdue),
        unit="期×月",
        direction=1,
        bins=_MONTHS,
        title_ja=f"{of.name}のお支払いの遅れの重なり(直近6か月)",
        wording_ja=f"{of.name}のお支払いが、この半年に{{n}}期分遅れたことがあります・最も早いものは{{since}}から",
        wording_en=f"{of.english}: {{n}} instalments were overdue at some time in the last half year, since {{since}}",
        note_ja="30日おきの6時点の数の合計です。長い遅れも、期の重なりも、繰り返しも大きくします。",
    )
    yield of.feature(
        "overdue_streak_months",
        Streak(of.overdue, 12),
        unit="か月",
        direction=1,
        bins=(0.5, 2.5, 5.5, 8.5, 11.5),
        title_ja=f"{of.name}のお支払いの遅れが途切れずに続いている月数",
        wording_ja=f"{of.name}のお支払いの遅れのない月がしばらくないようです・いま{{n}}期分、{{since}}から",
        wording_en=f"{of.english}: no month without arrears for a while; {{n}} instalments now, since {{since}}",
        note_ja="古い期を納めては次の期が遅れる、という暮らしは、この数だけに表れます(最も長い遅れは短いまま)。",
    )
    for days in (90, 180):
        yield of.feature(
            f"unpaid_share_{days}d",
            UnpaidShare(of.kind("billed"), of.kind("payment"), of.overdue, days),
            unit="%",
            direction=1,
            bins=_PER_CENT,
            title_ja=f"この{days}日に納期が来た{of.name}のうち、まだ納められていない割合",
            wording_ja=f"この{days}日に納期が来た{of.name}に、まだのものがあるようです・全部で{{n}}期分、{{since}}から",
            wording_en=f"{of.english}: part of what fell due in {days} days seems unpaid; {{n}} instalments in all, "
            "since {since}",
            note_ja="納付は、どの期への納付かを問いません。古い遅れも納めていて、納期が来た額より多ければ負になります。"
            "納期が来たものがなければ0です。",
        )


def _changing(of: Bills) -> Iterator[Feature]:
    """What is new, and whether it is more than before."""
    yield of.feature(
        "overdue_onset_90d",
        OnsetCount(of.overdue, 90),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja=f"この90日に遅れ始めた{of.name}の期の数",
        wording_ja=f"この90日で{of.name}のお支払いが{{n}}期分遅れ始めています・直近は{{month}}",
        wording_en=f"{of.english}: {{n}} instalments fell overdue in the last 90 days, the latest in {{month}}",
        note_ja="その後に納められたものも数えます。6月の年度切替で納期が集まるため、季節による山があります。",
    )
    yield of.feature(
        "trend",
        Trend(of.overdue, 90, ago=90),
        unit="期",
        direction=1,
        bins=_CHANGE,
        title_ja=f"{of.name}のお支払いの遅れの増え方(その前の90日と比べて)",
        wording_ja=f"{of.name}のお支払いの遅れが、この90日({{n}}期)はその前の90日より増えています・直近は{{month}}",
        wording_en=f"{of.english}: more fell overdue in the last 90 days ({{n}}) than in the 90 before, the latest in "
        "{month}",
        note_ja="前の90日が同意の対象期間より前にかかるときは、その分だけ増えて見えます。季節による山があります。",
    )
    yield of.feature(
        "overdue_vs_last_year",
        Trend(of.overdue, 90, ago=365),
        unit="期",
        direction=1,
        bins=_CHANGE,
        title_ja=f"{of.name}のお支払いの遅れの増え方(1年前の同じ90日と比べて)",
        wording_ja=f"{of.name}のお支払いの遅れが、この90日({{n}}期)は1年前の同じころより増えています・直近は{{month}}",
        wording_en=f"{of.english}: more fell overdue in the last 90 days ({{n}}) than a year before, the latest in "
        "{month}",
        note_ja="納期の並びは毎年ほぼ同じなので、6月の年度切替は印になりません。1年前が同意の対象期間より前なら増えて見えます。",
    )
    yield of.feature(
        "demand_180d",
        PointCount(of.kind("demand"), 180),
        unit="通",
        direction=1,
        bins=(0.5, 1.5, 3.5),
        title_ja=f"{of.name}の催告の数",
        wording_ja=f"{of.name}の催告が、この半年に{{n}}期分出ています・直近は{{month}}",
        wording_en=f"{of.english}: {{n}} demands after the reminder in half a year, the latest in {{month}}",
        note_ja="期ごとに最後の催告の日を数えます。催告の時期は市の事務によるため、点数表では点を与えません。",
    )


FEATURES = tuple(feature for of in BOTH for group in (_open, _lasting, _changing) for feature in group(of))
