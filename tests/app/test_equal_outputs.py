"""The same outputs to the byte, however they came about: cold, warm, from a snapshot, by several shards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.app.run import RunOptions, run_job
from bot.app.session import Session, open_session
from bot.app.sources import read_for
from bot.app.summary import RunSummary
from bot.demo.large import LARGE_CONFIG, make_large
from bot.derive.output import to_json
from bot.domain.snapshot import dump_snapshot
from fakegitlab import DemoGitLab

DAY = date(2026, 11, 20)
_TAKEN = re.compile(r'"taken_at": "[^"]*"')


@pytest.fixture(scope="module")
def few_trials() -> None:
    """As many trials as a run draws: here every figure counts."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Four engagements on a demo GitLab."""
    home = tmp_path_factory.mktemp("equal")
    with DemoGitLab(make_large(4, 32, as_of=DAY)) as gitlab:
        (home / "config.yml").write_text(LARGE_CONFIG(gitlab.url), encoding="utf-8")
        environment = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}
        settings = open_session(home / "config.yml", environment).settings
        yield Session(settings, home / "config.yml", DAY, DAY, environment)


@pytest.fixture(scope="module")
def cold(session: Session) -> RunSummary:
    return dry_run(session)


def dry_run(session: Session, **options: Any) -> RunSummary:
    return run_job(session, RunOptions(dry_run=True, **options))


def outputs(summary: RunSummary) -> tuple[Any, ...]:
    """All that a run leaves, but for the moment of reading."""
    plan = json.dumps(summary.plan_json, sort_keys=True)
    return summary.lines, summary.failures, summary.files, plan, _TAKEN.sub("", summary.snapshot_text)


def test_a_warm_run_leaves_what_a_cold_one_does(session: Session, cold: RunSummary) -> None:
    assert cold.files
    assert outputs(dry_run(session)) == outputs(cold)


def test_facts_and_snapshot_are_the_same_cold_warm_and_from_the_snapshot(
    session: Session, cold: RunSummary, tmp_path: Path
) -> None:
    warm = read_for(session, snapshot=None, only=None)
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(dump_snapshot(warm.portfolio)), encoding="utf-8")
    again = read_for(session, snapshot=path, only=None)
    assert dump_snapshot(again.portfolio) == dump_snapshot(warm.portfolio)
    text = json.dumps(dump_snapshot(warm.portfolio), ensure_ascii=False, allow_nan=False)
    assert _TAKEN.sub("", text) == _TAKEN.sub("", cold.snapshot_text).strip()
    assert to_json(again.derive(DAY)) == to_json(warm.derive(DAY))


def test_shards_leave_together_what_one_run_does(session: Session, cold: RunSummary, tmp_path: Path) -> None:
    files: dict[str, str] = {}
    parts = []
    for number in (1, 2):
        part = dry_run(session, shard=(number, 2))
        files |= part.files
        parts.append(tmp_path / f"{number}.json")
        parts[-1].write_text(part.snapshot_text, encoding="utf-8")
    files |= dry_run(session, merge=tuple(parts)).files
    assert files == cold.files
