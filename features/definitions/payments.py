"""家計・税 and 保険: what is paid, billed and relieved: facts that speak for the household (direction −1).

Contributions and taxes follow last year's income, and who pays still has something to pay with; who was granted a
reduction or caught up has found a way, mostly with the office (SOURCES: «contact that works: protective»).
"""

from collections.abc import Iterator

from features.amounts import QuantityWithin
from features.definition import Feature
from features.definitions.bills import BOTH, SUPPORT, YEN, Bills
from features.measures import OpenQuantity, PointCount

_COUNTS = (0.5, 1.5, 2.5, 3.5, 4.5, 5.5)


def _paid(of: Bills) -> Iterator[Feature]:
    wording = f"{of.name}のお支払いが{{n}}回ありました・直近は{{month}}"
    english = f"{of.english}: {{n}} payments, the latest in {{month}}"
    yield of.feature(
        "paid_count_180d",
        PointCount(of.kind("payment"), 180),
        unit="回",
        direction=-1,
        bins=_COUNTS,
        title_ja=f"この180日に{of.name}を納めた期の数",
        wording_ja=wording,
        wording_en=english,
        note_ja=SUPPORT,
    )
    for days in (90, 180):
        yield of.feature(
            f"paid_yen_{days}d",
            QuantityWithin(of.kind("payment"), days),
            unit="円",
            direction=-1,
            bins=YEN,
            title_ja=f"この{days}日に{of.name}を納めた額",
            wording_ja=wording,
            wording_en=english,
            note_ja=SUPPORT,
        )
    yield of.feature(
        "coming_bill_yen",
        OpenQuantity(of.kind("billed")),
        unit="円",
        direction=-1,
        bins=YEN,
        title_ja=f"納期がこれから来る{of.name}の請求の額",
        wording_ja=f"{of.name}の請求(納期はこれから)が{{n}}期分あります・{{since}}から",
        wording_en=f"{of.english}: {{n}} instalments are billed and not due yet, since {{since}}",
        note_ja=f"{SUPPORT}請求は前年の所得に応じるため、小さいことは所得が小さかった印です。年度の中では月を追って減ります。",
    )


def _relieved(of: Bills) -> Iterator[Feature]:
    yield of.feature(
        "caught_up_180d",
        PointCount(of.kind("caught_up"), 180),
        unit="期",
        direction=-1,
        bins=(0.5, 1.5, 2.5),
        title_ja=f"遅れていた{of.name}を、この180日に納め終えた期の数",
        wording_ja=f"遅れていた{of.name}のお支払いが{{n}}期分済みました・直近は{{month}}",
        wording_en=f"{of.english}: {{n}} overdue instalments were paid off, the latest in {{month}}",
        note_ja=f"{SUPPORT}期限のうちに納めた期は数えません。差押で消えた期も数えません。",
    )
    yield of.feature(
        "relief_365d",
        PointCount((*of.kind("reduced"), *of.kind("deferred")), 365),
        unit="件",
        direction=-1,
        bins=(0.5, 2.5),
        title_ja=f"この1年に{of.name}の減免・猶予が決まった件数",
        wording_ja=f"{of.name}の減免・猶予が{{n}}件決まっています・直近は{{month}}",
        wording_en=f"{of.english}: {{n}} reductions or deferrals granted, the latest in {{month}}",
        note_ja=f"{SUPPORT}期(請求)ごとに数えます。窓口とつながり、制度に届いた印です。",
    )


FEATURES = tuple(feature for of in BOTH for group in (_paid, _relieved) for feature in group(of))
