"""世帯の変化: what a consenting adult's own sources say of a change in the household.

Never the residents frame: it is registered for linkage and coverage, not for scoring
(docs/decisions/0010-household-change-from-own-sources.md).
"""

from features.definition import Feature
from features.definitions.school import OFFER, PAPER
from features.measures import OnsetCount, PointCount
from features.patterns import NewWithin, Together

_DOMAIN = "世帯の変化"

FEATURES = (
    Feature(
        name="heir_bill_new_365d",
        domain=_DOMAIN,
        sources=("tax",),
        measure=NewWithin(("tax_heir_bill",), 365, quiet_days=365),
        unit="期",
        direction=1,
        bins=(0.5,),
        title_ja="相続人の代表として市税の請求を受けるようになった(この1年)",
        wording_ja="亡くなった方の市税の請求を、代わりに{n}期分受けるようになっています・{month}から",
        paper="ご家族の手続きのことで、ご案内できることがあります({month}の情報)",
        wording_en="Bills taken over for somebody who died: {n} instalments, the latest in {month}",
        offer=("相続・名義の手続きの案内", "遺族年金・葬祭費などの案内", "生活全般の相談(自立相談支援)"),
        note_ja="ご本人の納付義務者区分(相続人代表)だけから分かることです。2年目からは数えません。",
    ),
    Feature(
        name="water_name_changed_365d",
        domain=_DOMAIN,
        sources=("water",),
        measure=PointCount(("water_name_changed",), 365),
        unit="回",
        direction=1,
        bins=(0.5,),
        title_ja="お住まいの水道の名義が変わった(この1年)",
        wording_ja="お住まいの水道の名義が、この1年に変わっています・直近は{month}",
        paper="お住まいの手続きのことで、ご案内できることがあります({month}の情報)",
        wording_en="The name on the water contract changed within a year, the latest in {month}",
        offer=("名義・届け先の手続きの案内", "地域の相談先のご案内"),
        note_ja="死別・別居・入居のどれかは分かりません。住み始めてからの変更だけを数えます。地域とのつながりがまだ薄いことがあります。",
    ),
    Feature(
        name="school_aid_new_365d",
        domain=_DOMAIN,
        sources=("school",),
        measure=NewWithin(("school_aid_applied",), 365, quiet_days=365),
        unit="件",
        direction=1,
        bins=(0.5,),
        title_ja="就学援助を新しく申請した(この1年)",
        wording_ja="就学援助を新しく{n}件申請しています・直近は{month}",
        paper=PAPER,
        wording_en="School aid newly applied for: {n}, the latest in {month}",
        offer=OFFER,
        note_ja="毎年の更新は数えません(前の年にも申請があれば0)。暮らし向きが変わった印です。",
    ),
    Feature(
        name="hospital_onset_180d",
        domain=_DOMAIN,
        sources=("welfare",),
        measure=OnsetCount(("welfare_hospital",), 180),
        unit="件",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="この180日に始まった入院・入所",
        wording_ja="入院・入所が始まっています・{month}から",
        paper="暮らしの変わり目のことで、ご案内できることがあります({month}の情報)",
        wording_en="A stay in hospital or in a home began in {month}",
        offer=("高額療養費・限度額の案内", "暮らしの手続きの手伝い", "生活全般の相談(自立相談支援)"),
        note_ja="ご本人が同意した支援・受給状況だけから。費用がかかり、働き手や介護する人がいなくなる変わり目です。",
    ),
    Feature(
        name="care_new_365d",
        domain=_DOMAIN,
        sources=("welfare",),
        measure=NewWithin(("welfare_care_certified",), 365, quiet_days=365),
        unit="件",
        direction=1,
        bins=(0.5,),
        title_ja="新しく始まった介護認定(この1年)",
        wording_ja="介護認定が新しく{n}件始まっています・{month}から",
        paper="介護のことで、ご案内できることがあります({month}の情報)",
        wording_en="Certified as needing care, newly: {n}, in {month}",
        offer=("地域包括支援センターへの相談", "介護と仕事の両立の相談", "介護の費用の軽減の案内"),
        note_ja="更新の認定は数えません(前の1年に始まったものがあれば0)。介護を始めると、仕事を減らす人がいます。",
    ),
    Feature(
        name="care_and_preschool_open",
        domain=_DOMAIN,
        sources=("welfare",),
        measure=Together((("welfare", ("welfare_care_certified",)), ("welfare", ("welfare_preschool",)))),
        unit="0・1",
        direction=1,
        bins=(0.5,),
        title_ja="介護と就学前の子育てが重なっている",
        wording_ja="介護認定と就学前のお子さんの在籍が、同じ世帯で続いています・{since}から",
        paper="介護や子育てのことで、ご案内できることがあります({month}の情報)",
        wording_en="Care for the old and for a child below school age at once, since {since}",
        offer=("地域包括支援センターへの相談", "子育て支援の案内", "介護と仕事の両立の相談"),
        note_ja="どちらも同意のある方の分が見えるときだけ1になります。一方だけのときは0で、理由にもなりません。",
    ),
)
