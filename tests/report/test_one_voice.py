"""One voice: every figure in a text is the one that derive found, for the days that the text speaks of; and it is short."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.output import engagement_json
from bot.derive.results import EngagementDerived
from bot.domain.vocabulary import Phase
from bot.report.deck.slides import customer_slides
from bot.report.digests import own_digest, portfolio_digest
from bot.report.schedule import forced
from bot.report.site import make_site
from bot.report.site.customer import customer_facts_of
from bot.report.site.plainwords import PlainWords
from tests.report.demo_voice import DAY, OTHERS, Voice, demo_voice

MOST_WORDS = 450
TITLES = re.compile(r"\[(?:[^\[\]\\]|\\.)*\]\([^)]*\)|\"[^\"]*\"")
"""What people wrote: links with titles, quoted titles."""


@pytest.fixture(scope="module")
def voice() -> Voice:
    return demo_voice()


@pytest.fixture(scope="module", params=[(DAY, 0), *OTHERS[:1]], ids=str)
def any_voice(request: pytest.FixtureRequest) -> Voice:
    """The sample portfolio, and one drawn for another day."""
    day, seed = request.param
    return demo_voice(today=day, seed=seed)


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from numbers(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from numbers(entry)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def known_figures(voice: Voice, derived: EngagementDerived) -> list[float]:
    """All figures of the engagement as of the day, the posting days, and what follows from them by one subtraction."""
    found: list[float] = []
    for day in (DAY, DAY - timedelta(days=1), DAY - timedelta(days=8)):
        then = voice.context.derived(derived.ref, day)
        found += numbers(engagement_json(then)) if then else []
    budget, effort = derived.budget, derived.forecast.effort_hours.p50
    over = (effort - (budget.hours_budget or 0.0)) if isinstance(effort, int | float) else 0.0
    return [*found, (budget.hours_budget or 0.0) - budget.hours_spent, over]


def shown(text: str, pattern: str) -> list[float]:
    plain = TITLES.sub("", text).replace("\\", "")
    return [float(found.replace(",", "")) for found in re.findall(pattern, plain)]


def near(figure: float, known: list[float], step: float) -> bool:
    return any(abs(figure - value) <= step for value in known)


def first_screen(text: str) -> str:
    return text.split("<details>")[0]


def test_hours_and_percentages_are_those_that_derive_found(voice: Voice) -> None:
    """To the step in which they are shown; hours at completion are rounded to tens at most."""
    for derived, text in voice.status("internal"):
        known = known_figures(voice, derived)
        expected = [h for h in shown(first_screen(text), r"([\d,.]*\d) (?:h|hours)\b") if h > 50]
        assert [h for h in expected if not near(h, known, max(5.0, 0.01 * h))] == [], derived.title
        ratios = [100 * value for value in known if 0 <= value <= 2]
        chances = shown(text, r"on time (\d+)%")
        assert [c for c in chances if not near(c, ratios, 0.51)] == [], derived.title


def test_prose_colour_and_story_tell_the_same_hours_at_completion(voice: Voice) -> None:
    for derived, text in voice.status("internal"):
        effort = derived.forecast.effort_hours.p50
        if derived.phase == "active" and isinstance(effort, int | float):
            said = shown(text, r"Likely to take \**([\d,.]*\d) h") + shown(
                text, r"([\d,.]*\d) hours expected at completion"
            )
            said += shown(text, r"will probably take ([\d,.]*\d) hours")
            assert said, derived.title
            assert all(abs(hours - effort) <= 5 for hours in said), (derived.title, said, effort)


def test_the_end_is_one_date_in_every_text(voice: Voice) -> None:
    for derived, text in voice.status("internal"):
        ends = set(re.findall(r"SOW end\*{0,2} on (\w+ \d+, \d{4})", text)) | set(
            re.findall(r"agreed end (\w+ \d+, \d{4})", text)
        )
        assert ends <= {voice.words.date(derived.end)} if derived.end else not ends, derived.title


def test_progress_finish_and_end_are_the_same_in_status_portfolio_and_page(any_voice: Voice) -> None:
    """Not only figures that somebody derived: those of this engagement, where each text names them."""
    voice, words = any_voice, any_voice.words
    portfolio = "".join(document.body for document in voice.made("portfolio"))
    rows = {e.ref: row for e in voice.context.derive(voice.day).engagements if (row := _row(portfolio, e))}
    pages = make_site(
        voice.portfolio, voice.context.derive(voice.day), (), settings=voice.settings, calendar=voice.calendar
    )
    running = [(e, text) for e, text in voice.status("internal") if e.phase == Phase.ACTIVE and e.forecast.finish.p50]
    assert len(running) > 3
    for derived, text in running:
        p50 = derived.forecast.finish.p50
        assert isinstance(p50, date)
        done, finish = str(words.percent(derived.progress.percent)), str(words.date(p50))
        assert f"**{done}** of the work is done" in text
        assert f"finish on **{finish}**" in text
        assert f"{done} done" in rows[derived.ref]
        assert f"SOW end {words.date(derived.end)}" in rows[derived.ref]
        head = f"<h1><bdi>{html.escape(derived.title or derived.ref)}</bdi>"
        page = next(body for name, body in pages.items() if name.endswith(".html") and head in body)
        assert done in page
        assert finish in page


def test_roll_ups_tell_what_is_worst_in_the_words_of_the_statuses(any_voice: Voice) -> None:
    voice = any_voice
    for kind in ("monthly", "quarterly"):
        due = forced(voice.settings, voice.calendar, kind, None, voice.day)
        [document] = voice.made(kind)
        section = document.body.partition("### What is worst")[2].partition("\n### ")[0]
        firsts = [e.stories[0] for e in voice.context.derive(due.as_of).running if e.stories]
        grave = [story for story in firsts if story.severity in ("high", "critical")]
        assert grave
        assert section.count("\n- ") == min(len(grave), 5)
        told = [story for story in grave if voice.words.output(story.headline) in section]
        assert len(told) >= min(len(grave), 5)


def test_the_portfolio_shows_the_colours_that_the_statuses_of_the_last_weeks_said(voice: Voice) -> None:
    body = voice.made("portfolio")[0].body
    seen = 0
    for derived in voice.context.derive(voice.day).running:
        days = [date(2026, 10, 22) + timedelta(weeks=n) for n in range(4)]
        then = [voice.context.derived(derived.ref, day) for day in days]
        said = [e.status.overall if e and e.phase == Phase.ACTIVE else None for e in then]
        if all(said):
            seen += 1
            assert f"<br>{voice.words.dots(said)} |" in _row(body, derived), derived.title
    assert seen > 3


def test_a_pm_s_digest_names_the_engagement_of_each_step_by_date(voice: Voice) -> None:
    period = forced(voice.settings, voice.calendar, "portfolio", None, voice.day).period
    digest = own_digest(voice.context, voice.day, period, "priya.nair", ("priya.nair",), {})
    lines = digest.sections[0].lines
    mine = {voice.context.titled(e.ref, e.title): e for e in voice.context.derive(voice.day).running}
    found = [next(e for name, e in mine.items() if f"({name})" in line) for line in lines]
    assert len({e.ref for e in found}) > 1
    due = sorted(
        step.due
        for e in {e.ref: e for e in found}.values()
        for step in e.steps
        if step.due and step.due < voice.day + timedelta(weeks=1)
    )
    assert [f", {voice.words.date(day)}" in line for day, line in zip(due, lines, strict=True)] == [True] * len(lines)
    assert [", **overdue**" in line for line in lines] == [day < voice.day for day in due]


def test_the_portfolio_s_digest_tells_an_engagement_once_as_worst_and_a_date_once_in_an_ask(any_voice: Voice) -> None:
    voice = any_voice
    digest = portfolio_digest(voice.context, forced(voice.settings, voice.calendar, "portfolio", None, voice.day))
    _, worst, asks, _ = (section.lines for section in digest.sections)
    running = {voice.context.titled(e.ref, e.title) for e in voice.context.derive(voice.day).running}
    named = [name for line in worst for name in running if f"{name}: " in line]
    assert len(named) == len(set(named)) == len(worst) > 2
    asked = [ask for line in asks for ask in line.split("; ")]
    assert any("due since" in ask for ask in asked)
    assert not [ask for ask in asked if "due since" in ask and ", by " in ask]


def test_a_customer_s_slides_say_the_states_that_the_customer_s_text_says(any_voice: Voice) -> None:
    voice, words = any_voice, PlainWords(any_voice.words)
    derived, seen = voice.context.derive(voice.day), set()
    for found, text in voice.status("customer"):
        facts = customer_facts_of(voice.portfolio, derived, voice.settings, voice.calendar, found.ref)
        states = {row[-1] for slide in customer_slides(facts, words) if slide.table for row in slide.table.rows}
        assert all(f" {state} |" in text for state in states), (found.title, states)
        seen |= states
    assert seen >= {"done", "on plan", "at risk"}


def _row(portfolio: str, derived: EngagementDerived) -> str:
    rows = (line for line in portfolio.splitlines() if line.startswith("|"))
    return next(
        (
            row.replace("\\", "").replace("\u00a0", " ")
            for row in rows
            if f"({derived.web_url}#)" in row or f"({derived.web_url})" in row
        ),
        "",
    )


def test_the_first_screen_of_a_status_is_short(any_voice: Voice) -> None:
    for derived, text in any_voice.status("internal"):
        plain = re.sub(r"\]\([^)]*\)", "]", first_screen(text))
        count = sum(any(c.isalnum() for c in word) for word in plain.split())
        assert count <= MOST_WORDS, (derived.title, count)


def test_a_customer_reads_no_contradiction_and_nobody_unnamed(voice: Voice) -> None:
    for derived, text in voice.status("customer"):
        assert "to be named" not in text
        for row in re.findall(r"^\|.*\|$", text, flags=re.MULTILINE):
            assert not ("on plan" in row and "later than agreed" in row), (derived.title, row)
            assert not ("overdue" in row and "on time" in row), (derived.title, row)


def test_the_golden_first_screens_of_the_demo(voice: Voice, golden: Any) -> None:
    """The reports of the derived sample portfolio, as they read: a mismatch between derive and report shows here."""
    chosen = {
        d.ref: first_screen(text) for d, text in voice.status("internal") if d.status.overall in ("red", "yellow")
    }
    ref = min(chosen)
    golden("demo-status.en.md", re.sub(r"127\.0\.0\.1:\d+", "gitlab.example.com", chosen[ref]))
    customer = next(text for d, text in voice.status("customer") if d.ref == ref)
    golden("demo-customer.en.md", re.sub(r"127\.0\.0\.1:\d+", "gitlab.example.com", customer))
