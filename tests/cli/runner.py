"""A GitLab runner as far as the pipelines here need one: inputs, `extends`, rules, and a job's script in bash."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.demo import DEMO_CONFIG, make_portfolio
from fakegitlab import DemoGitLab
from tests.demo.small import FEW

ROOT = Path(__file__).resolve().parents[2]
PIPELINE = ROOT / ".gitlab-ci.yml"
COMPONENT = ROOT / "templates/psbot/template.yml"
IMAGE = "registry.example.com/acme/psbot:1.0.0"
NO_JOBS = {"default", "variables", "workflow", "stages", "include"}


def small_config(gitlab: DemoGitLab) -> dict[str, Any]:
    """That of the demo, without an address: a job knows its GitLab from CI_SERVER_URL."""
    config: dict[str, Any] = yaml.safe_load(DEMO_CONFIG(datetime.now(UTC).date(), gitlab.url, plans=FEW))
    del config["gitlab"]
    return config


def small_gitlab() -> DemoGitLab:
    """With two engagements, as of today."""
    return DemoGitLab(make_portfolio(datetime.now(UTC).date(), plans=FEW))


def pipeline() -> dict[str, Any]:
    return resolved(yaml.safe_load(PIPELINE.read_text(encoding="utf-8")))


def component_inputs() -> dict[str, Any]:
    inputs: dict[str, Any] = yaml.safe_load(COMPONENT.read_text(encoding="utf-8").split("\n---\n")[0])["spec"]["inputs"]
    return inputs


def component(**given: Any) -> dict[str, Any]:
    """The component's jobs with the inputs' defaults, or `given`, filled in as GitLab does."""
    values = {name: spec.get("default") for name, spec in component_inputs().items()} | {"image": IMAGE} | given

    def value_of(match: re.Match[str]) -> str:
        value = values[match[1]]
        return str(value).lower() if isinstance(value, bool) else str(value)

    body = COMPONENT.read_text(encoding="utf-8").split("\n---\n")[1]
    return resolved(yaml.safe_load(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", value_of, body)))


def resolved(document: dict[str, Any]) -> dict[str, Any]:
    """`extends` carried out: maps are merged, everything else is replaced."""

    def merged(below: Any, above: Any) -> Any:
        if not (isinstance(below, dict) and isinstance(above, dict)):
            return above
        return below | {key: merged(below.get(key), value) for key, value in above.items()}

    return {
        name: merged(document[job["extends"]], {k: v for k, v in job.items() if k != "extends"})
        if isinstance(job, dict) and "extends" in job
        else job
        for name, job in document.items()
    }


def jobs_of(document: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, str]:
    """The jobs of a pipeline with these variables, each with its `when`; `changes:` counts as true."""
    found = {}
    for name, job in document.items():
        if name.startswith(".") or name in NO_JOBS:
            continue
        rule = next((r for r in job["rules"] if "if" not in r or holds(r["if"], variables)), {"when": "never"})
        if rule.get("when") != "never":
            found[name] = rule.get("when", "on_success")
    return found


def holds(expression: str, variables: Mapping[str, str]) -> bool:
    """A rule's `if`: comparisons of variables, texts, null and patterns, joined by && and ||."""
    return any(all(_compares(part.strip(), variables) for part in way.split("&&")) for way in expression.split("||"))


def _compares(text: str, variables: Mapping[str, str]) -> bool:
    def value(word: str) -> str | None:
        return variables.get(word[1:]) if word.startswith("$") else None if word == "null" else word.strip('"')

    match = re.fullmatch(r"(\S+)(?: (==|!=|=~) (.+))?", text)
    assert match, text
    left = value(match[1])
    if match[2] == "=~":
        return re.search(match[3].strip("/"), left or "") is not None
    return bool(left) if match[2] is None else (left == value(match[3])) is (match[2] == "==")


@dataclass
class Runner:
    """Runs jobs in a project's folder, which stands for what its caches and artifacts carry from job to job."""

    folder: Path
    variables: dict[str, str]
    bin: Path
    log: str = field(default="", init=False)

    def run(self, job: Mapping[str, Any], variables: Mapping[str, str] | None = None, *, before: bool = True) -> int:
        """The exit code of the job's script, as `bash -eo pipefail` ends with it."""
        lines = [*(job.get("before_script", []) if before else []), *job["script"]]
        env = {"PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.folder), "CI": "true"}
        env |= {"CI_PROJECT_DIR": str(self.folder), "CI_NODE_TOTAL": "1"} | self.variables
        env |= {k: str(v) for k, v in (job.get("variables") or {}).items()} | dict(variables or {})
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
            cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=1200,
        )  # fmt: skip
        self.log = done.stdout + done.stderr
        return done.returncode

    def left(self, job: Mapping[str, Any]) -> list[str]:
        """The artifacts of the job that stand, by path."""
        artifacts = job["artifacts"]
        paths = [*artifacts["paths"], *artifacts.get("reports", {}).values()]
        return [path for path in paths if (self.folder / path).exists()]
