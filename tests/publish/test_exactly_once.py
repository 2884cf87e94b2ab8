"""Exactly once, on the demo GitLab: one note a report, quiet when run again, whatever people do to it meanwhile."""

from __future__ import annotations

import threading

import pytest

from bot.domain.facts import Facts
from bot.domain.model import Engagement, Portfolio
from bot.publish.deliver import deliver
from bot.publish.execute import RunOutcome
from bot.publish.posts import past_reports
from bot.report.document import IssueTarget, NoteTarget
from fakegitlab.entities import Note
from tests.publish.stage import CHANNEL, REPORTS, ROOT, Stage, monthly, open_stage, status

EPIC = "acme/ps-internal/delivery&1"


def status_note(stage: Stage) -> Note:
    """The note of a first run."""
    stage.publish(status())
    [note] = stage.notes()
    assert isinstance(note, Note)
    return note


def test_first_run_posts_and_the_second_is_silent(stage: Stage) -> None:
    outcome = stage.publish(status())
    assert outcome.summary() == {"done": 1, "skipped": 0, "waiting": 0, "refused": 0, "failed": 0}
    assert [n.body.startswith("## Status") for n in stage.notes()] == [True]
    assert stage.writes_of(lambda: stage.publish(status())) == []


def test_the_status_note_is_the_first_of_a_thread(stage: Stage) -> None:
    stage.publish(status())
    assert stage.notes()[0].threaded


def test_a_new_as_of_date_alone_is_no_change(stage: Stage) -> None:
    stage.publish(status(day="2026-11-19"))
    assert stage.writes_of(lambda: stage.publish(status(day="2026-11-20"))) == []


def test_changed_facts_edit_the_same_note_without_a_new_notification(stage: Stage) -> None:
    stage.publish(status())
    told = len(stage.world.notifications)
    stage.publish(status("Two days late."))
    assert [("Two days late." in n.body) for n in stage.notes()] == [True]
    assert len(stage.world.notifications) == told


def test_each_period_has_its_own_note_and_the_former_one_is_frozen(stage: Stage) -> None:
    stage.publish(status())
    stage.publish(status("Next week.", period="2026-W48"))
    assert ["On track." in n.body for n in stage.notes()] == [True, False]


def test_a_report_issue_is_opened_once(stage: Stage) -> None:
    assert stage.publish(monthly()).summary()["done"] == 1
    assert [(i.title, i.label_titles()) for i in stage.issues()] == [
        ("Monthly summary 2026-10", ["ps-monthly-summary"])
    ]
    assert stage.writes_of(lambda: stage.publish(monthly())) == []


def test_a_report_issue_is_found_again_though_people_renamed_and_relabelled_it(stage: Stage) -> None:
    stage.publish(monthly())
    issue = stage.issues()[0]
    issue.title, issue.labels = "Our October", []
    stage.publish(monthly("Changed."))
    assert [(i.title, "Changed." in i.description) for i in stage.issues()] == [("Our October", True)]


def test_a_persons_issue_of_the_same_title_is_not_the_bots(stage: Stage) -> None:
    project = stage.world.find_project("acme/ps-internal/reports")
    assert project is not None
    stage.world.issue(project, "Monthly summary 2026-10", labels=["ps-monthly-summary"], author="pat")
    stage.publish(monthly())
    assert [i.author.username for i in stage.issues()] == ["pat", "project_7_bot_a1"]


def test_the_issue_of_the_month_before_is_closed_and_linked_once(stage: Stage) -> None:
    stage.publish(monthly(period="2026-09"))
    stage.publish(monthly())
    former, latest = stage.issues()
    assert (former.state, latest.state) == ("closed", "opened")
    assert f"Continued in #{latest.iid}." in former.description
    assert stage.writes_of(lambda: stage.publish(monthly())) == []
    former.state, former.closed_at = "opened", None  # a person reopens it: their decision stays
    assert stage.writes_of(lambda: stage.publish(monthly())) == []
    assert stage.writes_of(lambda: stage.publish(monthly(period="2026-09"))) == []


# -- what people do to a note


def test_pm_notes_survive_every_update(stage: Stage) -> None:
    note = status_note(stage)
    note.body = note.body.replace("_Write here._", "Call Dana on Monday.\n\n- bring the plan")
    assert stage.writes_of(lambda: stage.publish(status())) == []
    stage.publish(status("Two days late."))
    assert "Two days late." in note.body
    assert "Call Dana on Monday.\n\n- bring the plan" in note.body
    assert stage.writes_of(lambda: stage.publish(status("Two days late."))) == []


def test_a_command_hidden_in_the_pm_notes_does_not_run_when_the_bot_writes_them_again(stage: Stage) -> None:
    note = status_note(stage)
    note.body = f"```\n{note.body.replace('_Write here._', '/close')}\n```"  # in a code block GitLab runs nothing
    outcome = stage.publish(status("Two days late."))
    assert outcome.summary()["done"] == 1
    assert stage.item(ROOT).state == "opened"
    assert stage.world.commands_run == []
    assert "\\/close" in note.body


def test_a_person_who_edits_elsewhere_is_left_alone_until_the_facts_change(stage: Stage) -> None:
    note = status_note(stage)
    note.body = note.body.replace("On track.", "On track, I think.")
    assert stage.writes_of(lambda: stage.publish(status())) == []
    stage.publish(status("Late."))
    assert "I think" not in note.body


def test_a_deleted_note_is_written_again_once(stage: Stage) -> None:
    note = status_note(stage)
    note.item.notes.remove(note)
    stage.publish(status())
    assert len(stage.notes()) == 1
    assert stage.writes_of(lambda: stage.publish(status())) == []


@pytest.mark.parametrize("quote", ["{}", "> {}", "Look:\n\n{}", "```\n{}\n```"])
def test_a_person_who_copies_the_note_with_its_marker_stays_a_person(stage: Stage, quote: str) -> None:
    stage.publish(status())
    text = "\n".join(quote.format(line) for line in stage.notes()[0].body.split("\n")) if quote == "> {}" else ""
    copy = stage.world.note(stage.item(ROOT), text or quote.format(stage.notes()[0].body), author="pat")
    before = copy.body
    assert stage.writes_of(lambda: stage.publish(status())) == []
    stage.publish(status("Late."))
    assert copy.body == before
    assert ["Late." in n.body for n in stage.notes()] == [True, False]


def test_a_copy_made_before_the_bot_wrote_does_not_keep_it_from_writing(stage: Stage) -> None:
    with open_stage() as other:
        other.publish(status())
        stolen = other.notes()[0].body
    stage.world.note(stage.item(ROOT), stolen, author="project_9_bot_pat")  # a person's name made to look like a bot's
    assert stage.publish(status()).summary()["done"] == 1
    assert len(stage.notes()) == 2


def test_an_item_with_hundreds_of_notes(stage: Stage) -> None:
    item = stage.item(ROOT)
    for number in range(150):
        stage.world.note(item, f"before {number}", author="pat")
    stage.publish(status())
    for number in range(150):
        stage.world.note(item, f"after {number}", author="pat")
    assert stage.writes_of(lambda: stage.publish(status())) == []
    assert len(stage.notes()) == 301


def test_the_issue_was_moved_with_its_notes(stage: Stage) -> None:
    """GitLab copies an issue's notes with their authors to the new one."""
    stage.publish(status())
    stage.world.move(stage.item(ROOT), stage.world.project("acme/ps-internal/attic"))
    assert stage.writes_of(lambda: stage.publish(status())) == []
    stage.publish(status("Late."))
    assert ["Late." in n.body for n in stage.notes("acme/ps-internal/attic#1")] == [True]
    assert "Late." not in stage.notes()[0].body


def test_a_renamed_group_makes_no_second_note(stage: Stage) -> None:
    stage.publish(status())
    group = stage.world.find_group("acme/ps-internal")
    assert group is not None
    project = stage.world.find_project("acme/ps-internal/globex")
    assert project is not None
    stage.world.rename(project, "globex-corp")
    ref = "acme/ps-internal/globex-corp#1"
    stage.portfolio = Portfolio((Engagement(ref, facts=Facts()),))
    today = status(engagement=ref, target=NoteTarget(ref))
    assert stage.writes_of(lambda: stage.publish(today)) == []
    stage.publish(status("Late.", engagement=ref, target=NoteTarget(ref)))
    assert ["Late." in n.body for n in stage.notes(ref)] == [True]


def test_another_internal_target_moves_the_note_with_its_pm_notes(stage: Stage) -> None:
    note = status_note(stage)
    note.body = note.body.replace("_Write here._", "Ask Dana.")
    other = stage.world.issue(stage.world.project("acme/ps-internal/pmo"), "Status board").reference
    stage.portfolio = Portfolio((Engagement(ROOT, facts=Facts(internal=other)),))
    stage.publish(status(target=NoteTarget(other)))
    assert stage.notes() == []
    assert ["Ask Dana." in n.body for n in stage.notes(other)] == [True]
    assert stage.writes_of(lambda: stage.publish(status(target=NoteTarget(other)))) == []


# -- another token


def test_a_new_tokens_bot_user_leaves_the_standing_note_while_nothing_changed(stage: Stage) -> None:
    stage.publish(status())
    stage.token = stage.world.token(stage.world.user("project_7_bot_b2", bot=True), role="reporter").value
    assert stage.writes_of(lambda: stage.publish(status())) == []


def test_a_new_tokens_bot_user_replaces_what_it_cannot_edit_once(stage: Stage) -> None:
    stage.publish(status())
    stage.notes()[0].body = stage.notes()[0].body.replace("_Write here._", "Ask Dana.")
    stage.token = stage.world.token(stage.world.user("project_7_bot_b2", bot=True), role="reporter").value
    plan = stage.plan(status("Late."))
    assert "project_7_bot_a1" in plan.steps[0].reason
    stage.apply(plan)
    assert [(n.author.username, "Late." in n.body) for n in stage.notes()] == [
        ("project_7_bot_a1", False),
        ("project_7_bot_b2", True),
    ]
    assert "Ask Dana." in stage.notes()[1].body
    assert stage.writes_of(lambda: stage.publish(status("Late."))) == []


@pytest.mark.parametrize("labels", [("ps-monthly-summary",), ()])
def test_a_new_tokens_bot_user_goes_on_with_the_same_issue(stage: Stage, labels: tuple[str, ...]) -> None:
    """Unlike a note, an issue may be edited by any Planner."""
    monthly_settings = stage.settings.reports.monthly.model_copy(update={"labels": labels})
    portfolio_settings = stage.settings.reports.portfolio.model_copy(update={"labels": ("ps-weekly",)})
    reports = stage.settings.reports.model_copy(update={"monthly": monthly_settings, "portfolio": portfolio_settings})
    stage.settings = stage.settings.model_copy(update={"reports": reports})
    target = IssueTarget(REPORTS, labels)
    stage.publish(monthly(target=target))
    stage.token = stage.world.token(stage.world.user("project_7_bot_b2", bot=True), role="reporter").value
    assert stage.writes_of(lambda: stage.publish(monthly(target=target))) == []
    stage.publish(monthly("Changed.", target=target))
    assert ["Changed." in i.description for i in stage.issues()] == [True]


@pytest.mark.parametrize("author", ["ghost", "project_7_bot_unnamed", "service_account_group_7_x", "pat"])
def test_nobody_but_those_whom_the_config_names_wrote_for_psbot(stage: Stage, author: str) -> None:
    """A deleted account's notes are the ghost's: whoever copied a marker before would speak for psbot."""
    stage.publish(status())
    former = stage.notes()[0]
    former.author = stage.world.user(author, bot=author != "pat")
    former.body = former.body.replace("_Write here._", "@all look: https://evil.example")
    assert [s.action for s in stage.plan(status()).steps] == ["create"]
    stage.publish(status())
    assert len(stage.notes()) == 2
    assert "evil" not in stage.notes()[1].body


def test_what_was_written_in_a_customers_place_never_crosses_to_an_internal_one(stage: Stage) -> None:
    """The token's own note, edited there by a Maintainer of the customer's: its PM part stays where it is."""
    stage.publish(status())
    own = stage.notes()[0]
    reply = stage.world.note(stage.item(ROOT), "A reply.", author="pat", reply_to=own)
    body = own.body.replace("_Write here._", "Look: https://evil.example")
    for note in (own, reply):
        stage.item(ROOT).notes.remove(note)
    theirs = stage.world.note(stage.item(CHANNEL), body, author=own.author)
    stage.world.note(stage.item(CHANNEL), "@all read this", author="mallory", reply_to=theirs)
    assert all(not p.pm_notes and not p.replies for p in past_reports(stage.standing()))
    stage.publish(status())
    assert "evil" not in "".join(note.body for note in stage.notes())


# -- two runs at once


def _at_once(stage: Stage, *runs: str) -> list[RunOutcome]:
    """Each run plans first; then all apply, so that none has seen another's note."""
    plans = [stage.plan(status(text), monthly(text)) for text in runs]
    outcomes: list[RunOutcome] = []
    threads = [threading.Thread(target=lambda p=plan: outcomes.append(stage.apply(p))) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_runs_at_once_leave_one_note_and_one_issue(stage: Stage) -> None:
    _at_once(stage, "Same.", "Same.", "Same.", "Same.")
    stage.publish(status("Same."), monthly("Same."))
    assert len(stage.notes()) == 1
    assert [i.state for i in stage.issues()].count("opened") == 1
    assert all("stands in #" in i.description for i in stage.issues() if i.state == "closed")
    assert stage.writes_of(lambda: stage.publish(status("Same."), monthly("Same."))) == []


def test_runs_at_once_with_other_facts_converge(stage: Stage) -> None:
    _at_once(stage, "One.", "Two.")
    stage.publish(status("One."), monthly("One."))
    assert ["One." in n.body for n in stage.notes()] == [True]
    assert ["One." in i.description for i in stage.issues() if i.state == "opened"] == [True]
    assert stage.writes_of(lambda: stage.publish(status("One."), monthly("One."))) == []


def test_copies_left_by_a_race_become_one_and_lose_nobodys_notes(stage: Stage) -> None:
    stage.publish(status())
    first = stage.notes()[0]
    second = stage.world.note(stage.item(ROOT), first.body.replace("_Write here._", "Ask Dana."), author=first.author)
    stage.publish(status())
    assert stage.notes() == [first]
    assert second not in stage.notes()
    assert "Ask Dana." in first.body
    assert stage.writes_of(lambda: stage.publish(status())) == []


def test_a_second_copy_of_an_issue_is_closed_with_a_link(stage: Stage) -> None:
    stage.publish(monthly())
    first = stage.issues()[0]
    stage.world.issue(first.namespace, first.title, description=first.description, author=first.author)
    stage.publish(monthly())
    kept, copy = stage.issues()
    assert (kept.state, copy.state) == ("opened", "closed")
    assert "The report stands in #1." in copy.description
    assert stage.writes_of(lambda: stage.publish(monthly())) == []


def test_the_issue_of_a_missed_month_is_closed_in_the_very_run_that_makes_up_for_it(stage: Stage) -> None:
    stage.publish(monthly(period="2026-08"))
    documents = (monthly(period="2026-09"), monthly(period="2026-10"))
    deliver(stage.plan(*documents), stage.writer(), lambda: stage.plan(*documents))
    assert [issue.state for issue in stage.issues()] == ["closed", "closed", "opened"]
    assert ["Continued in #" in issue.description for issue in stage.issues()] == [True, True, False]
    assert stage.writes_of(lambda: stage.publish(*documents)) == []
