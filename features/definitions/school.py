"""子ども・学校: coded flags of schools and school social workers.

A child's flag is never told at the door as such; paper says only that there is something for school life
(PRACTICE «Who is met»). 就学援助 applied for or granted is help that has arrived, and is not counted here.
"""

from features.definition import Feature
from features.measures import OpenCount

FEATURES = (
    Feature(
        name="school_flags_open",
        domain="子ども・学校",
        sources=("school",),
        measure=OpenCount(
            (
                "school_absence_30d",
                "school_aid_refused",
                "school_home_visit",
                "school_meal_unpaid",
                "school_separate_room",
                "school_ssw",
            )
        ),
        unit="件",
        direction=1,
        bins=(0.5, 1.5, 2.5),
        title_ja="学校・SSWからの連絡で続いているもの",
        wording_ja="お子さんについて学校・SSWからの連絡が{n}件続いています・{since}から",
        paper="お子さんの学校生活の応援({month}の情報)",
        wording_en="Coded notices open from the school or its social worker: {n}, since {since}",
        offer=("就学援助", "学校・スクールソーシャルワーカーへの相談"),
        note_ja="欠席30日・就学援助の却下・給食費・別室等・SSW支援・家庭訪問要の区分だけを数え、自由記述は使いません。",
    ),
)
