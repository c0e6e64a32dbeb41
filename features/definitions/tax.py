"""家計・税: what the city's own decisions say of a household's means, and how many levies are open."""

from features.definition import Feature
from features.definitions.bills import PAPER, TAX
from features.measures import OpenCount
from features.patterns import Breadth

_BILLS = ("tax", "insurance")
_OFFER = ("納付相談・分割納付", "生活全般の相談(自立相談支援)")

# 30 days after 納期限 an unpaid bill is no longer posting lag; the first day counts as 1.
LAG_OVER = 31

FEATURES = (
    Feature(
        name="tax_levies_overdue",
        domain="家計・税",
        sources=("tax",),
        measure=Breadth(
            (
                ("tax", ("resident_tax_bill_unpaid",)),
                ("tax", ("property_tax_bill_unpaid",)),
                ("tax", ("vehicle_tax_bill_unpaid",)),
            ),
            min_days=LAG_OVER,
        ),
        unit="税目",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="お支払いが済んでいない市税の税目の数",
        wording_ja="住民税・固定資産税・軽自動車税のお支払いで、納期から30日を過ぎたものが{n}期分あるようです・{since}から",
        paper=PAPER,
        wording_en="Resident, property and vehicle tax: {n} instalments more than 30 days late, since {since}",
        offer=TAX.offer,
        note_ja="所得・住まい・車のどれにも手が回らないことは、一つの税目だけの遅れとは意味が違います。",
    ),
    Feature(
        name="seizure_open",
        domain="家計・税",
        sources=_BILLS,
        measure=OpenCount(("tax_seized", "insurance_seized")),
        unit="期",
        direction=1,
        bins=(0.5, 2.5),
        title_ja="市税・保険の処分の手続きが続いている期の数",
        wording_ja="市税・保険で、財産の処分の手続きが{n}期分続いています・{since}から",
        paper=PAPER,
        wording_en="Enforcement on property for tax or insurance is in force for {n} instalments, since {since}",
        offer=(*_OFFER, "法律相談・家計の相談"),
        note_ja="市の処分そのものです。使えるお金が減るため数えますが、早い気づきとは呼びません(まだ手続きのない世帯の数字は別の行)。",
    ),
    Feature(
        name="hardship_finding_open",
        domain="家計・税",
        sources=_BILLS,
        measure=OpenCount(("tax_suspended_hardship", "insurance_suspended_hardship")),
        unit="期",
        direction=1,
        bins=(0.5, 2.5),
        title_ja="市税・保険の徴収を見合わせる決定(生活の窮迫など)がある期の数",
        wording_ja="市税・保険で、徴収を見合わせる決定(財産がない・生活の窮迫)が{n}期分続いています・{since}から",
        paper=PAPER,
        wording_en="Collection is suspended for lack of means for {n} instalments, since {since}",
        offer=_OFFER,
        note_ja="地方税法15条の7第1項1号・2号の決定です。所在不明(3号)は数えません。",
    ),
)
