"""The portfolio: counts, rates of completed engagements, utilisation, capacity, groupings, and the order of reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.derive.decisions.colours import GRAVITY
from bot.derive.decisions.questions import sow_end
from bot.derive.labels import label_value
from bot.derive.people.availability import Availability
from bot.derive.people.capacity import booked_hours, derive_capacity
from bot.derive.people.utilisation import measure_utilisation
from bot.derive.ratios import ratio
from bot.derive.results import RAGS, SEVERITIES, EngagementDerived, PortfolioDerived, PortfolioRevenue
from bot.derive.subject import Subject
from bot.domain.bulkhead import contained
from bot.domain.messages import Phrase, Text
from bot.domain.model import Engagement, PastReport, Portfolio
from bot.domain.vocabulary import Phase

if TYPE_CHECKING:
    from bot.derive.forecast import EngagementForecast


def derive_roll_up(
    subjects: Sequence[Subject],
    portfolio: Portfolio,
    day: date,
    availability: Availability,
    revenue: PortfolioRevenue,
) -> PortfolioDerived:
    """What the reported engagements come to; hours and bookings are those of the whole portfolio."""
    complete = [s for s in subjects if s.derived.phase == Phase.COMPLETE]
    labels = subjects[0].settings.labels if subjects else None
    used = measure_utilisation(portfolio.engagements, day, availability, labels) if labels else None
    hard, soft = (booked_hours(portfolio.engagements, kind) for kind in ("hard", "soft"))
    return PortfolioDerived(
        engagements=len(subjects),
        rag=count_colours(s.derived for s in subjects),
        revenue=revenue.quarters,
        revenue_by=revenue.by,
        revenue_by_month=revenue.months,
        on_time_rate=_rate(is_on_time, complete),
        on_budget_rate=_rate(is_on_budget, complete),
        utilisation=used.overall if used else None,
        utilisation_by=used.by_person if used else {},
        capacity=derive_capacity(hard, soft, day, availability),
        rag_by={name: _by_group(subjects, group) for name, group in GROUPINGS.items()},
    )


def revenue_roll_up(
    pairs: Iterable[tuple[Subject, EngagementForecast | None]],
    gone: Iterable[tuple[Subject, EngagementForecast | None]],
    settings: Settings,
    past: Sequence[PastReport],
    failures: list[Text],
    only: str | None,
) -> tuple[list[Subject], PortfolioRevenue]:
    """The subjects, derived one by one as their trials are added up and let go; what all come to."""
    done: list[Subject] = []
    forecast = _forecasts(pairs, done)
    first = next(forecast, None)
    if first is None:
        return done, PortfolioRevenue()
    from bot.derive.forecast import portfolio_revenue

    every = chain((first,), forecast)
    revenue = contained(
        lambda: portfolio_revenue(every, settings=settings, past=past, gone=_forecasts(gone, []), only=only),
        lambda why: failures.append(Phrase("no revenue roll-up: {error}", error=why)),
        PortfolioRevenue(),
        fatal=(),
    )
    for _ in every:  # where the roll-up failed, the rest is still to be derived
        pass
    return done, revenue


def _forecasts(
    pairs: Iterable[tuple[Subject, EngagementForecast | None]], done: list[Subject]
) -> Iterator[tuple[Subject, EngagementForecast]]:
    """Those with a forecast; all subjects go to `done`, without what was cached to derive them."""
    for subject, found in pairs:
        done.append(replace(subject))
        if found is not None:
            yield subject, found


def partner_of(engagement: Engagement, prefix: str) -> str | None:
    """The delivery partner: from the facts, else from the label `partner::Name`."""
    return engagement.facts.partner or label_value(engagement.labels, prefix)


GROUPINGS: Mapping[str, Callable[[Subject], str | None]] = {
    "region": lambda s: s.engagement.facts.region,
    "partner": lambda s: partner_of(s.engagement, s.settings.labels.partner),
    "pm": lambda s: s.engagement.facts.pm,
}


def is_on_time(subject: Subject) -> bool | None:
    """Whether a complete engagement finished by the agreed end; None where either date is not known."""
    finish, end = subject.derived.completion.completed_on, sow_end(subject)
    return finish <= end if finish and end else None


def is_on_budget(subject: Subject) -> bool | None:
    """Whether a complete engagement spent no more hours than agreed; None without a budget or without hours."""
    budget = subject.derived.budget
    if budget.hours_budget is None or not budget.hours_spent:
        return None
    return budget.hours_spent <= budget.hours_budget


def worst_first(derived: EngagementDerived) -> tuple[int, bool, list[int], float, str]:
    """Sort key: the worse colour, unfinished before finished, more grave risks, less chance to be on time, reference."""
    severities = [risk.severity for risk in derived.risks]
    grave = [-severities.count(severity) for severity in reversed(SEVERITIES)]
    chance = derived.forecast.on_time_probability
    return (
        -GRAVITY.index(derived.status.overall),
        derived.phase == Phase.COMPLETE,
        grave,
        1.0 if chance is None else chance,
        derived.ref,
    )


def _rate(test: Callable[[Subject], bool | None], subjects: Iterable[Subject]) -> float | None:
    known = [answer for subject in subjects if (answer := test(subject)) is not None]
    return ratio(sum(known), len(known))


def count_colours(engagements: Iterable[EngagementDerived]) -> dict[str, int]:
    """How many engagements have each overall colour."""
    counts = dict.fromkeys(RAGS, 0)
    for derived in engagements:
        counts[derived.status.overall] += 1
    return counts


def _by_group(subjects: Sequence[Subject], group: Callable[[Subject], str | None]) -> dict[str, dict[str, int]]:
    """Name → colour → engagements; those without a name are in no group."""
    names = sorted({name for s in subjects if (name := group(s))})
    return {name: count_colours(s.derived for s in subjects if group(s) == name) for name in names}
