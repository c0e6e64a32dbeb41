"""What training hands back, and what it says was not done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from models.choice import Choice
from models.cohort import cohort_flow
from models.comparison import Baselines
from models.crisis import COMPONENTS, Component
from models.disclosure import SMALL
from models.inputs import TrainingInputs
from models.intervals import Floats, mark
from models.matrix import Matrix
from models.metrics import inclusion_by_date
from models.panel import Panel
from models.scoring import margins, probabilities
from models.table import Model

# What METHODS asks and this version does not do. The report prints it.
NOT_DONE: tuple[str, ...] = (
    "実際の訪問と同じ週・同じ件数での比較(比較できる訪問記録を受け取っていません)",
    "打ち切り(同意の終了・転出・死亡)は同じ見え方の世帯で重み付けするのみ。転出・死亡を競合する出来事とみる推定(Aalen–Johansen)は未実施",
    "訪問の影響を受けていない世帯への重み付けは層別のみ。傾向スコアによる重みは未実施",
    "「必要の発見」を目的とする推定、新発見率、自分から相談した世帯に限った早さ",
    "見えていない人を含む到達率の上下限(reach bounds)",
    "公平性の同時信頼区間(max-t)と、属性の組合せの部分プーリング",
    "道具だけ・人だけ・人と道具の比較(盲検のケースカード)は未測定",
    "較正の集団別の傾きと切片(実際/見込みの比のみ)。ベータ較正は未実施",
    "再学習によるばらつきは理由の安定性にのみ用い、早さの区間には加えていません",
    "気づけた出来事に限った日数の中央値(区間を添えられないため載せていません)",
    "情報源の配達の途切れ(届かなかった期間)は、渡された見え方の期間によります",
    "日々の見張り(逐次の中止規則)",
)


@dataclass(frozen=True)
class TrainingResult:
    """The model that ships (calibrated if it could be, measured against its background) and everything said of it.

    candidates: name → model as learnt. background: the cohort behind the contributions. refits: the same learner on
    household bootstraps, for the stability of reasons. metrics: JSON-able. validation: household_key, as_of, period,
    fold, margin, probability, label (null = not judged), judged, listed (probability of a slot).
    """

    model: Model
    chosen: str
    recommended: bool
    candidates: Mapping[str, Model]
    background: Matrix
    refits: tuple[Model, ...]
    metrics: dict[str, Any]
    validation: pa.Table


def not_counted(components: Sequence[Component]) -> tuple[str, ...]:
    """What is said of the kinds of crisis that none of the sources present can show; nothing when all are counted."""
    titles = "・".join(one.title for one in COMPONENTS if one not in components)
    return (f"危機のうち、{titles}は、それを知らせる情報源が無いか、まだ新しいため数えていません",) if titles else ()


def said_first(
    inputs: TrainingInputs, choice: Choice, baselines: Baselines, stop: Sequence[str], not_done: Sequence[str]
) -> dict[str, Any]:
    """What the metrics of every validation begin with. `stop`: why the model is not recommended; where there is none
    it is, if the split can be signed for at all.
    """
    touched = inputs.known.touched.num_rows
    return {
        **mark(inputs.made_up),
        "validation": inputs.split.kind,
        "chosen": choice.name,
        "recommended": inputs.split.signable and not stop,
        "not_recommended_because": list(stop),
        "split": inputs.split.as_dict(),
        "settings": dict(inputs.settings.__dict__),
        "target": inputs.settings.target,
        "components": [
            {"name": c.name, "title": c.title, "source": c.source, "city_act": c.city_act}
            for c in inputs.known.components
        ],
        "cohort_flow": cohort_flow(inputs.labels, inputs.known.components),
        "touched_stretches": None if touched in range(1, SMALL) else touched,
        "choice": choice.as_dict(),
        "baselines": baselines.as_dict(),
        "not_done": [*not_counted(inputs.known.components), *not_done],
    }


def validation_table(
    rows: Panel | None, model: Model, period: str, slots: int, fold: Floats | None = None, margin: Floats | None = None
) -> pa.Table:
    """One row per household and test day, sorted by day and key."""
    schema = pa.schema(
        [("household_key", pa.string()), ("as_of", pa.date32()), ("period", pa.string()), ("fold", pa.int64()),
         ("margin", pa.float64()), ("probability", pa.float64()), ("label", pa.bool_()), ("judged", pa.bool_()),
         ("listed", pa.float64())]
    )  # fmt: skip
    if rows is None:
        return schema.empty_table()
    score = margins(model, rows.x) if margin is None else margin
    probability = None if model.calibration is None else probabilities(model.calibration, score)
    n = rows.x.rows
    epoch = date(1970, 1, 1).toordinal()
    groups = rows.day if fold is None else rows.day * 100 + fold.astype(np.int64)
    table = pa.table(
        {
            "household_key": rows.x.keys,
            "as_of": pa.array((rows.day - epoch).astype(np.int32)).cast(pa.date32()),
            "period": pa.array([period] * n),
            "fold": pa.nulls(n, pa.int64()) if fold is None else pa.array(fold.astype(np.int64)),
            "margin": pa.array(score),
            "probability": pa.nulls(n, pa.float64()) if probability is None else pa.array(probability),
            "label": pa.array(rows.label, mask=~rows.judged),
            "judged": pa.array(rows.judged),
            "listed": pa.array(inclusion_by_date(score, groups, slots)),
        },
        schema=schema,
    )
    return table.sort_by([("as_of", "ascending"), ("household_key", "ascending")])
