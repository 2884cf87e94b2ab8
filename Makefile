# Every target works from a fresh clone with only Python 3.11+ (venv, pip) and make.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: setup demo test lint types bench chaos docs images lock clean

setup: $(VENV)/.run

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PY) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "psbot needs Python 3.11 or newer; this is %s. Name another one: make PY=python3.12" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PY) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m bot.cli.launcher $(BIN)/psbot
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# The main job end to end against the embedded demo GitLab: read, derive, render, publish, read back.
demo: $(VENV)/.run
	$(BIN)/python -m bot demo --out demo-output

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .
	$(BIN)/python -m mkdocs build --quiet --strict --site-dir $(VENV)/docs-check

types: $(VENV)/.dev
	$(BIN)/mypy

# Speed, not correctness: prints figures, fails on none. `make bench ONLY=read` runs one.
bench: $(VENV)/.dev
	$(BIN)/python -m bench $(ONLY)

# Thousands of seeded publishing runs with faults and kills; `make test` has a short one.
chaos: $(VENV)/.dev
	$(BIN)/python -m bench.chaos

docs: $(VENV)/.dev
	$(BIN)/python -m bot.cli.docs_pages
	$(BIN)/python -m mkdocs build --quiet --strict

# The pictures of the documentation, drawn anew from the demo (needs Node, npm and Chromium).
images: $(VENV)/.dev
	tests/browser/install.sh
	$(BIN)/python -m docs.make_images

# Locks are made with uv (pip install uv); they hold hashes and no addresses.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev --extra parquet pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) demo-output public site .pytest_cache .mypy_cache .ruff_cache .hypothesis
