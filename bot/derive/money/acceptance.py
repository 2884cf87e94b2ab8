"""Billing milestones on their way to Finance: open → ready → sent → accepted, or accepted by silence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.derive.labels import has_label, is_acceptance, matches
from bot.derive.results import Acceptance
from bot.derive.schedule.milestones import MilestoneWork, milestone_done
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.model import Item
from bot.domain.vocabulary import AcceptanceState, BillingType, Recognition


def derive_acceptance(subject: Subject) -> tuple[Acceptance, ...]:
    """Every billing milestone by due date: one with an amount or sign-off in the facts, or with an acceptance issue."""
    views = subject.milestone_views
    issues: dict[str, list[Item]] = {}
    for item in subject.engagement.items:
        if item.milestone and is_acceptance(item, subject.settings.labels):
            issues.setdefault(item.milestone, []).append(item)
    titles = {view.title for view in views}
    stray = [_stray_view(title) for title in sorted(issues.keys() - titles)]
    return tuple(
        _acceptance(view, sorted(issues.get(view.title, ()), key=lambda i: i.ref), subject)
        for view in (*views, *stray)
        if _is_billing(view, subject) or view.title in issues
    )


def _stray_view(title: str) -> MilestoneWork:
    """A milestone that only an acceptance issue names."""
    return MilestoneWork(title, (), None, (), None, None, None, None)


def _is_billing(view: MilestoneWork, subject: Subject) -> bool:
    fact = view.fact
    if fact is None:
        return False
    told = fact.amount is not None or fact.sign_off_sent or fact.sign_off_received
    return bool(told) or subject.engagement.facts.billing == BillingType.MILESTONE


@frozen
class _SignOff:
    """What is known of the request and its answer; `is_accepted` without a day where a label has none."""

    sent: date | None
    received: date | None
    is_sent: bool
    is_accepted: bool


def _acceptance(view: MilestoneWork, issues: list[Item], subject: Subject) -> Acceptance:
    found = _read_sign_off(view, issues, subject)
    days = subject.engagement.facts.passive_acceptance_days
    passive_on = subject.calendar.passive_acceptance_day(found.sent, days) if found.sent else None
    silent = passive_on is not None and passive_on <= subject.day
    accepted_on = found.received if found.is_accepted else None
    if silent and (accepted_on is None or passive_on is None or passive_on < accepted_on):
        accepted_on = passive_on
    return Acceptance(
        milestone=view.title,
        amount=view.fact.amount if view.fact else None,
        state=_state(found, silent, view),
        sent=found.sent,
        passive_on=passive_on,
        accepted_on=accepted_on,
        last_safe_sending=_last_safe_sending(view, subject, days),
        due=view.due,
        evidence=tuple(ref for ref in (view.ref, *(item.ref for item in issues)) if ref) or (subject.engagement.ref,),
    )


def _state(found: _SignOff, silent: bool, view: MilestoneWork) -> AcceptanceState:
    if found.is_accepted:
        return AcceptanceState.ACCEPTED
    if silent:
        return AcceptanceState.PASSIVELY_ACCEPTED
    if found.is_sent:
        return AcceptanceState.SENT
    return AcceptanceState.READY if milestone_done(view) else AcceptanceState.OPEN


def _read_sign_off(view: MilestoneWork, issues: list[Item], subject: Subject) -> _SignOff:
    """From the facts, else from the labels of the acceptance issue. The facts have no history: a later day is not yet."""
    labels, day = subject.settings.labels.acceptance, subject.day
    sent = view.fact.sign_off_sent if view.fact else None
    received = view.fact.sign_off_received if view.fact else None
    sent = sent if sent and sent <= day else None
    received = received if received and received <= day else None
    labelled = [label for item in issues for label in item.labels]
    # One that was sent and then got another label of the scope (`acceptance::rejected`) is with the customer no more.
    asked = [i for i in issues if has_label(i.labels, labels.sent) or has_label(i.labels, labels.accepted)]
    sent = sent or _first_day(asked, labels.sent, subject)
    return _SignOff(
        sent=sent,
        received=received or _first_day(issues, labels.accepted, subject) or _closed_accepted(issues, subject),
        is_sent=bool(sent or has_label(labelled, labels.sent)),
        is_accepted=bool(received or has_label(labelled, labels.accepted)),
    )


def _first_day(issues: Iterable[Item], label: str, subject: Subject) -> date | None:
    """The day on which an issue got the label, also when the next one of its scope has replaced it since."""
    found = (at for item in issues for name, at in item.label_dates.items() if matches(name, label))
    days = [subject.calendar.local_day(at) for at in found]
    return min((day for day in days if day <= subject.day), default=None)


def _closed_accepted(issues: Iterable[Item], subject: Subject) -> date | None:
    """The day on which an issue with the accepted label was closed: the next best where nobody knows since when it has it."""
    name = subject.settings.labels.acceptance.accepted
    days = [
        subject.calendar.local_day(i.closed_at)
        for i in issues
        if i.closed_at and not i.is_open and has_label(i.labels, name)
    ]
    return min((day for day in days if day <= subject.day), default=None)


def _last_safe_sending(view: MilestoneWork, subject: Subject, days: int) -> date | None:
    """For the quarter the milestone is due in, or the running one after that; None where acceptance earns nothing."""
    if subject.engagement.facts.recognised not in (None, Recognition.ON_ACCEPTANCE):
        return None
    calendar = subject.calendar
    quarter = calendar.fiscal_quarter(max(view.due or subject.day, subject.day))
    return calendar.last_safe_sending_day(quarter.last, days)
