"""The sample portfolio: a year in the life of a Professional Services team, relative to any as-of date."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.demo import catalogue
from bot.demo.catalogue import PLANS, Script
from bot.demo.engagement import SampleEngagement, build_engagement
from bot.demo.targets import quarter_targets
from bot.domain.calendar import WorkCalendar, holiday_days
from bot.domain.yaml_text import dump_yaml
from fakegitlab.editions import Edition
from fakegitlab.entities import Project
from fakegitlab.world import World

CUSTOMERS, INTERNAL = "acme/customers", "acme/ps-internal"
REPORTS, PLAN_PROJECT = f"{INTERNAL}/ps-reports", f"{INTERNAL}/ps-plan"
BOT_TOKEN, PM_TOKEN, DIRECTOR_TOKEN = "demo-psbot-token", "demo-pm-token", "demo-director-token"
HOLIDAYS = ["US"]
FISCAL_YEAR_START = 2
LABELS = {
    "PSProject": "#9400D3", "PS RAID Log": "#36454F", "PS Risk": "#DD2B0E", "PS Action": "#1f75cb", "PS Issue": "#c77d00",
    "PS Decision": "#108548", "PS:: Priority High": "#DD2B0E", "PS:: Priority Medium": "#c77d00",
    "PS:: Priority Low": "#108548", "PSD Workflow::Not Started": "#6699cc", "Escalated": "#8B0000",
    "health::on track": "#108548", "health::needs attention": "#c77d00", "health::at risk": "#DD2B0E",
    "sentiment::happy": "#108548", "sentiment::concerned": "#c77d00", "sentiment::unhappy": "#DD2B0E",
    "severity::critical": "#8B0000", "severity::high": "#DD2B0E", "severity::medium": "#c77d00", "severity::low": "#108548",
    "change-order::proposed": "#c77d00", "change-order::approved": "#108548", "change-order::rejected": "#36454F",
    "acceptance": "#1f75cb", "acceptance::sent": "#c77d00", "acceptance::accepted": "#108548", "WE-scoping": "#c77d00",
    "work-at-risk": "#DD2B0E", "waiting::customer": "#6699cc", "non-billable": "#36454F", "ProjectWin": "#108548",
    "CustomerStory": "#108548", "llPsProcess": "#6699cc", "llProduct": "#6699cc", "llExpectation": "#6699cc",
    "RetroComplete": "#108548", "ps-monthly-summary": "#1f75cb", "ps-quarterly-rollup": "#1f75cb",
}  # fmt: skip
LABELS |= {f"{kind}::{n}": "#36454F" for kind in ("impact", "probability") for n in range(1, 6)}


@dataclass
class SamplePortfolio:
    """A world with what is known about its engagements."""

    world: World
    as_of: date
    engagements: list[SampleEngagement] = field(default_factory=list)


def build_portfolio(
    as_of: date, seed: int = 7, edition: str = "ultimate", plans: tuple[Script, ...] = PLANS
) -> SamplePortfolio:
    """The sample portfolio with its facts."""
    world = World(datetime.combine(as_of, time(18), UTC), Edition(edition))
    found = SamplePortfolio(world, as_of)
    calendar = WorkCalendar(
        holidays=holiday_days(HOLIDAYS, range(as_of.year - 2, as_of.year + 3)), fiscal_year_start=FISCAL_YEAR_START
    )
    _people_and_places(world, as_of)
    for plan in plans:
        chance = random.Random(f"{seed} {plan.sow}")  # noqa: S311 - repeatable, not secret
        found.engagements.append(build_engagement(world, plan, as_of, calendar, chance))
    return found


def make_portfolio(as_of: date, seed: int = 7, edition: str = "ultimate", plans: tuple[Script, ...] = PLANS) -> World:
    """The sample portfolio as of a date: nothing in it but plans lies after that date."""
    return build_portfolio(as_of, seed, edition, plans).world


def _people_and_places(world: World, as_of: date) -> None:
    founded = as_of - timedelta(days=400)
    acme = world.group("acme", name="ACME Professional Services", created_at=founded)
    for path, name in ((CUSTOMERS, "Customers"), (INTERNAL, "PS internal")):
        world.group(path, name=name, created_at=founded)
    for path in (REPORTS, PLAN_PROJECT):
        world.project(path, created_at=founded)
    for title, color in LABELS.items():
        world.label(acme, title, color).created_at = datetime.combine(founded, time(9), UTC)
    _staff(world, founded)
    for slug, name in catalogue.CUSTOMERS.items():
        group = world.group(f"{CUSTOMERS}/{slug}", name=name, created_at=founded)
        world.member(group, world.user(f"{slug}.contact", f"Contact at {name}", created_at=founded), "developer")


def _staff(world: World, founded: date) -> None:
    acme = world.group("acme")
    since = datetime.combine(founded, time(9), UTC)
    roles = {catalogue.DIRECTOR: "owner"} | dict.fromkeys(catalogue.PMS, "maintainer")
    roles |= dict.fromkeys((*catalogue.ARCHITECTS, *catalogue.ENGINEERS), "developer")
    for name, role in roles.items():
        world.member(acme, world.user(name, name.replace(".", " ").title(), created_at=since), role)
    for names in catalogue.PARTNERS.values():
        for name in names:
            person = world.user(name, name.replace(".", " ").title(), created_at=since)
            world.member(world.group(CUSTOMERS), person, "developer")
    bot = world.user("psbot", "PS Bot", bot=True, created_at=since)
    world.token(bot, role="reporter", at=acme, value=BOT_TOKEN)
    world.token(catalogue.PMS[0], role=None, value=PM_TOKEN, name="pm")
    world.token(catalogue.DIRECTOR, role=None, value=DIRECTOR_TOKEN, name="director")


# --- config.yml ----------------------------------------------------------------------------------------------------------


def DEMO_CONFIG(  # noqa: N802
    as_of: date,
    url: str,
    seed: int = 7,
    edition: str = "ultimate",
    csv: bool = False,
    plans: tuple[Script, ...] = PLANS,
) -> str:
    """A config.yml for the sample portfolio; `csv` names hours.csv and bookings.csv beside it."""
    engagements = build_portfolio(as_of, seed, edition, plans).engagements
    finance: dict[str, Any] = {
        "currency": "USD",
        "targets": quarter_targets(engagements, as_of),
        "tolerance": 0.05,
        "rates": {"default": 250},
    }
    if csv:
        finance |= {"timesheets": "hours.csv", "bookings": "bookings.csv"}
    config = {
        "gitlab": {"url": url},
        "portfolio": {
            "namespaces": {INTERNAL: "internal", CUSTOMERS: "customer"},
            "label": "PSProject",
            "closed_within_days": 120,
        },
        "calendar": {
            "timezone": "UTC",
            "holidays": HOLIDAYS,
            "fiscal_year_start": FISCAL_YEAR_START,
            "hours_per_day": 8,
        },
        "finance": finance,
        "reports": _reports(),
        "people": {name: {"partner": partner} for partner, names in catalogue.PARTNERS.items() for name in names},
        **({"facts": {"fields": catalogue.FIELDS}} if Edition(edition).licensed else {}),
        "engagements": {found.ref: found.private for found in engagements if found.private},
    }
    head = "# Sample configuration of the demo portfolio; every engagement's money stands here, away from customers.\n"
    return head + dump_yaml(config, width=120)


def _reports() -> dict[str, Any]:
    customer = {"enabled": True, "approval": "required", "approvers": list(catalogue.PMS)}
    return {
        "status": {"enabled": True, "day": "thu", "customer": customer},
        "portfolio": {"enabled": True, "day": "tue", "project": REPORTS},
        "monthly": {"enabled": True, "day": 1, "project": REPORTS, "labels": ["ps-monthly-summary"]},
        "quarterly": {"enabled": True, "project": REPORTS, "labels": ["ps-quarterly-rollup"]},
        "closeout": {"enabled": True},
    }


def reports_project(world: World) -> Project:
    """Where the roll-ups go."""
    return world.project(REPORTS)
