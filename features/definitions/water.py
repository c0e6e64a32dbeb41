"""住まい・ライフライン: the water supply of the dwelling, while the household lives there.

The meter is read every two months; a dwelling's facts name no person. A supply closed on request (中止) says
that the dwelling may be empty: `vacancy_suspected`.
"""

from features.amounts import LargestWithin
from features.definition import Feature
from features.definitions.bills import SUPPORT
from features.measures import LongestOpenDays, OnsetCount, PointCount, Trend

_DOMAIN = "住まい・ライフライン"
_OFFER = ("水道料金の支払い相談", "生活全般の相談(自立相談支援)")
_PAPER = "水道料金のお支払いや手続きのことで、ご案内できることがあります({month}の情報)"

# A stop counts once it has lasted more than 7 days: from its 8th day on (SOURCES «water_notices»).
COUNTS_FROM_DAY = 8

_ARREARS = (
    Feature(
        name="water_reminder_365d",
        domain=_DOMAIN,
        sources=("water",),
        measure=PointCount(("water_reminder",), 365),
        unit="回",
        direction=1,
        bins=(0.5, 1.5, 3.5),
        title_ja="水道料金のお支払いのお知らせの回数",
        wording_ja="水道料金がまだというお知らせが、この1年に{n}回出ています・直近は{month}",
        paper=_PAPER,
        wording_en="Letters about unpaid water charges in the last year: {n}, the latest in {month}",
        offer=_OFFER,
    ),
    Feature(
        name="water_reminder_trend",
        domain=_DOMAIN,
        sources=("water",),
        measure=Trend(("water_reminder",), 180, ago=180),
        unit="回",
        direction=1,
        bins=(-1.5, -0.5, 0.5, 1.5),
        title_ja="水道料金のお支払いのお知らせの増え方(その前の180日と比べて)",
        wording_ja="水道料金がまだというお知らせが、この180日({n}回)はその前の180日より増えています・直近は{month}",
        paper=_PAPER,
        wording_en="More letters about unpaid water in the last 180 days ({n}) than in the 180 before, the latest in "
        "{month}",
        offer=_OFFER,
        note_ja="検針は2か月ごとなので、180日ずつで比べます。前の180日より後に住み始めた世帯では、その分だけ増えて見えます。",
    ),
    Feature(
        name="water_unpaid_yen_180d",
        domain=_DOMAIN,
        sources=("water",),
        measure=LargestWithin(("water_reminder", "water_stop_notice"), 180),
        unit="円",
        direction=1,
        bins=(0.5, 5000.5, 10000.5, 20000.5, 40000.5),
        title_ja="この180日のお知らせにある、水道料金の最も大きい額",
        wording_ja="水道料金がまだというお知らせが、この半年に{n}回出ています・直近は{month}",
        paper=_PAPER,
        wording_en="Letters about unpaid water charges in half a year: {n}, the latest in {month}",
        offer=_OFFER,
        note_ja="お知らせ1通の最大で、合計ではありません(前の残りを含むお知らせでも二度数えません)。",
    ),
    Feature(
        name="water_stop_notice_365d",
        domain=_DOMAIN,
        sources=("water",),
        measure=PointCount(("water_stop_notice",), 365),
        unit="回",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="水道を止める予告の回数",
        wording_ja="水道を止める予告が、この1年に{n}回出ています・直近は{month}",
        paper=_PAPER,
        wording_en="Notices in the last year that water would be cut off: {n}, the latest in {month}",
        offer=_OFFER,
    ),
    Feature(
        name="water_stop_open_days",
        domain=_DOMAIN,
        sources=("water",),
        measure=LongestOpenDays(("water_stop",), cap=365, min_days_open=COUNTS_FROM_DAY, unless_open=("water_closed",)),
        unit="日",
        direction=1,
        bins=(7.5, 14.5, 30.5),
        title_ja="水道が止まっている日数",
        wording_ja="水道が{since}から止まったままのようです",
        paper=_PAPER,
        wording_en="The water supply seems to have been cut off since {since}",
        offer=_OFFER,
        note_ja="使用中止の届けが出ている住まいは空き家の疑いとして扱い、ここでは数えません(まず電話で確かめます)。",
    ),
    Feature(
        name="water_stop_730d",
        domain=_DOMAIN,
        sources=("water",),
        measure=OnsetCount(("water_stop",), 730),
        unit="回",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="この2年に水道が止まった回数",
        wording_ja="水道が止まったことが、この2年に{n}回あります・直近は{month}",
        paper=_PAPER,
        wording_en="The water supply was cut off {n} times in two years, the latest in {month}",
        offer=_OFFER,
        note_ja="すぐに開いたものも数えます。いま止まっているかどうかは water_stop_open_days です。",
    ),
)

_LIVING = (
    Feature(
        name="water_unused_open_days",
        domain=_DOMAIN,
        sources=("water",),
        measure=LongestOpenDays(("water_usage_zero",), cap=365, unless_open=("water_closed", "water_stop")),
        unit="日",
        direction=1,
        bins=(0.5, 62.5, 123.5),
        title_ja="水道の使用量が0の検針が続いている日数",
        wording_ja="使用量が0という検針が{since}から続いています",
        paper="水道の検針のことで、お変わりがないか伺います({month}の情報)",
        wording_en="Readings of no water used since {since}",
        offer=("お変わりがないかの確認", "生活全般の相談(自立相談支援)"),
        note_ja="読めた検針だけを数えます。入院や長い留守のこともあります。使用中止・停止のあいだは0です。",
    ),
    Feature(
        name="water_unreadable_365d",
        domain=_DOMAIN,
        sources=("water",),
        measure=PointCount(("water_unreadable",), 365),
        unit="回",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="水道のメーターを読めなかった回数",
        wording_ja="水道のメーターを読めなかったことが、この1年に{n}回あります・直近は{month}",
        paper="水道の検針のことで、お変わりがないか伺います({month}の情報)",
        wording_en="The water meter could not be read {n} times in a year, the latest in {month}",
        offer=("お変わりがないかの確認", "生活全般の相談(自立相談支援)"),
        note_ja="メーターの上に物がある、門が開かないなど。片付けや外出がむずかしくなった印のことがあります。",
    ),
    Feature(
        name="water_leak_365d",
        domain=_DOMAIN,
        sources=("water",),
        measure=PointCount(("water_leak",), 365),
        unit="回",
        direction=1,
        bins=(0.5,),
        title_ja="漏水の回数",
        wording_ja="お住まいの漏水が、この1年に{n}回見つかっています・直近は{month}",
        paper="水道の漏水のことで、ご案内できることがあります({month}の情報)",
        wording_en="Leaks found at the dwelling in a year: {n}, the latest in {month}",
        offer=("漏水のときの水道料金の減額", "住まいの修繕の相談"),
        note_ja="急に高い料金になり、修理の費用もかかります。減額の届け出が済んでいないことが多いものです。",
    ),
    Feature(
        name="water_grace_365d",
        domain=_DOMAIN,
        sources=("water",),
        measure=PointCount(("water_grace",), 365),
        unit="回",
        direction=-1,
        bins=(0.5,),
        title_ja="水道料金の支払いを待つ取り決めの回数",
        wording_ja="水道料金の支払いを待つ取り決めが{n}回あります・直近は{month}",
        paper=_PAPER,
        wording_en="Agreements to wait for water charges: {n}, the latest in {month}",
        offer=_OFFER,
        note_ja=f"{SUPPORT}窓口に相談できた印です。",
    ),
)

FEATURES = (*_ARREARS, *_LIVING)
