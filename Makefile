# Every target works as the only command on a machine with Python 3.11 or newer and make: the environment it needs is
# made first, and again only when pyproject.toml has changed.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Most of the time tests wait, for processes, servers and deadlines: more of them than there are processors.
WORKERS ?= 4
# What the tests of a file share is made once, by the worker that has the file; `tests/conftest.py` says which come first.
PYTEST_OPTIONS := --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
# They start hundreds of processes, none of which has to compile again what the one before it did.
unexport PYTHONDONTWRITEBYTECODE

LOWEST_CORE := .venv-lowest/core
LOWEST_FILE := .venv-lowest/file

.PHONY: help demo test check format generate golden backends bench lowest clean
.DELETE_ON_ERROR:

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: $(VENV)/.demo ## an agent that improves its own text over three runs, and the chain read back
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev ## the whole suite with the newest versions; what needs a backend that is missing is skipped
	$(BIN)/python -m pytest $(PYTEST_OPTIONS) $(ARGS)

check: $(VENV)/.dev ## lint, format, types, generated files, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python conventions/generate.py --check
	$(BIN)/python tools/docs_configuration.py --check
	$(BIN)/python -m pytest -q tests/test_import_rules.py

format: $(VENV)/.dev ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(VENV)/.dev ## constants and tables from the conventions, options from the code
	$(BIN)/python conventions/generate.py
	$(BIN)/python tools/docs_configuration.py

golden: $(VENV)/.dev ## what others' instrumentations record, from their newest versions: make golden ARGS="langfuse logfire"
	$(BIN)/python tests/golden/regenerate.py --upgrade $(ARGS)

backends: ## the real backends that the end-to-end tests need, built once into the cache
	$(PYTHON) -m tools.backends

bench: $(VENV)/.dev ## what recording costs, as ratios to the same by hand
	$(BIN)/python -m bench

# The file exporter exists for newer SDKs only, and asks for its own: what needs it has a pass of its own.
# Left out of both is what they would only repeat: the built wheel in a fresh environment, and packages of others beside
# ours, which have lowest versions of their own.
lowest: $(LOWEST_CORE)/.installed $(LOWEST_FILE)/.installed ## the suite with the lowest versions that pyproject.toml allows
	$(LOWEST_CORE)/bin/python -m pytest $(PYTEST_OPTIONS) -m "not wheel" $(ARGS)
	$(LOWEST_FILE)/bin/python -m pytest $(PYTEST_OPTIONS) -m "not wheel and otlp_file" $(ARGS)

clean: ## everything that was made here
	rm -rf .venv .venv-lowest dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: none of python3, python3.11 … is on PATH." >&2; exit 1; }
	$(PYTHON) -m venv $@ || { rm -rf $@; exit 1; }

# Older pips know no dependency groups.
$(VENV)/.demo: pyproject.toml | $(VENV)
	$(PIP) install --quiet --upgrade pip
	$(PIP) install --quiet --editable '.[cli,openai]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)
	$(PIP) install --quiet --upgrade pip
	$(PIP) install --quiet --upgrade --upgrade-strategy eager --editable '.[cli,openai,anthropic]' \
		--group test --group beside --group check
	@touch $@ $(VENV)/.demo

$(LOWEST_CORE)/.installed: pyproject.toml tools/lowest.py
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade pip
	$(@D)/bin/python tools/lowest.py --without opentelemetry-exporter-otlp-json-file > $(@D)/lowest.txt
	$(@D)/bin/python -m pip install --quiet --editable . --requirement $(@D)/lowest.txt --group test
	@touch $@

$(LOWEST_FILE)/.installed: pyproject.toml tools/lowest.py
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade pip
	$(@D)/bin/python tools/lowest.py --without opentelemetry-api opentelemetry-sdk opentelemetry-exporter-otlp \
		> $(@D)/lowest.txt
	$(@D)/bin/python -m pip install --quiet --editable . --requirement $(@D)/lowest.txt --group test
	@touch $@
