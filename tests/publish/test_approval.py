"""A customer's text goes out only with an approver's 👍 for exactly that text."""

from __future__ import annotations

import pytest

from bot.config import Settings
from bot.report.document import CUSTOMER_TEXT_START
from tests.publish.stage import CHANNEL, ROOT, SETTINGS, Stage, draft

# -- on the demo GitLab


def test_a_blocked_approver_approves_nothing(stage: Stage) -> None:
    stage.publish(draft())
    stage.world.award(stage.notes()[0], stage.world.user("dora", state="blocked"))
    stage.publish(draft())
    assert posted(stage) == []


def test_the_bots_own_thumb_approves_nothing_though_the_config_names_it(stage: Stage) -> None:
    status = stage.settings.reports.status
    customer = status.customer.model_copy(update={"approvers": ("project_7_bot_a1", "dora")})
    reports = stage.settings.reports.model_copy(update={"status": status.model_copy(update={"customer": customer})})
    stage.settings = stage.settings.model_copy(update={"reports": reports})
    draft_approved(stage, "project_7_bot_a1")
    stage.publish(draft())
    assert posted(stage) == []


@pytest.mark.parametrize("tone", ["thumbsup_tone1", "thumbsup_tone5"])
def test_a_thumb_of_any_tone_posts_the_text(stage: Stage, tone: str) -> None:
    stage.publish(draft())
    stage.world.award(stage.notes()[0], "dora", tone)
    stage.publish(draft())
    assert posted(stage) == ["Half done."]


def test_a_renamed_approver_is_another_name(stage: Stage) -> None:
    stage.publish(draft())
    dora = stage.world.user("dora")
    stage.world.award(stage.notes()[0], dora)
    dora.username = "dora.old"
    stage.publish(draft())
    assert posted(stage) == []


def approve(stage: Stage, index: int = -1, who: str = "dora") -> None:
    stage.world.award(stage.notes()[index], who, at=stage.world.now)


def draft_approved(stage: Stage, who: str = "dora") -> None:
    """The draft stands, and somebody's 👍 on it."""
    stage.publish(draft())
    approve(stage, who=who)


def edit(stage: Stage, old: str, new: str) -> None:
    note = stage.notes()[0]
    stage.world.advance(60)
    note.body, note.last_edited_at = note.body.replace(old, new), stage.world.now
    stage.world.advance(60)


def posted(stage: Stage) -> list[str]:
    return [note.body.split("\n\n<!-- psbot:")[0] for note in stage.notes(CHANNEL)]


def test_without_a_thumb_only_the_draft_stands(stage: Stage) -> None:
    outcome = stage.publish(draft())
    assert outcome.summary()["done"] == 1
    assert posted(stage) == []
    assert CUSTOMER_TEXT_START in stage.notes()[0].body
    assert stage.writes_of(lambda: stage.publish(draft())) == []


def test_an_approvers_thumb_posts_exactly_the_drafted_text_once(stage: Stage) -> None:
    draft_approved(stage)
    stage.publish(draft())
    assert posted(stage) == ["Half done."]
    assert stage.writes_of(lambda: stage.publish(draft())) == []


@pytest.mark.parametrize("who", ["pat", "project_7_bot_a1"])
def test_nobody_elses_thumb_counts(stage: Stage, who: str) -> None:
    draft_approved(stage, who)
    stage.publish(draft())
    assert posted(stage) == []


def test_a_text_edited_before_the_thumb_is_posted_as_edited(stage: Stage) -> None:
    stage.publish(draft())
    edit(stage, "Half done.", "Half done, as planned.")
    approve(stage)
    stage.publish(draft())
    assert posted(stage) == ["Half done, as planned."]
    assert stage.writes_of(lambda: stage.publish(draft())) == []


def test_a_text_edited_after_the_thumb_is_held_and_asked_about_once(stage: Stage) -> None:
    draft_approved(stage)
    edit(stage, "Half done.", "All done!")
    stage.publish(draft())
    assert posted(stage) == []
    assert "changed after it had been approved" in stage.notes()[1].body
    assert stage.notes()[1].discussion_id == stage.notes()[0].discussion_id
    assert stage.writes_of(lambda: stage.publish(draft())) == []
    stage.notes()[0].awards.clear()
    stage.world.advance(60)
    approve(stage, 0)
    stage.publish(draft())
    assert posted(stage) == ["All done!"]
    assert stage.writes_of(lambda: stage.publish(draft())) == []


def test_a_thumb_withdrawn_before_the_posting_holds_it(stage: Stage) -> None:
    draft_approved(stage)
    plan = stage.plan(draft())
    stage.notes()[0].awards.clear()
    assert [r.state for r in stage.apply(plan).results] == ["refused"]
    assert posted(stage) == []
    stage.publish(draft())
    assert posted(stage) == []


def test_a_changed_report_makes_a_new_draft_that_needs_its_own_thumb(stage: Stage) -> None:
    stage.publish(draft())
    first = stage.notes()[0].id
    stage.publish(draft("Two thirds done."))
    assert [n.id for n in stage.notes()] != [first]
    assert len(stage.notes()) == 1
    assert posted(stage) == []
    assert stage.writes_of(lambda: stage.publish(draft("Two thirds done."))) == []


def test_a_thumb_on_the_old_text_never_posts_the_new_one(stage: Stage) -> None:
    draft_approved(stage)
    stage.publish(draft("Two thirds done."))
    assert posted(stage) == []
    approve(stage)
    stage.publish(draft("Two thirds done."))
    assert posted(stage) == ["Two thirds done."]


def test_what_was_posted_is_brought_up_to_date_after_a_new_thumb(stage: Stage) -> None:
    draft_approved(stage)
    stage.publish(draft())
    stage.publish(draft("Two thirds done."))
    assert posted(stage) == ["Half done."]
    approve(stage)
    stage.publish(draft("Two thirds done."))
    assert posted(stage) == ["Two thirds done."]
    assert stage.writes_of(lambda: stage.publish(draft("Two thirds done."))) == []


def test_a_draft_that_a_person_edited_is_not_thrown_away_for_new_facts(stage: Stage) -> None:
    stage.publish(draft())
    edit(stage, "Half done.", "Half done, as planned.")
    stage.publish(draft("Two thirds done."))
    assert "as planned" in stage.notes()[0].body
    approve(stage, 0)
    stage.publish(draft("Two thirds done."))
    assert posted(stage) == ["Half done, as planned."]


def test_a_command_in_an_edited_draft_is_refused_not_run(stage: Stage) -> None:
    stage.publish(draft())
    edit(stage, "Half done.", "Half done.\n\n/close")
    approve(stage)
    outcome = stage.publish(draft())
    assert [r.state for r in outcome.results] == ["refused"]
    assert "quick action" in outcome.refused[0].reason
    assert posted(stage) == []
    assert stage.item(CHANNEL).state == "opened"


def test_a_draft_whose_marker_lines_were_deleted_waits(stage: Stage) -> None:
    stage.publish(draft())
    edit(stage, CUSTOMER_TEXT_START, "")
    approve(stage)
    assert [r.state for r in stage.publish(draft()).results] == ["waiting"]


def test_without_a_channel_nothing_is_drafted(stage: Stage) -> None:
    outcome = stage.publish(draft(customer_target=None))
    assert [r.state for r in outcome.results] == ["refused"]


def test_nobody_to_approve_is_said(stage: Stage) -> None:
    reports = {**SETTINGS["reports"], "status": {"customer": {"enabled": True}}}
    stage.settings = Settings.model_validate({**SETTINGS, "reports": reports})
    stage.publish(draft())
    assert "approvers" in stage.plan(draft()).steps[0].reason


def test_the_draft_stays_internal_though_the_engagement_moves(stage: Stage) -> None:
    draft_approved(stage)
    project = stage.world.find_project(ROOT.partition("#")[0])
    assert project is not None
    stage.world.transfer(project, stage.world.group("acme/open"))
    outcome = stage.publish(draft("Two thirds done."))
    assert [r.state for r in outcome.results] == ["refused"]
