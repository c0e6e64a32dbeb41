VENV := .venv
BIN  := $(VENV)/bin
STAMP := $(VENV)/.installed
ENGINES := $(VENV)/.engines
HOME_DIR ?= demo
export DAGSTER_DISABLE_TELEMETRY = 1
export GX_ANALYTICS_ENABLED = false

.PHONY: demo test pytest engines test-engines test-long test-browser lint bench docs dev lock clean

$(STAMP): requirements.lock pyproject.toml
	python3.11 -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Spark and PostgreSQL for `kizuki screen`, beside what is there: neither demo nor test needs them.
engines: $(ENGINES)

$(ENGINES): requirements-engines.lock $(STAMP)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements-engines.lock
	touch $@

# The second lock holds only what the first one lacks, at versions that fit it.
COMPILE := uv pip compile pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-strip-extras

lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra spark --extra postgres -c requirements.lock -o requirements-engines.lock \
	  $$(sed -n 's/^\([a-z0-9._-]*\).*==.*/--no-emit-package \1/p' requirements.lock | sort -u)
	sed -i '/^#/d' requirements-engines.lock

# A made-up city of 3,000 households over 40 months: taken in, trained, signed (demonstration), screened, printed.
DEMO_FROM := 2023-07-03
DEMO_TO := 2026-11-02
# The inbox holds two weeks more, so that whoever looks around can run the days that follow.
DEMO_LAST := 2026-11-13
KIZUKI := $(BIN)/kizuki

demo: $(STAMP)
	rm -rf $(HOME_DIR) $(HOME_DIR).key $(HOME_DIR).signers
	$(KIZUKI) simulate --home $(HOME_DIR) --households 3000 --from $(DEMO_FROM) --to $(DEMO_LAST) --seed 20261102
	$(KIZUKI) intake --home $(HOME_DIR) --to 2026-11-01
	$(KIZUKI) train --home $(HOME_DIR) --as-of 2026-11-01
	set -e; for key in $(HOME_DIR).signers/*.key; do \
	  $(KIZUKI) sign --home $(HOME_DIR) --model newest --as "$$(basename $$key .key)" --key $$key; done
	$(KIZUKI) screen --home $(HOME_DIR) --date $(DEMO_TO)
	$(KIZUKI) print --home $(HOME_DIR) --list $(DEMO_TO) --team first --as "デモ 担当"
	$(KIZUKI) report --home $(HOME_DIR)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p dagster_project -p pipelines -p reports -p outreach -p models -p features -p identity -p data_contracts -p simulation -p benchmarks -p docs
	$(BIN)/lint-imports

# Lint runs beside the tests: the type check alone keeps one core busy.
test: $(STAMP)
	$(MAKE) --no-print-directory -j2 lint pytest

pytest: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Needs Java 17 and PostgreSQL (Debian: openjdk-17-jre-headless postgresql).
test-engines: $(ENGINES)
	$(BIN)/python -m pytest -m engines

test-long: $(ENGINES)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "long or engines"

# Needs Chromium and a font with Japanese (Debian: chromium fonts-noto-cjk).
test-browser: $(STAMP)
	$(BIN)/python -m pytest -m browser

docs: $(STAMP)
	$(BIN)/python -m docs.generate

bench: $(STAMP)
	$(BIN)/python -m benchmarks.daily

dev: $(STAMP)
	$(KIZUKI) dev --home $(HOME_DIR)

clean:
	rm -rf $(HOME_DIR) $(HOME_DIR).key $(HOME_DIR).signers
