"""One figure for one question: every number in every text is one that derive found, for a day that the text speaks of.

Money, hours, dates and percentages are read back from the rendered texts (statuses, the customer's, roll-ups, closeouts, the
hand-over, the page, the slides) and looked up among the facts and among what was derived as of the days that were asked for.
"""

from __future__ import annotations

import html
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from itertools import combinations
from typing import Any

import pytest

from bot.derive.forecast import explain_between
from bot.derive.output import engagement_json, to_json
from bot.derive.results import Derived
from bot.domain.calendar import month_named
from bot.domain.messages import Money, Phrase
from bot.domain.model import Engagement
from bot.report.deck.slides import leadership_slides
from bot.report.partner import make_handover
from bot.report.schedule import forced
from bot.report.site import make_site
from bot.report.site.plainwords import PlainWords
from tests.report.demo_voice import DAY, OTHERS, ROLL_UPS, Voice, demo_voice

MONEY = re.compile(r"(?<![\w.])[+−-]?\$\s?(\d[\d,]*(?:\.\d+)?)")
HOURS = re.compile(r"(\d[\d,]*(?:\.\d+)?)[\s\u00a0]?(?:h|hours)\b")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?%")
DAYS = re.compile(r"\b([A-Z][a-z]{2}) (\d{1,2}), (\d{4})\b")
LINKS = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\([^)]*\)")
QUOTED = re.compile(r"\"[^\"]*\"")
CHARTS = re.compile(r"```mermaid.*?```", re.DOTALL)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SIGNIFICANT = 3
PLAIN = frozenset({str, int, float, bool, type(None), date, datetime})


# --- reading a text ----------------------------------------------------------------------------------------------------


def plain(text: str, titles: Iterable[str] = ()) -> str:
    """What a reader sees, without what people wrote: titles have numbers of their own."""
    text = QUOTED.sub('""', CHARTS.sub("", LINKS.sub(r"\1", text)).replace("\\", "").replace("\u2060", ""))
    for title in sorted(filter(None, titles), key=len, reverse=True):
        text = text.replace(title, "…")
    return text


def amounts(pattern: re.Pattern[str], text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in pattern.findall(text)]


def dates(text: str) -> set[date]:
    return {date(int(y), MONTHS.index(m) + 1, int(d)) for m, d, y in DAYS.findall(text) if m in MONTHS}


# --- what is known -----------------------------------------------------------------------------------------------------


def leaves(*values: Any) -> Iterator[Any]:
    """All plain values below: of JSON, of dataclasses, of messages."""
    rest: list[Any] = list(values)
    while rest:
        value = rest.pop()
        kind: Any = type(value)
        if kind in PLAIN:
            yield value
        elif isinstance(value, Mapping):
            rest += value.values()
        elif isinstance(value, Phrase):
            rest += (found for _, found in value.pairs)
            yield str(value)
        elif isinstance(value, Money):
            yield value.amount
        elif names := names_of(kind):
            rest += (getattr(value, name) for name in names)
        elif isinstance(value, list | tuple | set | frozenset):
            rest += value
        else:
            yield value


@cache
def names_of(kind: type) -> tuple[str, ...]:
    """Of a dataclass's fields."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()


@dataclass
class Figures:
    """Numbers and days that some values hold, each value and each text looked at once."""

    numbers: set[float] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    @classmethod
    def of(cls, *values: Any) -> Figures:
        found, texts = cls(), set[str]()
        for value in leaves(*values):
            if isinstance(value, str):
                texts.add(value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                found.numbers.add(abs(float(value)))
            elif isinstance(value, date):
                found.days.add(value.date() if isinstance(value, datetime) else value)
        for text in texts:
            found.numbers |= numbers(text)
            found.days |= days_in(text)
        return found


@cache
def numbers(text: str) -> frozenset[float]:
    told = [] if "://" in text else re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    return frozenset(float(n.replace(",", "")) for n in told if n.strip(","))


@cache
def days_in(text: str) -> frozenset[date]:
    return frozenset(dates(text) | {date.fromisoformat(d) for d in re.findall(r"\b20\d\d-\d\d-\d\d\b", text)})


def hours_of(engagement: Engagement) -> set[float]:
    """Hours by person and month, and of each month: what roll-ups and hand-overs add up."""
    sums: dict[tuple[str, str], float] = {}
    for log in engagement.timelogs:
        month = f"{log.spent_at:%Y-%m}"
        for key in ((log.user, month), ("", month), (log.item or "", "")):
            sums[key] = sums.get(key, 0.0) + log.hours
    return set(sums.values())


def differences(found: Collection[Mapping[str, float]]) -> set[float]:
    """Between what was derived of one figure as of different days: hours logged, revenue earned, forecasts moved."""
    keys = {key for one in found for key in one}
    values = [[one[key] for one in found if key in one] for key in keys]
    return {abs(a - b) for one in values for a, b in combinations(one, 2)}


class Known:
    """Everything that a text may say of one engagement, or of all."""

    def __init__(self, voice: Voice, ref: str | None) -> None:
        engagements = [e for e in voice.portfolio.engagements if ref in (None, e.ref)]
        parts = [Figures.of(voice.settings.finance.model_dump(), *voice.days)]
        if ref is None:
            refs = {e.ref for d in voice.days.values() for e in d.engagements} | {e.ref for e in engagements}
            parts += [figures_of(voice, one) for one in refs]
            parts += [Figures.of(portfolio_json(d), d.portfolio) for d in voice.days.values()]
        else:
            parts.append(figures_of(voice, ref))
        self.numbers = set[float]().union(*(part.numbers for part in parts))
        self.days = set[date]().union(*(part.days for part in parts))
        self.numbers |= {h for e in engagements for h in hours_of(e)}
        self.numbers |= self._derived_sums(voice, ref)

    def _derived_sums(self, voice: Voice, ref: str | None) -> set[float]:
        per_day: dict[str, list[dict[str, float]]] = {}
        for derived in voice.days.values():
            for e in derived.engagements:
                if ref in (None, e.ref):
                    per_day.setdefault(e.ref, []).append(_figures(e))
            if ref is None:
                per_day.setdefault("", []).append(_portfolio_figures(derived))
        return {d for found in per_day.values() for d in differences(found)} | _totals(voice, ref)

    @cached_property
    def _in_order(self) -> list[float]:
        return sorted(self.numbers)

    def _between(self, low: float, high: float) -> list[float]:
        """The known numbers from `low` to `high`."""
        return self._in_order[bisect_left(self._in_order, low) : bisect_right(self._in_order, high)]

    def has(self, figure: float) -> bool:
        """To the digits that are shown: whole money, three figures of a forecast."""
        near = self._between(0.9 * figure - 1, 1.1 * figure + 1)
        return any(abs(figure - value) <= max(0.51, rounding(value)) for value in near)

    def has_hours(self, figure: float) -> bool:
        """Whole hours of a forecast, a tenth of those that were logged."""
        return bool(self._between(figure - 0.51, figure + 0.51))

    def has_share(self, percent: float) -> bool:
        return self.has_hours(percent) or bool(self._between((percent - 0.51) / 100, (percent + 0.51) / 100))


FOUND: dict[tuple[date, str], Figures] = {}


def figures_of(voice: Voice, ref: str) -> Figures:
    """What stands in one engagement and in what was derived of it as of any day."""
    if (voice.day, ref) not in FOUND:
        derived = [e for d in voice.days.values() for e in d.engagements if e.ref == ref]
        own = [e for e in voice.portfolio.engagements if e.ref == ref]
        FOUND[voice.day, ref] = Figures.of(*map(engagement_json, derived), *derived, *own)
    return FOUND[voice.day, ref]


def portfolio_json(derived: Derived) -> Mapping[str, Any]:
    """All that the JSON of a day says beside the engagements themselves."""
    return {name: value for name, value in to_json(replace(derived, engagements=())).items() if name != "engagements"}


def rounding(value: float) -> float:
    digits = len(str(int(abs(value)))) - SIGNIFICANT
    return 0.51 * 10**digits if digits > 0 else 0.0


def _figures(e: Any) -> dict[str, float]:
    found = {"spent": e.budget.hours_spent, "budget": e.budget.hours_budget or 0.0}
    found["effort"] = e.forecast.effort_hours.p50 or 0.0
    for name, q in (*e.forecast.revenue.items(), *e.forecast.revenue_by_month.items()):
        found |= {f"{name} actual": q.actual, f"{name} forecast": q.forecast}
    found["earned"] = sum(q.actual for q in e.forecast.revenue.values())
    found["money budget"] = e.budget.money_budget or 0.0
    return found


def _portfolio_figures(derived: Derived) -> dict[str, float]:
    known = {**derived.portfolio.revenue, **derived.portfolio.revenue_by_month}
    return {f"{name} {kind}": getattr(q, kind) for name, q in known.items() for kind in ("actual", "forecast")}


def _totals(voice: Voice, ref: str | None) -> set[float]:
    """What is left of budgets and contracts, what acceptance waits for, what change orders come to."""
    found: set[float] = set()
    for derived in voice.days.values():
        running = [e for e in derived.engagements if ref in (None, e.ref)]
        for e in running:
            budget, earned = e.budget, sum(q.actual for q in e.forecast.revenue.values())
            effort = e.forecast.effort_hours.p50
            left = (budget.hours_budget or 0.0) - budget.hours_spent
            found |= {abs(left), earned, abs((budget.money_budget or 0.0) - earned)}
            if isinstance(effort, int | float):
                found |= {abs(effort - (budget.hours_budget or 0.0)), abs(effort / (budget.hours_budget or 1.0) - 1)}
        if ref is None:
            found |= _portfolio_totals(running) | {_hours_of_the_month(voice, derived)}
    return found | (_moved_out(voice) if ref is None else set())


def _moved_out(voice: Voice) -> set[float]:
    """What left each month, of all causes: the table names the two largest."""
    ended = month_named(f"{voice.day.replace(day=1) - timedelta(days=1):%Y-%m}")
    then, now = (voice.days[day] for day in (ended.first - timedelta(days=1), ended.last))
    names = now.portfolio.revenue_by_month
    facts = {e.ref: e.facts for e in voice.portfolio.engagements}
    lost = (
        [-d.amount for d in explain_between(then, now, month_named(name), voice.calendar, facts) if d.amount < 0]
        for name in names
    )
    return {sum(some) for month in lost for n in range(1, len(month) + 1) for some in combinations(month, n)}


def _hours_of_the_month(voice: Voice, derived: Derived) -> float:
    """Logged in the month of the day, by what ran in it."""
    first = derived.as_of.replace(day=1)
    ran = {e.ref for e in derived.engagements if e.phase != "complete" or (e.completion.completed_on or first) >= first}
    logs = (log for e in voice.portfolio.engagements if e.ref in ran for log in e.timelogs)
    return sum(log.hours for log in logs if first <= log.spent_at <= derived.as_of)


def _portfolio_totals(running: list[Any]) -> set[float]:
    active = [e for e in running if e.phase != "complete"]
    hours = sum(max(0.0, e.budget.hours_budget - e.budget.hours_spent) for e in active if e.budget.hours_budget)
    money = sum(
        max(0.0, e.budget.money_budget - sum(q.actual for q in e.forecast.revenue.values()))
        for e in active
        if e.budget.money_budget is not None
    )
    return {hours, money}


KNOWN: dict[tuple[date, str | None], Known] = {}


def known(voice: Voice, ref: str | None) -> Known:
    key = (voice.day, ref)
    if key not in KNOWN:
        KNOWN[key] = Known(voice, ref)
    return KNOWN[key]


# --- the texts ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[(DAY, 0), *(OTHERS if os.environ.get("PSBOT_FULL") else OTHERS[:1])], ids=str)
def voice(request: pytest.FixtureRequest) -> Voice:
    day, seed = request.param
    found = demo_voice(today=day, seed=seed)
    for kind in ("status", "closeout", *ROLL_UPS):
        found.made(kind)
    return found


def titles(voice: Voice) -> set[str]:
    """What people wrote: titles, names of milestones, SOWs, actions."""
    found: set[str] = set()
    for e in voice.portfolio.engagements:
        found |= {e.title, e.facts.sow or "", *(i.title for i in e.items), *(m.title for m in e.milestones)}
    return {title for title in found if re.search(r"\d", title)}


def strangers(voice: Voice, text: str, ref: str | None, names: Collection[str]) -> dict[str, list[Any]]:
    """The figures of a text that nothing knows."""
    told, facts = plain(text, names), known(voice, ref)
    return {
        kind: found
        for kind, found in (
            ("money", [a for a in amounts(MONEY, told) if not facts.has(a)]),
            ("hours", [a for a in amounts(HOURS, told) if not facts.has_hours(a)]),
            ("dates", sorted(str(d) for d in dates(told) - facts.days)),
            ("percent", [a for a in amounts(PERCENT, told) if ref and not facts.has_share(a)]),
        )
        if found
    }


@pytest.mark.parametrize("kind", ["status", "closeout"])
def test_every_figure_of_an_engagement_s_texts_is_one_that_derive_found(voice: Voice, kind: str) -> None:
    names = titles(voice)
    for document in voice.made(kind):
        assert strangers(voice, document.body, document.engagement, names) == {}, (
            document.audience,
            document.engagement,
        )


@pytest.mark.parametrize("kind", ROLL_UPS)
def test_every_figure_of_a_roll_up_is_one_that_derive_found(voice: Voice, kind: str) -> None:
    for document in voice.made(kind):
        assert strangers(voice, document.body, None, titles(voice)) == {}


def test_every_figure_of_a_hand_over_is_one_that_derive_found(voice: Voice) -> None:
    due = forced(voice.settings, voice.calendar, "partner", None, voice.day)
    for partner in ("Kumo Consulting", "Delta Partners"):
        found = make_handover(due, voice.context, partner)
        assert found is not None
        assert strangers(voice, found.text, None, titles(voice)) == {}


def test_the_page_says_what_the_texts_say(voice: Voice) -> None:
    derived = voice.context.derive(voice.day)
    pages = make_site(voice.portfolio, derived, (), settings=voice.settings, calendar=voice.calendar)
    for name, page in pages.items():
        if name.endswith(".html"):
            body = re.sub(r"<(script|style|svg).*?</\1>", "", page.split("<body", 1)[-1], flags=re.DOTALL)
            told = html.unescape(re.sub(r"<[^>]+>", " ", body))
            found = strangers(voice, told, None, titles(voice))
            assert {kind: said for kind, said in found.items() if kind != "percent"} == {}, name


def test_the_slides_say_what_the_texts_say(voice: Voice) -> None:
    month = month_named(f"{voice.day:%Y-%m}")
    for slide in leadership_slides(
        voice.context.derive(voice.day), month, voice.calendar, "monthly", PlainWords(voice.words)
    ):
        told = " ".join(
            [slide.title, *slide.lines, *(cell for row in (slide.table.rows if slide.table else ()) for cell in row)]
        )
        assert strangers(voice, told, None, titles(voice)) == {}, slide.title


def test_a_figure_that_nobody_derived_is_found(voice: Voice) -> None:
    """The look-up can fail: else all of the above would prove nothing."""
    ref = voice.made("status")[0].engagement
    told = r"Costs \$987,654 and 98,765 h until Jan 3, 2031"
    assert strangers(voice, told, ref, ()) == {"money": [987654.0], "hours": [98765.0], "dates": ["2031-01-03"]}
