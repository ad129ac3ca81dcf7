# Two commands do everything: `make demo` and `make test`. Each does its own set-up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps

.PHONY: setup demo test lint bench clean

setup: $(STAMPS)/install models

# Virtual environment and pinned packages, checked by hash; again only when the lock changes.
$(STAMPS)/install: requirements.lock pyproject.toml
	@mkdir -p $(STAMPS)
	@test -x $(BIN)/python || { echo "→ virtual environment in $(VENV)"; \
	  $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv does not work here; on Debian: apt-get install python3-venv" >&2; exit 1; }; }
	@echo "→ pinned packages (a few minutes the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes --progress-bar on -r requirements.lock | grep -v "already satisfied" || test $${PIPESTATUS[0]} -eq 0
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: models
models: $(STAMPS)/install
	@$(BIN)/gardefou models install

demo: setup
	@$(BIN)/gardefou demo

lint: $(STAMPS)/install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup lint
	$(BIN)/pytest

bench: setup
	$(BIN)/python benchmarks/situations.py

clean:
	rm -rf $(VENV) $(STAMPS) demo-output
