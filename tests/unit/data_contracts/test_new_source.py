"""Adding a source is three YAML files and no Python: gas-stop notices, declared here, load, read and are judged."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from contract_cases import DAY, SOURCES

from data_contracts.canary import canary_files, canary_rows, clean_rows
from data_contracts.catalog import Source, load_catalog
from data_contracts.gx_suite import prove
from data_contracts.judging import FileContext, judge
from data_contracts.office import check
from data_contracts.pages import contract_page
from data_contracts.reading import read_delivery
from data_contracts.staging import stage

CONTRACT = r"""
apiVersion: v3.1.0
kind: DataContract
id: urn:kizuki:gas_stops
name: ガス停止
version: 1.0.0
status: active
description: {purpose: 本人が同意した、ガスの停止のお知らせ。}
customProperties:
  - {property: role, value: signal}
  - {property: basis, value: gas}
  - {property: subject, value: {by: resident_id, column: resident_id}}
  - {property: defaultKind, value: delta}
  - {property: factDate, value: stopped_on}
  - {property: validFrom, value: 2026-01-01}
schema:
  - name: gas_stops
    quality:
      - id: R-GAS-01
        type: sql
        severity: error
        description: 再開日は停止日より前にならない
        query: SELECT COUNT(*) FROM {object} WHERE reopened_on < stopped_on
        mustBe: 0
        customProperties:
          - {property: remedy, value: 日付を確かめてください。}
          - {property: example, value: {stopped_on: "2026-02-02", reopened_on: "2026-02-01"}}
    properties:
      - name: slip_no
        businessName: 伝票番号
        description: 伝票の番号。
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        logicalTypeOptions: {pattern: 'G\d{6}'}
        examples: [G000001, G000002]
      - name: resident_id
        businessName: 宛名番号
        description: 15桁の番号。
        logicalType: string
        required: true
        logicalTypeOptions: {pattern: '\d{15}'}
        examples: ["000000000000101"]
      - name: stopped_on
        businessName: 停止日
        description: 止めた日。
        logicalType: date
        required: true
        examples: ["2026-02-01"]
      - name: reopened_on
        businessName: 再開日
        description: 再開した日。
        logicalType: date
        examples: ["", "2026-02-09"]
"""
PROFILE = "valid_from: 2026-01-01\nencoding: cp932\nheaders: {stopped_on: [閉栓日]}\n"
EPISODES = """
valid_from: 2026-01-01
entries:
  - {kind: gas_stop, shape: row, label: ガスの停止, when: "true", began_on: stopped_on, ended_on: reopened_on - 1}
"""


@pytest.fixture
def gas(tmp_path: Path) -> Source:
    folder = tmp_path / "sources"
    shutil.copytree(SOURCES, folder)
    (folder / "gas_stops").mkdir()
    for name, text in (("contract.odcs", CONTRACT), ("profile", PROFILE), ("episodes", EPISODES)):
        (folder / "gas_stops" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_catalog(folder).source("gas_stops", DAY)


def test_it_is_read_judged_and_answered(gas: Source, tmp_path: Path) -> None:
    path = tmp_path / "gas_0401.csv"
    lines = ["伝票番号,宛名番号,閉栓日,再開日", "G000001,000000000000101,R8.3.1,", "G000001,000000000000101,20260301,"]
    lines += [f"G{n:06d},{n:015d},2026-03-02,2026-03-09" for n in range(100, 200)]
    lines += ["G000009,000000000000101,2026-03-02,2026-03-01"]
    path.write_bytes("\r\n".join(lines).encode("cp932"))
    staged = stage([(1, read_delivery(path, gas))], gas)
    judgement = judge(staged, gas, {1: FileContext("delta")})
    assert judgement.broken.to_pylist() == [{"delivery": 1, "row": 104, "rule": "R-GAS-01"}]
    assert judgement.accepted.num_rows == 101
    assert check(path, gas)["accepted_or_forgotten"] == 102


def test_canaries_proof_and_page_follow_from_the_declaration(gas: Source, tmp_path: Path) -> None:
    for name, data in canary_files(gas).items():
        (tmp_path / name).write_bytes(data.decode().encode("cp932"))
    clean = stage([(1, read_delivery(tmp_path / "clean.csv", gas))], gas)
    assert judge(clean, gas, {1: FileContext("delta")}).accepted.num_rows == len(clean_rows(gas.contract)) == 2
    rows = stage([(1, read_delivery(tmp_path / "rows.csv", gas))], gas)
    judgement = judge(rows, gas, {1: FileContext("delta")})
    assert min(judgement.rule_counts.values()) >= 1
    assert set(judgement.broken["row"].to_pylist()) == set(range(2, len(canary_rows(gas.contract)) + 2))
    pq.write_table(rows, tmp_path / "rows.parquet")
    assert all(result.agrees for result in prove(tmp_path / "rows.parquet", gas, judgement.rule_counts))
    assert "R-GAS-01" in contract_page(gas)
    assert "閉栓日" in contract_page(gas)
