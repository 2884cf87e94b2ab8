"""Planning (until the first two weeks are over): work in sight, owned, dated, sized; milestones and baseline set."""

from __future__ import annotations

from datetime import timedelta

from bot.derive.checks.gates.gate import WORKED, WORKING, Gate, Refs, but_few, is_long, unless
from bot.derive.checks.gates.practices import ITERATIONS, LESSONS, where_practised
from bot.derive.decisions.questions import due_day, in_planning, milestone_due
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import Item


def _planned(subject: Subject) -> Refs:
    return None if in_planning(subject) else unless(subject.work, subject)


def _owned(subject: Subject) -> Refs:
    return _of_open_work(subject, [i for i in subject.to_do if not i.assignees])


def _dated(subject: Subject) -> Refs:
    return _of_open_work(subject, [i for i in subject.to_do if due_day(subject, i) is None])


def _sized(subject: Subject) -> Refs:
    return _of_open_work(subject, [i for i in subject.to_do if not i.estimate_hours and not i.weight])


def _of_open_work(subject: Subject, failing: list[Item]) -> Refs:
    return None if in_planning(subject) else but_few(failing, subject.to_do, subject)


def _milestones_dated(subject: Subject) -> Refs:
    found = [m for m in subject.engagement.milestones if m.state != "closed"]
    if in_planning(subject) or not found:
        return None
    undated = sorted(m.ref or subject.engagement.ref for m in found if milestone_due(subject, m.title) is None)
    return tuple(undated)


def _billing_milestones_exist(subject: Subject) -> Refs:
    wanted = {m.milestone for m in subject.engagement.facts.milestones}
    if not wanted or in_planning(subject):
        return None
    return unless(wanted <= {m.title for m in subject.engagement.milestones}, subject)


def _iterations(subject: Subject) -> Refs:
    """Iteration planning is asked of long engagements only."""
    if not is_long(subject) or in_planning(subject) or not subject.to_do:
        return None
    return unless(any(item.iteration for item in subject.to_do), subject)


def _retros(subject: Subject) -> Refs:
    """In-project retrospectives leave lessons behind; asked of long engagements, once their first weeks are over."""
    start = subject.engagement.facts.start
    after = timedelta(weeks=subject.threshold("compliance_long_weeks"))
    if not is_long(subject) or start is None or subject.day - start < after:
        return None
    prefix = subject.settings.labels.lesson
    lessons = (label for item in subject.engagement.items for label in item.labels if label.startswith(prefix))
    return unless(any(lessons), subject)


PLAN: tuple[Gate, ...] = (
    Gate("work-planned", WORKING, Phrase("There is no work in GitLab."), _planned),
    Gate("work-owned", WORKING, Phrase("Open items without an assignee: {n}.", n=0), _owned),
    Gate("work-dated", WORKING, Phrase("Open items without a due date, their own or a milestone's: {n}.", n=0), _dated),
    Gate("work-sized", WORKING, Phrase("Open items without estimate and weight: {n}.", n=0), _sized),
    Gate("milestones-dated", WORKING, Phrase("Open milestones without a due date: {n}.", n=0), _milestones_dated),
    Gate(
        "billing-milestones-exist",
        WORKING,
        Phrase("The facts name billing milestones that GitLab does not have."),
        _billing_milestones_exist,
    ),
    Gate(
        "baseline-set",
        WORKED,
        Phrase("There is no baseline day (`baseline` or `start`) to measure scope against."),
        lambda s: unless(s.engagement.facts.baseline_day, s),
    ),
    Gate(
        "iterations-planned",
        WORKING,
        Phrase("A long engagement without iterations: no open item is in one."),
        where_practised(ITERATIONS, _iterations),
    ),
    Gate(
        "retros-held",
        WORKED,
        Phrase("A long engagement without a recorded lesson: were there retrospectives?"),
        where_practised(LESSONS, _retros),
    ),
)
