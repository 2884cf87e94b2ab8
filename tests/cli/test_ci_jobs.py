"""The jobs as a runner carries them out: their own scripts in bash, against a demo GitLab, with what they leave."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from bot.cli.launcher import write_launcher
from fakegitlab import DemoGitLab
from tests.app.office import without_roll_ups
from tests.cli.runner import ROOT, Runner, component, jobs_of, pipeline, small_config, small_gitlab
from tests.demo.small import FEW

SCHEDULE = {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
LEFT = ["rendered", "public", "derived.json", "snapshot.json", "tables", "psbot-run.xml"]


@pytest.fixture
def gitlab() -> Iterator[DemoGitLab]:
    with small_gitlab() as running:
        yield running


@pytest.fixture
def runner(gitlab: DemoGitLab, tmp_path: Path) -> Runner:
    """A project with a config.yml and nothing else; `psbot` and `python` are those of the tests."""
    project, programs = tmp_path / "project", tmp_path / "bin"
    project.mkdir()
    programs.mkdir()
    config = small_config(gitlab)
    config["reports"] = without_roll_ups(config)["reports"]
    (project / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    write_launcher(programs / "psbot")
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    (programs / "python").chmod(0o755)
    variables = {"CI_SERVER_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token, **SCHEDULE}
    return Runner(project, variables, programs)


def copy_repository(runner: Runner) -> None:
    """What a copy of this repository holds besides config.yml."""
    for name in ("bot", "templates"):
        (runner.folder / name).symlink_to(ROOT / name)


def test_the_pipelines_scheduled_jobs_publish_and_leave_page_figures_and_run_report(
    runner: Runner, gitlab: DemoGitLab
) -> None:
    copy_repository(runner)
    jobs = pipeline()
    assert list(jobs_of(jobs, runner.variables)) == ["run"]
    assert list(jobs_of(jobs, runner.variables | {"PSBOT_PAGES": "true"})) == ["run", "pages"]
    assert runner.run(jobs["run"], before=False) == 0, runner.log
    assert len(gitlab.writes) > len(FEW)
    assert runner.left(jobs["run"]) == LEFT
    assert len(json.loads((runner.folder / "derived.json").read_text(encoding="utf-8"))["engagements"]) == len(FEW)
    assert "\r" not in runner.log, "no redrawn bars in a job's log"
    assert runner.run(jobs["pages"]) == 0, runner.log


def test_a_merge_request_shows_what_a_change_would_do_and_writes_nothing(runner: Runner, gitlab: DemoGitLab) -> None:
    copy_repository(runner)
    jobs = pipeline()
    request = runner.variables | {"CI_PIPELINE_SOURCE": "merge_request_event"}
    assert {"check", "dry-run"} <= set(jobs_of(jobs, request))
    assert {"check", "dry-run"}.isdisjoint(jobs_of(jobs, {**request, "GITLAB_TOKEN": None})), "no token, no job"  # type: ignore[dict-item]
    for name in ("check", "dry-run"):
        assert runner.run(jobs[name], before=False) == 0, runner.log
    assert runner.left(jobs["dry-run"]) == ["plan.json", "rendered"]
    assert runner.run(component()["psbot-check"]) == 0, runner.log
    assert not [r for r in gitlab.requests if r.is_write]


def test_by_hand_one_may_look_and_then_run(runner: Runner) -> None:
    by_hand = runner.variables | {"CI_PIPELINE_SOURCE": "web"}
    assert jobs_of(pipeline(), by_hand) == {"check": "on_success", "dry-run": "on_success", "run": "manual"}
    assert jobs_of(component(), by_hand) == {"psbot-run": "manual"}


def test_a_tag_makes_image_wheel_and_release_and_a_push_only_tests(runner: Runner) -> None:
    tag = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": "1.2.3"}
    assert set(jobs_of(pipeline(), tag)) == {"test", "audit", "secrets", "container", "wheel", "release"}
    assert set(jobs_of(pipeline(), {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"})) == {"test"}
    assert pipeline()["release"]["needs"][:2] == ["container", "wheel"]


def test_a_failed_report_fails_the_job_and_leaves_everything_else(runner: Runner, gitlab: DemoGitLab) -> None:
    config = runner.folder / "config.yml"
    text = config.read_text(encoding="utf-8").replace(
        "internal: acme/ps-internal&1\n", "internal: acme/customers/x&1\n"
    )
    config.write_text(text, encoding="utf-8")
    jobs = component()
    assert runner.run(jobs["psbot-run"]) == 1, runner.log
    assert runner.left(jobs["psbot-run"]) == LEFT
    report = ElementTree.fromstring((runner.folder / "psbot-run.xml").read_text(encoding="utf-8"))
    assert int(report.attrib["failures"]) >= 1
    assert len(gitlab.writes) >= len(FEW)


@pytest.mark.parametrize(("variables", "code"), [({"GITLAB_TOKEN": ""}, 3), ({"GITLAB_TOKEN": "glpat-wrongwrong"}, 3)])
def test_without_a_good_token_the_job_ends_at_once_with_its_code(
    runner: Runner, variables: dict[str, str], code: int
) -> None:
    assert runner.run(component()["psbot-run"], variables) == code
    assert not (runner.folder / "public").exists()


@pytest.mark.parametrize("shards", [2])
def test_shards_and_their_roll_up_publish_what_one_job_does(runner: Runner, gitlab: DemoGitLab, shards: int) -> None:
    jobs = component(shards=shards, pages=True)
    assert list(jobs_of(jobs, runner.variables)) == ["psbot-shard", "psbot-rollup", "psbot-pages"]
    assert jobs["psbot-shard"]["parallel"] == shards
    for number in range(1, shards + 1):
        node = {"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(shards)}
        assert runner.run(jobs["psbot-shard"], node) == 0, runner.log
    assert runner.run(jobs["psbot-rollup"]) == 0, runner.log
    assert runner.left(jobs["psbot-rollup"]) == LEFT
    assert runner.run(jobs["psbot-pages"]) == 0, runner.log
    written = len(gitlab.writes)
    assert written > len(FEW)
    assert runner.run({"script": ["psbot run"]}) == 0, runner.log
    assert len(gitlab.writes) == written, "one job after the shards finds nothing to do"
