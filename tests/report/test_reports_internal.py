"""What the internal reports promise beyond their wording."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.derive import results as r
from bot.derive.decisions.due import Due
from bot.domain.calendar import week_of
from bot.domain.errors import ConfigError
from bot.domain.model import PastReport, Reply
from bot.domain.vocabulary import Audience, Colour, ForecastBasis, ItemState, RiskSource, Severity
from bot.report import ReportContext, make_documents
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, IssueTarget, NoteTarget
from bot.report.environment import Templates
from bot.report.parts.movement import is_lesson
from bot.report.sample import (
    DAY,
    DONE,
    EMPTY_ONE,
    RED,
    WORK,
    YELLOW,
    sample_context,
    sample_derived,
    sample_dues,
    sample_settings,
)
from bot.report.site.page_names import page_names
from bot.report.text.wording import load_words

DUES = {due.kind: due for due in sample_dues()}
TEMPLATES = Templates(load_words("en_US", "USD"))


def context(**changes: object) -> ReportContext:
    return dataclasses.replace(sample_context(TEMPLATES, sample_settings()), **changes)  # type: ignore[arg-type]


def status(ref: str = RED, due: Due = DUES["status"], **changes: object) -> Document:
    made = make_documents(due, context(**changes))
    assert made.faults == ()
    return next(d for d in made.documents if d.audience == "internal" and d.engagement == ref)


def said(week: str, rag: Colour, **more: Any) -> PastReport:
    colours = dict.fromkeys(("overall", "schedule", "scope", "budget"), rag)
    return PastReport("status", Audience.INTERNAL, week, RED, {"v": 1, "status": colours, **more})


def weekly(day: date) -> Due:
    return Due("status", week_of(day), day)


# -- the weekly status


def test_every_running_engagement_gets_a_status_and_a_complete_one_none() -> None:
    documents = make_documents(DUES["status"], context()).documents
    assert [d.engagement for d in documents if d.audience == "internal"] == [RED, YELLOW, EMPTY_ONE]


def test_an_engagement_that_completed_since_the_last_status_gets_its_last_one() -> None:
    due = weekly(date(2026, 11, 5))
    assert DONE in [d.engagement for d in make_documents(due, context()).documents]
    assert "Completed on **Oct 30, 2026**, the day the SOW ends." in status(DONE, due).body


def test_the_status_goes_to_the_internal_target_else_to_the_engagement() -> None:
    assert status(RED).target == NoteTarget(RED)
    portfolio = context().portfolio
    moved = dataclasses.replace(portfolio.engagements[0].facts, internal="acme/ps-internal/x#9")
    engagements = (dataclasses.replace(portfolio.engagements[0], facts=moved), *portfolio.engagements[1:])
    assert status(portfolio=dataclasses.replace(portfolio, engagements=engagements)).target == NoteTarget(
        "acme/ps-internal/x#9"
    )


def test_the_colours_are_those_of_the_facts_whatever_was_said_before() -> None:
    for before in (Colour.RED, Colour.GREEN):
        assert status(past=(said("2026-W46", before),)).payload["status"]["schedule"] == "yellow"


def test_the_trend_is_what_the_facts_of_each_week_say() -> None:
    assert "**Overall 🟢🟢🟢🟢🟡 🟡 Yellow**" in status(past=(said("2026-W45", Colour.RED),)).body


def test_a_colour_that_one_reading_did_not_turn_says_what_today_says() -> None:
    def derive(day: date) -> r.Derived:
        found = sample_derived(day)
        first, *others = found.engagements
        held = dataclasses.replace(first.status.budget, signal=Colour.RED)
        first = dataclasses.replace(first, status=dataclasses.replace(first.status, budget=held))
        return dataclasses.replace(found, engagements=(first, *others))

    assert "Today's figures alone say 🔴 Red" in status(derive=derive).body


def test_next_steps_are_overdue_and_due_work_blocked_ones_last() -> None:
    assert status().payload["posted"]["next_steps"] == [f"{WORK}#12", f"{WORK}#14", f"{WORK}#15", f"{WORK}#13"]


def test_last_weeks_next_steps_are_told_done_or_not() -> None:
    body = status().body
    assert "Last week's next steps: 1 of 2 done." in body
    assert "Not done" not in body, "what stands among the next steps, overdue, is not told twice"


def test_without_a_last_report_its_next_steps_are_replayed() -> None:
    assert "Last week's next steps: 1 of 4 done." in status(past=()).body


def test_a_payload_of_another_shape_is_no_failure() -> None:
    assert status(
        past=(PastReport("status", Audience.INTERNAL, "2026-W46", RED, {"status": 7, "next_steps": "x"}),)
    ).body


def test_the_as_of_line_stands_in_the_body_once() -> None:
    for kind in ("status", "portfolio", "monthly", "quarterly", "closeout"):
        for document in make_documents(DUES[kind], context()).documents:
            assert document.body.count(document.as_of_line) == 1, document.key


def ageing(day: date) -> r.Derived:
    """The sample with a risk that is a day older every day, and a forecast that moves, as real ones do."""
    derived = sample_derived(DAY)
    risk = r.Risk(
        "old", RiskSource.DERIVED, Severity.HIGH, f"open since {day.toordinal()} days", (f"{WORK}#12",), "close it"
    )
    finish = r.Forecast(
        r.Quantiles(*[day + timedelta(days=n) for n in (10, 20, 30, 40)]), basis=ForecastBasis.THROUGHPUT
    )
    aged = tuple(dataclasses.replace(e, risks=(risk,), forecast=finish) for e in derived.engagements)
    return dataclasses.replace(derived, as_of=day, engagements=aged)


@pytest.mark.parametrize("kind", ["status", "portfolio"])
def test_a_new_day_alone_is_no_change(kind: str) -> None:
    def made(days: int, stands: dict[object, str]) -> tuple[Document, ...]:
        seen = context(derive=ageing, stands=lambda d: stands.get(d.key, ""))
        return make_documents(Due(kind, week_of(DAY), DAY + timedelta(days=days)), seen).documents

    today = made(0, {})
    later = made(3, {d.key: d.fingerprint for d in today})
    assert [d.body for d in today] != [d.body for d in later]
    assert [d.fingerprint for d in today] == [d.fingerprint for d in later]
    assert all(d.fingerprint for d in today)


def test_a_closed_item_is_a_change() -> None:
    portfolio = context().portfolio
    first = portfolio.engagements[0]
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    items = tuple(
        dataclasses.replace(i, state=ItemState.CLOSED, closed_at=at) if i.ref == f"{WORK}#12" else i
        for i in first.items
    )
    closed = dataclasses.replace(
        portfolio, engagements=(dataclasses.replace(first, items=items), *portfolio.engagements[1:])
    )
    due = weekly(date(2026, 11, 22))
    before, after = (status(due=due, derive=ageing, portfolio=now) for now in (portfolio, closed))
    assert before.fingerprint != after.fingerprint


def test_links_refer_to_nothing_and_nobody_is_mentioned() -> None:
    body = status().body
    links = re.findall(r"\]\((https?://[^)]+)\)", body)
    assert links
    assert all(url.endswith("#") for url in links)
    plain = re.sub(r"`[^`]*`|```.*?```", "", re.sub(r"\]\([^)]*\)", "]", body), flags=re.S)
    assert not re.search(r"(?<!\\)@\w|(?<![\\\w&])#\d", plain)


def test_what_could_not_be_read_is_named() -> None:
    assert "group/secret\\#4: 404 Not Found" in status().body
    assert "acme/customers/soylent" in make_documents(DUES["portfolio"], context()).documents[0].body


def test_pm_notes_have_their_place_in_every_internal_report() -> None:
    for kind in ("status", "portfolio", "monthly", "quarterly", "closeout"):
        for document in make_documents(DUES[kind], context()).documents:
            if document.audience == "internal":
                inside = document.body.split(PM_NOTES_START)[1].split(PM_NOTES_END)[0]
                assert inside.strip() == ""


def test_the_payload_is_versioned_and_plain() -> None:
    payload = status().payload
    assert payload["v"] == 1
    assert payload["finish"] == {"p50": "2026-12-11", "p80": "2026-12-16"}
    assert payload["forecast"]["FY27-Q4"] == {"actual": 0, "forecast": 140_000, "low": 0, "high": 140_000}
    assert payload["progress"] == 0.4
    assert "overdue" in payload["risks"]


# -- roll-ups


def test_portfolio_is_worst_first() -> None:
    body = make_documents(DUES["portfolio"], context()).documents[0].body
    assert body.index("Initech") < body.index("Northwind") < body.index("Untitled")


def portfolio_body(change: Callable[[date, r.EngagementDerived], r.EngagementDerived]) -> str:
    """The portfolio report with the first engagement's derivation changed."""

    def derive(day: date) -> r.Derived:
        found = sample_derived(day)
        first, *others = found.engagements
        return dataclasses.replace(found, engagements=(change(day, first), *others))

    due = dataclasses.replace(DUES["portfolio"], as_of=date(2026, 11, 20))
    return make_documents(due, context(derive=derive, past=())).documents[0].body


def with_status(found: r.EngagementDerived, rag: Colour, **more: Any) -> r.EngagementDerived:
    colour = r.Rag(rag, ())
    status = dataclasses.replace(found.status, overall=rag, schedule=colour, scope=colour, budget=colour)
    return dataclasses.replace(found, status=status, escalations=(), raid=(), **more)


@pytest.mark.parametrize("sees_it_worse", [True, False])
def test_a_green_engagement_whose_customer_is_not_happy_is_not_told_as_needing_nothing(sees_it_worse: bool) -> None:
    mood = r.Risk(
        "sentiment-worse", RiskSource.DERIVED, Severity.MEDIUM, "The customer is concerned.", (RED,), "Call them."
    )
    other = r.Risk("stale-items", RiskSource.DERIVED, Severity.HIGH, "Nothing moves.", (RED,), "Ask.")
    risks = (other, mood) if sees_it_worse else (other,)
    body = portfolio_body(lambda _day, e: with_status(e, Colour.GREEN, acceptance=(), risks=risks, asks=()))
    needs, _, rest = body.partition("### On track, nothing needed")
    assert ("Northwind" in needs) is sees_it_worse
    assert ("Northwind" in rest.partition("###")[0]) is not sees_it_worse
    assert ("The customer is concerned.<br>→ Call them." in needs) is sees_it_worse
    assert "Nothing moves" not in body


def test_a_colour_that_changed_again_since_the_report_was_posted_says_so() -> None:
    def rag(day: date) -> Colour:
        return Colour.GREEN if day < date(2026, 11, 12) else Colour.RED if day < date(2026, 11, 19) else Colour.YELLOW

    changed = portfolio_body(lambda day, e: with_status(e, rag(day))).partition("### What changed")[2]
    assert "🟢 Green → 🔴 Red (today 🟡 Yellow)" in changed
    steady = portfolio_body(lambda day, e: with_status(e, Colour.GREEN if day < date(2026, 11, 12) else Colour.RED))
    assert "🟢 Green → 🔴 Red\n" in steady.partition("### What changed")[2]


def test_roll_ups_are_issues_that_close_the_one_before_and_carry_the_commitment() -> None:
    issue = make_documents(
        DUES["monthly"], context(commitment=lambda d: {"forecast": {"as_of": str(d.as_of)}})
    ).documents[0]
    assert issue.target == IssueTarget("acme/ps-internal/reports", ("ps-monthly-summary",))
    assert issue.closes_previous
    assert issue.title == "PS monthly summary – 2026-10"
    assert issue.payload["forecast"] == {"as_of": "2026-10-31"}
    assert "Before this: [2026\\-09](https://gitlab.example.com/i/9#)" in issue.body


def test_a_run_limited_to_one_engagement_makes_no_roll_up() -> None:
    limited = context(only=RED)
    assert {d.engagement for d in make_documents(list(DUES.values()), limited).documents} == {RED}


def test_a_roll_up_without_a_project_names_the_key() -> None:
    settings = sample_settings()
    reports = settings.reports.model_copy(
        update={"monthly": settings.reports.monthly.model_copy(update={"project": None})}
    )
    made = make_documents(DUES["monthly"], context(settings=settings.model_copy(update={"reports": reports})))
    assert made.documents == ()
    assert "reports.monthly.project" in made.faults[0]


def test_replies_are_carried_into_the_month_in_which_they_were_written() -> None:
    october = Reply("dana", "Review is booked.", datetime(2026, 10, 30, 9, tzinfo=UTC))
    november = Reply("dana", "Review is held.", datetime(2026, 11, 2, 9, tzinfo=UTC))
    past = (dataclasses.replace(said("2026-W44", Colour.GREEN), replies=(october, november), pm_notes="On holiday."),)
    body = make_documents(DUES["monthly"], context(past=past)).documents[0].body
    assert "**dana**, Oct 30: Review is booked." in body
    assert "Review is held" not in body
    assert "On holiday" not in body  # week 44 ends on 1 November
    later = make_documents(Due("portfolio", week_of(DAY), date(2026, 11, 17)), context(past=past)).documents[0].body
    assert "Review is" not in later


@pytest.mark.parametrize(("label", "is_one"), [("llProduct", True), ("ll", True), ("llama", False), ("WE-ps", False)])
def test_lessons_are_told_by_their_published_labels(label: str, is_one: bool) -> None:
    assert is_lesson(label, "ll") is is_one


# -- closeout


def test_a_closeout_is_written_once_and_kept_current_for_four_weeks() -> None:
    def told(day: date, past: tuple[PastReport, ...]) -> list[str | None]:
        due = dataclasses.replace(DUES["closeout"], as_of=day)
        return [d.engagement for d in make_documents(due, context(past=past)).documents]

    closeout = (PastReport("closeout", Audience.INTERNAL, "closeout", DONE, {}),)
    assert told(DAY, ()) == [DONE]
    assert told(DAY, closeout) == [DONE]
    assert told(date(2027, 1, 4), closeout) == []
    assert told(date(2027, 1, 4), ()) == [DONE]


# -- failures


def test_one_engagements_failure_is_named_and_harms_no_other() -> None:
    portfolio = context().portfolio
    broken = dataclasses.replace(portfolio, engagements=portfolio.engagements[1:])
    made = make_documents(DUES["status"], context(portfolio=broken))
    assert [d.engagement for d in made.documents] == [YELLOW, EMPTY_ONE]
    assert any(RED in fault and fault.startswith("internal weekly status 2026-W47") for fault in made.faults)


def test_a_derivation_that_fails_names_the_report() -> None:
    def derive(day: date) -> r.Derived:
        raise ZeroDivisionError("x")

    made = make_documents([DUES["status"], DUES["monthly"]], context(derive=derive))
    assert made.documents == ()
    assert any(
        fault.startswith("monthly summary 2026-10: could not be made (ZeroDivisionError") for fault in made.faults
    )


def test_a_broken_template_stops_everything(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "monthly.md.j2").write_text("{{ nothing }}")
    with pytest.raises(ConfigError, match=r"monthly\.md\.j2:1"):
        make_documents(DUES["monthly"], context(templates=Templates(load_words("en_US", "USD"), folder)))


def test_the_status_says_where_its_figures_are_explained() -> None:
    assert f"`psbot explain '{RED}'`" in status().body
    assert "`docs/counting.md`" in status().body
    page = "https://gitlab.example.com/acme/psbot/-/blob/main/docs/counting.md"
    settings = sample_settings()
    settings = settings.model_copy(update={"reports": settings.reports.model_copy(update={"counting": page})})
    assert f"[How psbot counts]({page})" in status(settings=settings).body


def test_a_note_links_to_the_engagement_s_page_where_the_pages_address_is_known() -> None:
    settings = sample_settings()
    reports = settings.reports.model_copy(update={"page": "https://acme.gitlab.io/psbot/"})
    context = sample_context(Templates(load_words("en_US", "USD")), settings.model_copy(update={"reports": reports}))
    made = make_documents(next(due for due in sample_dues() if due.kind == "status"), context)
    (text,) = [str(d.body) for d in made.documents if d.audience == "internal" and d.engagement == RED]
    (name,) = page_names([RED]).values()
    assert f"(https://acme.gitlab.io/psbot/{name})" in text
    assert not any("acme.gitlab.io" in str(d.body) for d in made.documents if d.audience == "customer")


def test_a_story_that_nobody_owns_says_so_in_bold_once() -> None:
    story = r.Story("scope", Severity.HIGH, "It is late.", "The firewall is closed.", owner=None)
    base = context()

    def derive(day: date) -> r.Derived:
        derived = base.derive(day)
        return dataclasses.replace(
            derived, engagements=tuple(dataclasses.replace(e, stories=(story,)) for e in derived.engagements)
        )

    made = make_documents(DUES["status"], dataclasses.replace(base, derive=derive))
    body = next(d.body for d in made.documents if d.audience == "internal" and d.engagement == RED)
    assert "– **nobody**" in body
    assert "****" not in body
