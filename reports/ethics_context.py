"""What the chapters say of their figures: of which day they are, and why some are missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reports.ethics_blocks import NOT_MADE, dig
from reports.ethics_texts import TOO_NEW
from reports.ethics_words import source_ja

NOT_LEARNT: Final = "学習できた候補がないため、ありません"
NO_LEADS: Final = "早さを測らない検証のため、ありません"
WITHOUT_LEADS: Final = ("single_cohort", "yearly")


def unlearnt(metrics: Mapping[str, Any]) -> str:
    """Why what rests on learnt models is not there: nothing could be learnt, or it was not made."""
    return NOT_LEARNT if dig(metrics, "baselines", "learnt_from_training") is False else NOT_MADE


def no_replay(metrics: Mapping[str, Any]) -> str:
    """Why no weekly lists were replayed: one as-of date (a year) shows no lead."""
    return NO_LEADS if metrics.get("validation") in WITHOUT_LEADS else NOT_MADE


def explained_on(evidence: Mapping[str, Any]) -> str:
    """«2026-09-28の»: the day whose households are counted and explained; nothing when it was not given."""
    day = evidence.get("explained_day")
    return f"{day}の" if day else ""


def judged_days(metrics: Mapping[str, Any]) -> list[str]:
    """The days of the test, or of training where one day is both."""
    return list(dig(metrics, "split", "test") or dig(metrics, "split", "train") or [])


def judged_on(metrics: Mapping[str, Any]) -> str:
    """«2026-03-30の»: the newest day on which the model is judged."""
    days = judged_days(metrics)
    return f"{days[-1]}の" if days else ""


def too_new(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Sources that the model does not read because they came too late to be learned from → their first day."""
    return dict(dig(metrics, "split", "too_new") or {})


def too_new_ja(metrics: Mapping[str, Any]) -> list[str]:
    """A sentence for each source that is too new."""
    return [TOO_NEW.format(source=source_ja(name), day=day) for name, day in too_new(metrics).items()]
