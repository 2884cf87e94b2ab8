"""Slides as a PowerPoint file: native tables and charts that can be edited, in a company's template where one is given."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.util import Emu, Inches, Pt

from bot.report.deck.slides import Slide, SlideChart, SlideTable

RATIOS = {"16:9": (13.333, 7.5), "4:3": (10.0, 7.5)}
MARGIN = 0.5
LIGHTS = {
    "green": RGBColor(0x10, 0x85, 0x48),
    "yellow": RGBColor(0xAB, 0x61, 0x00),
    "red": RGBColor(0xC9, 0x1C, 0x00),
    "unknown": RGBColor(0x62, 0x61, 0x68),
}
SERIES = (RGBColor(0x10, 0x85, 0x48), RGBColor(0x8F, 0xB8, 0xE8))
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the time of writing, so that the same slides give the same file."""


def pptx_file(slides: Iterable[Slide], *, ratio: str = "16:9", template: Path | None = None) -> bytes:
    """The file. A template keeps its own size, fonts and layouts; `ratio` is for ours."""
    deck = Presentation(str(template)) if template else Presentation()
    if template is None:
        width, height = RATIOS[ratio]
        deck.slide_width, deck.slide_height = Inches(width), Inches(height)
    deck.core_properties.created = deck.core_properties.modified = EPOCH
    deck.core_properties.author = deck.core_properties.last_modified_by = "psbot"
    for slide in slides:
        _draw(deck, slide)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _draw(deck: Any, slide: Slide) -> None:
    layout = _layout(deck, "Title Only")
    page = deck.slides.add_slide(layout)
    top = deck.slide_height * 0.36 if slide.opening else Inches(0.35)
    _title(deck, page, slide, top)
    body_top = top + (Inches(1.25) if slide.opening else Inches(1.1))
    left, width = Inches(MARGIN), deck.slide_width - Inches(2 * MARGIN)
    height = deck.slide_height - body_top - Inches(MARGIN)
    if slide.table:
        _table(page, slide.table, left, body_top, width)
    elif slide.chart:
        _chart(page, slide.chart, left, body_top, width, height)
    elif slide.lines:
        _lines(page, slide, left, body_top, width, height)
    if slide.notes:
        page.notes_slide.notes_text_frame.text = "\n".join(slide.notes)


def _layout(deck: Any, name: str) -> Any:
    """The layout of that name, else the first that has a title, else the first."""
    layouts = list(deck.slide_layouts)
    named = [layout for layout in layouts if layout.name.casefold() == name.casefold()]
    titled = [layout for layout in layouts if any(p.placeholder_format.type == 1 for p in layout.placeholders)]
    return (named or titled or layouts)[0]


def _title(deck: Any, page: Any, slide: Slide, top: Any) -> None:
    left, width = Inches(MARGIN), deck.slide_width - Inches(2 * MARGIN)
    shape = page.shapes.title or page.shapes.add_textbox(left, top, width, Inches(1))
    shape.left, shape.top, shape.width, shape.height = left, Emu(int(top)), width, Inches(1)
    frame = shape.text_frame
    frame.word_wrap = True
    frame.text = slide.title
    size = 36 if slide.opening else 26 if len(slide.title) <= 60 else 22
    for paragraph in frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = Pt(size), True


def _lines(page: Any, slide: Slide, left: Any, top: Any, width: Any, height: Any) -> None:
    frame = page.shapes.add_textbox(left, Emu(int(top)), width, Emu(int(height))).text_frame
    frame.word_wrap = True
    for number, line in enumerate(slide.lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.font.size = Pt(18)
        paragraph.space_after = Pt(10)


def _table(page: Any, table: SlideTable, left: Any, top: Any, width: Any) -> None:
    rows, columns = len(table.rows) + 1, len(table.header)
    grid = page.shapes.add_table(rows, columns, left, Emu(int(top)), width, Inches(0.4 * rows)).table
    shares = table.widths or tuple(1 / columns for _ in range(columns))
    for number, share in enumerate(shares):
        grid.columns[number].width = Emu(int(width * share))
    for column, text in enumerate(table.header):
        _cell(grid.cell(0, column), text, bold=True)
    for number, row in enumerate(table.rows, 1):
        for column, text in enumerate(row):
            _cell(grid.cell(number, column), text)
        if table.colours and table.colours[number - 1] in LIGHTS:
            colour = table.colours[number - 1]
            _light(grid.cell(number, 0), colour, table.colour_words[number - 1] if table.colour_words else colour)


def _cell(cell: Any, text: str, bold: bool = False) -> None:
    cell.text = text
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = Pt(12), bold


def _light(cell: Any, colour: str, word: str) -> None:
    """The colour as a word too: nobody has to tell red from green."""
    run = cell.text_frame.paragraphs[0].add_run()
    run.text = f"  ● {word}"
    run.font.size, run.font.bold, run.font.color.rgb = Pt(11), True, LIGHTS[colour]


def _chart(page: Any, chart: SlideChart, left: Any, top: Any, width: Any, height: Any) -> None:
    data = CategoryChartData(number_format=chart.number_format)
    data.categories = chart.categories
    for name, values in chart.series:
        data.add_series(name, values)
    frame = page.shapes.add_chart(XL_CHART_TYPE.COLUMN_STACKED, left, Emu(int(top)), width, Emu(int(height)), data)
    drawn = frame.chart
    drawn.has_legend = True
    drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    drawn.font.size = Pt(12)
    for series, colour in zip(drawn.plots[0].series, SERIES, strict=False):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour
    drawn.plots[0].gap_width = 60
