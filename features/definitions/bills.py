"""What is the same for the bills of city tax and of insurance, and what differs.

One source each, so that hiding a source can never make a figure that speaks for the household disappear in a sum.
Only `…_overdue` counts as arrears (from 督促発布日, or 30 days after 納期限): before that an unpaid bill is posting lag
(SOURCES «tax_bills»). Amounts never reach paper.
"""

from dataclasses import dataclass
from typing import Final

from features.definition import Feature
from features.measures import Measure

PAPER: Final = "お支払いや手続きのことで、ご案内できることがあります({month}の情報)"
SUPPORT: Final = "支えになる事実です(大きいほど心配は小さくなります)。きっかけとしては印刷されません。"
YEN: Final = (0.5, 1000.5, 2000.5, 3000.5, 5000.5, 10000.5, 20000.5, 50000.5, 100000.5, 200000.5, 500000.5, 1000000.5)


@dataclass(frozen=True)
class Bills:
    """One source of bills: basis, domain of life, its names, the sentence for paper and the relief it knows."""

    source: str
    domain: str
    name: str
    english: str
    paper: str
    relief: str
    limit_ja: str

    def kind(self, what: str) -> tuple[str, ...]:
        """One kind of episode of this source."""
        return (f"{self.source}_{what}",)

    @property
    def overdue(self) -> tuple[str, ...]:
        """Arrears."""
        return self.kind("overdue")

    @property
    def offer(self) -> tuple[str, ...]:
        """What can be offered."""
        return ("納付相談・分割納付", self.relief)

    def feature(
        self,
        name: str,
        measure: Measure,
        *,
        unit: str,
        direction: int,
        bins: tuple[float, ...],
        title_ja: str,
        wording_ja: str,
        wording_en: str,
        note_ja: str = "",
    ) -> Feature:
        """A feature of these bills, named behind their source."""
        return Feature(
            name=f"{self.source}_{name}",
            domain=self.domain,
            sources=(self.source,),
            measure=measure,
            unit=unit,
            direction=direction,
            bins=bins,
            title_ja=title_ja,
            wording_ja=wording_ja,
            paper=self.paper,
            wording_en=wording_en,
            offer=self.offer,
            note_ja=note_ja,
        )


TAX: Final = Bills(
    source="tax",
    domain="家計・税",
    name="市税",
    english="City tax",
    paper=PAPER,
    relief="市税の減免・猶予の相談",
    limit_ja="上限は市税の徴収権の時効と同じ5年(1,825日)です。",
)
INSURANCE: Final = Bills(
    source="insurance",
    domain="保険",
    name="国民健康保険など",
    english="Insurance contributions",
    paper="保険のお支払いや手続きのことで、ご案内できることがあります({month}の情報)",
    relief="保険料(税)の減免・軽減の相談",
    limit_ja="保険税の時効は5年、保険料は2年です。上限は長いほうの5年(1,825日)にそろえています。",
)
BOTH: Final = (TAX, INSURANCE)
