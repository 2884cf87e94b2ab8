"""One voice: every figure in a text is the one that derive found, for the days that the text speaks of; and it is short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from bot.config import parse_config
from bot.demo import DEMO_CONFIG
from bot.derive.catalog import vocabulary
from bot.derive.decisions.status import Signals
from bot.derive.output import engagement_json
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived, EngagementDerived
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from bot.report import ReportContext, make_documents
from bot.report.document import Document, customer_text
from bot.report.environment import Templates
from bot.report.schedule import forced
from bot.report.text.wording import Words, load_words
from fakegitlab import DemoGitLab
from tests.demo.hostile import make_hostile_portfolio

DAY = date(2026, 11, 20)
MOST_WORDS = 450
TITLES = re.compile(r"\[(?:[^\[\]\\]|\\.)*\]\([^)]*\)|\"[^\"]*\"")
"""What people wrote: links with titles, quoted titles."""


@dataclass(frozen=True)
class Voice:
    context: ReportContext
    words: Words
    documents: tuple[Document, ...]

    def status(self, audience: str) -> Iterator[tuple[EngagementDerived, str]]:
        for document in self.documents:
            if document.audience == audience and document.engagement:
                derived = self.context.derived(document.engagement, DAY)
                assert derived is not None
                yield derived, customer_text(document.body) or document.body


@pytest.fixture(scope="module")
def voice() -> Voice:
    with DemoGitLab(make_hostile_portfolio(DAY)) as gitlab:
        settings = parse_config(DEMO_CONFIG(DAY, gitlab.url), "config.yml", vocabulary())
        portfolio = read_portfolio(GitLabClient(gitlab.url, gitlab.token), settings, today=DAY)
    calendar, memory = settings.work_calendar(range(2023, 2031)), dict[tuple[str, date], Signals]()

    @cache
    def derive(day: date) -> Derived:
        return derive_portfolio(portfolio, day, settings, calendar, trials=500, memory=memory)

    words = load_words("en_US", "USD")
    context = ReportContext(portfolio, settings, calendar, derive, Templates(words), settings.audience_of)
    made = make_documents(forced(settings, calendar, "status", None, DAY), context)
    assert made.faults == ()
    return Voice(context, words, made.documents)


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


def test_the_first_screen_of_a_status_is_short(voice: Voice) -> None:
    for derived, text in voice.status("internal"):
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
