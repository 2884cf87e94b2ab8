"""Charts: valid Mermaid whatever the titles, within GitLab's limits, and the same facts in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle

import mermaidx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive.results import MilestoneStatus, Quantiles, QuarterRevenue
from bot.domain.calendar import WorkCalendar
from bot.domain.model import EMPTY, Engagement, Facts, Item
from bot.domain.vocabulary import ItemState, MilestoneState, ValueBasis
from bot.report.charts import (
    BurnPoint,
    Chart,
    burn_history,
    burn_up_chart,
    fit_charts,
    forecast_words,
    mermaid_text,
    milestone_chart,
    revenue_chart,
)
from bot.report.text.safe_text import SafeMarkdown
from tests.report.chart_samples import FINISH, QUARTERS, TODAY, WORDS, charts, history, milestone, milestones
from tests.report.glfm_oracle import read_page
from tests.report.hostile import HOSTILE


def drawn(stones: list[MilestoneStatus], begun: Mapping[str, date] = EMPTY) -> Chart:
    """The chart of milestones, which is there."""
    chart = milestone_chart(WORDS, stones, TODAY, begun)
    assert chart is not None
    return chart


ALLOWED = r"[^\x00-\x1f\"`:;&<>{}\[\]|%\\\n]*"


def test_mermaid_reads_every_chart_whatever_the_titles() -> None:
    """All titles in one diagram of each kind: drawing is dear, and one that breaks breaks the diagram."""
    titles = ["Go live", "section 1; x: y", '"quoted" #35; & 50%', "客户 ünï", "end", ":::", "]] x"]
    several = [one for title, one in zip(titles, cycle(milestones("")[:5]), strict=False)]
    named = [replace(one, title=title) for title, one in zip(titles, several, strict=True)]
    quarters = {title: QuarterRevenue(1, 2, 1, 3) for title in titles}
    made = (milestone_chart(WORDS, named, TODAY), revenue_chart(WORDS, quarters), *list(charts("T"))[1:])
    for chart in made:
        assert chart is not None
        assert mermaidx.render(chart.source).svg().startswith("<svg")
    outlook = made[0]
    assert outlook is not None
    for title in titles:
        assert mermaid_text(title) in outlook.source


@given(st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE)))
@settings(max_examples=100)
def test_text_in_a_diagram_has_no_sign_that_means_something(text: str) -> None:
    encoded = mermaid_text(text)
    assert encoded
    without_codes = st_codes(encoded)
    assert not set(without_codes) & set('"`:;&<>{}[]|%\\#\n*_=/@~^$!+?')
    assert len(without_codes) <= 36


def st_codes(encoded: str) -> str:
    """The text with every `#<decimal>;` as one placeholder."""
    import re

    return re.sub(r"#\d+;", "x", encoded)


@pytest.mark.parametrize("word", ["section A", "click here", "title", "Milestone 3", "end", "dateFormat x", "vert"])
def test_a_title_that_is_a_keyword_is_no_statement(word: str) -> None:
    assert mermaid_text(word) == f"#{ord(word[0])};{word[1:]}"


@pytest.mark.parametrize("title", HOSTILE)
def test_a_chart_is_inert_in_a_comment(title: str) -> None:
    for chart in charts(title):
        (block,) = fit_charts([chart], budget=100_000)
        page = read_page(block)
        assert page.tags == ["p", "strong", "pre", "code"]
        assert page.references() == []


def test_one_engagement_s_charts_fit_gitlab_s_limit_with_long_titles() -> None:
    long = [
        milestone(f"Milestone {n} with a rather long title {n}", n * 9, n * 9 + 5, MilestoneState.AT_RISK, 3)
        for n in range(30)
    ]
    gantt = milestone_chart(WORDS, long, TODAY)
    burn = burn_up_chart(WORDS, history(26), FINISH, ValueBasis.HOURS)
    assert gantt is not None
    assert burn is not None
    assert len(gantt.source) < 2_000
    assert len(burn.source) < 1_000


# --- milestones --------------------------------------------------------------------------------------------------------


def test_a_bar_is_work_and_what_slips_is_marked() -> None:
    begun = {"Go live": date(2026, 10, 1)}
    chart = drawn([milestone("Go live", -10, 12, MilestoneState.LATE, 16)], begun)
    assert chart.source.splitlines()[-4:] == [
        "section Go live",
        "late :crit, 2026-10-01, 2026-12-02",
        "baseline :milestone, 2026-11-10, 0d",
        "16 working days late :crit, 2026-11-10, 2026-12-02",
    ]
    assert chart.words == "1 milestone, 0 done. Go live is expected on Dec 2, 2026, 16 working days after its baseline."
    assert "| Go live | Nov 10, 2026 |" in chart.table


def test_work_of_which_nobody_knows_the_start_follows_the_milestone_before() -> None:
    chart = drawn([milestone("A", 5, 5), milestone("B", 20, 20)])
    assert chart.source.splitlines()[-4:] == [
        "section A",
        "on track :milestone, 2026-11-25, 0d",
        "section B",
        "on track :2026-11-25, 2026-12-10",
    ]


def test_early_and_undated_milestones() -> None:
    begun = {"A": TODAY}
    early = drawn([milestone("A", 10, 5), milestone("B", None, None)], begun)
    assert "on track :2026-11-20, 2026-11-25" in early.source
    assert "crit" not in early.source
    assert "section B" not in early.source
    assert milestone_chart(WORDS, [milestone("B", None, None)], TODAY) is None


def test_of_many_milestones_the_open_ones_are_shown() -> None:
    done = [milestone(f"Done {n}", -100 + n, -100 + n, MilestoneState.DONE) for n in range(12)]
    chart = drawn([*done, milestone("Next", 5, 5)])
    assert "section Next" in chart.source
    assert chart.source.count("section Done") == 9
    assert chart.words.startswith("13 milestones, 12 done.")


# --- burn-up -----------------------------------------------------------------------------------------------------------


def test_history_counts_what_stood_at_the_end_of_each_week() -> None:
    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    items = (
        Item(
            "x#1", "a", state=ItemState.CLOSED, created_at=at(TODAY - timedelta(20)), closed_at=at(TODAY - timedelta(7))
        ),
        Item("x#2", "b", created_at=at(TODAY - timedelta(20))),
        Item("x#3", "late", created_at=at(TODAY - timedelta(3))),
        Item("x#4", "no work", created_at=at(TODAY - timedelta(20))),
    )
    engagement = Engagement("x#9", facts=Facts(start=TODAY - timedelta(14)), items=items)
    points = burn_history(engagement, {"x#1": 8, "x#2": 4, "x#3": 2}, TODAY, WorkCalendar())
    assert points == (
        BurnPoint(TODAY - timedelta(14), 0, 12),
        BurnPoint(TODAY - timedelta(7), 8, 12),
        BurnPoint(TODAY, 8, 14),
    )
    assert burn_history(engagement, {}, TODAY, WorkCalendar()) == ()


def test_what_is_done_is_drawn_and_what_is_forecast_is_told() -> None:
    points = [
        BurnPoint(TODAY - timedelta(14), 0, 90),
        BurnPoint(TODAY - timedelta(7), 20, 100),
        BurnPoint(TODAY, 40, 100),
    ]
    chart = burn_up_chart(
        WORDS, points, Quantiles(p50=TODAY + timedelta(14), p80=TODAY + timedelta(21)), ValueBasis.HOURS
    )
    assert chart is not None
    assert chart.source.splitlines()[3:] == ["y-axis 0 --> 105", "bar [20, 40]", "line [100, 100]"]
    assert "40%" in chart.words
    assert "all done by Dec 4, 2026; by Dec 11, 2026 at 80% certainty" in chart.words


def test_without_forecast_or_history_there_is_less_to_draw() -> None:
    chart = burn_up_chart(WORDS, history(), Quantiles(), ValueBasis.COUNT)
    assert chart is not None
    assert "Forecast" not in chart.words
    assert burn_up_chart(WORDS, history()[:1], FINISH, ValueBasis.COUNT) is None
    assert burn_up_chart(WORDS, [BurnPoint(TODAY, 0, 0)] * 2, FINISH, ValueBasis.COUNT) is None


@given(weeks=st.integers(3, 60))
@settings(max_examples=50)
def test_any_burn_up_is_short_and_even(weeks: int) -> None:
    chart = burn_up_chart(WORDS, history(weeks), FINISH, ValueBasis.HOURS)
    assert chart is not None
    rows = [
        line.split("[", 1)[1].rstrip("]").split(", ")
        for line in chart.source.splitlines()
        if line[:3] in ("bar", "lin", "x-a")
    ]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows[0]) <= 11
    assert f"{history(weeks)[-1].done:.0f}" in rows[1], "today is always among the days shown"
    assert "0" not in rows[1], "no bar for a week in which nothing was done yet"
    assert len(chart.source) < 1_200


# --- revenue -----------------------------------------------------------------------------------------------------------


def test_revenue_says_forecast_range_actual_and_target() -> None:
    chart = revenue_chart(WORDS, QUARTERS)
    assert chart is not None
    assert "line [410000, 450000, 450000]" in chart.source
    assert (
        r"FY27-Q4: \$120,000 delivered or accepted, forecast \$430,000 (\$380,000 to \$470,000), target \$450,000"
        in chart.words
    )
    assert revenue_chart(WORDS, {}) is None


def test_a_quarter_that_is_over_has_no_forecast_and_next_to_nothing_is_told_as_later() -> None:
    quarters = {
        "FY27-Q3": QuarterRevenue(100, 100, 100, 100),
        "FY27-Q4": QuarterRevenue(0, 900, 800, 990),
        "FY28-Q1": QuarterRevenue(0, 3, 0, 5),
        "FY29-Q1": QuarterRevenue(0, 1, 0, 2),
    }
    chart = revenue_chart(WORDS, quarters)
    assert chart is not None
    assert [line for line in chart.source.splitlines() if line.startswith(("x-", "bar"))] == [
        'x-axis ["FY27-Q3", "FY27-Q4"]',
        "bar [0, 990]",
        "bar [0, 900]",
        "bar [100, 0]",
    ]
    assert chart.words.endswith(r"FY27-Q4: forecast \$900 (\$800 to \$990); later \$4.")


def test_a_range_of_nothing_is_none() -> None:
    assert forecast_words(WORDS, QuarterRevenue(60, 120, 120, 120)) == r"forecast \$120"
    assert forecast_words(WORDS, QuarterRevenue(0, 0.4, 0, 0.4)) == r"forecast \$0"


# --- the budget --------------------------------------------------------------------------------------------------------


def chart(size: int, title: str = "T") -> Chart:
    return Chart(SafeMarkdown(title), "x" * size, SafeMarkdown("Words."), SafeMarkdown("| table |"))


def test_the_first_charts_are_drawn_the_others_folded_and_a_huge_one_is_a_table() -> None:
    first, second, third, huge = fit_charts([chart(1500), chart(600), None, chart(400), chart(2001)])
    assert first == f"**T.** Words.\n\n```mermaid\n{'x' * 1500}\n```"
    assert second.startswith("**T.** Words.\n\n<details><summary>T</summary>\n\n```mermaid\n")
    assert third.startswith("**T.** Words.\n\n```mermaid")
    assert "```" not in huge
    assert "| table |" in huge


@given(st.lists(st.integers(1, 3_000), max_size=60))
@settings(max_examples=50)
def test_visible_diagrams_never_exceed_the_limit(sizes: list[int]) -> None:
    blocks = fit_charts([chart(size) for size in sizes])
    assert len(blocks) == len(sizes)
    visible = [block for block in blocks if "```mermaid" in block and "<details>" not in block]
    assert sum(block.count("x") for block in visible) <= 2_000
    assert sum("```mermaid" in block for block in blocks) <= 50
    assert all(block.startswith("**T.** Words.") for block in blocks)


def test_no_chart_has_an_ampersand() -> None:
    for made in charts("R&D & more &amp; & & &"):
        assert "&" not in made.source


def test_milestones_stand_in_the_order_of_their_dates() -> None:
    made = drawn(list(reversed(milestones("M"))))
    baselines = [line.split(", ")[1] for line in made.source.splitlines() if line.startswith("baseline")]
    assert baselines == sorted(baselines)
