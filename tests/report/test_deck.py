"""Slides: one message each, native tables and charts, nothing of ours for a customer; read back by the library."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.derive.results import (
    Derived,
    Driver,
    EngagementDerived,
    MilestoneStatus,
    PortfolioDerived,
    PortfolioQuarter,
    Schedule,
    Status,
    Waterfall,
)
from bot.derive.status_results import Story
from bot.domain.calendar import WorkCalendar, month_named
from bot.domain.vocabulary import Colour, MilestoneState, Severity
from bot.report.deck.slides import ROWS_A_SLIDE, TITLE_LENGTH, Slide, leadership_slides, short
from bot.report.site.plainwords import PlainWords
from bot.report.text.wording import load_words

pptx = pytest.importorskip("pptx", reason="the extra deck is not installed")

DAY = date(2026, 10, 31)
ENGLISH, GERMAN = (PlainWords(load_words(locale, "USD")) for locale in ("en_US", "de_DE"))
STORY = Story(
    "late",
    Severity.HIGH,
    "Go-live slips by 12 days " + "x" * 300,
    "The firewall is not open.",
    action="Ask today.",
    owner="priya",
    due=DAY,
)


def derived(count: int = 23) -> Derived:
    due = MilestoneStatus(
        "Go-live\r\n<b>", due=date(2026, 12, 1), forecast=date(2026, 12, 17), slip_days=12, state=MilestoneState.AT_RISK
    )
    one = EngagementDerived(
        "acme&0", title="T" * 400, status=Status(overall=Colour.RED), schedule=Schedule(milestones=(due,))
    )
    engagements = tuple(replace(one, ref=f"acme&{n}", stories=(STORY,) if n < 7 else ()) for n in range(count))
    quarters = {"FY27-Q3": PortfolioQuarter(target=100_000, actual=40_000, forecast=90_000, low=80_000, high=99_000)}
    rag = {"green": 1, "yellow": 0, "red": count - 1, "unknown": 0}
    return Derived(DAY, "USD", engagements, PortfolioDerived(engagements=count, rag=rag, revenue=quarters))


def slides(count: int = 23) -> tuple[Slide, ...]:
    return leadership_slides(derived(count), month_named("2026-10"), WorkCalendar(), "monthly", ENGLISH)


def opened(**options: Any) -> Any:
    from bot.report.deck.pptx_file import pptx_file

    return pptx.Presentation(io.BytesIO(pptx_file(slides(), **options)))


def test_every_slide_has_one_message_and_says_where_it_comes_from() -> None:
    for slide in slides()[1:]:
        assert 0 < len(slide.title) <= TITLE_LENGTH
        assert slide.notes
        assert bool(slide.lines) + bool(slide.table) + bool(slide.chart) == 1


def test_long_tables_go_on_over_several_slides_and_lose_no_row() -> None:
    tables = [s.table for s in slides() if s.table and s.table.header[0] == "Engagement"]
    assert [len(t.rows) for t in tables] == [ROWS_A_SLIDE, ROWS_A_SLIDE, 3]


def test_the_revenue_slide_says_how_far_from_target() -> None:
    [title] = [s.title for s in slides() if s.chart]
    assert title == "FY27-Q3 is forecast at $90,000, 10% below target"


def test_a_quarter_that_is_over_brought_what_came_and_forecasts_nothing() -> None:
    over = PortfolioQuarter(target=100_000, actual=90_123, forecast=90_123, low=90_123, high=90_123)
    ahead = PortfolioQuarter(forecast=123_456, low=101_234, high=145_678, upside=9_876)
    found = replace(derived(1), portfolio=PortfolioDerived(1, revenue={"FY27-Q3": over, "FY27-Q4": ahead}))
    made = leadership_slides(found, month_named("2026-10"), WorkCalendar(), "quarterly", ENGLISH)
    assert [s.title for s in made if s.chart] == ["FY27-Q3 brought $90,123, 10% below target"]
    [table] = [s.table for s in made if s.table and s.table.header[0] == "Quarter"]
    assert table.rows == (
        ("FY27-Q3", "100,000", "90,123", "–", "–", "–", "–"),
        ("FY27-Q4", "–", "0", "123,000", "101,000", "146,000", "9,880"),
    )


def test_the_waterfall_slide_adds_up_to_the_unit() -> None:
    drivers = tuple(Driver("hours", f"acme&{n}", 1000.49, "more hours") for n in range(14))
    found = Waterfall("FY27-Q3", date(2026, 8, 1), 50_000.4, round(50_000.4 + 14 * 1000.49, 2), drivers)
    made = derived()
    moved = replace(made, portfolio=replace(made.portfolio, waterfall=found))
    pages = [
        s
        for s in leadership_slides(moved, month_named("2026-10"), WorkCalendar(), "monthly", ENGLISH)
        if "moved by" in s.title
    ]
    assert pages[0].title == "The forecast of FY27-Q3 moved by +14,007 USD since Aug 1, 2026"
    first, *causes, last = [int(row[2].replace(",", "")) for s in pages if s.table for row in s.table.rows]
    assert len(causes) == 14
    assert first + sum(causes) == last == 64_007


@pytest.mark.parametrize("ratio", ["16:9", "4:3"])
def test_charts_and_tables_are_native_and_stay_on_the_slide(ratio: str) -> None:
    deck = opened(ratio=ratio)
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    assert any(shape.has_chart for shape in shapes)
    assert any(shape.has_table for shape in shapes)
    for shape in shapes:
        assert shape.left >= 0
        assert shape.left + shape.width <= deck.slide_width
        assert shape.top + shape.height <= deck.slide_height


def test_a_companys_template_gives_its_size_and_layouts(tmp_path: Any) -> None:
    own = pptx.Presentation()
    own.slide_width, own.slide_height = 9_000_000, 6_500_000
    own.save(str(tmp_path / "own.pptx"))
    assert opened(template=tmp_path / "own.pptx").slide_width == 9_000_000


def test_the_same_facts_give_the_same_slides_and_an_empty_portfolio_has_some() -> None:
    assert slides() == slides()
    assert len(leadership_slides(Derived(DAY, "USD"), month_named("2026-10"), WorkCalendar(), "monthly", ENGLISH)) >= 1


def test_text_of_people_is_one_line_and_clipped() -> None:
    assert short("a\r\nb\x00c " + "x" * 100, 20).endswith("…")
    assert "\n" not in short("a\r\nb")


def test_slides_speak_german_whole() -> None:
    said = leadership_slides(derived(), month_named("2026-10"), WorkCalendar(), "monthly", GERMAN)
    text = " ".join(str(slide) for slide in said)
    assert "Monatsbericht" in text
    assert "0 von 23 Projekten sind grün; 23 rot" in text
    assert "17.12.2026" in text
    english = ("Engagement", "Forecast", "Owner", "is forecast", "milestones", "derived as of")
    assert [word for word in english if word in text.replace("Engagement'", "")] == []
