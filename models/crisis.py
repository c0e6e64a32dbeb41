"""What counts as a crisis: its components, and the administrative steps that make each foreseeable (METHODS §1)."""

from collections.abc import Sequence
from dataclasses import dataclass

ANY = "any"
ANY_BUT_CITY_ACTS = "any_but_city_acts"


@dataclass(frozen=True)
class Step:
    """An administrative step that makes a crisis foreseeable without a model.

    Open on D when an episode of `kind` has run for at least `after_days` on D and has not ended, or, for a point in
    time, when it happened in the `for_days` days up to D.
    """

    kind: str
    after_days: int = 0
    for_days: int | None = None


@dataclass(frozen=True)
class Component:
    """One kind of crisis: which episodes are it, and which steps lead to it.

    `sought`: something that people ask for; it is no crisis when we had visited them or led them there before.
    """

    name: str
    title: str
    source: str
    kind: str
    steps: tuple[Step, ...]
    city_act: bool
    longer_than_days: int = 0
    vacated_by: str | None = None
    sought: bool = False


def _arrears_act(source: str, office: str, act: str, act_title: str) -> Component:
    # Ten days after the reminder the law itself tells the office to seize (地方税法331条1項1号), so an overdue
    # bill older than that is a step already open: the strict reading, which leaves «early» the fewest claims.
    return Component(
        name=f"{source}_{act}",
        title=f"{office}の{act_title}",
        source=source,
        kind=f"{source}_{act}",
        steps=(Step(f"{source}_overdue", after_days=10), Step(f"{source}_seized")),
        city_act=True,
    )


COMPONENTS: tuple[Component, ...] = (
    Component(
        name="water_stop_qualifying",
        title="7日を超える給水停止",
        source="water",
        kind="water_stop",
        steps=(Step("water_stop_notice", for_days=90), Step("water_stop")),
        city_act=False,
        longer_than_days=7,
        vacated_by="water_closed",
    ),
    _arrears_act("tax", "市税", "seized", "差押え"),
    _arrears_act("insurance", "保険料", "seized", "差押え"),
    _arrears_act("tax", "市税", "suspended_hardship", "生活困窮等による執行停止"),
    _arrears_act("insurance", "保険料", "suspended_hardship", "生活困窮等による執行停止"),
    Component(
        name="housing_suit",
        title="住まいの明渡しの訴え",
        source="housing",
        kind="housing_suit",
        # From three months overdue the landlord may claim (公営住宅法32条1項2号): the strict reading again. A run
        # of arrears begins at the end of its first month, so the third month ends about 60 days into it.
        steps=(Step("housing_arrears", after_days=60), Step("housing_claim", for_days=365)),
        city_act=True,
    ),
    Component(
        name="welfare_assistance_applied",
        title="生活保護の申請",
        source="welfare",
        kind="welfare_assistance_applied",
        steps=(
            Step("welfare_assistance_consulted", for_days=90),
            Step("welfare_consulted", for_days=90),
            Step("welfare_plan"),
            Step("welfare_assistance"),
        ),
        city_act=False,
        sought=True,
    ),
    # No source of SOURCES tells of emergencies; a municipality that has one declares it under this name.
    Component(
        name="emergency",
        title="緊急対応",
        source="emergency",
        kind="emergency_response",
        steps=(),
        city_act=False,
    ),
)


def components_of(sources: Sequence[str]) -> tuple[Component, ...]:
    """The components that the sources present (basis names) can show, in declared order."""
    return tuple(component for component in COMPONENTS if component.source in set(sources))


def targets_of(components: Sequence[Component]) -> dict[str, tuple[Component, ...]]:
    """Every target and its components: `any`, `any_but_city_acts` (when there is such a component), then each alone."""
    targets = {ANY: tuple(components)}
    not_acts = tuple(component for component in components if not component.city_act)
    if not_acts:
        targets[ANY_BUT_CITY_ACTS] = not_acts
    targets.update({component.name: (component,) for component in components})
    return targets
