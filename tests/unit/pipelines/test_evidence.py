"""What training hands the ethics report about deliveries."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines import evidence
from pipelines.settings import CONFIG


def test_of_protection_no_rows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from data_contracts.catalog import load_catalog

    catalog = load_catalog(CONFIG / "sources")
    entries = [SimpleNamespace(source=name, verdict="accepted", rows_in=40, refused=20) for name in catalog.names]
    monkeypatch.setattr(evidence, "ages", lambda _home, _day: dict.fromkeys(catalog.names, 1))
    home: Any = SimpleNamespace(
        ledger=lambda: SimpleNamespace(entries=entries),
        catalog=catalog,
        role=lambda name: catalog.contracts[name][-1].role,
    )
    told = {line["source"]: (line["rows"], line["refused_rows"]) for line in evidence.contract_results(home, date.max)}
    assert {name for name, rows in told.items() if rows == (None, None)} == {"protected_persons", "local_protection"}
    assert {rows for name, rows in told.items() if "prot" not in name} == {(40, 20)}
