# Everything runs in an environment of its own, .venv, made on first use. pip's own settings (PIP_…, pip.conf) apply.
#
#   make demo    audit the example estate and write its reports to build/
#   make test    static checks, then the whole test suite
#   make lint    the static checks alone
#   make bench   the benchmarks
#   make policies  renew the pinned copy of AWS's read-only policies
#   make clean   remove what the build, the demo and the tests made (not .venv)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# The demo reads files; aws comes along so that the next command can be an account. The suite needs everything.
DEMO_EXTRAS := aws
DEV_EXTRAS := all,dev
DEMO_REPORTS := build/acme.html build/acme.sarif build/acme.json
PYTEST_ARGS ?= -n 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint pytest bench policies clean
.NOTPARALLEL:

help:
	@sed -n 's/^#   //p' Makefile

# ---- environments: a stamp per set of packages, renewed when pyproject.toml changes

$(BIN)/python:
	@for python in "$${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
	    echo "Making $(VENV) with $$("$$python" --version) ..."
	    exec "$$python" -m venv $(VENV)
	  fi
	done
	echo 'zscan needs Python 3.11 or newer, with its venv module (Debian: apt-get install python3-venv).' >&2
	echo 'None was found on PATH. If it lies elsewhere: make PYTHON=/path/to/python3 ...' >&2
	exit 1

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	@if [ $(VENV)/.dev -nt pyproject.toml ]; then touch $@; exit; fi
	echo 'Installing zscan into $(VENV) ...'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(DEMO_EXTRAS)]'
	touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo 'Installing zscan and what its tests need into $(VENV) ...'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(DEV_EXTRAS)]'
	touch $@

# ---- what people run

demo: $(VENV)/.demo
	@mkdir -p build
	rm -f $(DEMO_REPORTS)
	code=0
	$(BIN)/zscan audit examples/acme $(foreach file,$(DEMO_REPORTS),-o $(subst .,,$(suffix $(file)))=$(file)) || code=$$?
	echo
	if [ $$code -ne 1 ]; then
	  echo "The demo should have ended with exit code 1 (findings at or above the threshold), but ended with $$code." >&2
	  exit $$(( code == 0 ? 1 : code ))
	fi
	for file in $(DEMO_REPORTS); do
	  if [ ! -s "$$file" ]; then echo "The demo did not write $$file." >&2; exit 1; fi
	done
	echo 'zscan ended with exit code 1: it found something at or above the threshold (--fail-on, high unless said otherwise).'
	echo 'That is right for this estate, which is built to have weaknesses; in CI it is what stops a merge.'
	echo
	echo '  build/acme.html    the report, one file: open it in a browser'
	echo '  build/acme.sarif   for code scanning'
	echo '  build/acme.json    the scan itself: $(BIN)/zscan report build/acme.json -o html=again.html'

test: lint pytest

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --config pyproject.toml --no-logo
	echo 'Static checks passed.'

pytest: $(VENV)/.dev
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

bench: $(VENV)/.dev
	@shopt -s nullglob
	for script in benchmarks/[!_]*.py; do
	  echo "== $$script"
	  $(BIN)/python "$$script"
	done

policies: $(VENV)/.dev
	@$(BIN)/python benchmarks/_managed_policies.py

clean:
	@rm -rf build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find zscan tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
