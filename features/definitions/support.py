"""つながり・支援: what cuts across sources, mail that did not arrive, agreements kept and broken.

A figure of several sources only ever adds up signs of need: facts that speak for the household stay apart by source.
"""

from features.definition import Feature
from features.definitions.bills import BOTH, PAPER, SUPPORT, Bills
from features.measures import OpenCount, PointCount
from features.patterns import Breadth

_DOMAIN = "つながり・支援"
_OFFER = ("納付相談・分割納付", "生活全般の相談(自立相談支援)")
_BILLS = ("tax", "insurance")
_PART = "一方の情報源だけが見えるときは、見える分だけを数えます。"
_FEWER = "見えない情報源は数えられません。見える情報源が減ると値は小さくなることがあります(大きくはなりません)。"
_OVERDUE = (
    ("tax", ("tax_overdue",)),
    ("insurance", ("insurance_overdue",)),
    ("housing", ("housing_arrears",)),
)
_WATER = ("water", ("water_reminder", "water_stop_notice", "water_stop"))

_ACROSS = (
    Feature(
        name="sources_overdue",
        domain=_DOMAIN,
        sources=("tax", "insurance", "housing"),
        measure=Breadth(_OVERDUE),
        unit="種類",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="お支払いの遅れがある種類の数(市税・保険・家賃)",
        wording_ja="市税・保険・家賃のお支払いで、まだのものが{n}件あるようです・{since}から",
        paper=PAPER,
        wording_en="City tax, insurance and rent that seem unpaid: {n}, since {since}",
        offer=_OFFER,
        note_ja=_FEWER,
    ),
    Feature(
        name="sources_seen_180d",
        domain=_DOMAIN,
        sources=("tax", "insurance", "housing", "water"),
        measure=Breadth((*_OVERDUE, _WATER), seen_days=180),
        unit="種類",
        direction=1,
        bins=(0.5, 1.5, 2.5, 3.5),
        title_ja="この180日にお支払いの遅れが見られた種類の数(市税・保険・家賃・水道)",
        wording_ja="市税・保険・家賃・水道のお支払いの遅れやお知らせが、この半年に{n}件見られます・最も早い始まりは{since}",
        paper=PAPER,
        wording_en="Late payments or letters of tax, insurance, rent and water in half a year: {n}, first in {since}",
        offer=_OFFER,
        note_ja=_FEWER + "もう済んだものも数えます。窓口ごとには小さくても、重なると見えてくることがあります。",
    ),
    Feature(
        name="reminder_returned_365d",
        domain=_DOMAIN,
        sources=_BILLS,
        measure=PointCount(("tax_reminder_returned", "insurance_reminder_returned"), 365),
        unit="回",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="お知らせの郵便が戻った回数",
        wording_ja="市税・保険のお知らせの郵便が{n}回戻ってきています・直近は{month}",
        paper="市からのお知らせのお届け先の確認({month}の情報)",
        wording_en="Letters about tax or insurance that came back: {n}, the latest in {month}",
        offer=("お知らせのお届け先・受け取り方の相談", "生活全般の相談(自立相談支援)"),
        note_ja=_PART,
    ),
    Feature(
        name="public_notice_365d",
        domain=_DOMAIN,
        sources=_BILLS,
        measure=PointCount(("tax_public_notice", "insurance_public_notice"), 365),
        unit="回",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="お知らせが届かず、掲示で知らせた回数(公示送達)",
        wording_ja="市税・保険のお知らせが届かず、市の掲示で知らせたことが{n}回あります・直近は{month}",
        paper="市からのお知らせのお届け先の確認({month}の情報)",
        wording_en="Notices put up in public because no letter reached the person: {n}, the latest in {month}",
        offer=("お知らせのお届け先・受け取り方の相談", "生活全般の相談(自立相談支援)"),
        note_ja="届け先を調べても分からなかったときの手続きです。" + _PART,
    ),
    Feature(
        name="plan_broken_365d",
        domain=_DOMAIN,
        sources=_BILLS,
        measure=PointCount(("tax_plan_broken", "insurance_plan_broken"), 365),
        unit="件",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="続けられなくなった分割納付の件数",
        wording_ja="分割納付のお約束が{n}件続けられなくなったようです・直近は{month}",
        paper="お支払いのご相談の続きで、ご案内できることがあります({month}の情報)",
        wording_en="Instalment agreements that could not be kept: {n}, the latest in {month}",
        offer=("納付相談・分割納付の見直し", "減免・猶予の相談"),
        note_ja="お約束は期(請求)ごとに数えます。" + _PART,
    ),
)


def _plan(of: Bills) -> Feature:
    return Feature(
        name=f"{of.source}_plan_open",
        domain=_DOMAIN,
        sources=(of.source,),
        measure=OpenCount(of.kind("plan")),
        unit="件",
        direction=-1,
        bins=(0.5, 2.5),
        title_ja=f"続いている{of.name}の分割納付の件数",
        wording_ja=f"{of.name}の分割納付のお約束が{{n}}件続いています・{{since}}から",
        paper="お支払いのご相談の続きのご案内({month}の情報)",
        wording_en=f"{of.english}: {{n}} instalment agreements being kept, since {{since}}",
        offer=("納付相談・分割納付",),
        note_ja=SUPPORT,
    )


# 生活保護 received, applied for or refused is no feature: it acts by the rules of the list (docs/decisions).
_WELFARE = (
    Feature(
        name="consulted_365d",
        domain=_DOMAIN,
        sources=("welfare",),
        measure=PointCount(("welfare_consulted",), 365),
        unit="回",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="この1年の自立相談の受付",
        wording_ja="自立相談の受付が、この1年に{n}回あります・直近は{month}",
        paper="以前のご相談の続きで、ご案内できることがあります({month}の情報)",
        wording_en="Came for advice in the last year: {n} times, the latest in {month}",
        offer=("生活全般の相談(自立相談支援)", "家計の相談", "仕事の相談"),
        note_ja="ご本人が困りごとを言葉にした印です。支援が続いていれば「続いている支援」(support_open)が支えとして働きます。",
    ),
    Feature(
        name="support_open",
        domain=_DOMAIN,
        sources=("welfare",),
        measure=OpenCount(
            ("welfare_plan", "welfare_housing_benefit", "welfare_budget_support", "welfare_work_support")
        ),
        unit="件",
        direction=-1,
        bins=(0.5, 1.5),
        title_ja="続いている支援(プラン・住居確保給付金・家計改善・就労準備)",
        wording_ja="自立相談支援の支援が{n}件続いています・{since}から",
        paper="ご相談の続きのご案内({month}の情報)",
        wording_en="Support in progress: {n}, since {since}",
        offer=("生活全般の相談(自立相談支援)",),
        note_ja=f"{SUPPORT}プランの続く方は訪問リストには載らず、変化は担当の支援員に伝わります。",
    ),
)

FEATURES = (*_ACROSS, *(_plan(of) for of in BOTH), *_WELFARE)
