# The everyday commands. Each sets up what it needs in .venv on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

SEED ?= 1..3
STEPS ?= 200

.PHONY: help setup demo chaos test check format states openapi run bench clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 10

setup: $(READY) ## create .venv with everything in it

$(READY): pyproject.toml constraints.txt wechat-simulator/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' -e './wechat-simulator[dev]'
	@touch $(READY)

demo: $(READY) ## play the whole story and balance the money
	@$(BIN)/python -m lab.scenarios

run: $(READY) ## server, MongoDB and simulator, staying up
	@$(BIN)/python -m lab.scenarios.run

chaos: $(READY) ## seeded random runs with faults against the real parts: make chaos SEED=1..20 STEPS=200
	@$(BIN)/python -m lab.chaos --seed $(SEED) --steps $(STEPS)

test: $(READY) ## all tests of the product and of the simulator
	$(BIN)/python -m pytest
	cd wechat-simulator && ../$(BIN)/python -m pytest

check: $(READY) ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd wechat-simulator && ../$(BIN)/mypy

format: $(READY) ## write the format the check wants
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

states: $(READY) ## write docs/states.md from the transition tables
	$(BIN)/python -m tests.docs.states

openapi: $(READY) ## write docs/openapi.json from the operations
	$(BIN)/python -m tests.docs.openapi

bench: $(READY) ## measure, as ratios against a floor of the same run
	$(BIN)/python -m lab.bench

clean: ## remove what the commands made
	rm -rf $(VENV) var
