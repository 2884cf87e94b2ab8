"""The sample portfolio as a director would judge it: a believable mix of colours, people at work, revenue near its target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pytest

from bot.config import Settings, parse_config
from bot.demo import DEMO_CONFIG
from bot.derive.catalog import vocabulary
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived, EngagementDerived
from bot.domain.model import Portfolio
from bot.domain.vocabulary import Colour
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab
from tests.demo.hostile import make_hostile_portfolio

DAYS = [
    pytest.param((date(2026, 11, 20), "ultimate"), id="friday"),
    pytest.param((date(2027, 1, 31), "ultimate"), id="sunday-that-ends-a-quarter"),
    pytest.param((date(2028, 2, 29), "free"), id="leap-day-free"),
]


@dataclass(frozen=True)
class Judged:
    """What is derived from the sample portfolio as read over HTTP."""

    day: date
    settings: Settings
    portfolio: Portfolio

    @cached_property
    def derived(self) -> Derived:
        calendar = self.settings.work_calendar(range(self.day.year - 3, self.day.year + 4))
        return derive_portfolio(self.portfolio, self.day, self.settings, calendar, trials=1_000)

    @property
    def active(self) -> list[EngagementDerived]:
        return [e for e in self.derived.engagements if e.phase == "active"]

    def of(self, sow: int) -> EngagementDerived:
        (found,) = [e for e in self.derived.engagements if e.title.startswith(f"SOW-{sow} ")]
        return found


@pytest.fixture(scope="module", params=DAYS)
def judged(request: pytest.FixtureRequest) -> Judged:
    day, edition = request.param
    with DemoGitLab(make_hostile_portfolio(day, edition=edition), edition=edition) as gitlab:
        settings = parse_config(DEMO_CONFIG(day, gitlab.url, edition=edition), "config.yml", vocabulary())
        return Judged(day, settings, read_portfolio(GitLabClient(gitlab.url, gitlab.token), settings, today=day))


def test_everything_is_read_and_derived(judged: Judged) -> None:
    assert not judged.portfolio.failures
    assert not judged.derived.failures
    assert len(judged.derived.engagements) == 12
    assert not [e.errors for e in judged.derived.engagements if e.errors]


def test_the_colours_are_mixed(judged: Judged) -> None:
    colours = [e.status.overall for e in judged.active]
    assert len(colours) == 8
    assert 3 <= colours.count(Colour.GREEN) <= 5
    assert 1 <= colours.count(Colour.YELLOW) <= 3
    assert 2 <= colours.count(Colour.RED) <= 3


def test_the_escalated_migration_is_red_and_says_so(judged: Judged) -> None:
    jenkins = judged.of(2088)
    assert (jenkins.status.overall, jenkins.status.declared) == ("red", "red")
    assert jenkins.escalations


def test_one_is_declared_green_and_is_red(judged: Judged) -> None:
    watermelon = judged.of(2125)
    assert (watermelon.status.overall, watermelon.status.declared) == ("red", "green")
    assert "watermelon" in {risk.rule for risk in watermelon.risks}
    assert [e.title for e in judged.active if "watermelon" in {risk.rule for risk in e.risks}] == [watermelon.title]


def test_green_ones_are_on_plan(judged: Judged) -> None:
    for e in (e for e in judged.active if e.status.overall == "green" and e.status.declared is not None):
        assert 0.95 <= (e.schedule.spi or 0) <= 1.2, e.title
        assert 0.95 <= (e.budget.cpi or 0) <= 1.15, e.title
        assert e.status.declared == "green", e.title


def test_one_has_not_begun_and_does_not_alarm(judged: Judged) -> None:
    (coming,) = [e for e in judged.derived.engagements if e.phase == "not_started"]
    assert coming.status.overall in ("green", "yellow", "unknown")


def test_two_of_three_were_finished_on_time_and_on_budget(judged: Judged) -> None:
    roll_up = judged.derived.portfolio
    assert roll_up.on_time_rate == pytest.approx(2 / 3)
    assert roll_up.on_budget_rate == pytest.approx(2 / 3)


def test_people_are_billable_for_most_of_their_time(judged: Judged) -> None:
    utilisation = judged.derived.portfolio.utilisation
    assert utilisation is not None
    assert 0.62 <= utilisation <= 0.78


def test_the_forecast_is_near_the_target(judged: Judged) -> None:
    revenue = judged.derived.portfolio.revenue[_quarter(judged)]
    assert revenue.target
    assert 0.93 <= revenue.forecast / revenue.target <= 1.05


def test_a_sign_off_request_waits_for_its_silent_acceptance(judged: Judged) -> None:
    (sent,) = [a for a in judged.of(2110).acceptance if a.state == "sent"]
    assert sent.passive_on is not None
    assert sent.passive_on > judged.day


def test_hostile_titles_do_not_lead_the_reports(judged: Judged) -> None:
    first = [str(e.risks[0].message) for e in judged.derived.engagements if e.risks]
    assert not [message for message in first if any(sign in message for sign in ("<", "{{", "`", "\u202e", "@all"))]


def _quarter(judged: Judged) -> str:
    return (
        judged.settings.work_calendar(range(judged.day.year - 1, judged.day.year + 2)).fiscal_quarter(judged.day).name
    )


def test_a_team_with_custom_fields_needs_no_block(judged: Judged) -> None:
    """One engagement has its facts in GitLab's own fields, its dates on the epic, and an item with the status "Won't do"."""
    derived = judged.of(2136)
    (engagement,) = [e for e in judged.portfolio.engagements if e.ref == derived.ref]
    facts = engagement.facts
    assert (facts.customer, facts.sow, facts.billing) == (
        "Vandelay Imports & Exports",
        "SOW-2136",
        "time_and_materials",
    )
    assert (facts.hours, facts.pm, facts.value) == (280, "priya.nair", 70_000)
    assert facts.start
    assert facts.end
    assert not engagement.fact_faults
    if judged.settings.facts.fields:
        assert [(i.status, i.outcome) for i in engagement.items if i.outcome == "dropped"] == [("Won't do", "dropped")]
        assert derived.scope.removed == 1
