"""Chromium for tests and pictures: found or skipped with the reason; see install.sh."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
MERMAIDS = {major: MODULES / f"mermaid-{major}/dist/mermaid.min.js" for major in ("10", "11")}
NAMES = ("chromium", "chromium-browser", "google-chrome")


@cache
def missing() -> str:
    """Why no browser test can run here; "" when it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (MODULES / "playwright-core").is_dir():
        return "npm packages are not installed (tests/browser/install.sh)"
    return "" if browser() else "Chromium is not installed (tests/browser/install.sh says how)"


def browser() -> str | None:
    """The path of Chromium: PSBOT_CHROMIUM, else what is on the PATH."""
    named = os.environ.get("PSBOT_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def drive(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run jobs (see driver.mjs) in one browser. A job that broke down raises AssertionError."""
    text = json.dumps({"browser": browser(), "jobs": jobs})
    run = subprocess.run(
        ["node", str(HERE / "driver.mjs")], input=text, capture_output=True, text=True, timeout=1200, check=False
    )
    assert run.returncode == 0, run.stderr
    answers: list[dict[str, Any]] = json.loads(run.stdout)
    for answer in answers:
        assert "failed" not in answer, answer
    return answers


needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "present")
