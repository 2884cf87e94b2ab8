"""A short chaos suite (the long one is `make chaos`), and real processes killed with SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bench.chaos import report, run_case
from bench.chaos_run import by_threads
from bot.publish.audience import Guard
from bot.publish.standing import Reader
from fakegitlab.server import RequestRecord
from tests.publish.stage import Stage, monthly, status

REPO = Path(__file__).parents[2]
RUN = """
import sys
from tests.publish.stage import *
from bot.publish.deliver import deliver
url, token = sys.argv[1:]

class Remote(Stage):
    def client(self, **options):
        return GitLabClient(url, token)

stage = Remote(None, None, token)
documents = [status(follow_ups=("Part two.",)), monthly()]
deliver(stage.plan(*documents), stage.writer(), lambda: stage.plan(*documents))
"""


@pytest.mark.parametrize("seed", range(4))
def test_a_turbulent_world_converges_and_then_is_silent(seed: int) -> None:
    """Each run is a process of its own, several at once; SIGKILL ends them."""
    tally = run_case(seed)
    assert tally.bad == 0, f"seed {seed}:\n{report(tally, 0)}"


def test_the_suite_would_notice_a_missing_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guard, "refusal", lambda *_, **__: None)
    assert run_case(1, by_threads).wrong_audience > 0


def test_the_suite_would_notice_a_publisher_that_does_not_know_its_own_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reader, "_counts", lambda *_: False)
    tally = run_case(3, by_threads)
    assert tally.duplicates > 0
    assert tally.noise > 0


@pytest.mark.parametrize("fatal", [1, 2, 3])
def test_a_process_killed_at_its_nth_write_is_completed_by_the_next(stage: Stage, fatal: int) -> None:
    """SIGKILL reaches the process while its n-th write is on the server's desk: committed, and never answered."""
    process: list[subprocess.Popen[bytes]] = []
    started = threading.Event()

    def kill(record: RequestRecord) -> None:
        if record.is_write and len(stage.gitlab.write_requests) == fatal:
            started.wait()
            os.kill(process[0].pid, signal.SIGKILL)
            process[0].wait()

    stage.gitlab.faults.hooks.append(kill)
    command = [sys.executable, "-c", RUN, stage.gitlab.url, stage.token]
    process.append(subprocess.Popen(command, cwd=REPO, stderr=subprocess.PIPE))
    started.set()
    assert process[0].wait() == -signal.SIGKILL
    stage.gitlab.faults.clear()
    documents = (status(follow_ups=("Part two.",)), monthly())
    stage.publish(*documents)
    assert [n.body.split("\n")[0] for n in stage.notes()] == ["## Status", "Part two."]
    assert len(stage.issues()) == 1
    assert stage.writes_of(lambda: stage.publish(*documents)) == []
