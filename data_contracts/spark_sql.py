"""The declarations' SQL on Spark: one statement in DuckDB's words, said in Spark's.

Contracts and mappings are written once, in DuckDB's SQL. sqlglot knows most of the difference; what it does not know is
here. A function that neither knows fails on Spark by name, in the test that walks all contracts and mappings.
"""

from collections.abc import Callable
from typing import Final

import sqlglot
from sqlglot import exp


def to_spark(sql: str) -> str:
    """The same query in Spark's dialect."""
    return sqlglot.parse_one(sql, read="duckdb").transform(_said_otherwise).sql("spark")


def _said_otherwise(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Where):
        # `FROM derived WHERE (visible)` would name the table WHERE.
        node.set("this", node.this.unnest())
    if isinstance(node, exp.CTE):
        node.set("materialized", None)  # Spark knows no such word, and decides for itself
    if isinstance(node, exp.RegexpFullMatch):
        pattern = node.expression.name
        return exp.RegexpLike(this=node.this, expression=exp.Literal.string(rf"\A(?:{pattern})\z"))
    if isinstance(node, exp.Anonymous) and node.name.upper() in _FUNCTIONS:
        return _FUNCTIONS[node.name.upper()](node.expressions)
    return node


def _list_has_all(arguments: list[exp.Expression]) -> exp.Expression:
    """Nothing in the second list that is not in the first; null when there is no second."""
    every, wanted = arguments
    missing = exp.Anonymous(this="ARRAY_EXCEPT", expressions=[wanted, every])
    return exp.EQ(this=exp.Anonymous(this="CARDINALITY", expressions=[missing]), expression=exp.Literal.number(0))


def _hash(arguments: list[exp.Expression]) -> exp.Expression:
    """64 bits of all values; nulls count (Spark's own hashes pass them over)."""
    keeping = exp.Anonymous(this="MAP", expressions=list(map(exp.Literal.string, ("ignoreNullFields", "false"))))
    text = exp.Anonymous(this="TO_JSON", expressions=[_struct(arguments), keeping])
    return exp.Anonymous(this="XXHASH64", expressions=[text])


def _struct(arguments: list[exp.Expression]) -> exp.Expression:
    return exp.Anonymous(this="STRUCT", expressions=arguments)


def _months(arguments: list[exp.Expression]) -> exp.Expression:
    return exp.Interval(this=exp.Literal.string(arguments[0].name), unit=exp.Var(this="MONTH"))


_FUNCTIONS: Final[dict[str, Callable[[list[exp.Expression]], exp.Expression]]] = {
    "HASH": _hash,
    "LIST_HAS_ALL": _list_has_all,
    "ROW": _struct,
    "TO_MONTHS": _months,
}
