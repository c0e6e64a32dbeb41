"""An expression of episodes.yaml that an engine cannot work out, said without a row's content."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

# Errors about the words of an expression; all others may quote the value that it met.
_OF_WORDS = ("BinderException", "ParserException", "AnalysisException", "ParseException")

# Spark's own exceptions, and those that its bridge hands on as they are: when depends on the plan.
_OF_ENGINES = ("pyspark.", "py4j.", "sqlglot.")


class MappingError(ValueError):
    """An expression in episodes.yaml does not work on the source's columns; never tells a row's content."""

    def __init__(self, source: str, kind: str, error: Exception) -> None:
        name = type(error).__name__
        why = str(error).splitlines()[0] if name in _OF_WORDS else ""
        said = f"{name}{': ' + why if why else ''}"
        super().__init__(f"{source}/episodes.yaml: {kind}: {said} → correct the expression")


@contextmanager
def named(source: str, kind: str) -> Iterator[None]:
    """Turn an engine's error into a MappingError that names the source and the kind of episode."""
    try:
        yield
    except Exception as error:
        if isinstance(error, duckdb.Error) or type(error).__module__.startswith(_OF_ENGINES):
            raise MappingError(source, kind, error) from None
        raise
