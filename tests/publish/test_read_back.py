"""Long texts in parts, notes on epics, and what is read back of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.model import Engagement, Portfolio, Target
from bot.publish.audience import make_guard
from bot.publish.execute import apply_plan
from bot.publish.marker import read_marker
from bot.publish.posts import past_reports
from bot.publish.writer import Writer
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, NoteTarget
from tests.publish.stage import CHANNEL, REPORTS, ROOT, UNASKED, Stage, body, monthly, status

EPIC = "acme/ps-internal/delivery&1"


# -- parts, epics, what is read back


def test_a_long_report_is_split_into_linked_notes_of_one_thread(stage: Stage) -> None:
    stage.publish(status(follow_ups=("Part two.", "Part three.")))
    assert len({n.discussion_id for n in stage.notes()}) == 1
    markers = [read_marker(n.body) for n in stage.notes()]
    assert [(m.identity.part, m.parts) for m in markers if m] == [(1, 3), (2, 3), (3, 3)]
    assert stage.writes_of(lambda: stage.publish(status(follow_ups=("Part two.", "Part three.")))) == []
    stage.publish(status(follow_ups=("Part two, shorter.",)))
    assert [n.body.split("\n")[0] for n in stage.notes()] == ["## Status", "Part two, shorter."]
    assert stage.writes_of(lambda: stage.publish(status(follow_ups=("Part two, shorter.",)))) == []


def test_a_long_report_issue_has_its_parts_as_notes(stage: Stage) -> None:
    stage.publish(monthly(follow_ups=("Part two.",)))
    issue = stage.issues()[0]
    assert [n.body.split("\n")[0] for n in issue.notes if not n.system] == ["Part two."]
    assert stage.writes_of(lambda: stage.publish(monthly(follow_ups=("Part two.",)))) == []
    stage.publish(monthly())
    assert [n for n in issue.notes if not n.system] == []
    assert stage.writes_of(lambda: stage.publish(monthly())) == []


def test_notes_on_an_epic(stage: Stage) -> None:
    stage.portfolio = Portfolio((Engagement(EPIC),))
    doc = status(engagement=EPIC, target=NoteTarget(EPIC))
    stage.publish(doc)
    assert len(stage.notes(EPIC)) == 1
    stage.publish(replace(doc, body=body("Late.")))
    assert ["Late." in n.body for n in stage.notes(EPIC)] == [True]
    assert stage.writes_of(lambda: stage.publish(replace(doc, body=body("Late.")))) == []


def test_what_was_published_is_read_back_with_answers_and_pm_notes(stage: Stage) -> None:
    stage.publish(status())
    note = stage.notes()[0]
    note.body = note.body.replace("_Write here._", "Ask Dana.")
    stage.world.note(stage.item(ROOT), "We wait for the licence.", author="pat", reply_to=note)
    stage.world.note(stage.item(ROOT), "Unrelated.", author="pat")
    past = past_reports(stage.standing(), [ROOT])
    assert [(p.kind, p.audience, p.period, p.engagement) for p in past] == [("status", "internal", "2026-W47", ROOT)]
    assert dict(past[0].payload) == {"overall": "green", "hours": 12.5}
    assert past[0].pm_notes == "Ask Dana."
    assert [(r.author, r.body) for r in past[0].replies] == [("pat", "We wait for the licence.")]


def test_the_placeholder_of_the_pm_notes_is_nobodys_note(stage: Stage) -> None:
    stage.publish(status())
    assert past_reports(stage.standing())[0].pm_notes == ""
    assert PM_NOTES_START in stage.notes()[0].body
    assert PM_NOTES_END in stage.notes()[0].body


def test_a_customers_note_holds_no_payload_and_no_internal_path(stage: Stage) -> None:
    stage.settings = UNASKED
    text = status(audience="customer", target=NoteTarget(CHANNEL), payload={"margin": 0.4})
    stage.publish(text)
    stored = stage.notes(CHANNEL)[0].body
    assert "payload" not in stored
    assert "ps-internal" not in stored
    assert past_reports(stage.standing(), [ROOT])[0].engagement == ROOT


@pytest.mark.parametrize("make", [status, monthly])
def test_a_changed_text_costs_a_look_and_a_write(stage: Stage, make: Callable[[str], Document]) -> None:
    stage.publish(make("On track."))
    plan = stage.plan(make("Off track."))
    targets = {ref: Target(ref) for ref in (ROOT, REPORTS)}
    writer = Writer(stage.client(), stage.settings, make_guard(stage.settings, stage.portfolio), targets=targets)
    before = writer.client.counts.requests
    outcome = apply_plan(plan, writer)
    assert [(r.step.action, r.state) for r in outcome.results] == [("update", "done")]
    assert writer.client.counts.requests - before == 2


def test_an_answer_without_the_text_is_read_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.publish(status("On track."))
    monkeypatch.setattr("bot.gitlab_api.writing._stored", lambda answer, key: None)
    assert stage.publish(status("Off track.")).summary()["done"] == 1
    monkeypatch.setattr("bot.gitlab_api.writing._stored", lambda answer, key: "another text")
    assert stage.publish(status("Late.")).summary()["done"] == 1
    assert "Late." in stage.notes()[0].body
