"""A big portfolio for benchmarks, built in seconds."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

import yaml

from fakegitlab.editions import Edition
from fakegitlab.entities import Item, Project
from fakegitlab.world import World

PEOPLE = 60
HOUR = 3600
ITEMS_A_CUSTOMER = 5


def make_large(
    engagements: int = 200,
    items: int = 20_000,
    seed: int = 7,
    as_of: date = date(2026, 11, 20),
    edition: str = "ultimate",
) -> World:
    """`engagements` engagements with `items` issues between them; a config is `LARGE_CONFIG`."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    world = World(datetime.combine(as_of, time(18), UTC), Edition(edition))
    acme = world.group("acme", created_at=as_of - timedelta(days=500))
    for title in ("PSProject", "PS Risk", "PS RAID Log", "waiting::customer"):
        world.label(acme, title)
    world.project("acme/ps-internal/ps-reports")
    people = [f"engineer{number:02d}" for number in range(PEOPLE)]
    for name in people:
        world.member(acme, name)
    world.token(role="reporter", at=acme, value="demo-psbot-token")
    share, rest = divmod(items, engagements)
    for number in range(engagements):
        _engagement(world, number, share + (number < rest), chance, as_of, people)
    return world


def _engagement(world: World, number: int, count: int, chance: random.Random, as_of: date, people: list[str]) -> None:
    place = f"acme/customers/customer-{number // ITEMS_A_CUSTOMER:03d}"
    project = world.project(f"{place}/project-{number:03d}")
    start = as_of - timedelta(days=chance.randrange(30, 240))
    end = start + timedelta(days=chance.randrange(120, 260))
    hours = count * 8
    facts = {"customer": place.rpartition("/")[2], "sow": f"SOW-{3000 + number}", "billing": "time_and_materials"}
    text = yaml.safe_dump({**facts, "hours": hours, "value": hours * 250, "start": start, "end": end}, sort_keys=False)
    fields = {"labels": ["PSProject"], "created_at": start, "description": f"```ps-project\n{text}```"}
    title = f"SOW-{3000 + number} Engagement {number}"
    licensed = world.edition.licensed
    root = world.epic(world.group(place), title, **fields) if licensed else world.issue(project, title, **fields)
    for piece in range(4):
        world.milestone(project, f"Phase {piece + 1}", start + (end - start) * (piece + 1) / 4, created_at=start)
    for piece in range(count):
        _item(world, project, root, piece / count, chance, (start, end, as_of), chance.choice(people))


def _item(
    world: World,
    project: Project,
    root: Item,
    share: float,
    chance: random.Random,
    dates: tuple[date, date, date],
    person: str,
) -> None:
    start, end, as_of = dates
    due = start + (end - start) * share
    size = chance.choice((4, 8, 8, 16))
    item = world.issue(
        project, f"Work package {len(project.items) + 1}", created_at=start, due_date=due, assignees=[person],
        estimate=size * HOUR, weight=chance.choice((1, 2, 3, 5)), milestone=project.milestones[min(3, int(share * 4))],
        parent=root if root.is_epic else None, description="What is to be done, in two sentences. And how we know.",
    )  # fmt: skip
    done = due + timedelta(days=chance.randrange(-5, 12))
    if start <= done < as_of:
        world.timelog(item, person, size * chance.uniform(0.7, 1.3), done)
        world.close(item, done)


def LARGE_CONFIG(url: str) -> str:  # noqa: N802
    """A config.yml for it."""
    places = {"acme/ps-internal": "internal", "acme/customers": "internal"}
    config = {"gitlab": {"url": url}, "portfolio": {"namespaces": places, "label": "PSProject"}}
    reports = {"portfolio": {"enabled": True, "project": "acme/ps-internal/ps-reports"}}
    return yaml.safe_dump(config | {"reports": reports}, sort_keys=False)
