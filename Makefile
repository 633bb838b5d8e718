# Every target works from a fresh clone: whatever needs .venv makes it first.
PORT ?= 8000
PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
PYTEST := $(PYTHON) -m pytest -n 2 --dist loadscope
DOCTESTS = $(shell grep -rl '>>> ' --include='*.py' runs products customers recommendations segrec_site)

.DEFAULT_GOAL := help
.PHONY: help setup demo run lint format test slow check audit bench soak

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv with everything in it and fetch the charts' library
	@scripts/setup

demo: setup ## Load a real shop, build all models, serve on PORT (8000) until Ctrl-C
	@$(MANAGE) up --demo --port $(PORT)

run: setup ## Serve your own shop on PORT (8000), with workers and schedules
	@$(MANAGE) up --port $(PORT)

lint: setup ## Check style, imports between apps, and missing migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-logo
	$(MANAGE) makemigrations --check --dry-run

format: setup ## Put the code into the house style
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

test: lint ## Run lint and all fast tests; browser tests only where Chromium is found
	$(PYTEST) -m "not slow" --doctest-modules tests $(DOCTESTS)

slow: setup ## Run the tests that take long
	$(PYTEST) -m slow tests

check: export PYTEST_ADDOPTS += -p tests.no_skips
check: test ## The same as test, where a skipped test is a failure

audit: setup ## Ask whether any locked dependency is known to be vulnerable
	@scripts/audit

bench: ## Print figures beside peers: ONLY="name …", SIZE=small|big, MINUTES=20 at most of each
	@scripts/setup bench
	$(PYTHON) -m benchmarks $(addprefix --only ,$(ONLY)) --size $(or $(SIZE),small) $(addprefix --minutes ,$(MINUTES))

soak: setup ## Kill servers and workers at random while work goes on: ONLY="part …"
	$(PYTHON) -m benchmarks.soak $(ONLY)
