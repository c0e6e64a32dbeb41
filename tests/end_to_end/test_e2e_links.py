"""Rows without a number are counted by what came of looking for their person, protected like anybody not found."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from pipelines import intake
from pipelines.drifting import History
from tests.home.cases import CASES, DAY
from tests.home.copies import opened
from tests.home.deliveries import deliver
from tests.home.planting import water


def test_what_came_of_linking_is_kept_with_the_delivery_and_tells_no_protection(copy_of: Callable[..., Path]) -> None:
    root, day = copy_of("trained"), DAY + timedelta(days=1)
    one, protected, silent = (
        next(case for case in CASES if case.name == name)
        for name in ("consents to everything", "protected, state 1", "nobody in the house consents")
    )
    (row, *_), (hidden, *_), (unasked, *_) = (list(water(case)) for case in (one, protected, silent))
    nobody = row | {"user_kana": "ダレデモ ナイ", "customer_no": "W1"}
    unread = row | {"address": "不明な町9番", "customer_no": "W2"}
    deliver(root, "water_notices", day, [row, hidden, unasked, nobody, unread])
    with opened(root).store.writing():
        intake.take_in_source(opened(root), "water_notices", day)
    (newest,) = (p for p in History(opened(root), "water_notices").profiles if p.folder_day == day and p.rows == 5)
    assert newest.links == {"linked": 2, "none": 2, "unread": 1}, "without consent like with; protected like unknown"
