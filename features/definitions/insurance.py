"""保険: contributions of the old, who pay by slip only when their pension is small."""

from features.definition import Feature
from features.definitions.bills import INSURANCE
from features.definitions.tax import LAG_OVER
from features.measures import OpenCount

FEATURES = (
    Feature(
        name="elderly_contributions_open",
        domain="保険",
        sources=("insurance",),
        measure=OpenCount(("care_bill_unpaid", "elderly_bill_unpaid"), min_days_open=LAG_OVER),
        unit="期",
        direction=1,
        bins=(0.5, 1.5, 3.5),
        title_ja="介護保険料・後期高齢者医療保険料のお支払いが済んでいない期の数",
        wording_ja="介護保険料・後期高齢者医療保険料で、納期から30日を過ぎたものが{n}期分あるようです・{since}から",
        paper=INSURANCE.paper,
        wording_en="Care and late-elderly contributions: {n} instalments more than 30 days late, since {since}",
        offer=("納付相談・分割納付", "介護保険料・後期高齢者医療保険料の減免の相談", "地域包括支援センターへの相談"),
        note_ja="普通徴収は年金が年18万円に満たない方などです。遅れが続くと介護の給付が制限されます(1年・1年6か月・2年)。",
    ),
)
