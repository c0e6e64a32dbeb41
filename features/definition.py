"""A feature is one small declaration; everything else about it is derived.

From a `Feature` come its column (compiler), its double (reference), the facts behind a reason, the words for
reviewers, for paper and in English, its row in the dictionary and its identity for models. No wording, no
feature: an incomplete or unspeakable declaration is refused when it is made.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from string import Formatter
from types import MappingProxyType
from typing import Any, Final, Literal

from features.measures import Measure
from features.words import forbidden_in

DOMAINS: Final = ("家計・税", "保険", "住まい・ライフライン", "子ども・学校", "世帯の変化", "つながり・支援")
Audience = Literal["reviewer", "paper", "english"]

# Raised whenever the compiler's own rules (who counts, open, known) change, so that a model learnt under the
# old ones refuses the new matrix.
SEMANTICS: Final = 1

_FIELDS: Final = {
    "wording_ja": {"n", "since", "month"},
    "paper": {"month"},
    "wording_en": {"n", "since", "month"},
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NAMED_WINDOW: Final = re.compile(r"_(\d+)d$")


class DeclarationRefused(ValueError):
    """A feature that must not exist: incomplete, contradictory, or with words nobody may read."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One figure per household, as known on a day.

    name: column name; a window is part of it (`…_90d`). domain: one of `DOMAINS`. sources: bases whose facts it
    reads; the value is null for a household none of whose sources is visible. unit: of the value, in Japanese.
    direction: +1 more raises the need, −1 protective (of one source only). bins: increasing cut points for models and
    plots, at halves, as values are whole. title_ja: short name. wording_ja / wording_en: the sober sentence a
    reviewer reads ({n}, {since}, {month}). paper: the sentence for the printed list ({month}), without a forbidden
    word. offer: schemes that can be offered. note_ja: what must be known to read the figure.
    """

    name: str
    domain: str
    sources: tuple[str, ...]
    measure: Measure
    unit: str
    direction: int
    bins: tuple[float, ...]
    title_ja: str
    wording_ja: str
    paper: str
    wording_en: str
    offer: tuple[str, ...]
    note_ja: str = ""

    def __post_init__(self) -> None:
        """Refuse a declaration that lacks or contradicts anything."""
        wrong = [*self._wrong_shape(), *self._wrong_measure(), *self._wrong_words()]
        if wrong:
            raise DeclarationRefused(f"feature {self.name!r}: " + "; ".join(wrong))

    @property
    def window_days(self) -> int | None:
        """How far back a beginning counts, in days; None = everything that is open."""
        return self.measure.window_days

    @property
    def bounds(self) -> str:
        """The window in formulas, each bound inclusive (D = the as-of date)."""
        return "; ".join(dict.fromkeys(part.where.bounds() for part in self.measure.parts()))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical declaration: all that changes the figure or what it means; not its wording."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """The declaration as canonical JSON (sorted keys, no blanks)."""
        measure: Any = self.measure
        declared = {
            "semantics": SEMANTICS,
            "name": self.name,
            "domain": self.domain,
            "sources": self.sources,
            "measure": {"type": type(measure).__name__, **asdict(measure)},
            "unit": self.unit,
            "direction": self.direction,
        }
        return json.dumps(declared, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def _wrong_shape(self) -> list[str]:
        checks = {
            "the name is not lower_snake_case": bool(_NAME.fullmatch(self.name)),
            f"the domain is none of {'、'.join(DOMAINS)}": self.domain in DOMAINS,
            "direction must be +1 or −1": self.direction in (1, -1),
            "unit is empty": bool(self.unit.strip()),
            "sources must be named, each once": bool(self.sources) and len(set(self.sources)) == len(self.sources),
            "bins must increase": bool(self.bins)
            and all(a < b for a, b in zip(self.bins, self.bins[1:], strict=False)),
            "bins must lie between whole numbers (…5)": all(cut % 1 == 0.5 for cut in self.bins),
        }
        return [sentence for sentence, holds in checks.items() if not holds]

    def _wrong_measure(self) -> list[str]:
        wrong = []
        if not self.measure.kinds:
            wrong.append("the measure looks at no kind of episode")
        named = _NAMED_WINDOW.search(self.name)
        if named and self.window_days is not None and int(named[1]) != self.window_days:
            wrong.append(f"the name says {named[1]} days, the measure {self.window_days}")
        foreign = {part.source for part in self.measure.parts() if part.source} - set(self.sources)
        if foreign:
            wrong.append(f"the measure counts sources that are not declared: {sorted(foreign)}")
        if len(self.sources) > 1 and (self.direction < 0 or not self.measure.grows):
            # Hiding one of the sources could raise the margin (METHODS §3): such a figure reads one source only.
            wrong.append("several sources, but fewer facts could mean more need: declare one feature per source")
        return wrong

    def _wrong_words(self) -> list[str]:
        wrong = []
        for field in ("title_ja", "wording_ja", "paper", "wording_en"):
            text = getattr(self, field)
            if not text.strip():
                wrong.append(f"{field} is empty: no wording, no feature")
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            if used - _FIELDS.get(field, set()):
                wrong.append(f"{field} uses unknown fields {sorted(used - _FIELDS.get(field, set()))}")
        if not self.offer or not all(scheme.strip() for scheme in self.offer):
            wrong.append("offer is empty: at least one scheme must be something to offer")
        found = [word for text in (self.paper, *self.offer) for word in forbidden_in(text)]
        if found:
            wrong.append(f"words that nobody may read on paper: {'、'.join(found)}")
        return wrong


def registry(*groups: tuple[Feature, ...]) -> Mapping[str, Feature]:
    """name → feature, in declared order, read-only; a name declared twice is refused."""
    features: dict[str, Feature] = {}
    for feature in (feature for group in groups for feature in group):
        if feature.name in features:
            raise DeclarationRefused(f"feature {feature.name!r} is declared twice")
        features[feature.name] = feature
    return MappingProxyType(features)


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"


def render_reason(feature: Feature, row: Mapping[str, Any], audience: Audience) -> str:
    """A reason in words, for one row of `compiler.evidence` (n, first_on, latest_on).

    reviewer: the fact, soberly, with its number and month. paper: the sentence for the printed list, which tells
    no amount, number or kind of debt. english: the reviewer's sentence in English. Months, never days: the list
    shows «with month» (PRACTICE «On paper»).
    """
    first, latest = row["first_on"], row["latest_on"]
    if audience == "english":
        return feature.wording_en.format(n=row["n"], since=f"{first:%Y-%m}", month=f"{latest:%Y-%m}")
    text = feature.paper if audience == "paper" else feature.wording_ja
    return text.format(n=row["n"], since=_month(first), month=_month(latest))
