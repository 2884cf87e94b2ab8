# Every target works from a fresh clone with only Python 3.11+ (venv, pip) and make.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A Python that is named (make PY=python3.13 …) is insisted on; else an environment that stands keeps the one it has.
RENEW := $(if $(filter file default undefined,$(origin PY)),,--renew)

UV ?= $(shell command -v uv || echo $(PY) -m uv)
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	--no-emit-package psbot-demo

.PHONY: setup dev demo test load-test image lint types bench chaos mutants docs images lock clean

setup:
	@$(PY) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "psbot needs Python 3.11 or newer; this is %s. Name another one: make PY=python3.12" % sys.version.split()[0])'
	@$(PY) .ci/environment.py $(VENV) requirements.lock $(RENEW)
	@$(BIN)/python -m bot.cli.launcher $(BIN)/psbot

# What the tests and linters need besides.
dev: setup
	@$(PY) .ci/environment.py $(VENV) requirements.lock requirements-dev.lock $(RENEW)

# The main job end to end against the simulated GitLab of fakegitlab/: read, derive, render, publish, read back.
demo: setup
	@$(PY) .ci/environment.py $(VENV) requirements.lock requirements-demo.lock $(RENEW)
	$(BIN)/python -m bot demo --out demo-output

# In random order; the seed is printed, `make test ORDER=seed` takes the same again.
test: dev
	$(BIN)/python -m pytest -n auto --dist worksteal --durations 15 $(if $(ORDER),--randomly-seed=$(ORDER))

# The suite three times under load, each in another order.
load-test: dev
	.ci/load-test

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .
	cd fakegitlab && ../$(BIN)/deptry .
	$(BIN)/python -m mkdocs build --quiet --strict --site-dir $(VENV)/docs-check

types: dev
	$(BIN)/mypy

# Speed, not correctness: prints figures, fails on none. `make bench ONLY=read` runs one.
bench: dev
	$(BIN)/python -m bench $(ONLY)

# Thousands of seeded publishing runs with faults and kills; `make test` has a short one.
chaos: dev
	$(BIN)/python -m bench.chaos

# What decides who reads what, changed bit by bit: do the tests notice? `make mutants ONLY=approval`; all of it takes hours.
mutants: dev
	$(PY) -m venv $(VENV)/mutants
	$(VENV)/mutants/bin/python -m pip install --quiet cosmic-ray==8.7.0
	$(BIN)/python -m bench.mutants --tool $(VENV)/mutants/bin/cosmic-ray $(ONLY)

docs: dev
	$(BIN)/python -m bot.cli.docs_pages
	$(BIN)/python -m mkdocs build --quiet --strict

# The pictures of the documentation, drawn anew from the demo (needs Node, npm and Chromium).
images: dev
	tests/browser/install.sh
	$(BIN)/python -m docs.make_images

# What is installed is decided here and nowhere else. Locks are made with uv (pip install uv); they hold hashes and no
# addresses. `make lock UPGRADE=--upgrade` takes the newest releases.
lock:
	$(UV) pip compile $(LOCK) $(UPGRADE) pyproject.toml -o requirements.lock > /dev/null
	$(UV) pip compile $(LOCK) $(UPGRADE) --extra demo -c requirements.lock pyproject.toml -o requirements-demo.lock > /dev/null
	$(UV) pip compile $(LOCK) $(UPGRADE) --group dev --all-extras -c requirements-demo.lock pyproject.toml -o requirements-dev.lock > /dev/null
	$(PY) .ci/lock_requirements.py

# The Dockerfile, built and tried where no registry is (needs root, buildah, debootstrap).
image: dev
	PYTHONPATH=. $(BIN)/python .ci/image.py

clean:
	rm -rf $(VENV) demo-output public site .pytest_cache .mypy_cache .ruff_cache .hypothesis
