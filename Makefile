VENV := .venv
BIN  := $(VENV)/bin
STAMP := $(VENV)/.installed
HOME_DIR ?= demo
export DAGSTER_DISABLE_TELEMETRY = 1
export GX_ANALYTICS_ENABLED = false

.PHONY: demo test test-long lint bench docs dev lock clean

$(STAMP): requirements.lock pyproject.toml
	python3.11 -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock:
	uv pip compile pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-strip-extras -o requirements.lock
