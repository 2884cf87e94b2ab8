"""The pipeline and the component are valid for GitLab, and say what the README promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.runner import COMPONENT, ROOT, component, component_inputs, pipeline


def validate(path: Path) -> None:
    """Against GitLab's own CI schema, which check-jsonschema carries."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pipeline_is_valid_for_gitlab() -> None:
    validate(ROOT / ".gitlab-ci.yml")


@pytest.mark.parametrize("given", [{}, {"shards": 5}, {"pages": True, "stage": "report"}])
def test_the_component_is_valid_for_gitlab_with_any_inputs(given: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "component.yml"
    path.write_text(json.dumps(component(**given)), encoding="utf-8")
    validate(path)


def test_every_input_of_the_component_is_described_and_used() -> None:
    inputs = component_inputs()
    body = COMPONENT.read_text(encoding="utf-8").split("\n---\n")[1]
    for name, spec in inputs.items():
        assert spec["description"].strip().endswith("."), name
        assert f"$[[ inputs.{name} ]]" in body, name


def test_an_unknown_key_is_refused_by_the_validation(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("run: {script: [true], stagee: report}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="stagee"):
        validate(path)


def test_the_job_that_writes_runs_alone_and_is_not_interrupted() -> None:
    jobs = pipeline()
    assert jobs["run"]["resource_group"] == "psbot"
    assert jobs["run"]["interruptible"] is False
    assert jobs["run"]["rules"][0] == {"if": '$CI_PIPELINE_SOURCE == "schedule"'}
    assert "script_failure" not in json.dumps(jobs)


def test_what_holds_money_is_no_artifact_that_guests_can_fetch() -> None:
    for jobs in (pipeline(), component()):
        for name, job in jobs.items():
            paths = (job.get("artifacts") or {}).get("paths", []) if isinstance(job, dict) else []
            if paths:
                assert job["artifacts"].get("access") == "developer", name


def test_the_readmes_include_is_six_lines_and_names_inputs_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    include = next(block for block in text.split("```") if "- component:" in block).removeprefix("yaml\n")
    assert len(include.strip().splitlines()) <= 6
    (entry,) = yaml.safe_load(include)["include"]
    required = {name for name, spec in component_inputs().items() if "default" not in spec}
    assert required <= set(entry["inputs"]) <= set(component_inputs())
    assert entry["component"].split("@")[0].endswith("/psbot/psbot"), "project and component"


def test_the_layout_is_that_of_a_catalog_project() -> None:
    assert (ROOT / "README.md").exists()
    assert (ROOT / "LICENSE").exists()
    assert COMPONENT.parent.parent == ROOT / "templates"
    assert pipeline()["release"]["release"]["tag_name"] == "$CI_COMMIT_TAG"
    assert pipeline()["release"]["image"].startswith("registry.gitlab.com/gitlab-org/cli:"), "release-cli is deprecated"
