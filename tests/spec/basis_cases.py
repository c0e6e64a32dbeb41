"""The cases of SOURCES «Legal bases» and «consents», drawn. Printed as docs/spec/basis.md."""

from basis_manual import Case
from basis_people import ADULT, PEOPLE

TIME = [
    Case("known", "知った日から使える。取得日が先でも、台帳が届くまでは使えない。", ADULT,
         """
         given      | known
         2025-04-01 | 2025-04-20
         """, """
         day        | may
         2025-04-19 | no
         2025-04-20 | 2025-04-01
         """),
    Case("given in the future", "取得日より前には使えない。", ADULT,
         """
         given      | known
         2025-05-01 | 2025-04-20
         """, """
         day        | may
         2025-04-30 | no
         2025-05-01 | 2025-05-01
         """),
    Case("ends today", "有効期限の日までは使える。", ADULT,
         """
         ends
         2026-03-31
         """, """
         day        | may
         2026-03-31 | 2025-04-01
         2026-04-01 | no
         """),
    Case("withdrawn today", "撤回日からは使えない。", ADULT,
         """
         withdrawn
         2026-03-31
         """, """
         day        | may
         2026-03-30 | 2025-04-01
         2026-03-31 | no
         """),
    Case("withdrawal known late", "知る前の日は、その日に知っていたとおり。知った日からは使えない。", ADULT,
         """
         withdrawn  | known      | believed until
         -          | 2025-04-01 | 2026-02-10
         2026-01-05 | 2026-02-10 | -
         """, """
         day        | may
         2026-02-09 | 2025-04-01
         2026-02-10 | no
         """),
    Case("row no longer believed", "台帳から取り消された行は、その日から使えない。", ADULT,
         """
         known      | believed until
         2025-04-01 | 2026-01-15
         """, """
         day        | may
         2026-01-14 | 2025-04-01
         2026-01-15 | no
         """),
    Case("one row suffices", "一つの行が切れても、ほかの行があれば使える。間があけば使えない。", ADULT,
         """
         given      | known      | ends
         2025-04-01 | 2025-04-01 | 2026-03-31
         2026-03-01 | 2026-03-01 | 2026-06-30
         2026-08-01 | 2026-08-01 | -
         """, """
         day        | may
         2026-03-31 | 2025-04-01
         2026-04-01 | 2026-03-01
         2026-07-01 | no
         2026-08-01 | 2026-08-01
         """),
    Case("day of giving unknown", "取得日が分からない行(不詳)は使えない。", ADULT,
         """
         given | covers
         -     | 2025-01-01
         """, """
         day        | may
         2026-01-01 | no
         """),
]  # fmt: skip

WHAT = [
    Case("wrong source", "同意した情報だけ。", ADULT,
         """
         sources
         tax+water
         """, """
         day        | source    | may
         2026-01-01 | tax       | 2025-04-01
         2026-01-01 | water     | 2025-04-01
         2026-01-01 | insurance | no
         """),
    Case("wrong purpose", "同意した目的だけ。学習に同意がなければ、学習には使わない。", ADULT,
         """
         for
         early_outreach
         """, """
         day        | for            | may
         2026-01-01 | early_outreach | 2025-04-01
         2026-01-01 | model_training | no
         """),
    Case("covered from", "対象期間の始めより前のことは使わない。空なら様式版の決まり、知らない様式は取得日から。",
         ADULT,
         """
         sources   | covers     | form
         tax       | 2023-04-01 | v1
         insurance | -          | v1
         water     | -          | whole
         school    | -          | unheard of
         """, """
         day        | source    | may
         2026-01-01 | tax       | 2023-04-01
         2026-01-01 | insurance | 2024-04-01
         2026-01-01 | water     | all
         2026-01-01 | school    | 2025-04-01
         """),
]  # fmt: skip

REGISTER_CASES = [
    Case("no entry for the source", "登録簿にない情報は、同意があっても使えない。", ADULT,
         """
         sources
         community
         """, """
         day        | source    | may
         2026-01-01 | community | no
         """),
    Case("no entry for the purpose", "登録簿にない目的には使えない。", ADULT,
         """
         for
         contact
         """, """
         day        | for     | may
         2026-01-01 | contact | no
         """),
    Case("no entry of the kind", "登録の根拠と台帳の根拠が同じでなければ使えない。", ADULT,
         """
         sources
         welfare
         """, """
         day        | source  | may
         2026-01-01 | welfare | no
         """),
    Case("expired register entry", "登録は有効な間だけ。始めの日と終わりの日を含む。", ADULT,
         """
         sources
         housing
         """, """
         day        | source  | may
         2025-05-31 | housing | no
         2025-06-01 | housing | 2025-04-01
         2026-03-31 | housing | 2025-04-01
         2026-04-01 | housing | no
         """),
    Case("not registered for scores", "同意のほかは、登録簿に「得点に使える」とあるときだけ。", ADULT,
         """
         sources | basis
         water   | statutory
         """, """
         day        | source | may
         2026-01-01 | water  | no
         """),
    Case("市税 by internal_use", "市税を目的外利用するには、法務意見が要る(地方税法22条)。", ADULT,
         """
         sources | basis
         tax     | internal_use
         """, """
         day        | source | may
         2026-01-01 | tax    | no
         """),
    Case("国保税 by provided_use without opinion", "国保税も同じ。", ADULT,
         """
         sources   | basis
         insurance | provided_use
         """, """
         day        | source    | may
         2026-01-01 | insurance | no
         """),
    Case("国保税 by internal_use with opinion", "法務意見が登録簿にあれば使える。", ADULT,
         """
         sources   | basis
         insurance | internal_use
         """, """
         day        | source    | may
         2026-01-01 | insurance | 2025-04-01
         """),
    Case("水道 by provided_use", "地方税法22条のかからない情報は、登録があれば使える。", ADULT,
         """
         sources | basis
         water   | provided_use
         """, """
         day        | source | may
         2026-01-01 | water  | 2025-04-01
         """),
    Case("学校 by provided_use", "学校の情報は、同意でだけ使える。", ADULT,
         """
         sources | basis
         school  | provided_use
         """, """
         day        | source | may
         2026-01-01 | school | no
         """),
    Case("support_meeting", "支援会議の情報は、どんな登録があっても得点に使わない。", ADULT,
         """
         sources | basis
         water   | support_meeting
         """, """
         day        | source | may
         2026-01-01 | water  | no
         """),
]  # fmt: skip

CHAPTERS = {
    "いつ": TIME,
    "何を、何のために": WHAT,
    "登録簿": REGISTER_CASES,
    "だれが": PEOPLE,
}
CASES = [case for cases in CHAPTERS.values() for case in cases]
