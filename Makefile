# gangqing (港情): `make` alone lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run desk test check lint bench faults soak fuzz audit wheelhouse bench-desk format lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "需要 Python 3.11 或更新 (Python 3.11+ needed)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

setup: $(STAMP) ## create .venv with the locked dependencies

run: $(STAMP) ## the main job on the embedded sample city
	$(BIN)/gangqing run

desk: $(STAMP) ## the web desk on the sample city, as of a day in the plan (makes the sample first)
	@test -f warehouse.duckdb || $(BIN)/gangqing run
	$(BIN)/gangqing desk

test: $(STAMP) ## format, lint, types, import rules and all tests
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest

check: test ## the same as test: what CI runs

lint: $(STAMP) ## format, lint, types and import rules only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP) ## all benches beside named peers; writes docs/performance.md (QUICK=--quick: only to see it run)
	@test -f warehouse.duckdb || $(BIN)/gangqing run
	$(BIN)/python tools/bench.py $(QUICK)

faults: $(STAMP) ## kills, power cuts, full disks, torn lines, clocks set back, two at once: ROUNDS=100 of each, docs/faults.md
	$(BIN)/python -m tools.faults --rounds $(or $(ROUNDS),100)

soak: $(STAMP) ## a day in the life for MINUTES=120: sites change, people click, every count agrees; docs/soak.md
	$(BIN)/python -m tools.soak --minutes $(or $(MINUTES),120)

fuzz: $(STAMP) ## hostile text for every parser, tagger and reader; MINUTES=60 each (docs/fuzz.md)
	$(BIN)/python -m tools.fuzz --minutes $(or $(MINUTES),5)

audit: $(STAMP) ## known faults of the locked dependencies (needs the network); writes docs/security.md
	$(BIN)/python -m tools.audit

wheelhouse: $(STAMP) ## everything for a machine without internet: wheelhouse/ and its install.sh
	$(BIN)/python -m tools.wheelhouse wheelhouse

bench-desk: $(STAMP) ## times of every page with 200,000 articles, 300,000 posts and 20 people clicking
	@test -f warehouse.duckdb || $(BIN)/gangqing run
	$(BIN)/python tools/bench.py --only desk

format: $(STAMP) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## renew requirements.lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --upgrade --extra dev pyproject.toml -o requirements.lock

clean: ## remove what was built or collected for the sample city
	rm -rf var/sample warehouse.duckdb* warehouse.search.*sqlite*
