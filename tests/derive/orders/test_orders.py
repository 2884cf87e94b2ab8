"""Orders: which lines are one, who may give it, what it does, and when it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.derive import derive_portfolio
from bot.derive.decisions.orders.kinds import KINDS
from bot.derive.decisions.orders.lines import order_lines
from bot.derive.results import EngagementDerived
from bot.domain.model import Engagement, MilestoneFact, PastReport, Reply, ThreadNote
from bot.domain.vocabulary import Audience
from tests.builders import CALENDAR, DAY, REF, make_engagement, make_item, make_milestone, make_portfolio, make_settings

PM = "priya"


def engagement(**values: Any) -> Engagement:
    """Engagement whose budget is exceeded, with a late milestone."""
    facts = {"pm": PM, "hours": 10, "start": "2026-08-03", "end": "2026-12-18"}
    item = make_item(1, estimate_hours=20, spent_hours=25, milestone="Go-live")
    stands = [make_milestone("Go-live", due_date="2026-11-02"), make_milestone("Pläne")]
    made = make_engagement(items=[item], milestones=stands, facts=facts | values)
    return replace(made, facts=replace(made.facts, milestones=(MilestoneFact("Go-live"),)))


def told(*lines: str, by: str = PM, at: date = DAY - timedelta(days=2)) -> list[Reply]:
    noon = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    return [Reply(by, line, noon + timedelta(minutes=n), ThreadNote(n + 1)) for n, line in enumerate(lines)]


def derive(
    *lines: str,
    kind: str = "status",
    of: str | None = REF,
    audience: Audience = Audience.INTERNAL,
    day: date = DAY,
    **who: Any,
) -> EngagementDerived:
    past = PastReport(kind, audience, "2026-W47", of, {}, replies=tuple(told(*lines, **who)))
    settings = make_settings(orders={"by": ["dana.director"]})
    made = derive_portfolio(make_portfolio(engagement()), day, settings, CALENDAR, past=[past], forecast=False)
    return made.engagements[0]


def states(derived: EngagementDerived) -> list[str]:
    return [entry.state for entry in derived.orders]


def test_a_line_that_begins_with_psbot_is_an_order() -> None:
    text = 'Thanks!\npsbot undo\n\n- Psbot: approve\n- other\n\npsbot sent "A *b* c" 2026-01-02'
    assert order_lines(text) == ("undo", "approve", 'sent "A *b* c" 2026-01-02')


@pytest.mark.parametrize(
    "text",
    [
        "> psbot undo",
        "> quoted\npsbot undo",
        "```\npsbot undo\n```",
        "    psbot undo",
        "`psbot undo`",
        ">>>\npsbot undo\n>>>",
        "<!-- psbot undo -->",
        "<!--\npsbot undo\n-->",
        "I told psbot undo",
        "psbotics undo",
        "psbot undo\n\n<!-- psbot:1 kind=status audience=internal -->",
        "psbot undo " + "x" * 30_000,
    ],
)
def test_quotes_code_comments_and_copies_are_none(text: str) -> None:
    assert order_lines(text) == ()


@given(st.text(max_size=200))
def test_any_comment_can_be_read(text: str) -> None:
    for line in order_lines(f"psbot {text}"):
        assert "\n" not in line


def test_a_muted_risk_is_folded_away_with_reason_author_and_end() -> None:
    assert "budget-exceeded" in {risk.rule for risk in derive().risks}
    muted = derive("psbot mute budget-exceeded until 2026-12-20: waiting for the signature")
    assert "budget-exceeded" not in {risk.rule for risk in muted.risks}
    [folded] = muted.muted
    assert (folded.risk.rule, folded.by, folded.until, folded.reason) == (
        "budget-exceeded", PM, date(2026, 12, 20), "waiting for the signature",
    )  # fmt: skip


def test_a_mute_without_a_date_holds_thirty_days_from_the_day_it_was_given() -> None:
    for days, is_muted in ((30, True), (31, False)):
        derived = derive("psbot mute budget-exceeded: known", at=DAY - timedelta(days=days))
        assert bool(derived.muted) is is_muted
        assert states(derived) == ["obeyed" if is_muted else "expired"]


def test_the_pms_colour_is_published_and_the_computed_one_kept() -> None:
    plain = derive()
    derived = derive("psbot colour overall green until 2026-12-01: agreed", "psbot color budget yellow")
    assert (derived.status.overall, derived.status.budget.rag) == ("green", "yellow")
    assert derived.status.overrides["budget"].computed == plain.status.budget.rag
    assert derived.status.overrides["overall"].computed == plain.status.overall


def test_the_last_colour_counts_and_the_computed_one_stays_the_computed_one() -> None:
    derived = derive("psbot colour budget green", "psbot colour budget yellow")
    assert derived.status.budget.rag == "yellow"
    assert derived.status.overrides["budget"].computed == derive().status.budget.rag


def test_sign_off_dates_are_taken_by_order() -> None:
    [acceptance] = [a for a in derive('psbot sent "go-live" 2026-11-10').acceptance if a.milestone == "Go-live"]
    assert acceptance.sent == date(2026, 11, 10)
    [acceptance] = [a for a in derive("psbot accepted “Go-live” 2026-11-12").acceptance if a.milestone == "Go-live"]
    assert acceptance.accepted_on == date(2026, 11, 12)


def test_a_managers_forecast_stands_beside_the_computed_one() -> None:
    derived = derive(
        "psbot finish 2027-01-15: team says so", "psbot revenue fy27-q4 $120,000", "psbot finish 2027-01-20"
    )
    assert [(m.what, m.value) for m in derived.manager] == [("FY27-Q4", 120000.0), ("finish", date(2027, 1, 20))]


def test_a_cause_is_kept_with_its_words() -> None:
    [cause] = derive('psbot cause "Go-live" third-party: the firewall vendor').causes
    assert (cause.milestone, cause.cause, cause.text) == ("Go-live", "third party", "the firewall vendor")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("psbot mute budget-exceded", "Did you mean 'budget-exceeded'"),
        ("psbot mute budget-exceeded until tomorrow: x", "not a date"),
        ("psbot mute budget-exceeded until 2026-02-30", "not a date"),
        ("psbot colour schedule pink", "green, yellow or red"),
        ('psbot sent "Go-alive" 2026-11-10', "Go-live"),
        ('psbot sent "Go-live" 2027-11-10', "has not come yet"),
        ("psbot sent Go-live 2026-11-10", "in quotes"),
        ('psbot cause "Go-live" aliens: x', "client, internal"),
        ("psbot revenue Q4 120000", "fiscal quarter"),
        ("psbot revenue FY27-Q4 lots", "not an amount"),
        ("psbot undo", "no order of yours"),
        ("psbot dance", "not an order"),
        ("psbot", "not an order"),
    ],
)
def test_what_is_not_understood_says_why(line: str, why: str) -> None:
    derived = derive(line)
    assert states(derived) == ["refused"]
    assert why in derived.orders[0].why


def test_only_the_pm_the_approvers_and_the_named_may_order() -> None:
    assert states(derive("psbot mute budget-exceeded", by="mallory")) == ["refused"]
    assert not derive("psbot mute budget-exceeded", by="mallory").muted
    assert states(derive("psbot mute budget-exceeded", by="Dana.Director")) == ["obeyed"]


def test_undo_takes_the_authors_last_order_back() -> None:
    derived = derive("psbot mute budget-exceeded", "psbot colour overall green", "psbot undo")
    assert states(derived) == ["obeyed", "expired", "obeyed"]
    assert derived.muted
    assert "overall" not in derived.status.overrides
    assert not derive("psbot mute budget-exceeded", "psbot undo").muted


def test_on_a_roll_up_an_order_names_the_engagement() -> None:
    assert derive(f"psbot {REF} mute budget-exceeded", kind="portfolio", of=None).muted
    assert derive(f"psbot mute budget-exceeded {REF}: known", kind="monthly", of=None).muted
    assert derive("psbot mute budget-exceeded", kind="portfolio", of=None).orders == ()
    assert derive(f"psbot {REF}0 mute budget-exceeded", kind="portfolio", of=None).orders == ()


def test_a_customers_place_takes_no_orders() -> None:
    assert derive("psbot mute budget-exceeded", audience=Audience.CUSTOMER).orders == ()


def test_what_was_ordered_later_is_not_known_on_an_earlier_day() -> None:
    assert derive("psbot mute budget-exceeded", day=DAY - timedelta(days=3)).orders == ()
    assert replace(derive(), orders=()) == derive()


def test_every_kind_of_order_explains_itself() -> None:
    for kind in KINDS.values():
        assert kind.usage.startswith(f"psbot {kind.word}")
        assert kind.meaning
