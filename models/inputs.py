"""What training gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from models.candidates import Recipe, TrainingSettings
from models.intervals import CANNOT_TELL_BELOW
from models.labels import Known
from models.learners.scorecard import Card
from models.matrix import Matrix, Spec
from models.metrics import fewest
from models.panel import City, Panel, panel
from models.splits import Split


@dataclass(frozen=True)
class TrainingInputs:
    """What training gets; days as the split says.

    features: day → household_key + a float32 column per feature (null = not visible), for `split.feature_days`.
    labels: day → `labels.labels`, for `split.label_days`. groups: household_key + a string column per axis of the
    subgroup tables. area: household_key, ward. trainable, evaluable: day → household_keys with permission to train on
    (training and calibration days, and the newest) and to count (selection, test and replay days). sources: feature →
    the basis names it reads. slots: visits per week. config_digest goes into the model.
    """

    split: Split
    features: Mapping[date, pa.Table]
    labels: Mapping[date, pa.Table]
    known: Known
    groups: pa.Table
    area: pa.Table
    trainable: Mapping[date, pa.Array]
    evaluable: Mapping[date, pa.Array]
    specs: tuple[Spec, ...]
    sources: Mapping[str, tuple[str, ...]]
    card: Card
    slots: int
    settings: TrainingSettings
    config_digest: str
    made_up: bool

    @property
    def recipe(self) -> Recipe:
        """What a fit needs besides its rows."""
        return Recipe(self.specs, self.card, self.settings, self.config_digest)

    @property
    def newest(self) -> Matrix:
        """The households of the newest day that may be trained on: what a model that learnt nothing is measured by."""
        day = max(self.features)
        table = self.features[day]
        permitted = pc.is_in(table["household_key"], value_set=self.trainable[day])
        return Matrix.from_table(table.filter(permitted), self.recipe.names)


def rows_of(inputs: TrainingInputs, what: str, city: City) -> Panel | None:
    """The rows of one period of the split; None when it has no days."""
    days = getattr(inputs.split, what)
    if not days:
        return None
    permitted = inputs.trainable if what in ("train", "calibration") else inputs.evaluable
    return panel(days, inputs.features, inputs.labels, permitted, inputs.recipe.names, inputs.settings.target, city)


def learnable(rows: Panel | None) -> bool:
    """Whether at least 30 distinct households with a crisis, and as many without, may be trained on."""
    if rows is None:
        return False
    return fewest(rows.household[rows.judged], rows.label[rows.judged]) >= CANNOT_TELL_BELOW


def learnt_rows(inputs: TrainingInputs, city: City) -> Panel:
    """The rows from which the candidates that are compared and shipped are learnt (`split.learnt`)."""
    return panel(
        inputs.split.learnt, inputs.features, inputs.labels, inputs.trainable, inputs.recipe.names,
        inputs.settings.target, city,
    )  # fmt: skip
