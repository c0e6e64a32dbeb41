"""保険: contributions to national health, long-term care and late-elderly insurance that have not been paid.

Only `insurance_overdue` counts (see `features.definitions.tax`).
"""

from features.definition import Feature
from features.measures import LongestOpenDays, OnsetCount, OpenCount

_OVERDUE = ("insurance_overdue",)
_OFFER = ("納付相談・分割納付", "保険料(税)の減免・軽減の相談")
_PAPER = "保険のお支払いや手続きのことで、ご案内できることがあります({month}の情報)"

FEATURES = (
    Feature(
        name="insurance_overdue_open",
        domain="保険",
        sources=("insurance",),
        measure=OpenCount(_OVERDUE),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 3.5, 7.5),
        title_ja="保険料のお支払いが済んでいない期の数",
        wording_ja="国民健康保険などのお支払いが{n}期分まだのようです・{since}から",
        paper=_PAPER,
        wording_en="Insurance instalments that seem unpaid: {n}, since {since}",
        offer=_OFFER,
    ),
    Feature(
        name="insurance_overdue_onset_90d",
        domain="保険",
        sources=("insurance",),
        measure=OnsetCount(_OVERDUE, 90),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="この90日に遅れ始めた保険料の期の数",
        wording_ja="この90日で国民健康保険などのお支払いが{n}期分遅れ始めています・直近は{month}",
        paper=_PAPER,
        wording_en="Insurance instalments that fell overdue in the last 90 days: {n}, the latest in {month}",
        offer=_OFFER,
        note_ja="その後に納められたものも数えます。6月の年度切替で納期が集まるため、季節による山があります。",
    ),
    Feature(
        name="insurance_longest_overdue_days",
        domain="保険",
        sources=("insurance",),
        measure=LongestOpenDays(_OVERDUE, cap=1825),
        unit="日",
        direction=1,
        bins=(0.5, 30.5, 90.5, 180.5, 365.5, 730.5),
        title_ja="保険料のお支払いが最も長く済んでいない日数",
        wording_ja="国民健康保険などのお支払いがまだのものがあります・最も古いものは{since}から",
        paper=_PAPER,
        wording_en="Insurance contributions have been unpaid for some time, the oldest since {since}",
        offer=_OFFER,
        note_ja="保険税の時効は5年、保険料は2年です。上限は長いほうの5年(1,825日)にそろえています。",
    ),
)
