"""What features ask of a household's facts, each different question once: read off the declarations."""

from collections.abc import Mapping

from features.definition import Feature
from features.measures import Part

Features = Mapping[str, Feature]
# A part with the sources it may read from: equal parts of two features are counted once.
Wanted = tuple[Part, tuple[str, ...]]


def wanted_parts(features: Features) -> list[Wanted]:
    """Each different part that the features need, once, in declared order."""
    return list(dict.fromkeys(wanted_of(f, part) for f in features.values() for part in f.measure.parts()))


def reaches_of(features: Features) -> dict[str, int]:
    """Every kind of episode that the features and their reasons look at, and how many days before the day one of them
    may have ended at the earliest to count.
    """
    looks = [part for part, _ in (*wanted_parts(features), *map(behind_of, features.values()))]
    every = sorted({kind for part in looks for kind in part.kinds})
    return {kind: max(part.where.reach_days for part in looks if kind in part.kinds) for kind in every}


def sources_of(features: Features) -> list[str]:
    """Every source that the features read."""
    return sorted({source for feature in features.values() for source in feature.sources})


def wanted_of(feature: Feature, part: Part) -> Wanted:
    """A part with the sources that it may read from."""
    return part, (part.source,) if part.source else feature.sources


def behind_of(feature: Feature) -> Wanted:
    """Which facts a reason of the feature rests on."""
    return wanted_of(feature, feature.measure.behind())
