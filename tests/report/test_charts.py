"""Charts: valid Mermaid whatever the titles, within GitLab's limits, and the same facts in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle

import mermaidx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive.results import Quantiles, QuarterRevenue
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Facts, Item
from bot.report.charts import (
    BurnPoint,
    Chart,
    burn_history,
    burn_up_chart,
    fit_charts,
    mermaid_text,
    milestone_chart,
    revenue_chart,
)
from bot.report.text.safe_text import SafeMarkdown
from tests.report.chart_samples import FINISH, QUARTERS, TODAY, WORDS, charts, history, milestone, milestones
from tests.report.glfm_oracle import read_page
from tests.report.hostile import HOSTILE

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
    long = [milestone(f"Milestone {n} with a rather long title {n}", n * 9, n * 9 + 5, "at_risk", 3) for n in range(30)]
    gantt = milestone_chart(WORDS, long, TODAY)
    burn = burn_up_chart(WORDS, history(26), FINISH, "hours")
    assert gantt is not None
    assert burn is not None
    assert len(gantt.source) < 2_000
    assert len(burn.source) < 1_000


# --- milestones --------------------------------------------------------------------------------------------------------


def test_a_slip_is_a_bar_from_baseline_to_forecast() -> None:
    chart = milestone_chart(WORDS, [milestone("Go live", -10, 12, "late", 16)], TODAY)
    assert chart is not None
    assert chart.source.splitlines()[-3:] == [
        "section Go live",
        "baseline :milestone, 2026-11-10, 0d",
        "late :crit, 2026-11-10, 2026-12-02",
    ]
    assert chart.words == "1 milestone, 0 done. Go live is expected on Dec 2, 2026, 16 working days after its baseline."
    assert "| Go live | Nov 10, 2026 |" in chart.table


def test_early_and_undated_milestones() -> None:
    early = milestone_chart(WORDS, [milestone("A", 10, 5), milestone("B", None, None)], TODAY)
    assert early is not None
    assert "on track :2026-11-25, 2026-11-30" in early.source
    assert "section B" not in early.source
    assert milestone_chart(WORDS, [milestone("B", None, None)], TODAY) is None


def test_of_many_milestones_the_open_ones_are_shown() -> None:
    done = [milestone(f"Done {n}", -100 + n, -100 + n, "done") for n in range(12)]
    chart = milestone_chart(WORDS, [*done, milestone("Next", 5, 5)], TODAY)
    assert chart is not None
    assert "section Next" in chart.source
    assert chart.source.count("section Done") == 9
    assert chart.words.startswith("13 milestones, 12 done.")


# --- burn-up -----------------------------------------------------------------------------------------------------------


def test_history_counts_what_stood_at_the_end_of_each_week() -> None:
    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    items = (
        Item("x#1", "a", state="closed", created_at=at(TODAY - timedelta(20)), closed_at=at(TODAY - timedelta(7))),
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


def test_the_forecast_starts_at_what_is_done_and_ends_at_the_scope() -> None:
    points = [BurnPoint(TODAY - timedelta(7), 20, 100), BurnPoint(TODAY, 40, 100)]
    chart = burn_up_chart(WORDS, points, Quantiles(p50=TODAY + timedelta(14), p80=TODAY + timedelta(21)), "hours")
    assert chart is not None
    assert chart.source.splitlines()[3:] == [
        "y-axis 0 --> 105",
        "bar [20, 40, 0, 0, 0]",
        "line [100, 100, 100, 100, 100]",
        "line [20, 40, 60, 80, 100]",
        "line [20, 40, 70, 100, 100]",
    ]
    assert "40%" in chart.words
    assert "all done by Dec 4, 2026; yellow: by Dec 11, 2026" in chart.words


def test_without_forecast_or_history_there_is_less_to_draw() -> None:
    chart = burn_up_chart(WORDS, history(), Quantiles(), "count")
    assert chart is not None
    assert chart.source.count("line") == 1
    assert "forecast" not in chart.words
    assert burn_up_chart(WORDS, history()[:1], FINISH, "count") is None
    assert burn_up_chart(WORDS, [BurnPoint(TODAY, 0, 0)] * 2, FINISH, "count") is None


@given(weeks=st.integers(1, 60), ahead=st.integers(1, 900), more=st.integers(0, 900))
@settings(max_examples=50)
def test_any_burn_up_is_short_and_even(weeks: int, ahead: int, more: int) -> None:
    finish = Quantiles(p50=TODAY + timedelta(ahead), p80=TODAY + timedelta(ahead + more))
    chart = burn_up_chart(WORDS, history(weeks), finish, "hours")
    assert chart is not None
    rows = [
        line.split("[", 1)[1].rstrip("]").split(", ")
        for line in chart.source.splitlines()
        if line[:3] in ("bar", "lin", "x-a")
    ]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows[0]) <= 11
    assert f"{history(weeks)[-1].done:.0f}" in rows[1], "today is always among the days shown"
    assert float(rows[-1][-1]) == history(weeks)[-1].scope or ahead + more > 364
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
    made = milestone_chart(WORDS, list(reversed(milestones("M"))), TODAY)
    assert made is not None
    baselines = [line.split(", ")[1] for line in made.source.splitlines() if line.startswith("baseline")]
    assert baselines == sorted(baselines)
