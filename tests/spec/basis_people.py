"""The cases of SOURCES «consents» about who speaks for whom, drawn. Printed in docs/spec/basis.md."""

from basis_manual import Case

ADULT = "1980-04-01"

PEOPLE = [
    Case("own form signed by another", "本人の同意では、同意者は本人。ほかの人の番号があれば使えない。", ADULT,
         """
         as   | by
         本人 | mother
         """, """
         day        | may
         2026-01-01 | no
         """),
    Case("parent's form without the parent", "親権者の同意には、同意者の番号が要る。", "2018-05-01",
         """
         as     | by
         親権者 | -
         """, """
         day        | may
         2026-01-01 | no
         """),
    Case("成年後見人等 of an adult", "成年後見人等の同意で足りる。", ADULT,
         """
         as         | by
         成年後見人等 | guardian of adults
         """, """
         day        | may
         2026-01-01 | 2025-04-01
         """),
    Case("parent of an adult", "大人の分を親が同意しても使えない。", ADULT,
         """
         as     | by
         親権者 | mother
         """, """
         day        | may
         2026-01-01 | no
         """),
    Case("成年後見人等 of a child", "成年後見人等は大人のためのもの。子の分は親権者か未成年後見人。", "2010-05-01",
         """
         as         | by                 | given      | known
         成年後見人等 | guardian of adults | 2026-05-10 | 2026-05-10
         """, """
         day        | may
         2026-06-01 | no
         2028-05-01 | 2026-05-10
         """),
    Case("child of 11", "12歳になるまでは、保護者の同意で足りる。12歳からは本人の同意も要る。", "2014-05-01",
         """
         as     | by
         親権者 | mother
         """, """
         day        | may
         2026-04-30 | 2025-04-01
         2026-05-01 | no
         """),
    Case("child of 11 alone", "12歳になるまでの子が自分だけで同意しても使えない。", "2014-05-01",
         """
         as
         本人
         """, """
         day        | may
         2026-04-30 | no
         2026-05-01 | no
         """),
    Case("child of 12 with both", "12歳から15歳は、本人と保護者の両方。どちらも対象とする期間だけ。", "2014-05-01",
         """
         as     | by     | given      | known      | covers
         親権者 | mother | 2025-04-01 | 2025-04-01 | 2024-04-01
         本人   | -      | 2026-06-10 | 2026-06-10 | 2026-04-01
         """, """
         day        | may
         2026-04-30 | 2024-04-01
         2026-05-01 | no
         2026-06-09 | no
         2026-06-10 | 2026-04-01
         """),
    Case("child of 15 and 16 alone", "16歳になるまでは保護者の同意も要る。16歳からは本人の同意で足りる。",
         "2010-05-01",
         """
         as
         -
         """, """
         day        | may
         2026-04-30 | no
         2026-05-01 | 2025-04-01
         """),
    Case("child of 17, parent only", "16歳、17歳も、保護者だけでは足りない。", "2009-05-01",
         """
         as     | by
         親権者 | mother
         """, """
         day        | may
         2026-01-01 | no
         """),
    Case("child of 16, parent covers more", "本人の同意で足りる年になれば、本人の対象期間だけ。", "2010-05-01",
         """
         as     | by     | covers
         親権者 | mother | 2020-04-01
         本人   | -      | 2025-01-01
         """, """
         day        | may
         2026-05-01 | 2025-01-01
         """),
    Case("parent of a young adult", "親の同意は18歳の誕生日の前日まで。", "2008-05-01",
         """
         as     | by
         親権者 | mother
         """, """
         day        | may
         2026-04-30 | no
         2026-05-01 | no
         """),
    Case("18th birthday", "親の同意は18歳の誕生日の前日まで。台帳の本人の同意は続く。", "2008-05-01",
         """
         as     | by     | covers
         親権者 | mother | 2020-04-01
         本人   | -      | 2025-01-01
         """, """
         day        | may
         2026-04-30 | 2025-01-01
         2026-05-01 | 2025-01-01
         """),
    Case("born on 29 February", "2月29日生まれの人は、平年には2月28日の終わりに年をとる。3月1日から16歳。",
         "2008-02-29",
         """
         as     | given      | known
         本人   | 2023-04-01 | 2023-04-01
         """, """
         day        | may
         2024-02-28 | no
         2024-02-29 | 2023-04-01
         """),
    Case("born on 29 February, common year",
         "平年には3月1日に18歳になる。断られた子も、その日から本人の同意で足りる。",
         "2008-02-29",
         """
         as     | by     | withdrawn
         本人   | -      | -
         親権者 | father | 2025-09-01
         """, """
         day        | may
         2026-02-28 | no
         2026-03-01 | 2025-04-01
         """),
    Case("未成年後見人", "未成年後見人は親権者と同じ。", "2018-05-01",
         """
         as         | by
         未成年後見人 | guardian
         """, """
         day        | may
         2026-01-01 | 2025-04-01
         """),
    Case("one parent withdraws", "一方の親が撤回すれば、もう一方の同意があっても使わない。", "2018-05-01",
         """
         as     | by     | withdrawn
         親権者 | mother | -
         親権者 | father | 2026-01-10
         """, """
         day        | may
         2026-01-09 | 2025-04-01
         2026-01-10 | no
         """),
    Case("one parent refuses from the start", "同意したその日に撤回した行は、同意しないという意思。", "2018-05-01",
         """
         as     | by     | given      | known      | withdrawn
         親権者 | mother | 2025-04-01 | 2025-04-01 | -
         親権者 | father | 2025-06-01 | 2025-06-05 | 2025-06-01
         """, """
         day        | may
         2025-06-04 | 2025-04-01
         2025-06-05 | no
         """),
    Case("the refusing parent consents again", "同じ親が後からまた同意すれば使える。その前からの同意ではだめ。",
         "2018-05-01",
         """
         as     | by     | given      | known      | withdrawn
         親権者 | mother | 2025-04-01 | 2025-04-01 | -
         親権者 | father | 2025-04-01 | 2025-04-01 | 2025-09-01
         親権者 | father | 2025-05-01 | 2025-05-01 | -
         親権者 | father | 2026-01-10 | 2026-01-10 | -
         """, """
         day        | may
         2025-08-31 | 2025-04-01
         2025-09-01 | no
         2026-01-09 | no
         2026-01-10 | 2025-04-01
         """),
    Case("a new form on the day of the old one's withdrawal", "様式の差し替えは、断りではない。", "2018-05-01",
         """
         as     | by     | given      | known      | withdrawn
         親権者 | mother | 2025-04-01 | 2025-04-01 | 2025-09-01
         親権者 | mother | 2025-09-01 | 2025-09-01 | -
         """, """
         day        | may
         2025-08-31 | 2025-04-01
         2025-09-01 | 2025-09-01
         """),
    Case("refusal and consent of one day", "同じ日の断りと同意では、断りが勝つ。", "2018-05-01",
         """
         as     | by     | given      | known      | withdrawn
         親権者 | mother | 2025-04-01 | 2025-04-01 | -
         親権者 | father | 2025-09-01 | 2025-09-01 | 2025-09-01
         親権者 | father | 2025-09-01 | 2025-09-01 | -
         """, """
         day        | may
         2025-08-31 | 2025-04-01
         2025-09-01 | no
         """),
    Case("a refusal does not expire", "断りは、その行の有効期限が過ぎても続く。", "2018-05-01",
         """
         as     | by     | ends       | withdrawn
         親権者 | mother | -          | -
         親権者 | father | 2025-12-31 | 2025-09-01
         """, """
         day        | may
         2025-08-31 | 2025-04-01
         2026-01-01 | no
         """),
    Case("a parent refuses one source", "断られた情報と目的だけを使わない。", "2018-05-01",
         """
         as     | by     | sources   | withdrawn
         親権者 | mother | tax+water | -
         親権者 | father | water     | 2025-09-01
         """, """
         day        | source | may
         2026-01-01 | tax    | 2025-04-01
         2026-01-01 | water  | no
         """),
    Case("a parent refuses for a child of 17", "18歳になるまでは、本人の同意があっても親が断れば使わない。",
         "2009-05-01",
         """
         as     | by     | given      | known      | withdrawn
         本人   | -      | 2025-04-01 | 2025-04-01 | -
         親権者 | father | 2025-09-01 | 2025-09-01 | 2025-09-01
         """, """
         day        | may
         2025-08-31 | 2025-04-01
         2025-09-01 | no
         2027-04-30 | no
         2027-05-01 | 2025-04-01
         """),
    Case("unknown birth date, own only", "生年月日が分からない人は、子かもしれない。本人の同意だけでは使えない。",
         "不詳",
         """
         as
         本人
         """, """
         day        | may
         2026-01-01 | no
         """),
    Case("unknown birth date, parent only",
         "生年月日が分からない人は、12歳から15歳の子として扱う。保護者だけでは使えない。",
         "不詳",
         """
         as     | by
         親権者 | mother
         """, """
         day        | may
         2026-01-01 | no
         """),
    Case("unknown birth date, both", "本人と保護者の両方があれば使える。", "不詳",
         """
         as     | by     | covers
         本人   | -      | 2024-06-01
         親権者 | mother | 2024-04-01
         """, """
         day        | may
         2026-01-01 | 2024-06-01
         """),
    Case("unknown birth date, refused", "生年月日が分からない人の保護者が断れば使わない。", "不詳",
         """
         as     | by     | withdrawn
         本人   | -      | -
         親権者 | mother | -
         親権者 | father | 2025-09-01
         """, """
         day        | may
         2025-08-31 | 2025-04-01
         2025-09-01 | no
         """),
    Case("unknown birth date, 成年後見人等", "成年後見人等がつくのは大人だけ。", "不詳",
         """
         as         | by
         成年後見人等 | guardian of adults
         """, """
         day        | may
         2026-01-01 | 2025-04-01
         """),
    Case("birth date learnt later", "生年月日は、その日に知っていたとおり。後で知っても前の日は変わらない。",
         "不詳 → 2018-04-01 (2026-01-10)",
         """
         as     | by
         親権者 | mother
         """, """
         day        | may
         2026-01-09 | no
         2026-01-10 | 2025-04-01
         """),
]  # fmt: skip
