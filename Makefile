# Two commands do everything: `make demo` and `make test`. Each does its own set-up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
PAGE := src/gardefou/web/static/index.html
PAGE_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -type f -print)

# Servers that the tests start: a real RTSP server (run by the system's Python) and a browser.
TEST_PACKAGES := python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base \
  gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly chromium

.PHONY: setup models demo test e2e test-packages lint frontend-checks absence bench performance \
  release clean

setup: $(STAMPS)/install models $(PAGE)

# Virtual environment and pinned packages, checked by hash; again only when the lock changes.
$(STAMPS)/install: requirements.lock pyproject.toml
	@mkdir -p $(STAMPS)
	@test -x $(BIN)/python || { echo "→ virtual environment in $(VENV)"; \
	  $(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) -m venv does not work here; on Debian: apt-get install python3-venv" >&2; exit 1; }; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Gardefou needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
	@echo "→ pinned packages, each checked by its hash (a few minutes the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.lock | { grep -E "^(Downloading|Installing)" || true; }; test $${PIPESTATUS[0]} -eq 0
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

models: $(STAMPS)/install
	@$(BIN)/gardefou models install

# The desk's page, built from frontend/ and shipped inside the package.
$(PAGE): $(PAGE_SOURCES)
	@command -v npm >/dev/null || { echo "npm builds the desk's page; on Debian: apt-get install nodejs npm (Node 20 or newer)" >&2; exit 1; }
	@echo "→ the desk's page"
	@cd frontend && npm ci --no-fund --no-audit --loglevel=error && npm run build --silent
	@touch $@

demo: setup
	@$(BIN)/gardefou demo

lint: $(STAMPS)/install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What is refused is not there, and what is installed is what the lock names.
absence: setup
	$(BIN)/gardefou absence --lock requirements.lock

frontend-checks: $(PAGE)
	cd frontend && npm run check && npm test

# What is missing is installed where that is possible, and named where it is not.
test-packages:
	@missing=""; for p in $(TEST_PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then echo "→ for the tests:$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "the tests need these packages; run: sudo apt-get install -y$$missing" >&2; exit 1; fi; fi

test: setup test-packages lint frontend-checks absence
	$(BIN)/pytest --numprocesses 2 --dist loadfile

# The pages in a real browser against the real server; pictures of each are left in build/pages.
e2e: setup test-packages
	$(BIN)/pytest tests/e2e
	@echo "→ pictures of every page: build/pages"

# The short benchmarks. With GARDEFOU_FOOTAGE also those that need footage; with PEERS, the Python of
# benchmarks/reference_pipeline.py, also the pipeline we compare with. All figures of
# docs/performance.md: make performance (an hour and a half on a machine that does nothing else).
BENCH_OUT ?= bench-out
PERFORMANCE = $(BIN)/gardefou models install vtest && $(BIN)/python benchmarks/performance.py $(BENCH_OUT) $(if $(PEERS),--peers $(PEERS))

bench: setup
	$(PERFORMANCE) --quick
	$(if $(GARDEFOU_FOOTAGE),$(BIN)/python benchmarks/situations.py $(GARDEFOU_FOOTAGE))

performance: setup
	$(PERFORMANCE)

# What is handed out: wheel, bill of materials, pins and their hashes in dist/, signed with the key
# that RELEASE_KEY names (tools/release.py key FILE makes one).
release: setup
	@test -n "$(RELEASE_KEY)" || { echo "RELEASE_KEY: name the private key; tools/release.py key FILE makes one" >&2; exit 2; }
	$(BIN)/python tools/release.py build --out dist
	$(BIN)/python tools/release.py sign dist --key $(RELEASE_KEY)

clean:
	rm -rf $(VENV) $(STAMPS) frontend/node_modules src/gardefou/web/static
