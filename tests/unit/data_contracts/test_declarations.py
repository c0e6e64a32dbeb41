"""Every declared source is whole, says what SOURCES says, and its generated page and canaries are up to date."""

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from contract_cases import CANARIES, DAY, ROOT, SOURCES, catalog, names, source, staged

from data_contracts.canary import canary_files
from data_contracts.catalog import UnknownSource, load_catalog
from data_contracts.contract import ContractError
from data_contracts.pages import contract_pages
from data_contracts.profile import Entry
from data_contracts.rules import row_rules, rule_ids

BILL = (
    "levy* charged_year* notice_no* instalment* assessed_year carried resident_id* payer_role collected_by due_on* "
    "billed_yen* paid_yen paid_on reminder_on reminder_returned_on public_notice_on demand_on plan_on plan_broken_on "
    "deferred_on reduced_on seized_on released_on suspended suspended_on lifted_on written_off_on close_reason "
    "in_plan enforced"
)
PROTECTION = "resident_id* measure_no history_no* latest* kind state* starts_on* ends_on deleted released_on"
# SOURCES.md, drawn: columns in order, * = required; the natural key.
AGREED = {
    "residents": (
        "resident_id* history_no* household_id* relationship name name_kana birth_date sex nationality_class status* "
        "event_on event resident_since postcode town_code town lot building ward school_district commissioner_area "
        "care_area other_address language",
        "resident_id history_no",
    ),
    "consents": (
        "consent_id* resident_id* given_by capacity sources* purposes* basis* covers_from given_on* ends_on "
        "withdrawn_on form_version channel contact_by contact_avoid",
        "consent_id",
    ),
    "tax_bills": (BILL, "levy charged_year notice_no instalment resident_id"),
    "insurance_bills": (BILL, "levy charged_year notice_no instalment resident_id"),
    "water_notices": (
        "customer_no* meter_no user_name user_kana address* building phone contract* step* step_on* usage_m3 "
        "unpaid_yen",
        "customer_no meter_no step step_on",
    ),
    "school_flags": (
        "school* pupil_no* pupil_name pupil_kana* birth_date* address* guardian_kana flag* opened_on* closed_on "
        "absence_days submitted_by*",
        "school pupil_no flag opened_on",
    ),
    "housing_rent": (
        "tenancy_no* resident_id tenant_name tenant_kana* address* building owner month* rent_yen* paid_yen "
        "months_overdue reduction income_unreported claim_on suit_on vacate_on",
        "tenancy_no month",
    ),
    "welfare_contacts": ("case_no* resident_id* kind* began_on* ended_on outcome", "case_no"),
    "community_flags": (
        "slip_no* seen_on* reporter_kind* address* name_kana worry_codes what_seen urgent told_person",
        "slip_no",
    ),
    "protected_persons": (PROTECTION, "resident_id measure_no history_no"),
    "local_protection": (PROTECTION, "resident_id measure_no history_no"),
    "teams": ("team* wards* weekly_visits* members", "team"),
    "visit_outcomes": (
        "visit_no* household_key* visited_on* contact* actions partner issues visitors minutes supports_gained helped "
        "next_on own_judgement override_reason",
        "visit_no",
    ),
}


def test_the_sources_are_the_agreed_ones() -> None:
    assert names() == sorted(AGREED) == list(catalog().names)


@pytest.mark.parametrize("name", sorted(AGREED))
def test_columns_and_keys_are_those_of_the_sources_document(name: str) -> None:
    columns, key = AGREED[name]
    contract = source(name).contract
    assert " ".join(c.name + "*" * c.required for c in contract.columns) == columns
    assert " ".join(contract.key) == key
    assert all(c.header and c.description for c in contract.columns)


def test_roles_bases_and_limits() -> None:
    told = {n: (c.role, c.basis, c.default_kind, c.full_scope) for n in names() for c in [source(n).contract]}
    assert told == {
        "residents": ("frame", None, "delta", ()),
        "consents": ("consents", None, "delta", ()),
        "tax_bills": ("signal", "tax", "delta", ("charged_year",)),
        "insurance_bills": ("signal", "insurance", "delta", ("charged_year",)),
        "water_notices": ("signal", "water", "delta", ()),
        "school_flags": ("signal", "school", "delta", ()),
        "housing_rent": ("signal", "housing", "full", ("month",)),
        "welfare_contacts": ("signal", "welfare", "delta", ()),
        "community_flags": ("slips", "community", "delta", ()),
        "protected_persons": ("protection", None, "full", ()),
        "local_protection": ("protection", None, "full", ()),
        "teams": ("teams", None, "full", ()),
        "visit_outcomes": ("outcomes", None, "delta", ()),
    }
    shares = {n: source(n).contract.refuse_share for n in names()}
    assert {n for n, share in shares.items() if share == 0} == {"protected_persons", "local_protection"}
    assert shares.pop("community_flags") == 0.5  # a slip badly written must not hold back the others
    assert {share for share in shares.values() if share} == {0.02}
    facts = {n: source(n).contract.fact_date for n in names() if source(n).contract.fact_date}
    assert facts == {
        "tax_bills": "due_on",
        "insurance_bills": "due_on",
        "water_notices": "step_on",
        "school_flags": "opened_on",
        "housing_rent": "month",
        "welfare_contacts": "began_on",
    }


@pytest.mark.parametrize("name", sorted(AGREED))
def test_every_rule_says_what_it_wants_and_how_to_mend_it(name: str) -> None:
    rules = row_rules(source(name).contract)
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.sentence and rule.remedy for rule in rules)
    listed = [rule for rule, _, _ in rule_ids(source(name))]
    assert len(set(listed)) == len(listed) > len(rules)


EXPRESSIONS = {
    **dict.fromkeys(("when", "start", "end"), ("BOOLEAN",)),
    **dict.fromkeys(("began_on", "ended_on", "on", "month"), ("DATE",)),
    "quantity": ("BIGINT",),
    "precision": ("VARCHAR",),
}


@pytest.mark.parametrize("name", sorted(AGREED))
def test_every_episode_expression_is_sql_over_the_contract(name: str) -> None:
    mapping = source(name).episodes
    con = duckdb.connect()
    con.register("staged", staged(source(name), []))
    con.execute("CREATE VIEW v0 AS SELECT *, DATE '2026-04-01' AS known_from FROM staged")
    for step, (derived, said) in enumerate(mapping.derive.items()):
        sql = said if isinstance(said, str) else f"case when {said.when} then known_from end"
        con.execute(f'CREATE VIEW v{step + 1} AS SELECT *, ({sql}) AS "{derived}" FROM v{step}')
    for entry in mapping.entries:
        for what, kinds in EXPRESSIONS.items():
            sql = getattr(entry, what)
            if sql is not None:
                found = con.sql(f"DESCRIBE SELECT ({sql}) AS x FROM v{len(mapping.derive)}").fetchall()[0][1]
                assert found in kinds, (entry.kind, what, found)
        assert set(entry.by) <= set(source(name).contract.names)


def test_the_agreed_kinds_exist() -> None:
    kinds = {entry.kind: entry for name in names() for entry in source(name).episodes.entries}
    wanted = {
        *("resident_tax_bill_unpaid", "property_tax_bill_unpaid", "vehicle_tax_bill_unpaid"),
        *("nhi_bill_unpaid", "care_bill_unpaid", "elderly_bill_unpaid"),
        *("water_stop", "water_stop_notice", "water_reminder", "water_closed", "water_usage_zero"),
        *("water_grace", "water_name_changed", "water_leak", "water_unreadable", "tax_heir_bill"),
        *("school_absence_30d", "school_aid_applied", "school_aid_granted", "school_aid_refused"),
        *("school_meal_unpaid", "school_separate_room", "school_ssw", "school_home_visit"),
    }
    housing = ("rent_unpaid", "arrears", "claim", "suit", "vacate", "reduced", "income_unreported")
    wanted |= {f"housing_{what}" for what in housing}
    wanted |= {f"welfare_assistance{what}" for what in ("", "_applied", "_declined", "_consulted")}
    support = ("consulted", "plan", "housing_benefit", "housing_benefit_ended", "budget_support", "work_support")
    wanted |= {f"welfare_{what}" for what in (*support, "care_certified", "preschool", "hospital")}
    for prefix in ("tax", "insurance"):
        wanted |= {f"{prefix}_{state}" for state in ("overdue", "plan", "plan_broken", "deferred", "reduced", "seized")}
        wanted |= {f"{prefix}_reminder_returned", f"{prefix}_suspended_hardship"}
        wanted |= {f"{prefix}_{fact}" for fact in ("billed", "payment", "public_notice", "demand", "caught_up")}
    assert set(kinds) == wanted
    assert all(entry.label for entry in kinds.values())
    assert kinds["tax_overdue"].unit == "円"
    assert kinds["water_stop"].on == "step_on"  # YAML 1.1 would have read the key «on» as true


def test_pages_are_up_to_date() -> None:
    """Stale? Run `make docs`."""
    folder = ROOT / "docs" / "contracts"
    pages = contract_pages(catalog())
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == pages
    assert set(pages) == {f"{name}.md" for name in names()} | {"README.md"}


@pytest.mark.parametrize("name", sorted(AGREED))
def test_canaries_are_up_to_date(name: str) -> None:
    kept = {path.name: path.read_bytes() for path in (CANARIES / name).iterdir()}
    assert kept == canary_files(source(name))


def test_the_page_says_columns_rules_and_readings() -> None:
    page = contract_pages(catalog())["insurance_bills.md"]
    for said in (
        "納期限*",
        "国民健康保険→国民健康保険料",
        "R-INS-01",
        "key.conflict",
        "1または2・自然人",
        "相当年度",
        "2%",
    ):
        assert said in page


def test_a_file_is_judged_by_the_version_valid_on_its_day(tmp_path: Path) -> None:
    folder = tmp_path / "teams"
    shutil.copytree(SOURCES / "teams", folder)
    newer = (folder / "profile.yaml").read_text(encoding="utf-8").replace("2020-01-01", "2026-05-01")
    (folder / "profile.2026-05-01.yaml").write_text(newer + "headers: {team: [チーム]}\n", encoding="utf-8")
    loaded = load_catalog(tmp_path)
    before, after = loaded.source("teams", DAY), loaded.source("teams", date(2026, 5, 1))
    assert before.profile.headers["team"] == ("班", "team")
    assert after.profile.headers["team"] == ("班", "team", "チーム")
    assert after.contract is before.contract
    assert loaded.source("teams", date(2026, 5, 9)) is after
    assert loaded.digest != load_catalog(SOURCES).digest
    with pytest.raises(UnknownSource, match="no declaration is valid on 2019-12-31"):
        loaded.source("teams", date(2019, 12, 31))
    with pytest.raises(UnknownSource, match="not declared"):
        loaded.source("gas", DAY)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("contract.odcs.yaml", "property: role, value: \"teams\"", "property: role, value: \"team\"", "role is 'team'"),
        ("contract.odcs.yaml", "logicalType: integer", "logicalType: number", "column 'weekly_visits'"),
        ("contract.odcs.yaml", "primaryKey: true", "primaryKey: false", "no natural key"),
        ("contract.odcs.yaml", "- name: members", "- name: team", "declared twice"),
        ("contract.odcs.yaml", "SELECT COUNT(*) FROM {object} WHERE", "SELECT 1 WHERE", "rule 'R-TEAM-01'"),
        ("contract.odcs.yaml", "kind: DataContract", "kynd: DataContract", "not a readable ODCS contract"),
        ("contract.odcs.yaml", "value: \"2020-01-01\"", "value: \"soon\"", "validFrom is 'soon'"),
        ("contract.odcs.yaml", "by: \"none\"", "by: \"name\"", "by is 'name'"),
        ("contract.odcs.yaml", "by: \"none\"", "by: \"resident_id\", entity: \"dwelling\"", "a dwelling is found by"),
        ("profile.yaml", "kind: csv", "kind: pdf", "kind is 'pdf'"),
        ("profile.yaml", "encoding: null", "encodings: null", "unknown statements"),
        ("profile.yaml", "encoding: null", "headers: {wheel: [輪]}", "not in the contract"),
        ("profile.yaml", "valid_from: 2020-01-01", "valid_from: soon", "valid_from"),
        ("episodes.yaml", "entries: []", "entries: [{kind: a, shape: circle, label: x}]", "entry 'a'"),
        ("episodes.yaml", "entries: []", "entries: [{kind: a, shape: pair, label: x, start: t}]", "entry a"),
        ("episodes.yaml", "derive: {}", "derive: {x: {first_seen: paid}}", "derive x: ['first_seen']"),
        ("episodes.yaml", "entries: []", "entries: {", "not readable as YAML"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_names_file_and_place(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    shutil.copytree(SOURCES / "teams", tmp_path / "teams")
    path = tmp_path / "teams" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContractError, match=f"teams/{file}") as error:
        load_catalog(tmp_path)
    assert told in str(error.value)
    assert "→" in str(error.value)


def test_a_source_without_one_of_its_three_files_is_no_source(tmp_path: Path) -> None:
    shutil.copytree(SOURCES / "teams", tmp_path / "teams")
    (tmp_path / "teams" / "episodes.yaml").unlink()
    with pytest.raises(UnknownSource, match="episodes is missing"):
        load_catalog(tmp_path)


def test_listing_rules_imports_nothing_heavy() -> None:
    code = (
        "import sys; from datetime import date; from pathlib import Path; "
        "from data_contracts.catalog import load_catalog; from data_contracts.rules import rule_ids; "
        "import data_contracts.gx_suite; "
        "c = load_catalog(Path('config/sources')); [rule_ids(c.source(n, date(2026, 4, 1))) for n in c.names]; "
        "sys.exit(any(m in sys.modules for m in ('great_expectations', 'pandas', 'openpyxl')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_entry_defaults() -> None:
    assert Entry("k", "point", "ラベル").precision == "'day'"


@pytest.mark.parametrize("name", names())
def test_no_column_is_derived_over_the_rows_of_several_people(name: str) -> None:
    """Else a row would go on telling what was known of somebody who has withdrawn (pipelines.episodes). What looks at
    other versions at all is FirstKnown, which keeps to one person.
    """
    for derived in source(name).episodes.derive.values():
        assert not isinstance(derived, str) or not re.search(r"\bover\b", derived), (name, derived)
