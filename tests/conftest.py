"""Shared by all tests: what makes a run the same on every machine, and golden files with one update switch."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# What is compiled is kept, whatever the machine says: else each worker compiles all tests anew, each command psbot.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# No test fails for being slow, and the same commit gives the same examples everywhere: what turns red was changed here.
# HYPOTHESIS_PROFILE=search looks for new ones: HYPOTHESIS_PROFILE=search make test.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", settings.get_profile("search"), derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files with what is rendered now")


def pytest_collection_finish() -> None:
    """Python looks for garbage in what the tests make, not again and again in all that was imported: a fifth of the CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """A command that ran inside a test, `--quiet` or `--verbose`, says nothing of what the next test's log holds."""
    root, own = logging.getLogger(), logging.getLogger("psbot")
    levels, handlers = (root.level, own.level), root.handlers[:]
    try:
        return (yield)
    finally:
        root.setLevel(levels[0])
        own.setLevel(levels[1])
        root.handlers[:] = handlers


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    seed = config.getoption("randomly_seed", default=None)
    if seed is not None:
        terminalreporter.write_line(f"order of the tests: the same again with --randomly-seed={seed}")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden(name, text)` compares `text` with the file golden/<name> beside the test module."""
    folder = Path(str(request.path)).parent / "golden"
    update = bool(request.config.getoption("--update-golden"))

    def check(name: str, text: str) -> None:
        path = folder / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden file {path}; write it with: pytest --update-golden"
        assert text == path.read_text(encoding="utf-8"), f"{name} changed; look at it, then: pytest --update-golden"

    return check
