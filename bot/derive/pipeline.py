"""Portfolio × day → Derived: replay the past once, derive each engagement in stages, add it all up.

A stage that fails is told in its engagement's `errors`; the other stages and engagements go on with what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.config import Settings, is_within
from bot.derive.catalog import vocabulary
from bot.derive.checks.engine import examine
from bot.derive.checks.practices import find_practices
from bot.derive.checks.registry import RULES
from bot.derive.decisions.asks import derive_asks
from bot.derive.decisions.chasing import chased
from bot.derive.decisions.judgement import Bench, judge, score_judgements
from bot.derive.decisions.next_steps import derive_steps
from bot.derive.decisions.orders.consents import with_rating
from bot.derive.decisions.orders.effects import prepared
from bot.derive.decisions.orders.judging import Court, read_unaddressed
from bot.derive.decisions.orders.obeying import obey, read_all_orders
from bot.derive.decisions.orders.order import Order
from bot.derive.decisions.owners import with_owner
from bot.derive.decisions.status import PastSignals, derive_axes, derive_overall
from bot.derive.decisions.track_record import TrackRecord
from bot.derive.depth import Depth, without_reasons
from bot.derive.money.invoicing import derive_invoicing
from bot.derive.past_memory import Memory, PastOutlook
from bot.derive.past_signals import past_signals, portfolio_record
from bot.derive.past_status import derive_past_status
from bot.derive.people.availability import Availability
from bot.derive.people.capacity import booked_hours, unreadable_weeks
from bot.derive.portfolio import count_colours, derive_roll_up, revenue_roll_up, worst_first
from bot.derive.raid.escalations import derive_escalations
from bot.derive.raid.log import derive_raid, register_risks
from bot.derive.replay import as_if, first_stages, with_forecasts
from bot.derive.reports_about import ReportsAbout
from bot.derive.results import SEVERITIES, Derived, EngagementDerived, PortfolioDerived, Risk
from bot.derive.scope.progress import last_close
from bot.derive.stages import Stage, run_stages
from bot.derive.subject import Subject, evolve
from bot.domain.bulkhead import contained
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text
from bot.domain.model import EMPTY, Engagement, PastReport, Portfolio, as_of, end_of_day
from bot.domain.vocabulary import ItemState, Phase

if TYPE_CHECKING:
    from bot.derive.forecast import EngagementForecast, Reference


@frozen
class ForecastRun:
    """How to forecast: what finished work teaches, seed, and number of trials."""

    reference: Reference
    earlier: Callable[[date], Reference]
    """What it had taught by a past day."""
    seed: int
    trials: int


def derive_portfolio(
    portfolio: Portfolio,
    day: date,
    settings: Settings,
    calendar: WorkCalendar,
    *,
    seed: int = 1,
    trials: int = 10_000,
    past: Sequence[PastReport] = (),
    forecast: bool = True,
    only: str | None = None,
    memory: Memory | None = None,
    depth: Depth = Depth.ALL,
) -> Derived:
    """Everything derived as of the end of `day`, worst engagement first; the same for any order of the input.

    Engagements that were closed longer than `closed_within_days` ago are left out, but teach the forecast and stay in
    the portfolio's revenue. `only` derives one engagement, against the whole portfolio's bookings and items. `memory` keeps
    what past days said, for further derivations of the same portfolio. `depth`: how much is asked for.
    """
    settings = with_default_thresholds(settings)
    lost: list[Text] = []
    then = _replayed(portfolio, day, calendar, lost)
    then = replace(then, engagements=tuple(sorted(then.engagements, key=lambda e: e.ref)))
    court = Court(settings, calendar, tuple(r.id for r in RULES), day)
    orders, faults = read_all_orders(then, past, court)
    about = ReportsAbout(past)
    until, survey = end_of_day(day, calendar.zone), settings.labels.csat
    then = replace(
        then,
        engagements=tuple(
            with_rating(prepared(e, orders[e.ref]), about.of(e.ref), survey, until) for e in then.engagements
        ),
    )
    subjects = make_subjects(then, day, settings, calendar)
    wanted = [s for s in subjects if only in (None, s.engagement.ref) and is_reported(s)]
    failures = [*then.failures, *lost, *faults, *unreadable_weeks(then.engagements)]
    if depth == Depth.NAMES:
        return Derived(day, settings.finance.currency, tuple(s.derived for s in wanted), failures=tuple(failures))
    run = _prepare_forecast(then, day, settings, calendar, seed, trials, failures) if forecast else None
    reports = {s.engagement.ref: about.payloads(s.engagement.ref) for s in subjects}
    outlook = (memory or Memory()).seen_from(subjects)
    learned = run.earlier if run else None
    if depth == Depth.STATUS:
        found = tuple(
            derive_past_status(s, learned, reports.get(s.engagement.ref, ()), outlook, orders[s.engagement.ref])
            for s in wanted
        )
        counted = PortfolioDerived(len(found), count_colours(found))
        return Derived(day, settings.finance.currency, found, counted, tuple(failures))
    pairs = (
        _derive_engagement(s, run, reports.get(s.engagement.ref, ()), outlook, orders[s.engagement.ref], depth)
        for s in wanted
    )
    gone = (_derive_revenue(s, run, failures) for s in subjects if not is_reported(s) and not only)
    derived_subjects, revenue = revenue_roll_up(pairs, gone, settings, past, failures, only)
    record = contained(
        lambda: portfolio_record(subjects, learned, reports, outlook),
        lambda why: failures.append(Phrase("no track record: {error}", error=why)),
        EMPTY,
    )
    done = [_with_record(subject, record) for subject in derived_subjects]
    derived = Derived(
        as_of=day,
        currency=settings.finance.currency,
        engagements=tuple(sorted((s.derived for s in done), key=worst_first)),
        portfolio=contained(
            lambda: replace(
                derive_roll_up(done, then, day, Availability(calendar, settings.people), revenue),
                judged=score_judgements(j for s in done for j in s.derived.judgements),
            ),
            lambda why: failures.append(Phrase("no roll-up: {error}", error=why)),
            PortfolioDerived(),
        ),
        failures=tuple(failures),
        orders=read_unaddressed(past, then.engagements, court),
    )
    return derived if only or not forecast else _with_waterfall(derived, then, past, calendar, failures)


def _with_waterfall(
    derived: Derived, then: Portfolio, past: Sequence[PastReport], calendar: WorkCalendar, failures: list[Text]
) -> Derived:
    """Why the running quarter's forecast is another than when it began, from what reports published."""
    from bot.derive.forecast import explain_change, read_commitments

    facts = {e.ref: e.facts for e in then.engagements}
    found = contained(
        lambda: explain_change(read_commitments(past), derived, calendar, facts),
        lambda why: failures.append(Phrase("no waterfall of the quarter: {error}", error=why)),
        None,
    )
    return replace(derived, portfolio=replace(derived.portfolio, waterfall=found), failures=tuple(failures))


def _with_record(subject: Subject, record: TrackRecord) -> Subject:
    derived = subject.derived
    return subject.advance(evolve(derived, status=replace(derived.status, track_record=record)))


def _replayed(portfolio: Portfolio, day: date, calendar: WorkCalendar, lost: list[Text]) -> Portfolio:
    """The portfolio as of the day; an engagement whose past can't be replayed is named and left out."""

    def replay(engagement: Engagement) -> tuple[Engagement, ...]:
        return contained(
            lambda: as_of(replace(portfolio, engagements=(engagement,)), day, calendar.zone).engagements,
            lambda why: lost.append(Phrase("{path} could not be read: {reason}", path=engagement.ref, reason=why)),
            (),
        )

    return replace(portfolio, engagements=tuple(then for e in portfolio.engagements for then in replay(e)))


def with_default_thresholds(settings: Settings) -> Settings:
    """Settings in which every declared threshold has a value, as `parse_config` makes them."""
    defaults = {name: threshold.default for name, threshold in vocabulary().thresholds.items()}
    return settings.model_copy(update={"thresholds": defaults | settings.thresholds})


def make_subjects(portfolio: Portfolio, day: date, settings: Settings, calendar: WorkCalendar) -> list[Subject]:
    """A subject for each engagement of a portfolio that is already replayed as of `day`; nothing is derived yet."""
    elsewhere = {item.ref: item for engagement in portfolio.engagements for item in engagement.items}
    load = booked_hours(portfolio.engagements, "hard")
    practices = find_practices(portfolio.engagements, settings.labels)
    members = _Members(portfolio)
    return [
        Subject(
            engagement=engagement,
            day=day,
            calendar=calendar,
            settings=settings,
            derived=_blank(engagement),
            elsewhere=elsewhere,
            load=load,
            members=members.of(engagement),
            practices=practices,
        )
        for engagement in portfolio.engagements
    ]


def is_reported(subject: Subject) -> bool:
    """Whether reports still show it: open, or closed not longer ago than `closed_within_days`."""
    if subject.engagement.state != ItemState.CLOSED:
        return True
    at = subject.engagement.closed_at
    closed = subject.calendar.local_day(at) if at else last_close(subject)
    return closed is None or subject.day - closed <= timedelta(days=subject.settings.portfolio.closed_within_days)


def _blank(engagement: Engagement) -> EngagementDerived:
    return EngagementDerived(
        ref=engagement.ref,
        title=engagement.title,
        customer=engagement.facts.customer or "",
        web_url=engagement.web_url,
        errors=engagement.errors,
    )


class _Members:
    """Who can work where; the engagements of a namespace share one set."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.by_parent = portfolio.members
        self._sets: dict[tuple[str, ...], frozenset[str] | None] = {(): None}

    def of(self, engagement: Engagement) -> frozenset[str] | None:
        """Who can work in the engagement's namespace; None when that was not read."""
        path = engagement.ref.rstrip("0123456789").rstrip("#&")
        parents = tuple(parent for parent in self.by_parent if is_within(path, parent))
        if parents not in self._sets:
            self._sets[parents] = frozenset(name for parent in parents for name in self.by_parent[parent])
        return self._sets[parents]


# -- one engagement


def _derive_engagement(
    subject: Subject,
    run: ForecastRun | None,
    payloads: Sequence[Mapping[str, object]],
    outlook: PastOutlook,
    orders: Sequence[Order],
    depth: Depth,
) -> tuple[Subject, EngagementForecast | None]:
    kept: list[EngagementForecast] = []
    learned = run.earlier if run else None
    past = past_signals(subject, learned, payloads, outlook)
    last = (
        Stage("orders", lambda s: obey(s, orders, payloads)),
        Stage(
            "people's judgement",
            lambda s: evolve(s.derived, judgements=judge(orders, Bench(s, payloads, past, learned))),
        ),
        Stage("stories", lambda s: _tell_stories(s, run, payloads)),
    )
    stages = (*_stages(run, payloads, kept, past), *last[: 1 if depth < Depth.ALL else None])
    found = run_stages(subject, stages)
    if depth < Depth.ALL:
        found = found.advance(evolve(found.derived, forecast=without_reasons(found.derived.forecast)))
    return found, kept[0] if kept else None


def _derive_revenue(
    subject: Subject, run: ForecastRun | None, failures: list[Text]
) -> tuple[Subject, EngagementForecast | None]:
    """What an engagement earned that no report shows any more; where it can't be derived, the portfolio tells."""
    kept: list[EngagementForecast] = []
    wanted = ("phase", "progress", "scope", "acceptance", "forecast")
    stages = [stage for stage in _stages(run, (), kept, lambda _: {}) if stage.name in wanted]

    def derive(subject: Subject = subject) -> tuple[Subject, EngagementForecast | None]:
        for stage in stages:
            subject = stage.after(subject)
        return subject, kept[0] if kept else None

    ref = subject.engagement.ref

    def tell(why: str) -> None:
        failures.append(Phrase("past revenue of {ref} is missing: {error}", ref=ref, error=why))

    return contained(derive, tell, (subject, None), fatal=())


def _stages(
    run: ForecastRun | None,
    payloads: Sequence[Mapping[str, object]],
    kept: list[EngagementForecast],
    past: PastSignals,
) -> Iterable[Stage]:
    """Each stage, in the order in which they build on one another."""
    return (
        *first_stages(payloads),
        Stage("invoicing", lambda s: evolve(s.derived, invoicing=derive_invoicing(s))),
        Stage("RAID log", lambda s: evolve(s.derived, raid=derive_raid(s))),
        Stage("escalations", lambda s: evolve(s.derived, escalations=derive_escalations(s))),
        Stage("forecast", lambda s: _forecast(s, run, kept)),
        Stage("milestones", with_forecasts),
        Stage("status", lambda s: evolve(s.derived, status=derive_axes(s, past))),
        Stage("checks", _examine),
        Stage("next steps", lambda s: evolve(s.derived, steps=derive_steps(s))),
        Stage("asks", lambda s: evolve(s.derived, asks=chased(derive_asks(s), s, payloads))),
        Stage("overall status", lambda s: evolve(s.derived, status=derive_overall(s))),
    )


def _forecast(subject: Subject, run: ForecastRun | None, kept: list[EngagementForecast]) -> EngagementDerived:
    """Samples are kept aside: the portfolio's ranges come from sums of trials."""
    if run is None:
        return subject.derived
    from bot.derive.forecast import forecast_engagement

    found = forecast_engagement(subject, run.reference, seed=run.seed, trials=run.trials, earlier=run.earlier)
    kept.append(found)
    return evolve(subject.derived, forecast=found.forecast)


def _examine(subject: Subject) -> EngagementDerived:
    """Risks, hints and gates; hints on unreadable change orders stand first."""
    found, scope = examine(subject), subject.derived.scope
    owned = (with_owner(subject, risk) for risk in (*register_risks(subject), *found.risks))
    return evolve(
        subject.derived,
        risks=tuple(sorted(owned, key=_gravest_first)),
        scope=replace(scope, hints=(*scope.hints, *found.hints)),
        compliance=found.compliance,
        errors=(*subject.derived.errors, *found.errors),
    )


def _gravest_first(risk: Risk) -> tuple[int, int, str, str, tuple[str, ...], str]:
    return (
        -SEVERITIES.index(risk.severity),
        -(risk.score or 0),
        risk.source,
        risk.rule,
        risk.evidence,
        str(risk.message),
    )


# -- stories


def _tell_stories(
    subject: Subject, run: ForecastRun | None, payloads: Sequence[Mapping[str, object]]
) -> EngagementDerived:
    """What the risks come to, once orders have muted some; ways out are tried on the forecast."""
    from bot.derive.decisions.stories import derive_stories

    if subject.derived.phase == Phase.COMPLETE and not subject.derived.risks:
        return subject.derived
    learned = run.earlier if run else None
    stories = derive_stories(subject, lambda changed: as_if(subject, changed, learned, payloads))
    return evolve(subject.derived, stories=stories)


# -- the portfolio's forecast


def _prepare_forecast(
    then: Portfolio,
    day: date,
    settings: Settings,
    calendar: WorkCalendar,
    seed: int,
    trials: int,
    failures: list[Text],
) -> ForecastRun | None:
    """What finished work teaches. Without it there is no forecast, and that is told."""
    from bot.derive.forecast import learn_by_day

    def prepare() -> ForecastRun:
        learned = learn_by_day(then, calendar, settings)
        return ForecastRun(learned(day), learned, seed, trials)

    return contained(prepare, lambda why: failures.append(Phrase("no forecast: {error}", error=why)), fatal=())
