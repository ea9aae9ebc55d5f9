# `make demo` on a fresh clone needs Python 3.11 or 3.12, make and gcc.
PYTHON ?= python3
WORKERS ?= 2
PYTEST ?=
BIN := .venv/bin
READY := .venv/.installed

.PHONY: demo serve test check format protos openapi pins clean

demo: $(READY) ## the platform with every simulator, on loopback
	$(BIN)/medsettle demo

serve: $(READY) ## the platform alone
	$(BIN)/medsettle serve

test: $(READY) ## all tests in two processes; WORKERS=0 for one, PYTEST="-k refund" picks some
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST)

check: $(READY) ## format, lint, types, import rules, protos
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/buf lint contracts
	$(BIN)/python contracts/generate.py --check

format: $(READY) ## rewrite the sources in the one format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

protos: $(READY) ## contracts/medsettle from contracts/proto
	$(BIN)/python contracts/generate.py

openapi: $(READY) ## contracts/openapi.json from the running application's routes
	$(BIN)/medsettle openapi contracts/openapi.json

pins: $(READY) ## constraints.txt from what is installed, after a change of pyproject.toml
	$(BIN)/pip freeze --exclude-editable > constraints.txt

clean: ## everything that make makes
	rm -rf .venv .run build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e .[dev]
	touch $@
