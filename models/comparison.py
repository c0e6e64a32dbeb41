"""Every policy at the same slots: candidates, ceiling and baselines, line by line (METHODS §1, §4, §5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from models.candidates import area_policy, best_single, random_policy, single_score, table_policy
from models.ceiling import Ceiling
from models.crisis import targets_of
from models.disclosure import SMALL
from models.foresight import ALL, EARLY, INCIDENT, Period, Policy, effort, gain, lead_figures, period
from models.groups import HIDDEN
from models.inputs import TrainingInputs
from models.intervals import Codes, Floats, mark
from models.matrix import Spec
from models.panel import City, Panel
from models.replay import Leads, Listings, Rules, scored_window
from models.table import Model

RANDOM, AREA, SINGLE, CEILING = "random", "area_only", "best_single_feature", "ceiling"


@dataclass(frozen=True)
class Baselines:
    """What was learnt for the baselines from the training rows."""

    area: Policy | None = None
    single: Spec | None = None

    @classmethod
    def of(cls, rows: Panel, specs: tuple[Spec, ...], slots: int) -> "Baselines":
        """Area rates and the best of all single features, from the judged training rows."""
        return cls(area_policy(rows), best_single(rows.take(rows.judged), specs, slots))

    def as_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "single_feature": None if self.single is None else self.single.name,
            "learnt_from_training": self.area is not None,
        }


@dataclass(frozen=True)
class Compared:
    """Policies by name, figures by line, the price of being explainable, the lower bound of the gain over random."""

    policies: Mapping[str, Policy]
    figures: dict[str, Any] = field(default_factory=dict)
    price: dict[str, Any] = field(default_factory=dict)
    gain_over_random: float | None = None


def policies_of(candidates: Mapping[str, Model], baselines: Baselines, ceiling: Ceiling | None) -> dict[str, Policy]:
    """Every policy that is compared, candidates first."""
    found: dict[str, Policy] = {name: table_policy(model) for name, model in candidates.items()}
    if ceiling is not None:
        found[CEILING] = lambda x, _: ceiling.margins(x)
    found[RANDOM] = random_policy
    if baselines.area is not None:
        found[AREA] = baselines.area
    if (spec := baselines.single) is not None:
        found[SINGLE] = lambda x, _: single_score(x, spec)
    return found


def rules_of(inputs: TrainingInputs) -> Rules:
    """The replay's rules from the settings."""
    s = inputs.settings
    return Rules(
        slots=inputs.slots,
        cool_off_days=s.cool_off_days,
        no_contact_share=s.no_contact_share,
        tries=s.tries,
        window_days=s.horizon_days,
        burn_in_days=s.burn_in_days,
        draws=s.replay_draws,
        seed=s.seed,
    )


def _period(inputs: TrainingInputs, city: City, days: tuple[date, ...], window: tuple[int, int]) -> Period:
    return period(
        days, inputs.features, inputs.evaluable, inputs.recipe.names, inputs.known, inputs.settings.target, city,
        rules_of(inputs), window,
    )  # fmt: skip


def selection_leads(
    inputs: TrainingInputs, city: City, candidates: Mapping[str, Model]
) -> tuple[dict[str, Floats], Floats, dict[str, Codes]]:
    """(restricted leads per candidate, those of random lists, the households) over the selection period.

    Events count from the day after the first freeze to the end of the last one's horizon; no burn-in: the cut is the
    same for every candidate, and only differences are used.
    """
    days = inputs.split.selection
    window = (days[0].toordinal() + 1, (days[-1] + timedelta(days=inputs.settings.horizon_days)).toordinal())
    place = _period(inputs, city, days, window)
    policies = {name: table_policy(model) for name, model in candidates.items()} | {RANDOM: random_policy}
    leads = {name: place.leads(place.listings(policy), ALL).restricted for name, policy in policies.items()}
    clusters = {"household": place.lines[ALL].events.household}  # the declared criterion is by household
    return {name: leads[name] for name in candidates}, leads[RANDOM], clusters


def compare(
    inputs: TrainingInputs, city: City, policies: Mapping[str, Policy], chosen: str, dropped: Mapping[str, Model]
) -> Compared:
    """Replay the test weeks under every policy. dropped: source → the chosen learner without this source."""
    days = inputs.split.replay
    if not days:
        return Compared(policies)
    ordinal = np.array([day.toordinal() for day in days])
    first, last, burnt = scored_window(ordinal, inputs.known.day.toordinal() - inputs.known.lag_days, rules_of(inputs))
    place = _period(inputs, city, days, (first, last))
    listings = {name: place.listings(policy) for name, policy in policies.items()}
    without = {source: place.listings(table_policy(model)) for source, model in dropped.items()}
    lines = {line: _line(place, line, listings, chosen, inputs.made_up) for line in place.lines}
    leads_without = {source: place.leads(listed, ALL) for source, listed in without.items()}
    figures: dict[str, Any] = {
        **mark(inputs.made_up),
        "slots": inputs.slots,
        "weeks": len(days),
        "events_from": date.fromordinal(first).isoformat(),
        "events_until": date.fromordinal(last).isoformat(),
        "burn_in": f"最初の{inputs.settings.burn_in_days}日は数えません" if burnt else "助走期間を取る余裕がありません",
        "lines": lines,
        "effort": _efforts(place, listings, inputs.made_up),
        "without_source": _without(place, leads_without, listings[chosen], inputs.made_up),
    }
    if leads_without:
        figures["lines"]["cross_source"] = _cross_source(inputs, place, leads_without, listings)
    return Compared(policies, figures, _price(place, listings, chosen, inputs.made_up), _low(lines))


def _line(place: Period, line: str, listings: Mapping[str, Listings], chosen: str, made_up: bool) -> dict[str, Any]:
    """Full figures for the chosen model and each policy's headline; gains of the chosen model, paired by event.

    A stricter line of the headline's events that leaves out one to nine of them is hidden: every figure says its n,
    and the difference to the headline's n would tell how many they are.
    """
    crises, window = place.lines[line], place.rules.window_days
    if line in (INCIDENT, EARLY) and crises.excluded in range(1, SMALL) and place.lines[ALL].events.count >= SMALL:
        return {"excluded_events": None, "hidden": HIDDEN, **mark(made_up)}
    found = {name: place.leads(listed, line) for name, listed in listings.items()}
    return {
        "excluded_events": crises.excluded if crises.excluded >= SMALL else None,
        "policies": {
            name: lead_figures(leads, crises.events, window, made_up=made_up) for name, leads in found.items()
        },
        "gain_of_chosen_over": {
            name: gain(found[chosen], leads, crises.events, window, made_up=made_up)
            for name, leads in found.items()
            if name != chosen
        },
        **mark(made_up),
    }


def _efforts(place: Period, listings: Mapping[str, Listings], made_up: bool) -> dict[str, Any]:
    events = place.lines[ALL].events
    return {
        name: effort(listed, place.leads(listed, ALL), events, 30, made_up=made_up) for name, listed in listings.items()
    }


def _without(place: Period, leads_without: Mapping[str, Leads], listed: Listings, made_up: bool) -> dict[str, Any]:
    """Data minimisation: what dropping a source changes (restricted mean lead with − without, paired)."""
    events, whole = place.lines[ALL].events, place.leads(listed, ALL)
    return {
        source: gain(whole, leads, events, place.rules.window_days, made_up=made_up)
        for source, leads in leads_without.items()
    }


def _cross_source(
    inputs: TrainingInputs, place: Period, leads_without: Mapping[str, Leads], listings: Mapping[str, Listings]
) -> dict[str, Any]:
    """Each crisis foreseen without any feature of its own source."""
    line, window, made_up = place.lines[ALL], place.rules.window_days, inputs.made_up
    members = [c.source for c in targets_of(inputs.known.components)[inputs.settings.target]]
    source = np.array([members[number] for number in line.component], dtype=object)
    usable = np.isin(source, list(leads_without))
    events = line.events.take(usable)

    def pick(what: str) -> Floats:
        out = np.zeros(len(source))
        for name, leads in leads_without.items():
            out[source == name] = getattr(leads, what)[source == name]
        return out[usable]

    def timely(days: int) -> Floats:
        out = np.zeros(len(source))
        for name, leads in leads_without.items():
            out[source == name] = leads.timely[days][source == name]
        return out[usable]

    chance = place.leads(listings[RANDOM], ALL)
    marks = chance.timely
    mixed = Leads(
        pick("restricted"), pick("to_visit"), {d: timely(d) for d in marks}, pick("detected"), chance.exposed[usable]
    )
    plain = Leads(
        chance.restricted[usable], chance.to_visit[usable], {d: t[usable] for d, t in marks.items()},
        chance.detected[usable], chance.exposed[usable],
    )  # fmt: skip
    return {
        "policies": {"chosen_without_own_source": lead_figures(mixed, events, window, made_up=made_up)},
        "gain_of_chosen_over": {RANDOM: gain(mixed, plain, events, window, made_up=made_up)},
        **mark(made_up),
    }


def _price(place: Period, listings: Mapping[str, Listings], chosen: str, made_up: bool) -> dict[str, Any]:
    """The ceiling's restricted mean lead minus the chosen table's, paired by event."""
    if CEILING not in listings:
        return {}
    events = place.lines[ALL].events
    ceiling, table = (place.leads(listings[name], ALL) for name in (CEILING, chosen))
    return {"restricted_mean_lead_days": gain(ceiling, table, events, place.rules.window_days, made_up=made_up)}


def _low(lines: Mapping[str, Any]) -> float | None:
    found = lines[ALL]["gain_of_chosen_over"][RANDOM]
    return None if found["value"] is None else float(found["low"])
