# Needs python3 (3.11 or newer, with venv) and make. Everything else goes into .venv.

PYTHON ?= python3
CONFIG ?= $(if $(ROLEWATCH_CONFIG),$(ROLEWATCH_CONFIG),rolewatch.toml)
WORKERS ?= auto

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := .venv/.installed
TEST_TOOLS := .venv/.test-tools
FUZZER := .venv/.fuzzer
MUTATOR := .venv/.mutator
TARGETS ?= $(notdir $(wildcard tests/fuzz/corpus/*))
SECONDS ?= 60
PURE := tests/crawler/links tests/crawler/read tests/crawler/test_responses.py tests/monitor/config tests/monitor/text \
    $(patsubst %,tests/monitor/history/test_%.py,compare counterparts keep_unsent load merged_checks partition schedule) \
    tests/monitor/rules/test_matcher.py tests/monitor/reports/test_survival.py $(patsubst %,tests/monitor/cli/test_%.py,output screen)

SNAPSHOTS := $(sort $(patsubst %/__snapshots__/,%,$(wildcard $(addsuffix __snapshots__/,tests/ tests/*/ tests/*/*/ tests/*/*/*/ tests/*/*/*/*/))))

.PHONY: run test suite quick lint bench race bench-sources bench-store bench-process bench-history bench-web slow clean help
.PHONY: snapshots chaos chaos-workers soak coverage mutants fuzz docs pictures

run: $(INSTALLED) ## start the daemon. Ctrl-C stops it
	@test -e "$(CONFIG)" || $(BIN)/rolewatch --quiet init "$(CONFIG)"
	@exec $(BIN)/rolewatch --config "$(CONFIG)" run

test: lint suite ## format check, lint, types, import contracts, then all tests. Offline

suite: $(TEST_TOOLS)
	$(BIN)/pytest -q -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m "not slow"

quick: lint ## lint, then the tests of pure functions, in under a minute
	$(BIN)/pytest -q -n $(WORKERS) --maxprocesses 4 $(PURE)

lint: $(TEST_TOOLS) ## all of `make test` except the tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

slow: $(TEST_TOOLS) ## the tests that take minutes, and those on PostgreSQL of all that stands above the SQL
	$(BIN)/pytest -q -m slow

snapshots: $(TEST_TOOLS) ## renew the stored texts of messages. Read the diff before you commit it
	$(BIN)/pytest -q -n $(WORKERS) --maxprocesses 4 --snapshot-update $(SNAPSHOTS)

chaos: $(TEST_TOOLS) ## kill the daemon 200 times at random moments, then compare the results with a model
	$(BIN)/python -m tests.support.chaos $(or $(KILLS),200) $(SEED)

chaos-workers: $(TEST_TOOLS) ## kill and freeze workers at random for ten minutes, then compare the results with a model
	$(BIN)/python -m tests.support.chaos_workers $(or $(SECONDS_OF_CHAOS),600) $(or $(BOARDS),2000) $(or $(WORKERS_OF_CHAOS),3) $(SEED)

bench: $(TEST_TOOLS) ## measure rounds beside the least code that does the same, and beside bare Scrapy
	$(BIN)/python -m tests.benchmarks.bench $(BOARDS)
	$(BIN)/python -m tests.benchmarks.lock_time
	$(BIN)/python -m tests.benchmarks.bench_ashby

race: $(TEST_TOOLS) ## run the same rounds with rolewatch and with a naive spider
	$(BIN)/python -m tests.benchmarks.bench race $(BOARDS)

bench-sources: $(TEST_TOOLS) ## compare the time of a changed board on each ATS
	$(BIN)/python -m tests.benchmarks.bench_sources

bench-store: $(TEST_TOOLS) ## measure queries on a million postings, on both databases (an hour, 15 GB)
	$(BIN)/python -m tests.benchmarks.bench_store

bench-web: $(TEST_TOOLS) ## measure the page with 100,000 postings, on both databases
	$(BIN)/python -m tests.benchmarks.bench_web

bench-process: $(TEST_TOOLS) ## measure whole commands, a day of the daemon, and the time to an alert
	$(BIN)/python -m tests.benchmarks.bench_process
	$(BIN)/python -m tests.benchmarks.bench_latency

bench-history: $(TEST_TOOLS) ## measure a year of frequent checks before and after merging (an hour or two, 9 GB)
	$(BIN)/python -m tests.benchmarks.bench_history $(BOARDS) $(DAYS)

soak: $(TEST_TOOLS) ## run a simulated day with 50 boards and 2 % failures, and measure memory
	$(BIN)/python -m tests.benchmarks.soak

coverage: $(TEST_TOOLS) ## measure branch coverage, including processes that tests start
	$(BIN)/pytest -q -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m "not slow" --cov --cov-report=term:skip-covered --cov-fail-under=95

mutants: $(MUTATOR) ## change pure modules a little and check that a test fails
	$(BIN)/mutmut run; $(BIN)/mutmut results

fuzz: $(FUZZER) ## fuzz the readers of outside data, SECONDS=60 for each target
	@for target in $(TARGETS); do echo "== $$target"; $(BIN)/python -m tests.fuzz.fuzz $$target $(SECONDS) || exit 1; done

docs: $(TEST_TOOLS) ## renew the reference of commands and configuration, then build the documentation into site/
	$(BIN)/python docs/commands.py
	$(BIN)/python docs/configuration.py
	$(BIN)/mkdocs build --strict --quiet

pictures: $(TEST_TOOLS) ## draw the pictures of Slack in docs/slack. Needs Chromium
	$(BIN)/python -m docs.slack_pictures

clean: ## remove .venv and tool output. The configuration and the database stay
	rm -rf .venv build dist site *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache .pytest_cache
	find crawler docs monitor migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing rolewatch into .venv (about a minute, once)"
	@$(PIP) install --constraint constraints.txt --editable '.[all]'
	@touch $@

$(TEST_TOOLS): tests/requirements.txt $(INSTALLED)
	@echo "installing the test tools into .venv"
	@$(PIP) install --constraint constraints.txt --requirement tests/requirements.txt
	@touch $@

$(MUTATOR): tests/mutants/requirements.txt $(TEST_TOOLS)
	@$(PIP) install --requirement tests/mutants/requirements.txt
	@touch $@

$(FUZZER): tests/fuzz/requirements.txt $(TEST_TOOLS)
	@$(PIP) install --requirement tests/fuzz/requirements.txt
	@touch $@

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null || \
	    { echo "rolewatch needs Python 3.11 or newer, and $(PYTHON) was not found. Install it, or run: make run PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "rolewatch needs Python 3.11 or newer, and $(PYTHON) is $$("$(PYTHON)" -V 2>&1). Use a newer one: make run PYTHON=python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) has no venv module. Install it (Debian, Ubuntu: apt install python3-venv) and run make again"; exit 1; }
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; exit 1; }
