"""Shapley values where several terms act as one player, or a pair is shared out.

The game is the interventional one over the model's background. For an additive term its value
is its contribution; the value of a pair g(a, b) for its player a is
½ [(E_B g(a, B) - E g) + (g(a, b) - E_A g(A, b))], and likewise for b.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from models.matrix import Floats, Matrix
from models.scoring import cells_of, contribution_arrays
from models.table import Model, ModelRefused, Pair


def shapley(model: Model, x: Matrix) -> dict[str, Floats]:
    """Feature → exact interventional Shapley value, float64[n], pairs shared out between their two."""
    values = contribution_arrays(model, x)
    for pair in model.pairs:
        del values[pair.name]
        for_a, for_b = shares(pair, x)
        values[pair.a] = values[pair.a] + for_a
        values[pair.b] = values[pair.b] + for_b
    return values


def shares(pair: Pair, x: Matrix) -> tuple[Floats, Floats]:
    """What each of a pair's two players gets of its contribution; the two add up to it."""
    if not pair.given_a:
        raise ModelRefused(f"{pair.name}: 背景がまだ計算されていません。with_background を先に呼んでください。")
    a, b = cells_of(pair.edges_a, x.column(pair.a)), cells_of(pair.edges_b, x.column(pair.b))
    value, given_a, given_b = pair.cells[a, b], np.array(pair.given_a)[a], np.array(pair.given_b)[b]
    for_a = 0.5 * ((given_a - pair.mean) + (value - given_b))
    for_b = 0.5 * ((given_b - pair.mean) + (value - given_a))
    return for_a, for_b


def domain_values(model: Model, x: Matrix, domains: Mapping[str, str]) -> pa.Table:
    """Contributions by domain of life.

    `domains`: feature → domain. Out: household_key, domain, value (sum of its terms and of pairs
    within it), as_player (the domain as one player of the game), differs (their signs differ: print
    both). A pair across two domains is a row of its own, `a×b`, with as_player null, as it is
    shared out there. base + Σ value = margin, base + Σ as_player = margin.
    """
    columns = contribution_arrays(model, x)
    sums: dict[str, Floats] = {}
    players: dict[str, Floats] = {}
    across: dict[str, Floats] = {}
    for feature in model.names:
        _add(sums, domains[feature], columns[feature])
        _add(players, domains[feature], columns[feature])
    for pair in model.pairs:
        if domains[pair.a] == domains[pair.b]:
            _add(sums, domains[pair.a], columns[pair.name])
            _add(players, domains[pair.a], columns[pair.name])
        else:
            across[pair.name] = columns[pair.name]
            for feature, share in zip((pair.a, pair.b), shares(pair, x), strict=True):
                _add(players, domains[feature], share)
    blocks = [_block(x, name, value, players[name]) for name, value in sums.items()]
    blocks += [_block(x, name, value, None) for name, value in across.items()]
    return pa.concat_tables(blocks).sort_by([("household_key", "ascending"), ("domain", "ascending")])


def _add(into: dict[str, Floats], name: str, values: Floats) -> None:
    into[name] = into[name] + values if name in into else values


def _block(x: Matrix, name: str, value: Floats, player: Floats | None) -> pa.Table:
    differs = np.zeros(x.rows, dtype=bool) if player is None else np.sign(value) != np.sign(player)
    return pa.table(
        {
            "household_key": x.keys,
            "domain": pa.array([name] * x.rows),
            "value": pa.array(value),
            "as_player": pa.nulls(x.rows, pa.float64()) if player is None else pa.array(player),
            "differs": pa.array(differs),
        }
    )
