"""What stands on the slides, as values: one message a slide as its title, a native table or chart, notes with sources. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from bot.derive.forecast.record.waterfall import to_the_unit
from bot.derive.results import Derived, EngagementDerived, PortfolioQuarter
from bot.domain.calendar import Period, WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.vocabulary import MilestoneState, Phase
from bot.report.charts import three_figures
from bot.report.kinds.customer import CustomerFacts
from bot.report.parts.weeks import count_colours
from bot.report.site.customer import shown
from bot.report.site.plainwords import PlainWords
from bot.report.text.safe_text import clean
from bot.report.worth import is_over, worth_telling

T = TypeVar("T")
ROWS_A_SLIDE = 10
MOST_STORIES = 5
TITLE_LENGTH = 110
CELL_LENGTH = 60
OPEN_STATES = ("on_track", "at_risk", "late")


@frozen
class SlideTable:
    """Header and rows; a row's first cell may be coloured by `colours` (green, yellow, red, unknown, or "")."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    colours: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    """Shares of the width; equal where none are given."""
    colour_words: tuple[str, ...] = ()
    """The colours in words, so that nobody has to see them; their names where none are given."""


@frozen
class SlideChart:
    """Stacked columns: a number for each category in each series."""

    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    number_format: str = "#,##0"


@frozen
class Slide:
    """One slide: its message, then lines, a table or a chart; `notes` tell where it comes from."""

    title: str
    lines: tuple[str, ...] = ()
    table: SlideTable | None = None
    chart: SlideChart | None = None
    notes: tuple[str, ...] = ()
    opening: bool = False


def leadership_slides(
    derived: Derived, period: Period, calendar: WorkCalendar, kind: str, words: PlainWords
) -> tuple[Slide, ...]:
    """The portfolio for leadership: where it stands, the money, the worst stories, the next milestones.

    `kind`: monthly or quarterly.
    """
    source = (words.text("deck.source", day=derived.as_of),)
    line = words.text("deck.period", period=period.name, day=derived.as_of)
    opening = Slide(words.text(f"deck.{kind}"), (line,), opening=True)
    quarter = calendar.fiscal_quarter(period.last).name
    slides = (
        *_standing(derived, words, source),
        *_revenue(derived, quarter, words, source),
        *_waterfall(derived, words, source),
        *_stories(derived, words, source),
        *_milestones(derived, words, source),
    )
    return (opening, *slides)


def _heads(words: PlainWords, *names: str) -> tuple[str, ...]:
    return tuple(words.text(f"deck.{name}") for name in names)


def _standing(derived: Derived, words: PlainWords, notes: tuple[str, ...]) -> Iterator[Slide]:
    counts, total = count_colours(e.status.overall for e in derived.running), len(derived.running)
    calm = words.text("deck.green", n=total, green=counts.get("green", 0))
    worse = [
        words.text("deck.of_colour", count=counts[c], colour=words.name("rag", c).lower())
        for c in ("red", "yellow", "unknown")
        if counts.get(c)
    ]
    title = f"{calm}; {', '.join(worse)}" if worse else calm
    rows = [_row(e, words) for e in derived.running]
    colours = [e.status.overall for e in derived.running]
    header = _heads(words, "engagement", "customer", "phase", "done", "finish", "on_time")
    for page, (part, lights) in enumerate(zip(_pages(rows), _pages(colours), strict=True)):
        said = tuple(words.name("rag", light).lower() for light in lights)
        table = SlideTable(header, tuple(part), tuple(lights), (0.3, 0.18, 0.14, 0.1, 0.15, 0.13), said)
        yield Slide(title if page == 0 else words.text("deck.continued", title=calm), table=table, notes=notes)


def _row(e: EngagementDerived, words: PlainWords) -> tuple[str, ...]:
    finish = e.forecast.finish.p50
    chance = None if e.phase == Phase.COMPLETE else e.forecast.on_time_probability
    return (
        short(e.title or e.ref),
        short(e.customer, 30),
        words.name("phase", e.phase),
        words.percent(e.progress.percent),
        words.date(finish if isinstance(finish, date) else None),
        words.percent(chance),
    )


def _revenue(derived: Derived, quarter: str, words: PlainWords, notes: tuple[str, ...]) -> Iterator[Slide]:
    revenue = derived.portfolio.revenue
    known = list(worth_telling(revenue).rows)
    if not known:
        return
    known = _around(known, quarter)
    chart = SlideChart(
        tuple(name for name, _ in known),
        (
            (words.text("deck.delivered"), tuple(q.actual for _, q in known)),
            (words.text("deck.expected"), tuple(max(q.forecast - q.actual, 0.0) for _, q in known)),
        ),
    )
    yield Slide(_revenue_title(quarter, revenue.get(quarter), words), chart=chart, notes=notes)
    header = _heads(words, "quarter", "target", "delivered", "forecast", "low", "high", "upside")
    rows = tuple(_quarter_row(name, q, words) for name, q in known)
    yield Slide(words.text("deck.by_quarter", currency=derived.currency), table=SlideTable(header, rows), notes=notes)


def _around(known: Sequence[tuple[str, PortfolioQuarter]], quarter: str) -> list[tuple[str, PortfolioQuarter]]:
    """Two quarters before the one that is reported and three after."""
    names = [name for name, _ in known]
    at = names.index(quarter) if quarter in names else 0
    return list(known[max(0, at - 2) : at + 4])


def _revenue_title(name: str, quarter: PortfolioQuarter | None, words: PlainWords) -> str:
    if quarter is None:
        return words.text("deck.no_revenue", quarter=name)
    said = words.text(
        "deck.brought" if is_over(quarter) else "deck.is_forecast", quarter=name, amount=words.whole(quarter)
    )
    if not quarter.target:
        return said
    share = quarter.forecast / quarter.target - 1
    side = "on_target" if abs(share) < 0.005 else "above_target" if share > 0 else "below_target"
    return f"{said}, {words.text(f'deck.{side}', share=words.percent(abs(share)))}"


def _quarter_row(name: str, q: PortfolioQuarter, words: PlainWords) -> tuple[str, ...]:
    ahead = (None, None, None, None) if is_over(q) else (q.forecast, q.low, q.high, q.upside)
    known = (words.number(amount, 0) for amount in (q.target, q.actual))
    return (name, *known, *(words.number(three_figures(amount), 0) for amount in ahead))


def _waterfall(derived: Derived, words: PlainWords, notes: tuple[str, ...]) -> Iterator[Slide]:
    """From the quarter's forecast when it began to today's: the rows add up."""
    if derived.portfolio.waterfall is None or not derived.portfolio.waterfall.drivers:
        return
    found = to_the_unit(derived.portfolio.waterfall)
    names = {e.ref: e.customer or e.title or e.ref for e in derived.engagements}
    change = _signed(found.after - found.before, words)
    title = words.text("deck.moved", quarter=found.quarter, change=change, currency=derived.currency, since=found.since)
    rows = [
        (words.text("deck.at_start"), "", words.number(found.before, 0)),
        *((short(words.value(d.text), 80), short(names.get(d.engagement, d.engagement), 30), _signed(d.amount, words)) for d in found.drivers),
        (words.text("deck.today"), "", words.number(found.after, 0)),
    ]  # fmt: skip
    header = (words.text("deck.cause"), words.text("deck.engagement"), derived.currency)
    for part in _pages(rows):
        yield Slide(
            short(title, TITLE_LENGTH), table=SlideTable(header, tuple(part), widths=(0.6, 0.25, 0.15)), notes=notes
        )


def _signed(amount: float, words: PlainWords) -> str:
    return ("+" if amount > 0 else "") + words.number(amount, 0)


def _stories(derived: Derived, words: PlainWords, notes: tuple[str, ...]) -> Iterator[Slide]:
    """The worst story of each engagement, worst engagement first: a slide each."""
    told = [(e, e.stories[0]) for e in derived.engagements if e.stories and e.phase != Phase.COMPLETE]
    for engagement, story in told[:MOST_STORIES]:
        lines = [f"{short(engagement.customer or engagement.title)}: {engagement.ref}"]
        why = "" if story.cause == story.headline else story.cause
        lines += [line for line in map(words.value, (why, story.action)) if line]
        who = words.text("deck.owner", owner=story.owner) if story.owner else words.text("deck.no_owner")
        lines.append(words.text("deck.by_day", who=who, day=story.due) if story.due else who)
        evidence = tuple(words.text("deck.evidence", ref=ref) for ref in story.evidence[:8])
        title = short(words.value(story.headline), TITLE_LENGTH)
        yield Slide(title, tuple(short(line, 220) for line in lines), notes=(*notes, *evidence))


def _milestones(derived: Derived, words: PlainWords, notes: tuple[str, ...]) -> Iterator[Slide]:
    """What is due next, by date."""
    ahead = [
        (m.due, e, m)
        for e in derived.engagements
        for m in e.schedule.milestones
        if m.due is not None and m.state in OPEN_STATES and e.phase != Phase.COMPLETE
    ]
    ahead.sort(key=lambda found: (found[0], found[1].ref, found[2].title))
    next_ones = ahead[: 2 * ROWS_A_SLIDE]
    late = sum(m.state == MilestoneState.LATE for _, _, m in ahead)
    at_risk = sum(m.state == MilestoneState.AT_RISK for _, _, m in ahead)
    title = words.text("deck.ahead", n=len(ahead), late=late, at_risk=at_risk)
    lights = {"late": "red", "at_risk": "yellow", "on_track": "green"}
    header = _heads(words, "milestone", "customer", "due", "forecast_p50", "slip")
    for part in _pages(next_ones):
        rows = tuple(
            (
                short(m.title),
                short(e.customer, 30),
                words.date(due),
                words.date(m.forecast),
                words.signed(m.slip_days),
            )
            for due, e, m in part
        )
        colours = tuple(lights[m.state] for _, _, m in part)
        said = tuple(words.name("milestone_state", m.state) for _, _, m in part)
        yield Slide(title, table=SlideTable(header, rows, colours, colour_words=said), notes=notes)


def customer_slides(facts: CustomerFacts, words: PlainWords) -> tuple[Slide, ...]:
    """A steering committee's slides, from the type that can hold nothing but what the customer may read."""
    as_of = shown(facts.as_of_line).text
    name = shown(facts.name).text
    done = "" if facts.progress is None else words.text("deck.work_done", share=words.percent(facts.progress))
    slides = [Slide(name, (shown(facts.period).text, as_of), opening=True)]
    counted = words.text("deck.milestones_done", n=len(facts.milestones), done=facts.milestones_done)
    for part in _pages(facts.milestones):
        rows = tuple(
            (
                short(shown(m.title).text),
                words.date(m.baseline),
                words.date(m.due),
                words.date(m.forecast),
                words.name("customer_milestone", "done" if m.done else m.state),
            )
            for m in part
        )
        header = _heads(words, "milestone", "agreed", "due", "expected_day", "state")
        slides.append(Slide("; ".join(filter(None, (done, counted))), table=SlideTable(header, rows), notes=(as_of,)))
    for title, found in (
        ("deck.next_steps", [_with_day(shown(s.what).text, s.due, words) for s in facts.steps]),
        ("deck.needed", [_with_day(shown(w.what).text, w.due, words) for w in facts.waiting]),
        ("deck.risks", [_risk(shown(r.what).text, r.owner, r.mitigation, words) for r in facts.risks]),
    ):
        slides += [Slide(words.text(title), tuple(part), notes=(as_of,)) for part in _pages(found, 8)]
    return tuple(slides)


def _with_day(text: str, day: date | None, words: PlainWords) -> str:
    return words.text("deck.until", what=short(text, 150), day=day) if day else short(text, 150)


def _risk(text: str, owner: str | None, mitigation: str | None, words: PlainWords) -> str:
    who = words.text("deck.owner", owner=owner) if owner else ""
    return ". ".join(filter(None, (short(text, 150), short(mitigation or "", 150), who)))


def short(text: str, limit: int = CELL_LENGTH) -> str:
    """Text of people on one line, without control characters, clipped to what a slide holds."""
    line = clean(text, limit + 1)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _pages(rows: Iterable[T], size: int = ROWS_A_SLIDE) -> list[list[T]]:
    found = list(rows)
    return [found[start : start + size] for start in range(0, len(found), size)]
