"""The SQL of one feature, for an auditor to read and to run: the facts that count, and what is counted of them."""

from datetime import date

import ibis
import ibis.expr.types as ir

from features.definition import Feature
from features.hub import Hub
from features.scope import household_facts
from features.wanted import Wanted, reaches_of, sources_of, wanted_parts


def sql_of(feature: Feature, day: date) -> str:
    """In DuckDB's dialect: household_key and `part_<i>` of each part of the feature, for households with such facts.

    What is printed is worked out from the same declarations as what is counted (features.counting); a test runs it.
    """
    one, hub = {feature.name: feature}, Hub.named()
    facts = household_facts(hub.known_on(day), hub.named_scope(day), reaches_of(one), sources_of(one))
    parts = {f"part_{i}": _part(facts, wanted, day) for i, wanted in enumerate(wanted_parts(one))}
    return str(ibis.to_sql(facts.group_by("household_key").aggregate(**parts), dialect="duckdb"))


def _part(facts: ir.Table, wanted: Wanted, day: date) -> ir.Scalar:
    part, sources = wanted
    where = facts.kind.isin(part.kinds) & facts.source.isin(sources) & part.where.holds(facts, day)
    if part.how == "count":
        return facts.count(where=where)
    if part.how == "earliest":
        return facts.began_on.min(where=where)
    return facts.quantity.max(where=where) if part.how == "largest" else facts.quantity.sum(where=where)
