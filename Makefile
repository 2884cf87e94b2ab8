# Every target works from a fresh clone with only Python 3.11+ (venv, pip) and make.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: setup demo test lint types bench chaos docs lock clean

setup: $(VENV)/.run

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PY) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "psbot needs Python 3.11 or newer; this is %s. Name another one: make PY=python3.12" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PY) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m bot.launcher $(BIN)/psbot
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@
