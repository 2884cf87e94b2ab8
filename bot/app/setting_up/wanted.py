"""SOW × config → what shall stand in GitLab, and then the steps to it. Pure.

Every issue that is made carries a hidden line with the SOW's number and its part, by which a later run knows it again,
whatever its title has become. What stands is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

import yaml

from bot.config import Settings
from bot.config.sow import EngagementTemplate, Sow

Kind = Literal["project", "label", "milestone", "issue"]
MONEY = ("value", "rate", "currency")
_MARK = re.compile(r"<!-- psbot-new ([0-9a-zA-Z._~%-]+) ([\w-]+) -->")
_UNSAFE = re.compile(r"[^0-9a-zA-Z._~-]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that shall stand. `place` is the path of its project (or, for a project, its own path)."""

    kind: Kind
    place: str
    title: str
    part: str = ""
    body: str = ""
    labels: tuple[str, ...] = ()
    milestone: str | None = None
    due: date | None = None
    start: date | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in one project. `issues`: iid by part, of those that an earlier run made for this SOW."""

    exists: bool = False
    labels: frozenset[str] = frozenset()
    milestones: Mapping[str, int] = field(default_factory=dict)
    issues: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """Make one thing, or leave it because it stands."""

    action: Literal["create", "keep"]
    wanted: Wanted


def mark(sow: str, part: str) -> str:
    """The hidden line of an issue that was made for a SOW."""
    return f"<!-- psbot-new {_UNSAFE.sub(lambda m: f'~{ord(m[0]):X}', sow)} {part} -->"


def part_of(description: str, sow: str) -> str | None:
    """Which part of that SOW's set-up an issue is; None for any other issue."""
    return next((m[2] for m in _MARK.finditer(description) if mark(sow, m[2]) == m[0]), None)


def wanted_of(sow: Sow, settings: Settings, template: EngagementTemplate | None) -> tuple[Wanted, ...]:
    """All that shall stand, in the order in which it is made: what others refer to comes first."""
    return (*_places(sow, settings), *_plan_of_record(sow, settings), *_first_items(sow, template))


def _places(sow: Sow, settings: Settings) -> Iterator[Wanted]:
    yield Wanted("project", sow.project, sow.name)
    labels = settings.labels
    needed = [settings.portfolio.label, labels.raid.log, *((labels.acceptance.item,) if sow.milestones else ())]
    for name in needed:
        yield Wanted("label", sow.project, name)
    if sow.internal:
        yield Wanted(
            "issue", sow.internal, f"Status: {sow.name}", "internal", "psbot's weekly status of this engagement."
        )
    if sow.customer_channel:
        yield Wanted("issue", sow.project, f"Weekly status: {sow.name}", "channel", "Your weekly status stands here.")


def _plan_of_record(sow: Sow, settings: Settings) -> Iterator[Wanted]:
    for milestone in sow.milestones:
        yield Wanted("milestone", sow.project, milestone.title, due=milestone.due)
    label = (settings.portfolio.label,)
    yield Wanted("issue", sow.project, sow.name, "root", "", label, due=sow.end, assignee=sow.pm)
    raid = "Risks, actions, issues and decisions of this engagement; each is an issue of its own with its label."
    yield Wanted("issue", sow.project, f"RAID log: {sow.name}", "raid", raid, (settings.labels.raid.log,))
    for number, milestone in enumerate(sow.milestones, 1):
        if milestone.amount is not None:
            text = f"The customer's acceptance of the milestone {milestone.title}."
            acceptance = (settings.labels.acceptance.item,)
            title = f"Acceptance: {milestone.title}"
            yield Wanted(
                "issue", sow.project, title, f"acceptance-{number}", text, acceptance, milestone.title, milestone.due
            )


def _first_items(sow: Sow, template: EngagementTemplate | None) -> Iterator[Wanted]:
    """The template's items; one without a milestone of its own belongs to the first that is due after it."""
    for number, item in enumerate(template.items if template else (), 1):
        due = None if item.at is None else sow.start + timedelta(days=round((sow.end - sow.start).days * item.at))
        known = {m.title.casefold(): m.title for m in sow.milestones}
        named = known.get((item.milestone or "").casefold())
        later = [m for m in sorted(sow.milestones, key=lambda m: m.due) if due is not None and due <= m.due]
        milestone = named or (later[0].title if later else None)
        body = f"/estimate {item.estimate:g}h" if item.estimate else ""
        yield Wanted("issue", sow.project, item.title, f"item-{number}", body, item.labels, milestone, due)


def steps_of(wanted: Sequence[Wanted], found: Mapping[str, Found]) -> tuple[SetUpStep, ...]:
    """What is missing is made, what stands is kept."""
    return tuple(SetUpStep("keep" if _stands(one, found.get(one.place, Found())) else "create", one) for one in wanted)


def _stands(one: Wanted, there: Found) -> bool:
    match one.kind:
        case "project":
            return there.exists
        case "label":
            return one.title.casefold() in {name.casefold() for name in there.labels}
        case "milestone":
            return one.title in there.milestones
    return one.part in there.issues


def private_facts(sow: Sow) -> dict[str, Any]:
    """The facts that must not stand where a customer reads: money."""
    facts: dict[str, Any] = {key: getattr(sow, key) for key in MONEY if getattr(sow, key) is not None}
    if any(m.amount is not None for m in sow.milestones):
        facts["milestones"] = [_milestone(sow, n, money=True) for n in range(len(sow.milestones))]
    return facts


def public_facts(sow: Sow, internal: str | None, channel: str | None, *, money: bool) -> dict[str, Any]:
    """The facts of the description's block; with `money` only where nobody but our own people reads."""
    keys = ("customer", "sow", "region", "partner", "pm", "architect", "billing", "hours", "start", "end")
    facts = {key: value for key in keys if (value := getattr(sow, key)) is not None}
    if money:
        facts |= {key: value for key in MONEY if (value := getattr(sow, key)) is not None}
    if sow.milestones:
        facts["milestones"] = [_milestone(sow, n, money=money) for n in range(len(sow.milestones))]
    places = {"internal": internal, "customer_channel": channel}
    return facts | {key: ref for key, ref in places.items() if ref}


def _milestone(sow: Sow, number: int, *, money: bool) -> dict[str, Any]:
    milestone = sow.milestones[number]
    amount = {"amount": milestone.amount} if money and milestone.amount is not None else {}
    return {"milestone": milestone.title, "due": milestone.due, **amount}


def as_yaml(facts: Mapping[str, Any]) -> str:
    """Facts as people write them: whole numbers without a fraction, dates plain, text as typed."""
    return yaml.safe_dump(_tidy(facts), sort_keys=False, allow_unicode=True, width=120)


def _tidy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _tidy(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_tidy(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def with_facts(root: Wanted, facts: Mapping[str, Any]) -> Wanted:
    """The root issue with its facts block."""
    return replace(root, body=f"```ps-project\n{as_yaml(facts)}```")
