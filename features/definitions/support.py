"""つながり・支援: what cuts across sources, returned mail, agreements kept and broken."""

from features.definition import Feature
from features.measures import OpenCount, PointCount, SourcesOpen

_OFFER = ("納付相談・分割納付", "生活全般の相談(自立相談支援)")
_PAPER = "お支払いや手続きのことで、ご案内できることがあります({month}の情報)"
_BILLS = ("tax", "insurance")

FEATURES = (
    Feature(
        name="sources_overdue",
        domain="つながり・支援",
        sources=_BILLS,
        measure=SourcesOpen((("tax", ("tax_overdue",)), ("insurance", ("insurance_overdue",)))),
        unit="種類",
        direction=1,
        bins=(0.5, 1.5),
        title_ja="お支払いの遅れがある種類の数(市税・保険)",
        wording_ja="市税・保険のお支払いで、まだのものが{n}期分あるようです・{since}から",
        paper=_PAPER,
        wording_en="City tax and insurance instalments that seem unpaid: {n}, since {since}",
        offer=_OFFER,
        note_ja="見えない情報源は数えられません。見える情報源が減ると値は小さくなることがあります(大きくはなりません)。",
    ),
    Feature(
        name="reminder_returned_365d",
        domain="つながり・支援",
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
        note_ja="一方の情報源だけが見えるときは、見える分だけを数えます。",
    ),
    Feature(
        name="plan_broken_365d",
        domain="つながり・支援",
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
        note_ja="お約束は期(請求)ごとに数えます。一方の情報源だけが見えるときは、見える分だけを数えます。",
    ),
    Feature(
        name="plan_kept_open",
        domain="つながり・支援",
        sources=_BILLS,
        measure=OpenCount(("tax_plan", "insurance_plan")),
        unit="件",
        direction=-1,
        bins=(0.5, 2.5),
        title_ja="続いている分割納付の件数",
        wording_ja="分割納付のお約束が{n}件続いています・{since}から",
        paper="お支払いのご相談の続きのご案内({month}の情報)",
        wording_en="Instalment agreements being kept: {n}, since {since}",
        offer=("納付相談・分割納付",),
        note_ja="支えになる事実です(多いほど心配は小さくなります)。きっかけとしては印刷されません。",
    ),
)
