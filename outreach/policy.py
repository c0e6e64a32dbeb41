"""The numbers a municipality decides about its list, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


class PolicyError(ValueError):
    """A number of ``config/outreach.yaml`` is missing, unknown or out of its range."""


@dataclass(frozen=True)
class Policy:
    """What ``config/outreach.yaml`` says on the day of the list.

    random_percent: share of the new slots that is drawn, in percent (METHODS §8).
    random_minimum: drawn slots at least, so that both strata are met.
    strata_multiple: the near stratum is ranks k+1 … strata_multiple × k.
    refusal_days, not_now_days, met_days: days off the list after 拒否, 今は不要, and after a meeting.
    unreached_days: days after the last try during which a household that was never reached stays off.
    letter_wait_days: days to wait for an answer when the person asked to be written to.
    max_tries: listings without reaching the person, then a letter, then the 主任.
    urgent_max_age_days: a fact that began longer ago is no same-day matter any more; urgent_monthly_max_age_days: the
    same for facts that are told once a month.
    first_days: how long 却下・取下げ, 相談のみ and 廃止 put a household first.
    ask_first_percent: share of the other lines that say 「訪問前に主任へ確認」 too, so that the words mean nothing.
    notice_days: days before a change is told again to the worker in charge.
    """

    random_percent: int
    random_minimum: int
    strata_multiple: int
    refusal_days: int
    not_now_days: int
    met_days: int
    unreached_days: int
    letter_wait_days: int
    max_tries: int
    urgent_max_age_days: int
    urgent_monthly_max_age_days: int
    first_days: int
    ask_first_percent: int
    notice_days: int

    def __post_init__(self) -> None:
        if not 0 <= self.random_percent <= 50:
            raise PolicyError("random_percent は 0〜50 の整数です。config/outreach.yaml を直してください")
        if self.strata_multiple < 2 or self.max_tries < 1:
            raise PolicyError(
                "strata_multiple は 2 以上、max_tries は 1 以上です。config/outreach.yaml を直してください"
            )
        negative = [field.name for field in fields(self) if getattr(self, field.name) < 0]
        if negative:
            raise PolicyError(f"負の数は使えません: {', '.join(negative)} (config/outreach.yaml)")

    @classmethod
    def from_values(cls, values: Mapping[str, object]) -> Policy:
        """Build the policy from the values that hold on one day (name → number).

        Raises PolicyError that names every missing, unknown or non-integer entry.
        """
        known = [field.name for field in fields(cls)]
        wrong = sorted(set(known) ^ set(values))
        if wrong:
            raise PolicyError(f"config/outreach.yaml の項目が足りないか余分です: {', '.join(wrong)}")
        numbers: dict[str, int] = {}
        for name in known:
            value = values[name]
            if not isinstance(value, int) or isinstance(value, bool):
                raise PolicyError(f"config/outreach.yaml の {name} は整数です")
            numbers[name] = value
        return cls(**numbers)
