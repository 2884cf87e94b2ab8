"""The command that writes slides: deck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import AsOf, Only, Readers, Snapshot, app, require_audience, value
from bot.cli.console import say
from bot.cli.views import exit_code, read
from bot.domain.errors import UsageError
from bot.domain.vocabulary import Audience

if TYPE_CHECKING:
    from bot.derive.results import Derived


@app.command(epilog="Example: psbot deck --report quarterly -o qbr.pptx")
def deck(
    report: Annotated[str, value("--report", "KIND", "monthly or quarterly.")] = "monthly",
    period: Annotated[str | None, typer.Option("--period", help="2026-10 or FY27-Q3; else the one that ended.")] = None,
    output: Annotated[Path, value("-o", "FILE", "The file to write.", "--out")] = Path("deck.pptx"),
    audience: Readers = "internal",
    only: Only = None,
    ratio: Annotated[str, typer.Option("--ratio", help="16:9 or 4:3.")] = "16:9",
    snapshot: Snapshot = None,
    as_of: AsOf = None,
) -> None:
    """Write a report as slides (PowerPoint, native charts and tables)."""
    _require_slides(report)
    reader = require_audience(audience, only, "a customer's slides are about")
    if ratio not in ("16:9", "4:3"):
        raise UsageError(f"{ratio!r} is not a ratio", "--ratio", "Use 16:9 or 4:3.")
    try:
        from bot.report.deck.pptx_file import pptx_file
    except ImportError as error:
        raise UsageError("needs the extra `deck`", "psbot deck", "Install it: pip install 'psbot[deck]'.") from error
    from bot.cli.files import write_bytes
    from bot.derive.served import served
    from bot.report.deck.slides import customer_slides, leadership_slides
    from bot.report.schedule import forced
    from bot.report.site.customer import customer_facts_of
    from bot.report.site.plainwords import PlainWords
    from bot.report.text.wording import load_words

    reading = read(snapshot, only, as_of)
    session = reading.session
    due = forced(session.settings, session.calendar, report, period, reading.day)
    derived = reading.derive(min(due.as_of, reading.day))
    words = PlainWords(load_words(session.settings.reports.locale, derived.currency))
    templates = sorted((session.folder / session.settings.templates.folder / "deck").glob("*.pptx"))
    lost: list[str] = []

    def made(part: Derived) -> tuple[bytes, int]:
        if reader == Audience.CUSTOMER:
            facts = customer_facts_of(reading.portfolio, part, session.settings, session.calendar, reading.only or "")
            slides = customer_slides(facts, words)
        else:
            slides = leadership_slides(part, due.period, session.calendar, report, words)
        return pptx_file(slides, ratio=ratio, template=templates[0] if templates else None), len(slides)

    found = served(derived, "the slides", made, lost.append)
    if found:
        write_bytes(output, found[0])
        say(f"written: {output} ({found[1]} slides)")
    raise typer.Exit(exit_code(reading, derived, lost))


def _require_slides(kind: str) -> None:
    """Refuse a report that can't be told by slides."""
    from bot.report.registry import all_reports

    known = [report.kind for report in all_reports() if report.has_slides]
    if kind not in known:
        raise UsageError(f"{kind!r} can't be made into slides", "--report", f"Use {' or '.join(known)}.")
