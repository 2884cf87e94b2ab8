"""Whole pipelines as an independent interpreter of GitLab's CI files runs them: which jobs, artifacts and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.launcher import write_launcher
from fakegitlab import DemoGitLab
from tests.cli.runner import ROOT, small_config, small_gitlab

MODULES = ROOT / "tests/pipeline/node_modules"
MISSING = [name for name in ("node", "rsync", "git") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(not MODULES.exists(), reason="gitlab-ci-local is not installed (tests/pipeline/install.sh)"),
]
FIGURES = ["derived.json", "public", "rendered", "snapshot.json", "tables"]


class Project:
    """A GitLab project with a runner: its files, and the pipelines that run in it."""

    def __init__(self, folder: Path, gitlab: DemoGitLab, programs: Path) -> None:
        self.folder, self.gitlab, self.programs = folder, gitlab, programs
        self.log = ""

    def pipeline(self, source: str, *jobs: str, **more: str) -> int:
        """The exit code of a pipeline; with `jobs`, of these alone."""
        variables = {"CI_PIPELINE_SOURCE": source, "CI_SERVER_URL": self.gitlab.url, "GITLAB_TOKEN": self.gitlab.token}
        words = [f"--variable={name}={value}" for name, value in (variables | more).items()]
        return self.interpreted(
            "--force-shell-executor", "--shell-isolation", "--no-evaluate-rule-changes", *words, *jobs
        )

    def jobs(self, source: str, **more: str) -> dict[str, str]:
        """The jobs of a pipeline, each with its `when`."""
        variables = {"CI_PIPELINE_SOURCE": source, "GITLAB_TOKEN": self.gitlab.token} | more
        assert (
            self.interpreted(
                "--list-csv", "--no-evaluate-rule-changes", *(f"--variable={n}={v}" for n, v in variables.items())
            )
            == 0
        ), self.log
        head, *rows = [line.split(";") for line in self.log.splitlines() if ";" in line]
        return {row[head.index("name")]: row[head.index("when")] for row in rows}

    def interpreted(self, *words: str) -> int:
        env = {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.folder.parent), "NO_COLOR": "1"}
        command = ["node", str(MODULES / "gitlab-ci-local/src/index.js"), *words]
        done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        self.log = done.stdout + ("" if "--list-csv" in words and not done.returncode else done.stderr)
        return done.returncode

    def left(self, job: str) -> list[str]:
        """What stands in the artifacts of a job."""
        folder = self.folder / ".gitlab-ci-local/artifacts" / job
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def gitlab() -> Iterator[DemoGitLab]:
    with small_gitlab() as running:
        yield running


@pytest.fixture
def project(gitlab: DemoGitLab, tmp_path: Path) -> Callable[..., Project]:
    """`project()` is a copy of this repository, `project(shards=3)` one that includes the component."""
    folder, programs = tmp_path / "project", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    write_launcher(programs / "psbot")
    # What a job installs stands already in the environment of the tests.
    script = f'#!/bin/sh\ncase "$*" in "-m pip install"*) exit 0;; esac\nexec {sys.executable} "$@"\n'
    (programs / "python").write_text(script, encoding="utf-8")
    (programs / "python").chmod(0o755)

    def made(**inputs: Any) -> Project:
        (folder / "config.yml").write_text(yaml.safe_dump(small_config(gitlab)), encoding="utf-8")
        if inputs:
            include = {"include": [{"local": "template.yml", "inputs": {"image": "psbot:1", **inputs}}]}
            (folder / ".gitlab-ci.yml").write_text(json.dumps(include), encoding="utf-8")
            shutil.copy(ROOT / "templates/psbot/template.yml", folder)
        else:
            shutil.copy(ROOT / ".gitlab-ci.yml", folder)
            for name in ("bot", "fakegitlab", "templates"):
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
                shutil.copy(ROOT / name, folder)
        commit(folder)
        return Project(folder, gitlab, programs)

    return made


def commit(folder: Path) -> None:
    git = ["git", "-c", "user.email=pm@example.com", "-c", "user.name=PM", "-c", "init.defaultBranch=main"]
    remote = ["config", "remote.origin.url", "https://gitlab.example.com/acme/psbot.git"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Project"], remote):
        subprocess.run([*git, *words], cwd=folder, check=True)


def refuse_one(folder: Path) -> None:
    """An internal place that isn't internal: that status is refused."""
    path = folder / "config.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("internal: acme/ps-internal&1\n", "internal: acme/customers/x&1\n"), encoding="utf-8")


def test_the_schedule_publishes_and_leaves_page_figures_and_run_report(project: Callable[..., Project]) -> None:
    here = project()
    assert here.jobs("schedule") == {"run": "on_success"}
    assert here.jobs("schedule", PSBOT_PAGES="true") == {"run": "on_success", "pages": "on_success"}
    assert here.pipeline("schedule", PSBOT_PAGES="true") == 0, here.log
    assert here.left("run") == FIGURES
    assert here.left("pages") == ["public"]
    written = [(write.kind, write.where) for write in here.gitlab.writes]
    statuses = [("note.create", f"acme/ps-internal&{number}") for number in (1, 2)]
    assert set(statuses) <= set(written), "the internal status of each engagement"
    assert any(kind == "issue.create" and where.startswith("acme/ps-internal/ps-reports#") for kind, where in written)
    refuse_one(here.folder)
    assert here.pipeline("schedule") == 1, "a report that failed fails the pipeline"
    assert here.left("run") == FIGURES, "and everything else is left all the same"


def test_a_merge_request_and_a_look_by_hand_write_nothing(project: Callable[..., Project]) -> None:
    here = project()
    tests = {f"test: [{version}]": "on_success" for version in ("3.11.14", "3.12.12", "3.13.9", "3.14.0")}
    looks = {"check": "on_success", "dry-run": "on_success"}
    assert here.jobs("merge_request_event") == tests | looks
    assert here.jobs("web") == looks | {"run": "manual"}
    assert here.pipeline("web") == 0, here.log
    assert here.left("dry-run") == ["plan.json", "rendered"]
    assert not here.gitlab.write_requests


def test_the_component_runs_as_one_job_and_looks_at_merge_requests(project: Callable[..., Project]) -> None:
    here = project(shards=1, pages=True)
    assert here.jobs("merge_request_event") == {"psbot-check": "on_success"}
    assert here.pipeline("merge_request_event") == 0, here.log
    assert here.left("psbot-check") == ["plan.json", "rendered"]
    assert not here.gitlab.write_requests
    assert here.jobs("schedule") == {"psbot-run": "on_success", "psbot-pages": "on_success"}
    assert here.pipeline("schedule") == 0, here.log
    assert here.left("psbot-run") == FIGURES
    assert here.left("psbot-pages") == ["public"]


def test_three_shards_and_their_roll_up_publish_what_one_job_does(project: Callable[..., Project]) -> None:
    here = project(shards=3)
    shards = {f"psbot-shard: [{n}/3]" for n in (1, 2, 3)}
    assert set(here.jobs("schedule")) in (shards | {"psbot-rollup"}, {"psbot-shard", "psbot-rollup"})
    assert here.pipeline("schedule") == 0, here.log
    assert here.left("psbot-rollup") == FIGURES
    written = len(here.gitlab.writes)
    assert project(shards=1).pipeline("schedule") == 0
    assert len(here.gitlab.writes) == written, "one job after the shards finds nothing to do"


def test_a_status_that_a_shard_could_not_write_ends_the_pipeline_red(project: Callable[..., Project]) -> None:
    here = project(shards=3)
    refuse_one(here.folder)
    assert here.pipeline("schedule") == 1, here.log
    assert "acme/customers/x&1" in here.log
    assert here.left("psbot-rollup") == FIGURES
    assert here.pipeline("schedule", GITLAB_TOKEN="glpat-wrongwrong") == 1, "no token, no shard"
