"""住まい・ライフライン: the water supply of the dwelling, while the household lives there.

The meter is read every two months; a dwelling's facts name no person. A supply closed on request (中止) says
that the dwelling may be empty: `vacancy_suspected`.
"""

from features.definition import Feature
from features.measures import LongestOpenDays, PointCount

_OFFER = ("水道料金の支払い相談", "生活全般の相談(自立相談支援)")
_PAPER = "水道料金のお支払いや手続きのことで、ご案内できることがあります({month}の情報)"

# A stop counts once it has lasted more than 7 days: from its 8th day on (SOURCES «water_notices»).
COUNTS_FROM_DAY = 8

FEATURES = (
    Feature(
        name="water_reminder_365d",
        domain="住まい・ライフライン",
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
        name="water_stop_notice_365d",
        domain="住まい・ライフライン",
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
        domain="住まい・ライフライン",
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
)
