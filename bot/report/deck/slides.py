"""What stands on the slides, as values: one message a slide as its title, a native table or chart, notes with sources. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.derive.forecast.waterfall import to_the_unit
from bot.derive.results import Derived, EngagementDerived, PortfolioQuarter
from bot.domain.calendar import Period, WorkCalendar
from bot.domain.vocabulary import Phase
from bot.report.kinds.customer import CustomerFacts
from bot.report.site.customer import shown
from bot.report.text.safe_text import clean

T = TypeVar("T")
ROWS_A_SLIDE = 10
MOST_STORIES = 5
TITLE_LENGTH = 110
CELL_LENGTH = 60
OPEN_STATES = ("on_track", "at_risk", "late")


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows; a row's first cell may be coloured by `colours` (green, yellow, red, unknown, or "")."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    colours: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    """Shares of the width; equal where none are given."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked columns: a number for each category in each series."""

    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    number_format: str = "#,##0"


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: its message, then lines, a table or a chart; `notes` tell where it comes from."""

    title: str
    lines: tuple[str, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    notes: tuple[str, ...] = ()
    opening: bool = False


def leadership_slides(derived: Derived, period: Period, calendar: WorkCalendar, title: str) -> tuple[Slide, ...]:
    """The portfolio for leadership: where it stands, the money, the worst stories, the next milestones."""
    source = (f"psbot, derived as of {derived.as_of.isoformat()}.",)
    opening = Slide(title, (f"{period.name}, as of {derived.as_of.isoformat()}",), opening=True)
    quarter = calendar.fiscal_quarter(period.last).name
    slides = (
        *_standing(derived, source),
        *_revenue(derived, quarter, source),
        *_waterfall(derived, source),
        *_stories(derived, source),
        *_milestones(derived, period.last, source),
    )
    return (opening, *slides)


def _standing(derived: Derived, notes: tuple[str, ...]) -> Iterator[Slide]:
    counts = derived.portfolio.rag
    total = derived.portfolio.engagements
    calm = f"{counts.get('green', 0)} of {total} engagements are green"
    worse = [f"{counts[c]} {c}" for c in ("red", "yellow", "unknown") if counts.get(c)]
    title = f"{calm}; {', '.join(worse)}" if worse else calm
    rows = [_row(e) for e in derived.engagements]
    colours = [e.status.overall for e in derived.engagements]
    header = ("Engagement", "Customer", "Phase", "Done", "Finish (P50)", "On time")
    for page, (part, lights) in enumerate(zip(_pages(rows), _pages(colours), strict=True)):
        table = Table(header, tuple(part), tuple(lights), (0.34, 0.2, 0.12, 0.1, 0.14, 0.1))
        yield Slide(title if page == 0 else f"{calm} (continued)", table=table, notes=notes)


def _row(e: EngagementDerived) -> tuple[str, ...]:
    done, chance = e.progress.percent, e.forecast.on_time_probability
    finish = e.forecast.finish.p50
    return (
        short(e.title or e.ref),
        short(e.customer, 30),
        e.phase.replace("_", " "),
        "–" if done is None else f"{done:.0%}",
        finish.isoformat() if isinstance(finish, date) else "–",
        "–" if chance is None or e.phase == Phase.COMPLETE else f"{chance:.0%}",
    )


def _revenue(derived: Derived, quarter: str, notes: tuple[str, ...]) -> Iterator[Slide]:
    revenue = derived.portfolio.revenue
    known = [(name, q) for name, q in revenue.items() if q.forecast or q.actual or q.target]
    if not known:
        return
    known = _around(known, quarter)
    chart = Chart(
        tuple(name for name, _ in known),
        (
            ("Delivered", tuple(q.actual for _, q in known)),
            ("Still expected", tuple(max(q.forecast - q.actual, 0.0) for _, q in known)),
        ),
    )
    yield Slide(_revenue_title(quarter, revenue.get(quarter), derived.currency), chart=chart, notes=notes)
    header = ("Quarter", "Target", "Delivered", "Forecast", "Low (P10)", "High (P90)", "Upside")
    rows = tuple(_quarter_row(name, q) for name, q in known)
    yield Slide(f"Revenue by quarter, in {derived.currency}", table=Table(header, rows), notes=notes)


def _around(known: Sequence[tuple[str, PortfolioQuarter]], quarter: str) -> list[tuple[str, PortfolioQuarter]]:
    """Two quarters before the one that is reported and three after."""
    names = [name for name, _ in known]
    at = names.index(quarter) if quarter in names else 0
    return list(known[max(0, at - 2) : at + 4])


def _revenue_title(name: str, quarter: PortfolioQuarter | None, currency: str) -> str:
    if quarter is None:
        return f"No revenue is forecast in {name}"
    money = f"{currency} {quarter.forecast:,.0f}"
    if not quarter.target:
        return f"{name} is forecast at {money}"
    share = quarter.forecast / quarter.target - 1
    side = "on target" if abs(share) < 0.005 else f"{abs(share):.0%} {'above' if share > 0 else 'below'} target"
    return f"{name} is forecast at {money}, {side}"


def _quarter_row(name: str, q: PortfolioQuarter) -> tuple[str, ...]:
    amounts = (q.actual, q.forecast, q.low, q.high, q.upside)
    return (name, "–" if q.target is None else f"{q.target:,.0f}", *(f"{amount:,.0f}" for amount in amounts))


def _waterfall(derived: Derived, notes: tuple[str, ...]) -> Iterator[Slide]:
    """From the quarter's forecast when it began to today's: the rows add up."""
    if derived.portfolio.waterfall is None or not derived.portfolio.waterfall.drivers:
        return
    found = to_the_unit(derived.portfolio.waterfall)
    names = {e.ref: e.customer or e.title or e.ref for e in derived.engagements}
    change = found.after - found.before
    title = (
        f"The forecast of {found.quarter} moved by {derived.currency} {change:+,.0f} since {found.since.isoformat()}"
    )
    rows = [
        ("Forecast when the quarter began", "", f"{found.before:,.0f}"),
        *((short(str(d.text), 80), short(names.get(d.engagement, d.engagement), 30), f"{d.amount:+,.0f}") for d in found.drivers),
        ("Forecast today", "", f"{found.after:,.0f}"),
    ]  # fmt: skip
    for part in _pages(rows):
        table = Table(("Cause", "Engagement", derived.currency), tuple(part), widths=(0.6, 0.25, 0.15))
        yield Slide(title, table=table, notes=notes)


def _stories(derived: Derived, notes: tuple[str, ...]) -> Iterator[Slide]:
    """The worst story of each engagement, worst engagement first: a slide each."""
    told = [(e, e.stories[0]) for e in derived.engagements if e.stories and e.phase != Phase.COMPLETE]
    for engagement, story in told[:MOST_STORIES]:
        lines = [f"{short(engagement.customer or engagement.title)}: {engagement.ref}"]
        lines += [line for line in (str(story.cause), str(story.action)) if line]
        who = f"Owner: {story.owner}" if story.owner else "No owner yet"
        lines.append(f"{who}{f', by {story.due.isoformat()}' if story.due else ''}")
        evidence = tuple(f"Evidence: {ref}" for ref in story.evidence[:8])
        title = short(str(story.headline), TITLE_LENGTH)
        yield Slide(title, tuple(short(line, 220) for line in lines), notes=(*notes, *evidence))


def _milestones(derived: Derived, last: date, notes: tuple[str, ...]) -> Iterator[Slide]:
    """What is due next, by date."""
    ahead = [
        (m.due, e, m)
        for e in derived.engagements
        for m in e.schedule.milestones
        if m.due is not None and m.state in OPEN_STATES and e.phase != Phase.COMPLETE
    ]
    ahead.sort(key=lambda found: (found[0], found[1].ref, found[2].title))
    next_ones = ahead[: 2 * ROWS_A_SLIDE]
    late = sum(m.state == "late" for _, _, m in ahead)
    at_risk = sum(m.state == "at_risk" for _, _, m in ahead)
    title = f"{len(ahead)} milestones are ahead: {late} late, {at_risk} at risk" if ahead else "No milestone is ahead"
    lights = {"late": "red", "at_risk": "yellow", "on_track": "green"}
    header = ("Milestone", "Customer", "Due", "Forecast (P50)", "Slip in working days")
    for part in _pages(next_ones):
        rows = tuple(
            (
                short(m.title),
                short(e.customer, 30),
                due.isoformat(),
                _day(m.forecast),
                "–" if m.slip_days is None else f"{m.slip_days:+d}",
            )
            for due, e, m in part
        )
        yield Slide(title, table=Table(header, rows, tuple(lights[m.state] for _, _, m in part)), notes=notes)


def customer_slides(facts: CustomerFacts) -> tuple[Slide, ...]:
    """A steering committee's slides, from the type that can hold nothing but what the customer may read."""
    as_of = shown(facts.as_of_line).text
    name = shown(facts.name).text
    done = "" if facts.progress is None else f"{facts.progress:.0%} of the work is done"
    slides = [Slide(name, (shown(facts.period).text, as_of), opening=True)]
    counted = f"{facts.milestones_done} of {len(facts.milestones)} milestones are done"
    for part in _pages(facts.milestones):
        rows = tuple(
            (
                short(shown(m.title).text),
                _day(m.baseline),
                _day(m.due),
                _day(m.forecast),
                "done" if m.done else m.state.replace("_", " "),
            )
            for m in part
        )
        header = ("Milestone", "Agreed", "Due", "Expected", "State")
        slides.append(Slide("; ".join(filter(None, (done, counted))), table=Table(header, rows), notes=(as_of,)))
    for title, found in (
        ("Next steps", [_with_day(shown(s.what).text, s.due) for s in facts.steps]),
        ("What we need from you", [_with_day(shown(w.what).text, w.due) for w in facts.waiting]),
        ("Risks, and what is done about them", [_risk(shown(r.what).text, r.owner, r.mitigation) for r in facts.risks]),
    ):
        slides += [Slide(title, tuple(part), notes=(as_of,)) for part in _pages(found, 8)]
    return tuple(slides)


def _with_day(text: str, day: date | None) -> str:
    return short(text, 150) + (f" (by {day.isoformat()})" if day else "")


def _risk(text: str, owner: str | None, mitigation: str | None) -> str:
    return ". ".join(filter(None, (short(text, 150), short(mitigation or "", 150), f"Owner: {owner}" if owner else "")))


def short(text: str, limit: int = CELL_LENGTH) -> str:
    """Text of people on one line, without control characters, clipped to what a slide holds."""
    line = clean(text, limit + 1)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "–"


def _pages(rows: Iterable[T], size: int = ROWS_A_SLIDE) -> list[list[T]]:
    found = list(rows)
    return [found[start : start + size] for start in range(0, len(found), size)]
