# Each target is the only command needed: it sets up first what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
EXTRAS ?=
BOOTSTRAP := $(PYTHON) bootstrap.py
LOCK := PATH="$$PATH:$$HOME/.local/bin" uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header
# Another environment that happens to be active must not be taken for ours.
unexport VIRTUAL_ENV CONDA_PREFIX

.PHONY: help run setup test test-setup lint format types arrows unit eval-tasks bench lock clean
.NOTPARALLEL:

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

run:  ## Set up, start the assistant and chat with it (EXTRAS="local detector server" adds those)
	@$(BOOTSTRAP) run $(addprefix --extra ,$(EXTRAS)) && $(BIN)/python launcher.py run

setup:  ## Set up without starting (EXTRAS="local detector server" adds those)
	@$(BOOTSTRAP) run $(addprefix --extra ,$(EXTRAS))

test: lint types arrows unit  ## Set up for the tests and run all of them

test-setup:
	@$(BOOTSTRAP) test

lint: test-setup  ## Check style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: test-setup  ## Put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: test-setup
	$(BIN)/mypy

arrows: test-setup
	$(BIN)/lint-imports

unit: test-setup
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --durations 15

eval-tasks: test-setup  ## Run whole tasks through chat; compare the rate done right with the baseline
	$(BIN)/python -m bench.eval_tasks

bench: test-setup  ## Measure speed and compare it with the baselines
	$(BIN)/python -m bench

lock:  ## Choose the versions anew within what pyproject.toml and nlu/requirements.in allow
	$(LOCK) --python-version 3.11 pyproject.toml -o requirements.lock
	$(LOCK) --python-version 3.11 pyproject.toml --extra test -c requirements.lock -o requirements-test.lock
	$(LOCK) --python-version 3.11 pyproject.toml --extra server -c requirements.lock -o requirements-server.lock
	$(LOCK) --python-version 3.11 pyproject.toml --extra local -c requirements.lock -o requirements-local.lock
	$(LOCK) --python-version 3.11 pyproject.toml --extra detector -c requirements.lock \
		-c requirements-local.lock -o requirements-detector.lock
	cd nlu && $(LOCK) --python-version 3.10 requirements.in --override overrides.in -o requirements.lock

clean:  ## Delete caches and the trained model; the environments stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache nlu/assistant/models nlu/.build
	find . -name __pycache__ -not -path '*/.venv/*' -prune -exec rm -rf {} +
