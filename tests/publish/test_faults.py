"""Whatever breaks on the way: nothing doubled, nothing lost, nothing counted that is not there."""

from __future__ import annotations

import pytest

from bot.domain.model import Engagement, Portfolio
from bot.publish.audience import make_guard
from bot.publish.deliver import deliver
from bot.publish.execute import apply_plan
from bot.publish.writer import Writer
from bot.report.document import NoteTarget
from fakegitlab.server import RequestRecord
from tests.publish.stage import ROOT, Stage, monthly, open_stage, status

NOTE_POST, ISSUE_POST = "/discussions", "/issues "
SILENT = ["bad_gateway", "unavailable", "gateway_timeout", "html", "reset_before", "reset_after", "rate_limit"]


@pytest.mark.parametrize("kind", SILENT)
def test_a_note_whose_answer_is_lost_stands_once(stage: Stage, kind: str) -> None:
    stage.gitlab.faults.add(kind, 1, match=NOTE_POST, method="POST")
    assert stage.publish(status()).summary()["done"] == 1
    assert stage.gitlab.faults.struck == [kind]
    assert len(stage.notes()) == 1
    assert stage.writes_of(lambda: stage.publish(status())) == []


@pytest.mark.parametrize("kind", SILENT)
def test_an_issue_whose_answer_is_lost_stands_once(stage: Stage, kind: str) -> None:
    stage.gitlab.faults.add(kind, 1, match=ISSUE_POST, method="POST")
    assert stage.publish(monthly()).summary()["done"] == 1
    assert len(stage.issues()) == 1


@pytest.mark.parametrize("kind", SILENT)
def test_an_update_whose_answer_is_lost_is_made(stage: Stage, kind: str) -> None:
    stage.publish(status(), monthly())
    stage.gitlab.faults.add(kind, 2, method="PUT")
    assert stage.publish(status("Late."), monthly("Late.")).summary()["done"] == 2
    assert ["Late." in n.body for n in stage.notes()] == [True]
    assert ["Late." in i.description for i in stage.issues()] == [True]


def test_a_server_that_refuses_every_write_is_named_and_completed_later(stage: Stage) -> None:
    stage.gitlab.faults.add("unavailable", 1000, writes=True)
    outcome = stage.publish(status(), monthly())
    assert [r.state for r in outcome.results] == ["failed", "failed"]
    assert all(r.reason for r in outcome.failed)
    stage.gitlab.faults.clear()
    assert stage.publish(status(), monthly()).summary()["done"] == 2


def test_one_refused_target_stops_no_other(stage: Stage) -> None:
    stage.gitlab.faults.add("unavailable", 1000, writes=True, match=ISSUE_POST)
    outcome = stage.publish(monthly(), status())
    assert [r.state for r in outcome.results] == ["failed", "done"]


def test_a_token_that_may_not_write_is_said(stage: Stage) -> None:
    stage.token = stage.world.token(stage.world.user("project_7_bot_r", bot=True), scopes=("read_api",)).value
    outcome = stage.publish(status())
    assert [r.state for r in outcome.results] == ["failed"]
    assert "scope `api`" in outcome.failed[0].reason
    assert stage.token not in str(outcome)
    assert stage.notes() == []


def test_an_item_that_is_gone_is_refused_by_name(stage: Stage) -> None:
    stage.portfolio = Portfolio((Engagement("acme/ps-internal/globex#99"),))
    outcome = stage.publish(status(target=NoteTarget("acme/ps-internal/globex#99"), engagement=None))
    assert [r.state for r in outcome.results] == ["refused"]
    assert "404" in outcome.refused[0].reason


def test_a_report_of_only_commands_is_never_sent(stage: Stage) -> None:
    outcome = stage.publish(status(body="/close", follow_ups=()))
    assert [r.state for r in outcome.results] == ["refused"]
    assert stage.gitlab.write_requests == []


def test_what_gitlab_stored_otherwise_is_a_failure(stage: Stage) -> None:
    def garble(record: RequestRecord) -> None:
        for note in stage.notes():
            note.body = note.body.replace("On track.", "On tr")

    stage.gitlab.faults.hooks.append(garble)
    outcome = stage.publish(status())
    assert [r.state for r in outcome.results] == ["failed"]
    assert "another text" in outcome.failed[0].reason


def test_the_note_limit_is_obeyed_and_loses_none(stage: Stage) -> None:
    refs = [ROOT]
    project = stage.world.project("acme/ps-internal/many")
    refs += [stage.world.issue(project, f"Engagement {n}").reference for n in range(11)]
    stage.portfolio = Portfolio(tuple(Engagement(ref) for ref in refs))
    stage.gitlab.faults.notes_per_minute, stage.gitlab.faults.window = 4, 0.0
    stage.gitlab.faults.add("rate_limit", 5, match=NOTE_POST, method="POST", skip=3, retry_after=60)
    outcome = stage.publish(*(status(engagement=ref, target=NoteTarget(ref)) for ref in refs))
    assert outcome.summary()["done"] == 12
    assert [len(stage.notes(ref)) for ref in refs] == [1] * 12
    assert sum(stage.slept) >= 5 * 60


def test_a_limit_beyond_the_runs_patience_leaves_the_rest_to_the_next_run(stage: Stage) -> None:
    stage.gitlab.faults.add("rate_limit", 1000, match=NOTE_POST, method="POST", retry_after=60)
    plan = stage.plan(status(), monthly())
    writer = Writer(
        stage.client(),
        stage.settings,
        make_guard(stage.settings, stage.portfolio),
        sleep=stage.slept.append,
        budget=100,
    )
    outcome = apply_plan(plan, writer)
    assert [r.state for r in outcome.results] == ["failed", "done"]
    assert "The next run completes it." in outcome.failed[0].reason
    stage.gitlab.faults.clear()
    assert stage.publish(status(), monthly()).summary()["done"] == 1


def test_a_dry_run_sends_no_request_that_writes(stage: Stage) -> None:
    stage.plan(status(), monthly())
    assert stage.gitlab.write_requests == []
    assert {r.method for r in stage.gitlab.requests} <= {"GET", "POST"}
    assert all(r.operation for r in stage.gitlab.requests if r.method == "POST")


def test_what_was_overtaken_is_planned_again_in_the_same_run(stage: Stage) -> None:
    stage.publish(status())
    plan = stage.plan(status("Late."))
    note = stage.notes()[0]
    note.body = note.body.replace("_Write here._", "Ask Dana.")  # between the look and the write
    outcome = deliver(plan, stage.writer(), lambda: stage.plan(status("Late.")))
    assert outcome.summary()["done"] == 1
    assert "Ask Dana." in note.body
    assert "Late." in note.body


@pytest.mark.parametrize(("edition", "version"), [("ce", "18.1"), ("free", "18.5"), ("ultimate", "17.0")])
def test_every_edition_takes_notes_and_issues(edition: str, version: str) -> None:
    with open_stage(edition=edition, version=version) as stage:
        assert stage.publish(status(), monthly()).summary()["done"] == 2
        assert stage.writes_of(lambda: stage.publish(status(), monthly())) == []


def test_nothing_of_this_names_the_token(stage: Stage) -> None:
    stage.gitlab.faults.add("unavailable", 1000, writes=True)
    outcome = stage.publish(status(), monthly())
    assert stage.token not in repr(outcome) + repr(stage.writer().client) + str(outcome.results[0])
