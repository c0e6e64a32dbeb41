"""家計・税 and 保険: what is billed and paid, and how long arrears have been part of life; the same for both sources.

One source each, so that hiding a source can never make a figure that speaks for the household disappear in a sum.
Amounts never reach paper. What is paid and billed speaks for the household (direction −1): contributions and taxes
follow last year's income, and who pays still has something to pay with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from features.amounts import LargestOpen, OpenMonths, QuantityWithin, UnpaidShare
from features.definition import Feature
from features.measures import OpenQuantity, PointCount

_YEN = (0.5, 1000.5, 2000.5, 3000.5, 5000.5, 10000.5, 20000.5, 50000.5, 100000.5, 200000.5)
_MONTHS = (0.5, 1.5, 2.5, 3.5, 5.5, 8.5, 11.5)
_PER_CENT = (0.5, 20.5, 40.5, 60.5, 80.5, 90.5, 95.5, 98.5, 99.5)
_COUNTS = (0.5, 1.5, 2.5, 3.5, 4.5, 5.5)
_SUPPORT = "支えになる事実です(大きいほど心配は小さくなります)。きっかけとしては印刷されません。"


@dataclass(frozen=True)
class _Bills:
    """What differs between tax and insurance."""

    source: str
    domain: str
    name: str
    english: str
    relief: str

    @property
    def overdue(self) -> tuple[str, ...]:
        return (f"{self.source}_overdue",)

    @property
    def billed(self) -> tuple[str, ...]:
        return (f"{self.source}_billed",)

    @property
    def payment(self) -> tuple[str, ...]:
        return (f"{self.source}_payment",)

    @property
    def offer(self) -> tuple[str, ...]:
        return ("納付相談・分割納付", self.relief)

    @property
    def paper(self) -> str:
        return "お支払いや手続きのことで、ご案内できることがあります({month}の情報)"


_TAX = _Bills("tax", "家計・税", "市税", "City tax", "市税の減免・猶予の相談")
_INSURANCE = _Bills("insurance", "保険", "国民健康保険など", "Insurance contributions", "保険料(税)の減免・軽減の相談")


def _arrears(of: _Bills) -> Iterator[Feature]:
    yield Feature(
        name=f"{of.source}_overdue_months",
        domain=of.domain,
        sources=(of.source,),
        measure=OpenMonths(of.overdue),
        unit="期×月",
        direction=1,
        bins=_MONTHS,
        title_ja=f"{of.name}のお支払いの遅れの重なり(直近6か月)",
        wording_ja=f"{of.name}のお支払いが、この半年に{{n}}期分遅れたことがあります・{{since}}から",
        paper=of.paper,
        wording_en=f"{of.english}: {{n}} instalments were overdue at some time in the last half year, since {{since}}",
        offer=of.offer,
        note_ja="30日おきの6時点の数の合計です。長い遅れも、期の重なりも、繰り返しも大きくします。",
    )
    yield Feature(
        name=f"{of.source}_largest_overdue_yen",
        domain=of.domain,
        sources=(of.source,),
        measure=LargestOpen(of.overdue),
        unit="円",
        direction=1,
        bins=_YEN,
        title_ja=f"{of.name}のお支払いが済んでいない期の最も大きい額",
        wording_ja=f"{of.name}のお支払いが{{n}}期分まだのようです・{{since}}から",
        paper=of.paper,
        wording_en=f"{of.english}: {{n}} instalments seem unpaid since {{since}}",
        offer=of.offer,
        note_ja="合計ではなく1期の最大です。前の残りを次の請求に含める市でも、同じ額を二度数えません。",
    )
    yield Feature(
        name=f"{of.source}_unpaid_share_180d",
        domain=of.domain,
        sources=(of.source,),
        measure=UnpaidShare(of.billed, of.payment, 180),
        unit="%",
        direction=1,
        bins=_PER_CENT,
        title_ja=f"この180日に納期が来た{of.name}のうち、まだ納められていない割合",
        wording_ja=f"この180日に{of.name}の納期が{{n}}回あり、まだのものがあるようです・直近は{{month}}",
        paper=of.paper,
        wording_en=f"{of.english}: {{n}} instalments fell due in 180 days, part seems unpaid, the latest in {{month}}",
        offer=of.offer,
        note_ja="納付は、どの期への納付かを問いません。納期が来たものがなければ0です。",
    )


def _paid(of: _Bills) -> Iterator[Feature]:
    wording = f"{of.name}のお支払いが{{n}}回ありました・直近は{{month}}"
    english = f"{of.english}: {{n}} payments, the latest in {{month}}"
    yield Feature(
        name=f"{of.source}_paid_count_180d",
        domain=of.domain,
        sources=(of.source,),
        measure=PointCount(of.payment, 180),
        unit="回",
        direction=-1,
        bins=_COUNTS,
        title_ja=f"この180日に{of.name}を納めた期の数",
        wording_ja=wording,
        paper=of.paper,
        wording_en=english,
        offer=of.offer,
        note_ja=_SUPPORT,
    )
    for days in (90, 180):
        yield Feature(
            name=f"{of.source}_paid_yen_{days}d",
            domain=of.domain,
            sources=(of.source,),
            measure=QuantityWithin(of.payment, days),
            unit="円",
            direction=-1,
            bins=_YEN,
            title_ja=f"この{days}日に{of.name}を納めた額",
            wording_ja=wording,
            paper=of.paper,
            wording_en=english,
            offer=of.offer,
            note_ja=_SUPPORT,
        )
    yield Feature(
        name=f"{of.source}_coming_bill_yen",
        domain=of.domain,
        sources=(of.source,),
        measure=OpenQuantity(of.billed),
        unit="円",
        direction=-1,
        bins=_YEN,
        title_ja=f"納期がこれから来る{of.name}の請求の額",
        wording_ja=f"{of.name}の請求(納期はこれから)が{{n}}期分あります・{{since}}から",
        paper=of.paper,
        wording_en=f"{of.english}: {{n}} instalments are billed and not due yet, since {{since}}",
        offer=of.offer,
        note_ja=f"{_SUPPORT}請求は前年の所得に応じるため、小さいことは所得が小さかった印です。年度の中では月を追って減ります。",
    )


FEATURES = tuple(feature for of in (_TAX, _INSURANCE) for feature in (*_arrears(of), *_paid(of)))
