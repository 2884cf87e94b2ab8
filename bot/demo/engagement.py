"""One engagement of the sample portfolio: from what was sold to issues, dates, hours and labels."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.demo import catalogue, governance
from bot.demo.catalogue import Script
from bot.demo.workload import Slot, queue_up, spread_hours
from bot.domain.calendar import WorkCalendar
from bot.domain.vocabulary import ItemState
from bot.domain.yaml_text import dump_yaml
from fakegitlab.entities import Group, Item, Milestone, Project
from fakegitlab.world import World

HOUR = 3600
MONEY = ("value", "rate", "currency")
END = time(16, 45)
ESTIMATED = 0.92
"""Share of the sold hours that the items are estimated at; meetings take the rest."""
EXTRA_HOURS = 16


@dataclass
class SampleEngagement:
    """A built engagement, and what only the config may say about it."""

    plan: Script
    world: World
    as_of: date
    calendar: WorkCalendar
    chance: random.Random
    project: Project
    start: date
    end: date
    root: Item | None = None
    internal: Item | None = None
    channel: Item | None = None
    milestones: list[Milestone] = field(default_factory=list)
    streams: list[Item] = field(default_factory=list)
    work: list[Item] = field(default_factory=list)
    baseline: dict[str, date] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)

    @property
    def team(self) -> tuple[str, ...]:
        """Who works on it, the lead first."""
        return tuple(name for name, _share in self.plan.team)

    @property
    def pm(self) -> str:
        """The project manager's username."""
        return self.plan.pm

    @property
    def work_days(self) -> int:
        """Working days in which the work is planned to be done."""
        return round(self.calendar.working_days_between(self.start, self.end) * self.plan.tight)

    @property
    def amounts(self) -> list[tuple[Milestone, int]]:
        """What each milestone is worth: even parts in thousands, the last one with the rest."""
        part = round(self.plan.value / len(self.milestones) / 1000) * 1000
        rest = self.plan.value - part * (len(self.milestones) - 1)
        return [*((stone, part) for stone in self.milestones[:-1]), (self.milestones[-1], rest)]

    @property
    def baselined(self) -> date:
        """The day on which scope and dates were agreed: the start, or lately when that lies ahead."""
        return min(self.start, self.as_of - timedelta(days=3))

    @property
    def ref(self) -> str:
        """The engagement's reference."""
        assert self.root is not None
        return self.root.reference

    @property
    def root_created(self) -> datetime:
        """When the engagement was set up."""
        assert self.root is not None
        return self.root.created_at

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


def build_engagement(
    world: World, plan: Script, as_of: date, calendar: WorkCalendar, chance: random.Random
) -> SampleEngagement:
    """Everything of one engagement."""
    start = calendar.previous_working_day(as_of + timedelta(weeks=plan.start, days=chance.randrange(3)))
    if plan.start > 0:
        start = calendar.next_working_day(max(start, as_of + timedelta(days=1)))
    end = calendar.previous_working_day(start + timedelta(weeks=plan.weeks))
    born = min(start - timedelta(days=21), as_of - timedelta(days=1))
    project = world.project(f"acme/customers/{plan.customer}/{plan.slug}", name=plan.title, created_at=born)
    made = SampleEngagement(plan, world, as_of, calendar, chance, project, start, end)
    _milestones(made)
    _roots(made, born)
    _work(made)
    governance.add_governance(made)
    _describe(made)
    return made


# --- milestones, roots ---------------------------------------------------------------------------------------------------


def _milestones(made: SampleEngagement) -> None:
    phases = made.plan.phases
    length = (made.end - made.start).days
    previous = made.start
    for number, phase in enumerate(phases, 1):
        due = made.calendar.previous_working_day(made.start + timedelta(days=round(length * number / len(phases))))
        born = made.moment(min(made.start - timedelta(days=7), made.as_of - timedelta(days=1)))
        title = f"{number}. {phase}"
        stone = made.world.milestone(made.project, title, due, previous, created_at=born)
        made.milestones.append(stone)
        made.baseline[title] = due
        previous = due


def _roots(made: SampleEngagement, born: date) -> None:
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


def _root_labels(plan: Script) -> list[str]:
    return ["PSProject", *(label for label in (plan.declared, plan.sentiment) if label)]


def _container(made: SampleEngagement, internal: bool, title: str, fields: dict[str, Any]) -> Item:
    world = made.world
    if made.licensed:
        return world.epic(world.group("acme/ps-internal") if internal else made.customer, title, **fields)
    return world.issue(world.project("acme/ps-internal/ps-plan") if internal else made.project, title, **fields)


def _stream(made: SampleEngagement, title: str, parent: Item, fields: dict[str, Any]) -> Item:
    due = made.baseline[title]
    return made.world.epic(made.customer, f"{made.plan.title}: {title}", parent=parent, **{**fields, "due_date": due})


# --- work ----------------------------------------------------------------------------------------------------------------


def _work(made: SampleEngagement) -> None:
    """What was sold, then what was asked for later; `pace` stretches time, `cost` stretches hours."""
    plan, chance = made.plan, made.chance
    titles = _titles(plan, chance)
    sizes = [chance.choice((2, 2, 3, 3, 4)) for _ in titles]
    hours = [round(plan.hours * ESTIMATED * size / sum(sizes)) for size in sizes]
    extras = [f"Additional request {n + 1}: {chance.choice(plan.titles).lower()}" for n in range(plan.added)]
    for n, title in enumerate(extras):
        place = len(titles) - len(extras) + n
        titles.insert(place, title)
        hours.insert(place, EXTRA_HOURS)
        sizes.insert(place, 1)
    for slot in queue_up(hours, dict(plan.team)):
        title = titles[slot.number]
        number = extras.index(title) if title in extras else None
        _item(made, title, slot, hours[slot.number], sizes[slot.number], number)
    for stone in made.milestones:
        _close_milestone(made, stone)


def _titles(plan: Script, chance: random.Random) -> list[str]:
    """The catalogue's titles, a few of other scripts among them, small work first, and one last."""
    titles = [*plan.titles]
    if plan.small or plan.troubled:
        titles.insert(chance.randrange(2, len(titles)), chance.choice(catalogue.WORLD))
    for n, title in enumerate(chance.sample(catalogue.SMALL_WORK, plan.small)):
        titles.insert(chance.randrange(3) if n else len(titles), title)
    return titles


def _item(made: SampleEngagement, title: str, slot: Slot, hours: int, size: int, extra: int | None) -> None:
    calendar, plan = made.calendar, made.plan
    planned = calendar.add_working_days(made.start, max(1, round(made.work_days * slot.end)))
    begun, actual = _when(made, slot)
    stage = next((s for s in made.milestones if slot.end <= _share_done_by(made, s)), made.milestones[-1])
    born = _birth(made, extra)
    fields: dict[str, Any] = {"author": made.pm, "assignees": [slot.person], "milestone": stage, "due_date": planned}
    fields |= {"estimate": hours * HOUR, "weight": size} if plan.estimates else {}
    fields["start_date"] = calendar.add_working_days(made.start, round(made.work_days * slot.begin))
    if made.streams:
        fields["parent"] = made.streams[made.milestones.index(stage)]
    kind = "task" if slot.number % 9 == 8 else "issue"
    item = made.world.issue(made.project, title, type=kind, created_at=made.moment(born), **fields)
    made.work.append(item)
    _live(made, item, (begun, planned, actual), hours, slot.person)


def _share_done_by(made: SampleEngagement, stone: Milestone) -> float:
    """Share of all work that is planned for the milestones up to this one."""
    return (made.milestones.index(stone) + 1) / len(made.milestones) + 1e-9


def _birth(made: SampleEngagement, extra: int | None) -> date:
    """Planned work is there before the start; requests come while others are worked on."""
    if extra is None:
        return min(made.start, made.baselined) - timedelta(days=made.chance.randrange(1, 8))
    share = 0.3 + 0.5 * extra / made.plan.added
    gone = (min(made.as_of, made.end) - made.start).days
    return made.calendar.previous_working_day(made.start + timedelta(days=round(gone * share)))


def _when(made: SampleEngagement, slot: Slot) -> tuple[date, date]:
    """First and last working day of an item as it really goes: on plan often a day or two early."""
    days = made.work_days / made.plan.pace
    early = made.chance.randrange(3) if made.plan.pace >= 1 else 0
    begun = made.calendar.add_working_days(made.start, round(days * slot.begin))
    actual = made.calendar.add_working_days(made.start, max(1, round(days * slot.end) - early))
    return min(begun, actual), actual


def _live(made: SampleEngagement, item: Item, days: tuple[date, date, date], hours: int, person: str) -> None:
    begun, planned, actual = days
    if made.calendar.working_days_between(planned, min(actual, made.as_of)) > 4:
        _slip(made, item, planned, actual)
    first = max(begun, item.created_at.date())
    total = hours * made.plan.cost * made.chance.uniform(0.94, 1.06)
    for day, amount in spread_hours(total, first, max(first, actual), made.as_of, made.calendar):
        log = made.world.timelog(item, person, amount, made.moment(day), None if item.timelogs else "delivery")
        item.updated_at = max(item.updated_at, log.spent_at)
    if actual <= made.as_of:
        made.world.close(item, max(made.moment(actual, END), item.updated_at), made.world.user(person))


def _slip(made: SampleEngagement, item: Item, planned: date, actual: date) -> None:
    told = made.calendar.previous_working_day(min(planned - timedelta(days=2), made.as_of))
    new = made.calendar.next_working_day(max(actual, planned + timedelta(days=7)))
    if told >= item.created_at.date() and new != planned:
        made.world.due_change(item, new, made.moment(told), made.world.user(made.pm))


def _close_milestone(made: SampleEngagement, stone: Milestone) -> None:
    """With its last item a milestone and its stream are done; a troubled engagement moves the dates of late ones."""
    items = [item for item in made.work if item.milestone is stone]
    last = max((item.closed_at for item in items if item.closed_at), default=None)
    if items and last and all(item.state == ItemState.CLOSED for item in items):
        stone.state, stone.updated_at = "closed", min(last + timedelta(days=1), made.moment(made.as_of, END))
        if made.streams:
            stream = made.streams[made.milestones.index(stone)]
            made.world.close(stream, max(last, stream.updated_at), made.world.user(made.pm))
    elif stone.due_date and stone.due_date < made.as_of and made.plan.troubled:
        stone.due_date = made.calendar.next_working_day(made.as_of + timedelta(days=10))
        stone.updated_at = made.moment(made.as_of - timedelta(days=6))


# --- the facts -----------------------------------------------------------------------------------------------------------


def _facts(made: SampleEngagement) -> dict[str, Any]:
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
    facts |= {"baseline": made.baselined} if made.baselined < made.start else {}
    facts |= {"partner": plan.partner} if plan.partner else {}
    facts |= {"recognition": plan.recognition} if plan.recognition else {}
    return facts | ({"key": True} if plan.key else {})


def _private(made: SampleEngagement) -> dict[str, Any]:
    plan = made.plan
    assert made.internal is not None
    assert made.channel is not None
    stones = [governance.milestone_fact(made, stone, amount) for stone, amount in made.amounts]
    facts: dict[str, Any] = {"value": plan.value, "currency": "USD", "rate": round(plan.value / plan.hours)}
    facts |= {"milestones": stones, "internal": made.internal.reference, "customer_channel": made.channel.reference}
    if plan.internal_root:
        extra = [item.reference for item in governance.internal_items(made)]
        facts["work"] = [made.project.full_path, *extra]
    return facts


def _in_fields(made: SampleEngagement, root: Item, facts: dict[str, Any]) -> str:
    """The facts in GitLab's custom fields and the epic's own dates, and no block; one item has the status "Won't do"."""
    root.custom_fields = {name: facts[key] for name, key in catalogue.FIELDS.items() if key in facts}
    root.custom_fields["Billing"] = [str(facts["billing"]).replace("_", " ").capitalize()]
    root.start_date, root.due_date = made.start, made.end
    at = made.moment(max(made.start, made.as_of - timedelta(days=9)), time(10))
    gone = made.world.issue(
        made.project, catalogue.WONT_DO, author=made.pm, created_at=made.root_created, parent=made.streams[0]
    )
    made.world.set_status(gone, "Won't do", at)
    return ""


def _describe(made: SampleEngagement) -> None:
    """Money stands in the description of internal roots only; customers read the others."""
    assert made.root is not None
    assert made.channel is not None
    assert made.internal is not None
    facts, private = _facts(made), _private(made)
    if made.plan.internal_root:
        facts |= private
    else:
        made.private = private
    intro = f"{made.plan.title} for {catalogue.CUSTOMERS.get(made.plan.customer, made.plan.customer)}."
    if "fields" in made.plan.tags and made.licensed:
        block = _in_fields(made, made.root, facts)
    else:
        block = f"```ps-project\n{dump_yaml(facts)}```\n\n"
    made.root.description = f"{intro}\n\n{block}Charter, RAID log and minutes are in the project."
    for other in {made.channel, made.internal} - {made.root}:
        other.description = f"{intro} Status updates are posted here."
