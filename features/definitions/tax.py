"""家計・税: city tax bills that have not been paid.

Only `tax_overdue` counts (from 督促発布日, or 30 days after 納期限): before that an unpaid bill is posting lag
(SOURCES «tax_bills»).
"""

from features.definition import Feature
from features.measures import LongestOpenDays, OnsetCount, OpenCount, Trend

_OVERDUE = ("tax_overdue",)
_OFFER = ("納付相談・分割納付", "市税の減免・猶予の相談")
_PAPER = "お支払いや手続きのことで、ご案内できることがあります({month}の情報)"

FEATURES = (
    Feature(
        name="tax_overdue_open",
        domain="家計・税",
        sources=("tax",),
        measure=OpenCount(_OVERDUE),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 3.5, 7.5),
        title_ja="市税のお支払いが済んでいない期の数",
        wording_ja="市税のお支払いが{n}期分まだのようです・{since}から",
        paper=_PAPER,
        wording_en="City tax instalments that seem unpaid: {n}, since {since}",
        offer=_OFFER,
    ),
    Feature(
        name="tax_overdue_onset_90d",
        domain="家計・税",
        sources=("tax",),
        measure=OnsetCount(_OVERDUE, 90),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="この90日に遅れ始めた市税の期の数",
        wording_ja="この90日で市税のお支払いが{n}期分遅れ始めています・直近は{month}",
        paper=_PAPER,
        wording_en="City tax instalments that fell overdue in the last 90 days: {n}, the latest in {month}",
        offer=_OFFER,
        note_ja="その後に納められたものも数えます。6月の年度切替で納期が集まるため、季節による山があります。",
    ),
    Feature(
        name="tax_longest_overdue_days",
        domain="家計・税",
        sources=("tax",),
        measure=LongestOpenDays(_OVERDUE, cap=1825),
        unit="日",
        direction=1,
        bins=(0.5, 30.5, 90.5, 180.5, 365.5, 730.5),
        title_ja="市税のお支払いが最も長く済んでいない日数",
        wording_ja="市税のお支払いがまだのものがあります・最も古いものは{since}から",
        paper=_PAPER,
        wording_en="City tax has been unpaid for some time, the oldest since {since}",
        offer=_OFFER,
        note_ja="上限は市税の徴収権の時効と同じ5年(1,825日)です。",
    ),
    Feature(
        name="tax_trend",
        domain="家計・税",
        sources=("tax",),
        measure=Trend(_OVERDUE, 90),
        unit="期",
        direction=1,
        bins=(-1.5, -0.5, 0.5, 1.5),
        title_ja="市税のお支払いの遅れの増え方",
        wording_ja="市税のお支払いの遅れが、この90日({n}期)はその前の90日より増えています・直近は{month}",
        paper=_PAPER,
        wording_en="More city tax fell overdue in the last 90 days ({n}) than in the 90 before, the latest in {month}",
        offer=_OFFER,
        note_ja="前の90日が同意の対象期間より前にかかるときは、その分だけ増えて見えます。",
    ),
)
