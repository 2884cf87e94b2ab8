"""The sample portfolio: the same for the same date, never in the future, with all that a director would look for."""

from __future__ import annotations

import csv
import io
import re
import statistics
from collections.abc import Iterator
from datetime import date, datetime

import pytest
import yaml

from bot.config import parse_config
from bot.demo import DEMO_CONFIG
from bot.demo.large import LARGE_CONFIG, make_large
from bot.demo.portfolio import SamplePortfolio, build_portfolio, make_portfolio
from bot.demo.timesheets import make_bookings, make_timesheets
from bot.derive.catalog import vocabulary
from fakegitlab import DemoGitLab
from fakegitlab.world import World
from tests.demo.hostile import make_hostile_portfolio

DAYS = [date(2026, 11, 20), date(2025, 2, 28), date(2028, 2, 29), date(2031, 1, 1)]
FENCE = re.compile(r"^```(ps-[a-z-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def moments(world: World) -> Iterator[datetime | None]:
    for item in world.items.values():
        yield from (item.created_at, item.updated_at, item.closed_at)
        yield from (note.created_at for note in item.notes)
        yield from (event.created_at for event in item.events)
        yield from (log.spent_at for log in item.timelogs)
    for stone in world.milestones.values():
        yield from (stone.created_at, stone.updated_at)
    for space in world.paths.values():
        yield space.created_at
    yield from (label.created_at for label in world.labels.values())
    yield from (link.created_at for link in world.links.values())


def listing(world: World) -> list[str]:
    return [f"{i.reference} {i.title} {i.state} {i.due_date} {i.closed_at} {i.label_titles()} {i.time_spent} {i.description}"
            for i in world.items.values()]  # fmt: skip


@pytest.mark.parametrize("as_of", DAYS)
@pytest.mark.parametrize("edition", ["ultimate", "free"])
def test_nothing_but_plans_lies_after_the_date(as_of: date, edition: str) -> None:
    world = make_portfolio(as_of, edition=edition)
    assert all(found is None or found.date() <= as_of for found in moments(world))
    assert max(found for found in moments(world) if found) <= world.now
    for item in world.items.values():
        assert item.closed_at is None or item.closed_at >= item.created_at
        assert all(event.created_at >= item.created_at for event in item.events), item.title
        assert all(log.spent_at.date() >= item.created_at.date() for log in item.timelogs)


def test_the_same_date_and_seed_give_the_same_world() -> None:
    first, again, other = (listing(make_portfolio(DAYS[0], seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


@pytest.fixture(scope="module")
def portfolio() -> SamplePortfolio:
    return build_portfolio(DAYS[0])


def test_what_a_director_would_look_for(portfolio: SamplePortfolio) -> None:
    plans = [made.plan for made in portfolio.engagements]
    assert len(plans) == 12
    assert len({plan.customer for plan in plans}) == 6
    assert {plan.billing for plan in plans} == {"time_and_materials", "fixed_price", "milestone"}
    assert len({plan.partner for plan in plans} - {None}) == 2
    closed = [made for made in portfolio.engagements if made.root and made.root.state == "closed"]
    assert len(closed) == 3
    everything = {label for item in portfolio.world.items.values() for label in item.label_titles()}
    assert everything >= {
        "PSProject", "PS Risk", "PS Action", "PS Issue", "PS Decision", "Escalated", "severity::high", "acceptance::sent",
        "acceptance::accepted", "change-order::proposed", "change-order::approved", "waiting::customer", "WE-scoping",
        "work-at-risk", "ProjectWin", "llPsProcess", "RetroComplete", "sentiment::unhappy", "health::at risk",
    }  # fmt: skip
    slipped = [
        note
        for item in portfolio.world.items.values()
        for note in item.notes
        if note.action == "start_date_or_due_date"
    ]
    assert len(slipped) > 5
    assert any(link.kind == "blocks" for link in portfolio.world.links.values())


def test_a_passive_acceptance_is_running(portfolio: SamplePortfolio) -> None:
    sent = [item for item in portfolio.world.items.values() if "acceptance::sent" in item.label_titles()]
    dates = [max(e.created_at.date() for e in item.events if e.kind == "label") for item in sent]
    assert any((DAYS[0] - day).days == 3 for day in dates)


def test_facts_are_yaml_and_customers_see_no_money(portfolio: SamplePortfolio) -> None:
    blocks = [(item, found[1], yaml.safe_load(found[2])) for item in portfolio.world.items.values()
              for found in FENCE.finditer(item.description)]  # fmt: skip
    assert {name for _item, name, _facts in blocks} == {"ps-project", "ps-risk", "ps-change-order"}
    for item, _name, facts in blocks:
        visible = item.namespace.full_path.startswith("acme/customers")
        assert not (visible and {"value", "rate", "amount", "milestones"} & set(facts)), item.reference


@pytest.mark.parametrize("edition", ["ultimate", "free", "ce"])
def test_the_config_names_what_is_there(edition: str) -> None:
    config = yaml.safe_load(DEMO_CONFIG(DAYS[0], "http://127.0.0.1:1", edition=edition))
    world = make_portfolio(DAYS[0], edition=edition)
    assert config["gitlab"]["url"] == "http://127.0.0.1:1"
    for reference, facts in config["engagements"].items():
        for name in (reference, facts["internal"], facts["customer_channel"]):
            assert world.find_reference(name) is not None
        stones = {stone.title for stone in world.milestones.values()}
        assert {entry["milestone"] for entry in facts["milestones"]} <= stones
    for report in ("portfolio", "monthly", "quarterly"):
        assert world.find_project(config["reports"][report]["project"])
    if edition != "ultimate":
        assert not world.epics


def test_the_config_is_valid() -> None:
    parse_config(DEMO_CONFIG(DAYS[0], "http://127.0.0.1:1"), "config.yml", vocabulary())


def test_there_are_targets_for_the_running_quarter_and_the_one_before() -> None:
    config = yaml.safe_load(DEMO_CONFIG(DAYS[0], "http://127.0.0.1:1"))
    targets = config["finance"]["targets"]
    assert list(targets) == ["FY27-Q3", "FY27-Q4"]
    assert all(100_000 < target < 1_500_000 for target in targets.values())


def test_nobody_works_more_than_a_week_has_or_on_days_of_rest(portfolio: SamplePortfolio) -> None:
    weeks: dict[tuple[str, tuple[int, int]], float] = {}
    for made in portfolio.engagements:
        for log in (log for item in made.work for log in item.timelogs):
            day = log.spent_at.date()
            assert made.calendar.is_working_day(day)
            key = log.user.username, day.isocalendar()[:2]
            weeks[key] = weeks.get(key, 0.0) + log.seconds / 3600
    assert max(weeks.values()) <= 50
    assert 20 < statistics.mean(weeks.values()) < 36


def test_nobody_is_booked_beyond_their_time() -> None:
    booked: dict[tuple[str, str], int] = {}
    for row in csv.DictReader(io.StringIO(make_bookings(DAYS[0]))):
        key = row["user"], row["week"]
        booked[key] = booked.get(key, 0) + int(row["hours"])
    assert 24 < max(booked.values()) <= 40


def test_timesheets_and_bookings_are_csv() -> None:
    hours = list(csv.DictReader(io.StringIO(make_timesheets(DAYS[0]))))
    assert list(hours[0]) == ["engagement", "user", "date", "hours", "billable", "approved", "item"]
    assert all(date.fromisoformat(row["date"]) <= DAYS[0] and float(row["hours"]) > 0 for row in hours)
    booked = list(csv.DictReader(io.StringIO(make_bookings(DAYS[0]))))
    assert {row["kind"] for row in booked} == {"hard", "soft"}
    assert all(re.fullmatch(r"\d{4}-W\d\d", row["week"]) for row in booked)


def test_a_large_portfolio_has_the_size_asked_for() -> None:
    world = make_large(engagements=50, items=5_000)
    assert len(world.items) == 5_050
    assert yaml.safe_load(LARGE_CONFIG("http://x"))["portfolio"]["label"] == "PSProject"


def test_the_demo_serves_its_portfolio() -> None:
    with DemoGitLab(make_portfolio(DAYS[0])) as gitlab:
        assert gitlab.token == "demo-psbot-token"
        assert gitlab.url.startswith("http://127.0.0.1:")
        assert gitlab.errors == []


def test_the_showcase_has_plain_titles_and_the_tests_have_hostile_ones() -> None:
    plain, hostile = (
        [i.title for i in make(DAYS[0]).items.values()] for make in (make_portfolio, make_hostile_portfolio)
    )
    odd = re.compile(r"[<>{}`|@\\\u202a-\u202e]|^/|\]\(")
    assert not [title for title in plain if odd.search(title)]
    assert len([title for title in hostile if odd.search(title)]) > 10
    assert len(plain) == len(hostile)
