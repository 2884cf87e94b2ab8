"""One engagement of the sample portfolio: from what was sold to issues, dates, hours and labels."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import yaml

from bot.demo import catalogue, governance
from bot.demo.catalogue import Plan
from bot.demo.entities import Group, Item, Milestone, Project
from bot.demo.world import World

HOUR = 3600
MONEY = ("value", "rate", "currency")
BEGIN, END = time(8), time(16, 45)


@dataclass
class Engagement:
    """A built engagement, and what only the config may say about it."""

    plan: Plan
    world: World
    as_of: date
    chance: random.Random
    project: Project
    start: date
    end: date
    team: tuple[str, ...]
    pm: str
    root: Item | None = None
    internal: Item | None = None
    channel: Item | None = None
    milestones: list[Milestone] = field(default_factory=list)
    streams: list[Item] = field(default_factory=list)
    work: list[Item] = field(default_factory=list)
    baseline: dict[str, date] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The engagement's reference."""
        assert self.root is not None
        return self.root.reference

    @property
    def licensed(self) -> bool:
        """Whether there are epics."""
        return self.world.edition.licensed

    @property
    def customer(self) -> Group:
        """The customer's group."""
        assert self.project.parent is not None
        return self.project.parent

    def moment(self, day: date, at: time | None = None) -> datetime:
        """A working moment of that day, never after the as-of date."""
        clock = at or time(self.chance.randrange(8, 16), self.chance.randrange(60))
        return datetime.combine(min(day, self.as_of), clock, UTC)


def working_day(day: date) -> date:
    """That day, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def build_engagement(world: World, plan: Plan, as_of: date, chance: random.Random) -> Engagement:
    """Everything of one engagement."""
    start = working_day(as_of + timedelta(weeks=plan.start, days=chance.randrange(3)))
    end = working_day(start + timedelta(weeks=plan.weeks))
    born = min(start - timedelta(days=21), as_of - timedelta(days=1))
    project = world.project(f"acme/customers/{plan.customer}/{plan.slug}", name=plan.title, created_at=born)
    index = catalogue.PLANS.index(plan) if plan in catalogue.PLANS else plan.sow
    team = _team(plan, index)
    pm = catalogue.PMS[index % len(catalogue.PMS)]
    made = Engagement(plan, world, as_of, chance, project, start, end, team, pm)
    _milestones(made)
    _roots(made, born)
    _work(made)
    governance.add_governance(made)
    _describe(made)
    return made


def _team(plan: Plan, index: int) -> tuple[str, ...]:
    partner = catalogue.PARTNERS.get(plan.partner or "", ())
    own = [catalogue.ENGINEERS[(index + n) % len(catalogue.ENGINEERS)] for n in range(1 if partner else 2)]
    return (*own, *partner, catalogue.ARCHITECTS[index % len(catalogue.ARCHITECTS)])


# --- milestones, roots ---------------------------------------------------------------------------------------------------


def _milestones(made: Engagement) -> None:
    phases = made.plan.phases
    length = (made.end - made.start).days
    previous = made.start
    for number, phase in enumerate(phases, 1):
        due = working_day(made.start + timedelta(days=round(length * number / len(phases))))
        born = made.moment(min(made.start - timedelta(days=7), made.as_of - timedelta(days=1)))
        title = f"{number}. {phase}"
        stone = made.world.milestone(made.project, title, due, previous, created_at=born)
        made.milestones.append(stone)
        made.baseline[title] = due
        previous = due


def _roots(made: Engagement, born: date) -> None:
    plan, world = made.plan, made.world
    title = f"SOW-{plan.sow} {plan.title}"
    fields = {"author": made.pm, "created_at": made.moment(born), "start_date": made.start, "due_date": made.end}
    inner = {**fields, "assignees": [made.pm], "health": plan.health, "labels": _root_labels(plan)}
    if plan.internal_root:
        made.root = made.internal = _container(made, True, title, inner)
        made.channel = _container(made, False, title, fields)
    else:
        made.root = made.channel = _container(made, False, title, inner)
        made.internal = _container(made, True, f"{title} – internal status", fields)
    for label in _root_labels(plan)[1:]:
        world.label_event(made.root, label, made.moment(max(born, made.as_of - timedelta(days=20))))
    if made.licensed:
        parent = made.channel if not plan.internal_root else made.root
        made.streams = [_stream(made, stone.title, parent, fields) for stone in made.milestones]


def _root_labels(plan: Plan) -> list[str]:
    return ["PSProject", *(label for label in (plan.declared, plan.sentiment) if label)]


def _container(made: Engagement, internal: bool, title: str, fields: dict[str, Any]) -> Item:
    world = made.world
    if made.licensed:
        return world.epic(world.group("acme/ps-internal") if internal else made.customer, title, **fields)
    return world.issue(world.project("acme/ps-internal/ps-plan") if internal else made.project, title, **fields)


def _stream(made: Engagement, title: str, parent: Item, fields: dict[str, Any]) -> Item:
    due = made.baseline[title]
    return made.world.epic(made.customer, f"{made.plan.title}: {title}", parent=parent, **{**fields, "due_date": due})


# --- work ----------------------------------------------------------------------------------------------------------------


def _work(made: Engagement) -> None:
    """Items in the order of the plan; `pace` stretches time, `cost` stretches hours."""
    plan, chance = made.plan, made.chance
    titles = list(plan.titles)
    for title in chance.sample(catalogue.HOSTILE, plan.hostile):
        titles.insert(chance.randrange(len(titles)), title)
    weights = [chance.choice((1, 2, 2, 3, 3, 5)) for _ in titles]
    hours = [round(plan.hours * 0.92 * weight / sum(weights)) for weight in weights]
    done = 0
    for number, title in enumerate(titles):
        done += weights[number]
        _item(made, title, done / sum(weights), hours[number], weights[number], number)
    for extra in range(plan.added):
        place = 0.45 + 0.5 * extra / max(1, plan.added)
        _item(made, f"Additional request {extra + 1}: {chance.choice(plan.titles).lower()}", place, 16, 2, extra, late=True)
    for stone in made.milestones:
        _close_milestone(made, stone)


def _item(made: Engagement, title: str, place: float, hours: int, weight: int, number: int, late: bool = False) -> None:
    length = (made.end - made.start).days
    planned = working_day(made.start + timedelta(days=round(length * place)))
    actual = _actual(made, place)
    stage = next((s for s in made.milestones if planned <= made.baseline[s.title]), made.milestones[-1])
    first = made.start if not late else made.start + timedelta(days=round(length * max(0.25, place - 0.3)))
    born = min(first - timedelta(days=0 if late else made.chance.randrange(1, 8)), made.as_of)
    person = made.team[number % len(made.team)]
    fields: dict[str, Any] = {"author": made.pm, "assignees": [person], "milestone": stage, "due_date": planned}
    fields |= {"estimate": hours * HOUR, "weight": weight} if made.plan.estimates else {}
    fields["start_date"] = working_day(planned - timedelta(days=max(2, hours // 6)))
    if made.streams:
        fields["parent"] = made.streams[made.milestones.index(stage)]
    kind = "task" if number % 9 == 8 else "issue"
    item = made.world.issue(made.project, title, type=kind, created_at=made.moment(born), **fields)
    made.work.append(item)
    _live(made, item, planned, actual, hours, person)


def _actual(made: Engagement, place: float) -> date:
    length = (made.end - made.start).days
    noise = made.chance.uniform(-0.02, 0.03) * length
    days = round(length * place / made.plan.pace + noise)
    actual = made.start + timedelta(days=max(1, days))
    return min(actual, made.end - timedelta(days=1)) if made.plan.finished else working_day(actual)


def _live(made: Engagement, item: Item, planned: date, actual: date, hours: int, person: str) -> None:
    begun = actual - timedelta(days=max(2, hours // 6))
    closed = actual < made.as_of and actual >= made.start
    slip = planned + timedelta(days=5) < (actual if closed else min(actual, made.as_of))
    if slip and planned - timedelta(days=2) > made.start:
        _slip(made, item, planned, actual)
    if begun < made.as_of:
        share = 1.0 if closed else max(0.1, (made.as_of - begun).days / max(1, (actual - begun).days))
        _log_time(made, item, person, begun, min(actual, made.as_of), hours * share)
    if closed:
        worker = made.world.user(person)
        made.world.close(item, max(made.moment(actual), item.created_at), worker)


def _slip(made: Engagement, item: Item, planned: date, actual: date) -> None:
    told = min(working_day(planned - timedelta(days=2)), made.as_of)
    new = working_day(max(actual, planned + timedelta(days=7)))
    if told >= item.created_at.date() and new != planned:
        made.world.due_change(item, new, made.moment(told), made.world.user(made.pm))


def _log_time(made: Engagement, item: Item, person: str, begun: date, until: date, hours: float) -> None:
    total = hours * made.plan.cost * made.chance.uniform(0.85, 1.15)
    first = max(begun, item.created_at.date() + timedelta(days=1))
    days = [first + timedelta(days=n) for n in range(max(1, (until - first).days + 1))]
    days = [day for day in days if day.weekday() < 5 and day <= made.as_of] or [min(until, made.as_of)]
    pieces = max(1, min(len(days), round(total / 5)))
    for n in range(pieces):
        day = days[n * len(days) // pieces]
        quarter = max(0.25, round(total / pieces * 4) / 4)
        made.world.timelog(item, person, quarter, made.moment(day), "delivery" if n else None)


def _close_milestone(made: Engagement, stone: Milestone) -> None:
    items = [item for item in made.work if item.milestone is stone]
    last = max((item.closed_at for item in items if item.closed_at), default=None)
    if items and last and all(item.state == "closed" for item in items):
        stone.state, stone.updated_at = "closed", min(last + timedelta(days=1), made.moment(made.as_of, END))
    elif stone.due_date and stone.due_date < made.as_of and made.plan.pace < 0.9:
        stone.due_date = working_day(made.as_of + timedelta(days=10))
        stone.updated_at = made.moment(made.as_of - timedelta(days=6))


# --- the facts -----------------------------------------------------------------------------------------------------------


def _facts(made: Engagement) -> dict[str, Any]:
    plan = made.plan
    facts: dict[str, Any] = {
        "customer": catalogue.CUSTOMERS.get(plan.customer, plan.customer),
        "sow": f"SOW-{plan.sow}",
        "region": plan.region,
        "pm": made.pm,
        "architect": made.team[-1],
        "billing": plan.billing,
        "hours": plan.hours,
        "start": made.start,
        "end": made.end,
        "passive_acceptance_days": 5,
    }
    facts |= {"partner": plan.partner} if plan.partner else {}
    facts |= {"recognition": plan.recognition} if plan.recognition else {}
    return facts | ({"key": True} if plan.key else {})


def _private(made: Engagement) -> dict[str, Any]:
    plan = made.plan
    assert made.internal is not None
    assert made.channel is not None
    shares = [round(plan.value / len(made.milestones) / 1000) * 1000] * len(made.milestones)
    shares[-1] += plan.value - sum(shares)
    stones = [governance.milestone_fact(made, stone, amount) for stone, amount in zip(made.milestones, shares, strict=True)]
    facts: dict[str, Any] = {"value": plan.value, "currency": "USD", "rate": round(plan.value / plan.hours)}
    facts |= {"milestones": stones, "internal": made.internal.reference, "customer_channel": made.channel.reference}
    if plan.internal_root:
        extra = [item.reference for item in governance.internal_items(made)]
        facts["work"] = [made.project.full_path, *extra]
    return facts


def _describe(made: Engagement) -> None:
    """Money stands in the description of internal roots only; customers read the others."""
    assert made.root is not None
    assert made.channel is not None
    assert made.internal is not None
    facts, private = _facts(made), _private(made)
    if made.plan.internal_root:
        facts |= private
    else:
        made.private = private
    text = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)
    intro = f"{made.plan.title} for {catalogue.CUSTOMERS.get(made.plan.customer, made.plan.customer)}."
    made.root.description = f"{intro}\n\n```ps-project\n{text}```\n\nCharter, RAID log and minutes are in the project."
    for other in {made.channel, made.internal} - {made.root}:
        other.description = f"{intro} Status updates are posted here."
