"""Whose a dated fact is, said without a name, a key, an age or a relation."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

DWELLING: Final = "住まい"
NOTE: Final = "世帯員1、世帯員2 … は、この説明の中だけの番号です(世帯主から数えた順ではありません)"


def owners(facts: Iterable[Mapping[str, Any]]) -> dict[str | None, str]:
    """person_key → what stands before the sentences of its facts; None = the dwelling's.

    In: one household's rows of features.behind.EVIDENCE, all of them, so that a number means the same person in every
    sentence. Where all are one person's, or all the dwelling's, nothing stands before them.
    """
    keys = {fact["person_key"] for fact in facts}
    if len(keys) < 2:
        return dict.fromkeys(keys, "")
    persons = sorted(key for key in keys if key is not None)
    named: dict[str | None, str] = {key: f"世帯員{number}: " for number, key in enumerate(persons, start=1)}
    return {**named, None: f"{DWELLING}: "}
