"""SOW × config → what shall stand in GitLab, and then the steps to it. Pure.

Every issue that is made carries a hidden line with the SOW's number and its part, by which a later run knows it again,
whatever its title has become. What stands is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from bot.config import Settings
from bot.config.sow import EngagementTemplate, Sow
from bot.domain.frozen import frozen
from bot.domain.yaml_text import dump_yaml


class WantedKind(StrEnum):
    """What is made in GitLab for a sold engagement."""

    GROUP = "group"
    PROJECT = "project"
    LABEL = "label"
    MILESTONE = "milestone"
    ISSUE = "issue"
    EPIC = "epic"


class SetUpAction(StrEnum):
    """Whether it is made, or stands already."""

    CREATE = "create"
    KEEP = "keep"


TITLE = 255
"""GitLab takes no longer title."""
RESERVE = 0.15
"""So much of the sold hours is kept for what nobody foresees."""
MONEY = ("value", "rate", "currency")
_MARK = re.compile(r"<!-- psbot-new ([0-9a-zA-Z._~%-]+) ([\w-]+) -->")
_UNSAFE = re.compile(r"[^0-9a-zA-Z._~-]")


@frozen
class Wanted:
    """One thing that shall stand. `place` is the path that holds it (of a group or project: its own).

    `key`: by what an issue or epic is known again; `part`: what it is in its engagement.
    """

    kind: WantedKind
    place: str
    title: str
    part: str = ""
    key: str = ""
    body: str = ""
    labels: tuple[str, ...] = ()
    milestone: str | None = None
    due: date | None = None
    assignee: str | None = None


@frozen
class Found:
    """What stands in one group or project. `items`: iid by key, of those that an earlier run made."""

    exists: bool = False
    labels: frozenset[str] = frozenset()
    milestones: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)


@frozen
class SetUpStep:
    """Make one thing, or leave it because it stands."""

    action: SetUpAction
    wanted: Wanted


def mark(sow: str, part: str) -> str:
    """The hidden line of an issue that was made for a SOW."""
    return f"<!-- psbot-new {_UNSAFE.sub(lambda m: f'~{ord(m[0]):X}', sow)} {part} -->"


def keys_of(description: str) -> Iterator[str]:
    """The keys that a text bears: whose issue or epic it is, of which SOW."""
    yield from (match[0] for match in _MARK.finditer(description))


def wanted_of(sow: Sow, settings: Settings, template: EngagementTemplate | None) -> tuple[Wanted, ...]:
    """All that shall stand, in the order in which it is made: what others refer to comes first."""
    found = (*_places(sow, settings), *_plan_of_record(sow, settings), *_first_items(sow, template))
    return tuple(replace(one, key=mark(sow.sow, one.part)) if one.part else one for one in found)


def _places(sow: Sow, settings: Settings) -> Iterator[Wanted]:
    groups = (*_groups_above(sow.project), *((*_groups_above(sow.group), sow.group) if sow.group else ()))
    for group in dict.fromkeys(groups):
        own = group in (sow.group, sow.project.rpartition("/")[0])
        yield Wanted(WantedKind.GROUP, group, sow.customer if own else group.rpartition("/")[2])
    yield Wanted(WantedKind.PROJECT, sow.project, sow.name)
    labels = settings.labels
    yield Wanted(WantedKind.LABEL, sow.home, settings.portfolio.label)
    for name in (labels.raid.log, *((labels.acceptance.item,) if sow.milestones else ())):
        yield Wanted(WantedKind.LABEL, sow.project, name)
    if sow.internal:
        yield Wanted(
            WantedKind.ISSUE,
            sow.internal,
            f"Status: {sow.name}"[:TITLE],
            "internal",
            body="psbot's weekly status of this engagement.",
        )
    if sow.customer_channel:
        title = f"Weekly status: {sow.name}"[:TITLE]
        yield Wanted(WantedKind.ISSUE, sow.project, title, "channel", body="Your weekly status stands here.")


def _groups_above(path: str) -> Iterator[str]:
    """The groups that hold a path, from the top on; the top group itself can't be made."""
    parts = path.split("/")[:-1]
    for depth in range(2, len(parts) + 1):
        yield "/".join(parts[:depth])


def _plan_of_record(sow: Sow, settings: Settings) -> Iterator[Wanted]:
    for milestone in sow.milestones:
        yield Wanted(WantedKind.MILESTONE, sow.project, milestone.title, due=milestone.due)
    label = (settings.portfolio.label,)
    yield Wanted(
        WantedKind.EPIC if sow.group else WantedKind.ISSUE, sow.home, sow.name[:TITLE], "root",
        labels=label, due=sow.end, assignee=sow.pm,
    )  # fmt: skip
    raid = "Risks, actions, issues and decisions of this engagement; each is an issue of its own with its label."
    title = f"RAID log: {sow.name}"[:TITLE]
    yield Wanted(WantedKind.ISSUE, sow.project, title, "raid", body=raid, labels=(settings.labels.raid.log,))
    for number, milestone in enumerate(sow.milestones, 1):
        if milestone.amount is not None:
            yield Wanted(
                WantedKind.ISSUE, sow.project, f"Acceptance: {milestone.title}"[:TITLE], f"acceptance-{number}",
                body=f"The customer's acceptance of the milestone {_quoted(milestone.title)}.",
                labels=(settings.labels.acceptance.item,), milestone=milestone.title, due=milestone.due,
            )  # fmt: skip


def _quoted(text: str) -> str:
    """Text of a file inside a description: it starts no quick action and mentions nobody."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


def _first_items(sow: Sow, template: EngagementTemplate | None) -> Iterator[Wanted]:
    """The template's items; one without a milestone of its own belongs to the first that is due after it."""
    share = _scale(sow, template)
    for number, item in enumerate(template.items if template else (), 1):
        due = None if item.at is None else sow.start + timedelta(days=round((sow.end - sow.start).days * item.at))
        known = {m.title.casefold(): m.title for m in sow.milestones}
        named = known.get((item.milestone or "").casefold())
        later = [m for m in sorted(sow.milestones, key=lambda m: m.due) if due is not None and due <= m.due]
        milestone = named or (later[0].title if later else None)
        body = f"/estimate {max(0.5, round(item.estimate * share * 2) / 2):g}h" if item.estimate else ""
        yield Wanted(
            WantedKind.ISSUE, sow.project, item.title, f"item-{number}",
            body=body, labels=item.labels, milestone=milestone, due=due,
        )  # fmt: skip


def _scale(sow: Sow, template: EngagementTemplate | None) -> float:
    """A template says how the hours are spread; how many there are says the SOW."""
    total = sum(item.estimate or 0 for item in template.items) if template else 0
    return sow.hours * (1 - RESERVE) / total if sow.hours and total else 1.0


def steps_of(wanted: Sequence[Wanted], found: Mapping[str, Found]) -> tuple[SetUpStep, ...]:
    """What is missing is made, what stands is kept."""
    return tuple(
        SetUpStep(SetUpAction.KEEP if _stands(one, found.get(one.place, Found())) else SetUpAction.CREATE, one)
        for one in wanted
    )


def _stands(one: Wanted, there: Found) -> bool:
    match one.kind:
        case WantedKind.GROUP | WantedKind.PROJECT:
            return there.exists
        case WantedKind.LABEL:
            return one.title.casefold() in {name.casefold() for name in there.labels}
        case WantedKind.MILESTONE:
            return one.title in there.milestones
    return one.key in there.items


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
    if sow.group:
        facts["work"] = [sow.project]
    places = {"internal": internal, "customer_channel": channel}
    return facts | {key: ref for key, ref in places.items() if ref}


def _milestone(sow: Sow, number: int, *, money: bool) -> dict[str, Any]:
    milestone = sow.milestones[number]
    amount = {"amount": milestone.amount} if money and milestone.amount is not None else {}
    return {"milestone": milestone.title, "due": milestone.due, **amount}


def as_yaml(facts: Mapping[str, Any]) -> str:
    """Facts as people write them: whole numbers without a fraction, dates plain, text as typed."""
    return dump_yaml(tidy(facts), width=10**6)


def tidy(value: Any) -> Any:
    """Plain values that YAML writes as people do."""
    if isinstance(value, Mapping):
        return {key: tidy(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(inner) for inner in value]
    if isinstance(value, StrEnum):
        return str(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def with_facts(root: Wanted, facts: Mapping[str, Any]) -> Wanted:
    """The root with its facts block; a value can't end the fence."""
    text = as_yaml(facts)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return replace(root, body=f"{fence}ps-project\n{text}{fence}")
