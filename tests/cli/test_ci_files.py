"""The pipeline and the component are valid for GitLab, and say what the README promises."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPONENT = ROOT / "templates/psbot/template.yml"


def validate(path: Path) -> None:
    """Against GitLab's own CI schema, which check-jsonschema carries."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def component(**given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The component's inputs and its jobs with the inputs' defaults, or `given`, filled in as GitLab does."""
    head, body = COMPONENT.read_text(encoding="utf-8").split("\n---\n")
    inputs = yaml.safe_load(head)["spec"]["inputs"]
    values = {name: spec.get("default") for name, spec in inputs.items()} | given

    def value_of(match: re.Match[str]) -> str:
        value = values[match[1]]
        return str(value).lower() if isinstance(value, bool) else str(value)

    return inputs, yaml.safe_load(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", value_of, body))


def test_the_pipeline_is_valid_for_gitlab() -> None:
    validate(ROOT / ".gitlab-ci.yml")


@pytest.mark.parametrize("given", [{}, {"shards": 5}, {"pages": True, "stage": "report"}])
def test_the_component_is_valid_for_gitlab_with_any_inputs(given: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "component.yml"
    path.write_text(json.dumps(component(**given)[1]), encoding="utf-8")
    validate(path)


def test_every_input_of_the_component_is_described_and_used() -> None:
    inputs, _ = component()
    body = COMPONENT.read_text(encoding="utf-8").split("\n---\n")[1]
    for name, spec in inputs.items():
        assert spec["description"].strip().endswith((".", "all).")), name
        assert f"$[[ inputs.{name} ]]" in body, name


def test_an_unknown_key_is_refused_by_the_validation(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("run: {script: [true], stagee: report}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="stagee"):
        validate(path)


def test_the_job_that_writes_runs_alone_and_is_not_interrupted() -> None:
    jobs = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert jobs["run"]["resource_group"] == "psbot"
    assert jobs["run"]["interruptible"] is False
    assert jobs["run"]["rules"][0] == {"if": '$CI_PIPELINE_SOURCE == "schedule"'}
    assert "script_failure" not in json.dumps(jobs)


def test_what_holds_money_is_no_artifact_that_guests_can_fetch() -> None:
    for jobs in (yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8")), component()[1]):
        for name, job in jobs.items():
            paths = (job.get("artifacts") or {}).get("paths", []) if isinstance(job, dict) else []
            if paths:
                assert job["artifacts"].get("access") == "developer", name
