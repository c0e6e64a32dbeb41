"""子ども・学校: coded flags of schools and school social workers.

A child's flag is never told at the door as such; paper says only that there is something for school life
(PRACTICE «Who is met»), so no figure mixes the school with another source. 就学援助 that is granted is help that has
arrived; newly applied for, it is a change in the household (`features.definitions.household`).
"""

from features.amounts import LargestOpen
from features.definition import Feature
from features.definitions.bills import SUPPORT
from features.measures import LongestOpenDays, OnsetCount, OpenCount, Trend
from features.patterns import Breadth

_DOMAIN = "子ども・学校"
PAPER = "お子さんの学校生活の応援({month}の情報)"
OFFER = ("就学援助", "学校・スクールソーシャルワーカーへの相談")

_FLAGS = (
    "school_absence_30d",
    "school_aid_refused",
    "school_home_visit",
    "school_meal_unpaid",
    "school_separate_room",
    "school_ssw",
)
_SIDES = (
    ("school", ("school_meal_unpaid", "school_aid_refused")),
    ("school", ("school_absence_30d",)),
    ("school", ("school_separate_room",)),
    ("school", ("school_ssw", "school_home_visit")),
)

FEATURES = (
    Feature(
        name="school_flags_open",
        domain=_DOMAIN,
        sources=("school",),
        measure=OpenCount(_FLAGS),
        unit="件",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="学校・SSWからの連絡で続いているもの",
        wording_ja="お子さんについて学校・SSWからの連絡が{n}件続いています・{since}から",
        paper=PAPER,
        wording_en="Coded notices open from the school or its social worker: {n}, since {since}",
        offer=OFFER,
        note_ja="欠席30日・就学援助の却下・給食費・別室等・SSW支援・家庭訪問要の区分だけを数え、自由記述は使いません。",
    ),
    Feature(
        name="school_flags_onset_90d",
        domain=_DOMAIN,
        sources=("school",),
        measure=OnsetCount(_FLAGS, 90),
        unit="件",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="この90日に始まった学校・SSWからの連絡",
        wording_ja="お子さんについて、この90日に学校・SSWからの連絡が{n}件始まっています・直近は{month}",
        paper=PAPER,
        wording_en="Coded notices that began at school in the last 90 days: {n}, the latest in {month}",
        offer=OFFER,
        note_ja="その後に終わったものも数えます。",
    ),
    Feature(
        name="school_flags_vs_last_year",
        domain=_DOMAIN,
        sources=("school",),
        measure=Trend(_FLAGS, 90, ago=365),
        unit="件",
        direction=1,
        bins=(-0.5, 0.5, 1.5),
        title_ja="学校・SSWからの連絡の増え方(1年前の同じ90日と比べて)",
        wording_ja="お子さんについての学校・SSWからの連絡が、この90日({n}件)は1年前の同じころより増えています・直近は{month}",
        paper=PAPER,
        wording_en="More notices from school in the last 90 days ({n}) than a year before, the latest in {month}",
        offer=OFFER,
        note_ja="学校の連絡は年度の始めと学期の終わりで数が違うため、1年前の同じころと比べます。入学前は比べられず、増えて見えます。",
    ),
    Feature(
        name="school_sides_open",
        domain=_DOMAIN,
        sources=("school",),
        measure=Breadth(_SIDES),
        unit="種類",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="学校・SSWからの連絡の種類の数(お金・欠席・居場所・支える人)",
        wording_ja="お子さんについて、種類の違う連絡も含めて{n}件続いています・{since}から",
        paper=PAPER,
        wording_en="Notices of different kinds open at school: {n} in all, since {since}",
        offer=OFFER,
        note_ja="費用(給食費・就学援助の却下)、欠席、別室など、SSW・家庭訪問の4つのうち、続いている数です。きょうだいの人数では増えません。",
    ),
    Feature(
        name="school_absence_days",
        domain=_DOMAIN,
        sources=("school",),
        measure=LargestOpen(("school_absence_30d",)),
        unit="日",
        direction=1,
        bins=(0.5, 45.5, 60.5, 90.5),
        title_ja="学校を休んだ日数(今年度、最も多いお子さん)",
        wording_ja="お子さんのお休みが30日を超えています({n}人)・{since}から",
        paper=PAPER,
        wording_en="More than 30 days absent from school: {n} children, since {since}",
        offer=OFFER,
        note_ja="4月1日からの日数なので、年度の中では増えるだけで、終了日が届かなくても年度の終わりまでです。日数は学校が知らせ直したときに新しくなります。",
    ),
    Feature(
        name="school_meal_open_days",
        domain=_DOMAIN,
        sources=("school",),
        measure=LongestOpenDays(("school_meal_unpaid",), cap=365),
        unit="日",
        direction=1,
        bins=(0.5, 60.5, 120.5),
        title_ja="給食費のお支払いが済んでいない日数",
        wording_ja="給食費のお支払いがまだのようです・{since}から",
        paper=PAPER,
        wording_en="School meals seem unpaid since {since}",
        offer=OFFER,
    ),
    Feature(
        name="school_aid_refused_365d",
        domain=_DOMAIN,
        sources=("school",),
        measure=OnsetCount(("school_aid_refused",), 365),
        unit="件",
        direction=1,
        bins=(0.5,),
        title_ja="この1年に認められなかった就学援助",
        wording_ja="就学援助の申請が{n}件認められませんでした・直近は{month}",
        paper=PAPER,
        wording_en="Applications for school aid that were refused in a year: {n}, the latest in {month}",
        offer=(*OFFER, "生活全般の相談(自立相談支援)"),
        note_ja="申請するだけの事情があり、制度の線のすぐ外にいる世帯です。年度の途中の再申請もご案内できます。",
    ),
    Feature(
        name="school_aid_granted_open",
        domain=_DOMAIN,
        sources=("school",),
        measure=OpenCount(("school_aid_granted",)),
        unit="件",
        direction=-1,
        bins=(0.5, 1.5),
        title_ja="受けている就学援助",
        wording_ja="就学援助を{n}件受けています・{since}から",
        paper=PAPER,
        wording_en="School aid being received: {n}, since {since}",
        offer=OFFER,
        note_ja=f"{SUPPORT}制度に届いた印です。所得が小さいことの印でもあるため、点数表の点は小さくしています。",
    ),
)
