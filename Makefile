# How the registry is started, tested and checked. `make help` lists the words.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Another interpreter: make run PYTHON=python3.12. Tests run in as many processes as there are cores, four at most
# (make test JOBS=0: in one, and what they print can be watched with ARGS=-s).
PYTHON ?=
VENV ?= .venv
JOBS ?= $(shell cores=$$(nproc 2>/dev/null || echo 1); echo $$((cores < 4 ? cores : 4)))
export PYTHON VENV
PY := "$(VENV)/bin/python"

# A test that hangs ends the run after this many seconds, with a trace of where it stood.
PYTEST := $(PY) -m pytest -o faulthandler_timeout=300 -o faulthandler_exit_on_timeout=true

# A file's tests stay together, because they share servers, and files are given out in their order: alphabetical, so
# that the long ones (e2e, faults) do not come last.
BY_FILE := --dist loadfile --no-loadscope-reorder

# The tests start the registry as processes of its own some hundred times; where PYTHONDONTWRITEBYTECODE is set, each of
# them would compile it anew.
COMPILED := $(PY) -m compileall -q registry migrations

# `make test` does each fault once.
FAULT_ROUNDS ?= 10

.PHONY: help run test faults sure lint types format bench partners lock clean environment environment-dev

help: ## what can be said to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: environment ## set up what is missing and serve on http://127.0.0.1:8000 (PORT=...)
	@exec "$(VENV)/bin/registry" run

test: environment-dev ## all tests; the last lines say what was left out and how to have it (ARGS=...)
	@$(COMPILED)
	@$(PYTEST) -n $(JOBS) $(BY_FILE) $(ARGS)

faults: environment-dev ## kills, full disks, clocks set back, for longer: each FAULT_ROUNDS times (10; ARGS=...)
	@$(COMPILED)
	@FAULT_ROUNDS=$(FAULT_ROUNDS) $(PYTEST) -o faulthandler_timeout=3600 -s tests/faults $(ARGS)

sure: ## everything a change must pass: format, lint, types, tests
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory test

lint: environment-dev ## style, form, and the directions in which imports may run
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@"$(VENV)/bin/lint-imports" --no-logo --no-cache

types: environment-dev ## strict mypy
	@$(PY) -m mypy

format: environment-dev ## put the code in form
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

bench: environment-dev ## measure, and print what the figures mean (ARGS=...)
	@$(PY) -m benchmarks $(ARGS)

partners: environment-dev ## install the independent clients that some tests talk to
	@sh scripts/partners

lock: ## work out requirements*.lock again from pyproject.toml (needs uv; ARGS=--upgrade)
	@sh scripts/lock $(ARGS)

clean: ## forget the environment and every cache; data in var/ stays
	rm -rf -- "$(VENV)" .partners tests/partners/node/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf -- {} +

environment:
	@sh scripts/environment requirements.lock

environment-dev:
	@sh scripts/environment requirements-dev.lock
