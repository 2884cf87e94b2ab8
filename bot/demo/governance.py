"""RAID log, change orders, acceptance, escalation, wins and lessons of a sample engagement."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.demo import catalogue
from bot.domain.vocabulary import BillingType, ChangeOrderState, ItemState, TimeboxState
from bot.domain.yaml_text import dump_yaml
from fakegitlab.entities import Item, Milestone

if TYPE_CHECKING:
    from bot.demo.engagement import SampleEngagement

PRIORITIES = {"High": 15, "Medium": 8, "Low": 0}
EARLY = time(7, 30)
QUARTER_HOUR = 900
"""Estimate, in seconds, of what is only written down."""


def add_governance(made: SampleEngagement) -> None:
    """Everything that is not work."""
    _risks(made)
    if made.start < made.as_of:
        _raid(made)
    for state, hours in made.plan.change_orders:
        _change_order(made, state, hours)
    _acceptances(made)
    if made.plan.escalated:
        _escalation(made)
    _waiting(made)
    _internal(made)
    if "blocked" in made.plan.tags:
        _blocked(made)
    _talk(made)
    if made.plan.finished:
        _finish(made)


def block(name: str, facts: dict[str, Any]) -> str:
    """A fenced block of facts."""
    return f"```{name}\n{dump_yaml(facts)}```"


def _issue(made: SampleEngagement, title: str, labels: list[str], born: date, **fields: Any) -> Item:
    if made.licensed:
        fields.setdefault("parent", made.root if made.plan.internal_root else made.channel)
    day = min(max(born, made.project.created_at.date()), made.as_of)
    return made.world.issue(
        made.project, title, labels=labels, author=fields.pop("author", made.pm), created_at=made.moment(day), **fields
    )


def _during(made: SampleEngagement, share: float) -> date:
    until = min(made.as_of, made.end)
    return made.start + timedelta(days=max(0, round((until - made.start).days * share)))


# --- RAID ----------------------------------------------------------------------------------------------------------------


def _risks(made: SampleEngagement) -> None:
    for number, (title, impact, probability, plan) in enumerate(_register(made)):
        score = impact * probability
        priority = next(name for name, least in PRIORITIES.items() if score >= least)
        labels = ["PS RAID Log", "PS Risk", "PSD Workflow::Not Started", f"PS:: Priority {priority}"]
        labels += [f"impact::{impact}", f"probability::{probability}"]
        owner = made.team[number % len(made.team)]
        review = made.as_of + timedelta(days=(7, 14, -10 if made.plan.troubled else 10, 21)[number % 4])
        facts = {"impact": impact, "probability": probability, "owner": owner, "mitigation": plan, "review": review}
        text = f"If this happens, the plan moves by about {impact} weeks.\n\n{block('ps-risk', facts)}"
        item = _issue(made, title, labels, _during(made, 0.1 + 0.15 * number), description=text, assignees=[owner])
        if made.plan.finished or (number == 3 and not made.plan.escalated):
            made.world.close(item, made.moment(_during(made, 0.95)))


def _register(made: SampleEngagement) -> list[tuple[str, int, int, str]]:
    """Risks of the catalogue; troubled engagements have a grave one among theirs."""
    found = made.chance.sample(catalogue.RISKS, made.plan.risks)
    return [made.chance.choice(catalogue.GRAVE_RISKS), *found[1:]] if made.plan.troubled else found


def _raid(made: SampleEngagement) -> None:
    """Nobody owns the open issue of a troubled engagement, and it is overdue."""
    rows = (("PS Action", "Action: customer confirms the firewall rules", 0.3),
            ("PS Issue", "Issue: SSO group mapping is incomplete", 0.5),
            ("PS Decision", "Decision: one top-level group per business unit", 0.2))  # fmt: skip
    for label, title, share in rows:
        item = _issue(made, title, ["PS RAID Log", label, "PS:: Priority Medium"], _during(made, share))
        item.due_date = _during(made, share) + timedelta(days=14)
        if not made.plan.troubled:
            item.assignees = [made.world.user(made.team[-1])]
            item.due_date = max(item.due_date, made.as_of + timedelta(days=9))
        if share < 0.4 or made.plan.finished:
            made.world.close(item, made.moment(_during(made, min(1.0, share + 0.2))))


def _change_order(made: SampleEngagement, state: str, hours: int) -> None:
    proposed, decided = _during(made, 0.55), _during(made, 0.75)
    rate = round(made.plan.value / made.plan.hours)
    facts: dict[str, Any] = {"hours": hours, "end": made.end + timedelta(days=21)}
    title = f"Change order: {hours} more hours for the additional requests"
    if made.plan.internal_root:
        text = block("ps-change-order", facts | {"value": hours * rate})
        item = _internal_issue(made, title, proposed, description=text)
    else:
        item = _issue(made, title, [], proposed, description=block("ps-change-order", facts))
    made.world.label_event(item, "change-order::proposed", made.moment(proposed, time(16)))
    if state == ChangeOrderState.PROPOSED:
        return
    made.world.label_event(item, "change-order::proposed", made.moment(decided, EARLY), "remove")
    made.world.label_event(item, f"change-order::{state}", made.moment(decided, EARLY))
    made.world.close(item, made.moment(decided))


# --- acceptance ----------------------------------------------------------------------------------------------------------


def sign_off(made: SampleEngagement, stone: Milestone) -> tuple[date | None, date | None]:
    """When sign-off of a closed milestone was asked for, and given."""
    if stone.state != TimeboxState.CLOSED:
        return None, None
    last = [s for s in made.milestones if s.state == TimeboxState.CLOSED][-1] is stone
    if last and made.plan.sent_days_ago is not None:
        return made.as_of - timedelta(days=made.plan.sent_days_ago), None
    sent = _next_working_day(stone.updated_at.date())
    received = _next_working_day(sent + timedelta(days=2))
    if sent > made.as_of:
        return None, None
    return sent, received if received <= made.as_of else None


def _next_working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def milestone_fact(made: SampleEngagement, stone: Milestone, amount: int) -> dict[str, Any]:
    """One entry of `milestones:` of the facts."""
    fact: dict[str, Any] = {"milestone": stone.title, "due": made.baseline[stone.title]}
    if made.plan.billing == BillingType.TIME_AND_MATERIALS:
        return fact
    sent, received = sign_off(made, stone)
    fact["amount"] = amount
    fact |= {"sign_off_sent": sent} if sent else {}
    return fact | ({"sign_off_received": received} if received else {})


def _acceptances(made: SampleEngagement) -> None:
    if made.plan.billing == BillingType.TIME_AND_MATERIALS:
        return
    for stone in made.milestones:
        sent, received = sign_off(made, stone)
        born = _during(made, 0.05)
        item = _issue(made, f"Acceptance of {stone.title}", ["acceptance"], born, milestone=stone)
        if sent:
            made.world.label_event(item, "acceptance::sent", made.moment(sent))
        if received:
            made.world.label_event(item, "acceptance::sent", made.moment(received), "remove")
            made.world.label_event(item, "acceptance::accepted", made.moment(received))
            made.world.close(item, made.moment(received, time(16, 30)))


# --- trouble -------------------------------------------------------------------------------------------------------------


def _escalation(made: SampleEngagement) -> None:
    born = made.as_of - timedelta(days=9)
    text = "The customer's CIO asks for a recovery plan.\n\n**Path to green**: second engineer, weekly steering, cut scope."
    item = _issue(made, "Escalation: migration is eight weeks behind", [], born, description=text, assignees=[made.pm])
    for label in ("Escalated", "severity::high"):
        made.world.label_event(item, label, made.moment(born, time(16)))
    update = made.as_of - timedelta(days=4)
    made.world.note(item, "Recovery plan sent to the sponsor; next check on Monday.", made.pm, made.moment(update))
    item.updated_at = made.moment(update)


def _waiting(made: SampleEngagement) -> None:
    opened = [item for item in made.work if item.state == ItemState.OPENED and item.created_at.date() < made.as_of]
    for number, item in enumerate(opened[: made.plan.waiting]):
        day = max(item.created_at.date(), made.as_of - timedelta(days=6 + 5 * number))
        made.world.label_event(item, "waiting::customer", made.moment(day, time(16, 15)))


def _blocked(made: SampleEngagement) -> None:
    opened = [item for item in made.work if item.state == ItemState.OPENED][:4]
    for first, second in pairwise(opened):
        kind = "blocks" if made.licensed else "relates_to"
        made.world.link(first, second, kind, made.moment(_during(made, 0.5)))


def internal_items(made: SampleEngagement) -> list[Item]:
    """Internal issues of the engagement, in the plan project."""
    plan = made.world.project("acme/ps-internal/ps-plan")
    return [item for item in plan.items.values() if f"SOW-{made.plan.sow} " in item.title and item not in
            (made.root, made.internal)]  # fmt: skip


def _internal(made: SampleEngagement) -> None:
    rows: list[tuple[str, str]] = []
    rows += catalogue.EXCEPTIONS if {"exceptions"} & set(made.plan.tags) or made.plan.escalated else ()
    rows += catalogue.LESSONS if "lessons" in made.plan.tags else ()
    rows += [("ProjectWin", "Win: zero downtime at the cut-over")] if "win" in made.plan.tags else []
    for number, (label, title) in enumerate(rows):
        day = _during(made, 0.4 + 0.1 * number)
        item = _internal_issue(made, title, day, estimate=QUARTER_HOUR)
        made.world.label_event(item, label, made.moment(day, time(16)))
        if made.plan.finished:
            made.world.close(item, made.moment(day, time(16, 30)))


def _internal_issue(made: SampleEngagement, title: str, day: date, **fields: Any) -> Item:
    plan = made.world.project("acme/ps-internal/ps-plan")
    born = made.moment(min(day, made.as_of), time(9))
    full = f"SOW-{made.plan.sow} {title}"
    return made.world.issue(plan, full, author=made.pm, created_at=born, confidential=True, **fields)


# --- people talk, engagements end -------------------------------------------------------------------------------------------


def _talk(made: SampleEngagement) -> None:
    assert made.internal is not None
    assert made.channel is not None
    for weeks in (3, 2, 1):
        day = made.as_of - timedelta(weeks=weeks)
        if day <= made.start or (made.plan.finished and day > made.end):
            continue
        first = made.world.note(made.internal, f"Week {day.isocalendar().week}: team meeting held, actions agreed.",
                                made.pm, made.moment(day, time(9)))  # fmt: skip
        made.world.note(made.internal, "Thanks, noted.", catalogue.DIRECTOR, made.moment(day, time(10)), reply_to=first)
    if made.start < made.as_of - timedelta(days=2):
        contact = f"{made.plan.customer}.contact"
        made.world.note(made.channel, "When is the next workshop? 次のワークショップはいつですか？", contact,
                        made.moment(made.as_of - timedelta(days=2)))  # fmt: skip
        made.world.note(made.channel, "Internal: keep an eye on the hours.", made.pm,
                        made.moment(made.as_of - timedelta(days=1)), internal=True)  # fmt: skip


def _finish(made: SampleEngagement) -> None:
    assert made.root is not None
    assert made.channel is not None
    last = max(item.closed_at for item in made.work if item.closed_at).date()
    day = min(made.calendar.add_working_days(last, 3), made.as_of)
    retro = _issue(made, f"{made.plan.title}: customer retrospective", [], made.start, estimate=QUARTER_HOUR)
    made.world.label_event(retro, "RetroComplete", made.moment(last, time(17)))
    made.world.close(retro, made.moment(last, time(17, 20)))
    ended = {id(item): item for item in (*made.streams, made.channel, made.root) if item.state == ItemState.OPENED}
    for item in ended.values():
        made.world.close(item, made.moment(day, time(17, 40)), made.world.user(made.pm))
