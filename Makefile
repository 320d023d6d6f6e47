# Two commands: `make demo` runs an election to click through, `make test` runs every test. Both install what they need inside this folder.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
BUILT := src/sandogh/server/portal/static/booth/booth.js
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SANDOGH_DATA ?= $(CURDIR)/var

.PHONY: help setup setup-test demo demo-fresh demo-count test lint types imports migrations test-python test-postgres test-booth test-browser fuzz bench clean

help:
	@echo "make demo        an election to click through on http://127.0.0.1:8000 (Ctrl-C stops it; again resumes)"
	@echo "make demo-fresh  the same, from the beginning"
	@echo "make demo-count  in a second terminal: close the demo's election, count it, publish and verify the result"
	@echo "make test        install what the tests need and run every one"
	@echo "make fuzz        damaged bytes into every reader, 40 seconds of them; FUZZ=\"--seconds 3600 --runs 10000000\" for longer"
	@echo "make bench       measure: casting, verifying, shuffling, sealing in the browser"

# ---- installing: Python packages (locked, hashed), the booth's packages (locked), the built booth, the English catalogue
.venv/installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || tools/system-packages python3-venv
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

booth/node_modules/.package-lock.json: booth/package-lock.json
	@command -v npm >/dev/null && node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' || { echo "Node 20 or newer with npm is needed (Debian 12 itself packages an older one)."; exit 1; }
	cd booth && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT): booth/node_modules/.package-lock.json booth/package.json $(wildcard booth/*.ts booth/*.mjs) $(shell find booth/src -type f 2>/dev/null)
	cd booth && npm run --silent build
	@touch $@

CATALOGUES := $(wildcard src/sandogh/server/locale/*/LC_MESSAGES/django.po)
.venv/catalogues: .venv/installed $(CATALOGUES)
	@for po in $(CATALOGUES); do $(BIN)/pybabel --quiet compile -i $$po -o $${po%.po}.mo; done
	@touch $@

setup: .venv/installed .venv/catalogues $(BUILT)

# A newer belenios-tool, which knows Ed25519: only unpacked, nothing on the machine changes. Where no archive offers it, the tests that need it are left out, and this says so.
NEWER := .venv/belenios-newer
$(NEWER)/tried: tools/install-belenios-tool
	@rm -rf $(NEWER) && mkdir -p $(NEWER)
	@for suite in sid trixie; do \
		rm -rf $(NEWER)/tool; \
		tools/install-belenios-tool $$suite $(NEWER)/tool && $(NEWER)/tool/belenios-tool --version | grep -q '^3\.' && exit 0; \
	done; rm -rf $(NEWER)/tool; echo "Going on without it: the tests marked belenios_newer are left out." >&2
	@touch $@

setup-test: setup $(NEWER)/tried
	@tools/system-packages chromium postgresql belenios-tool

# ---- running
demo: setup
	@$(BIN)/sandogh demo

demo-fresh: setup
	@$(BIN)/sandogh demo --fresh

demo-count: setup
	@$(BIN)/sandogh demo count

# ---- testing: cheap and telling first
test: setup-test lint types imports migrations test-booth test-python fuzz test-postgres test-browser
	@echo "Everything passed."

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd booth && npm run --silent lint

types: setup
	$(BIN)/mypy
	cd booth && npm run --silent types

imports: setup
	$(BIN)/lint-imports

migrations: setup
	$(BIN)/python -m django makemigrations --check --dry-run --settings sandogh.server.settings
	SANDOGH_PHONE_DATA=$$(mktemp -d) $(BIN)/python -m django makemigrations --check --dry-run --settings sandogh.phone.settings
	$(BIN)/python -m django check --settings sandogh.server.settings

test-booth: setup
	cd booth && npm test --silent
	cd booth && npm run --silent size

test-python: setup
	$(BIN)/pytest tests -m "not e2e $$(test -x $(NEWER)/tool/belenios-tool || echo and not belenios_newer)" -n 2 --dist loadgroup

test-postgres: setup
	tests/postgres.sh run $(BIN)/pytest tests/server tests/load tests/faults -m "not e2e"

test-browser: setup
	$(BIN)/pytest tests/e2e -m e2e

# Atheris has wheels for Linux on x86-64 alone; elsewhere only the tests of tests/fuzz run, and this says so.
fuzz: setup
	@if $(BIN)/python -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("atheris") is None)'; \
	then cd tests && ../$(BIN)/python -m fuzz.run --keep ../.fuzz $(FUZZ); \
	else echo "No atheris on this machine: nothing is fuzzed here." >&2; fi

bench: setup-test
	$(BIN)/python bench/verify.py
	$(BIN)/python bench/shuffle.py
	$(BIN)/python bench/keygen.py
	$(BIN)/python bench/discrete_log.py
	$(BIN)/python bench/cast.py
	$(BIN)/python bench/booth.py

clean:
	rm -rf .venv var booth/node_modules src/sandogh/server/portal/static/booth
