"""What was read, from GitLab or a snapshot, and how to derive from it: the first half of every command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app.kept import Kept
from bot.app.session import Session, read_sheet, read_text
from bot.app.timesheets import add_hours, read_bookings, read_timesheets
from bot.derive.checks.registry import RULES
from bot.derive.decisions.orders.judging import Court
from bot.derive.decisions.orders.lines import order_lines
from bot.derive.decisions.orders.obeying import as_ordered
from bot.derive.depth import Depth
from bot.derive.forecast import (
    BacktestReport,
    apply_scenarios,
    asked_of_people,
    levelled,
    measure_accuracy,
    parse_scenario,
    run_backtest,
)
from bot.derive.past_forecast import PastForecasts
from bot.derive.past_memory import Memory
from bot.derive.people.availability import Availability
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived, EngagementDerived, Forecast
from bot.derive.schedule.seen_dates import remember
from bot.derive.served import served
from bot.domain.border import admitted
from bot.domain.bulkhead import contained
from bot.domain.errors import PsbotError, UsageError
from bot.domain.model import FactFault, PastReport, Portfolio, as_of
from bot.domain.paths import reference_of, same_reference
from bot.domain.snapshot import load_snapshot
from bot.domain.vocabulary import Audience
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.names import join_keys
from bot.gitlab_api.places import resolve_place
from bot.gitlab_api.reading import read_portfolio
from bot.publish.posts import past_reports
from bot.publish.standing import read_standing

Progress = Callable[[str, int, int], None]


def quiet(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""


@dataclass
class Reading:
    """What was read, and how to derive from it. Derivations are remembered by day, seed and trials."""

    session: Session
    portfolio: Portfolio
    day: date
    past: tuple[PastReport, ...] = ()
    only: str | None = None
    live: bool = False
    """Read from GitLab: what is derived is kept in its cache."""
    _name: str = ""
    """Of what is kept: what was done with the portfolio since it was read."""
    _kept: Kept | None = field(default=None, repr=False)
    _derived: dict[tuple[date, int, int, Depth], Derived] = field(default_factory=dict, repr=False)
    _frozen: dict[date, Reading] = field(default_factory=dict, repr=False)
    _signals: Memory = field(default_factory=Memory, repr=False)

    def __post_init__(self) -> None:
        live = self.session.as_of == self.session.today
        self.portfolio = remember(self.portfolio, self.past, self.session.today, first_look=live)
        if self.live and self._kept is None:
            self._kept = Kept(self.session, self.portfolio, self.past)
            self._signals = Memory(self._kept)

    def derive(self, day: date, depth: Depth = Depth.ALL, *, seed: int = 1, trials: int = 10_000) -> Derived:
        """What is derived as of `day`; `depth`: at least so much of it."""
        deeper = [level for level in Depth if level >= depth]
        for level in deeper:
            if (found := self._derived.get((day, seed, trials, level))) is not None:
                return found
        names = [self._name_of(day, seed, trials, level) for level in deeper]
        found = self._recalled(names, lambda: self._derive(self.portfolio, day, seed, trials, self._signals, depth))
        self._derived[(day, seed, trials, depth)] = found
        return found

    def forecast_of(self, ref: str, day: date) -> Forecast | None:
        """One engagement's forecast as of a day of its own; None where it was not there. Not remembered in this run."""

        def derive() -> Derived:
            found = self._forecasts.of(ref, day)
            then = (EngagementDerived(ref, forecast=found),) if found else ()
            return Derived(day, self.session.settings.finance.currency, then)

        found = self._recalled([f"{self._name}forecast {day} {ref}"], derive).engagements
        return found[0].forecast if found else None

    @cached_property
    def _forecasts(self) -> PastForecasts:
        return PastForecasts(self.portfolio, self.day, self.session.settings, self.session.calendar, self.past)

    def _name_of(self, day: date, seed: int, trials: int, depth: Depth) -> str:
        """The name under which a derivation is kept."""
        return f"{self._name}{day} {seed} {trials} {depth.name} {self.only or ''}"

    def _recalled(self, names: Sequence[str], derive: Callable[[], Derived]) -> Derived:
        """What an earlier run kept under one of these names, else derived now and kept under the first."""
        if self._kept is None:
            return derive()
        found = self._kept.recall(names)
        if found is None:
            found = derive()
            self._kept.keep(names[0], found)
            self._signals.leave()
        return found

    def frozen(self, day: date) -> Reading:
        """The same, had nothing happened after `day`; what was derived of earlier days holds for both."""
        if day not in self._frozen:
            portfolio = as_of(self.portfolio, day, self.session.calendar.zone)
            known = {key: found for key, found in self._derived.items() if key[0] <= day}
            name = f"{self._name}frozen {day} "
            self._frozen[day] = replace(self, portfolio=portfolio, _name=name, _derived=known, _frozen={})
        return self._frozen[day]

    def scenario(self, changes: Sequence[str], *, seed: int, trials: int) -> Derived:
        """Derived anew for a portfolio with these what-if changes; its capacity is what they ask of people.

        Raises UsageError for a change that can't be read.
        """
        s, scenarios = self.session, [parse_scenario(text) for text in changes]
        portfolio, settings = apply_scenarios(self.portfolio, scenarios, self.day, s.calendar, s.settings)
        people = Availability(s.calendar, settings.people)
        found = derive_portfolio(
            levelled(self.portfolio, portfolio, people),
            self.day,
            settings,
            s.calendar,
            seed=seed,
            trials=trials,
            past=self.past,
            only=self.only,
        )
        return replace(found, portfolio=replace(found.portfolio, capacity=asked_of_people(portfolio, self.day, people)))

    def backtest(self, *, seed: int, trials: int) -> BacktestReport:
        """The portfolio's own closed history, replayed by the protocol."""
        s = self.session
        court = Court(s.settings, s.calendar, tuple(r.id for r in RULES), self.day)
        known = as_ordered(self.portfolio, self.past, court)
        report = run_backtest(known, s.calendar, s.settings, day=self.day, seed=seed, trials=trials)
        if not any(order_lines(reply.body) for past in self.past for reply in past.replies):
            return report
        derived = self.derive(self.day)
        judgements = tuple(j for e in derived.engagements for j in e.judgements)
        return replace(report, judgements=judgements, judged=derived.portfolio.judged)

    def _derive(
        self,
        portfolio: Portfolio,
        day: date,
        seed: int,
        trials: int,
        memory: Memory | None = None,
        depth: Depth = Depth.ALL,
    ) -> Derived:
        s = self.session
        return derive_portfolio(
            portfolio,
            day,
            s.settings,
            s.calendar,
            seed=seed,
            trials=trials,
            past=self.past,
            only=self.only,
            memory=memory,
            depth=depth,
        )


def read_for(
    session: Session,
    *,
    snapshot: Path | None,
    only: str | None,
    progress: Progress = quiet,
    day_given: bool = True,
    with_past: bool = True,
) -> Reading:
    """The portfolio from a snapshot file or from GitLab, `with_past`: and what earlier reports committed.

    Raises UsageError when `only` names no engagement.
    """
    past: tuple[PastReport, ...] = ()
    only = only and reference_of(only, session.url)
    if snapshot:
        portfolio = read_snapshot(session, snapshot)
        taken = portfolio.taken_at
        day = session.as_of if day_given or taken is None else session.calendar.local_day(taken)
        session = replace(session, as_of=day)
    else:
        session = session.live
        portfolio = read_live(session, only, progress)
    only = known_reference(portfolio, only)
    if not snapshot and with_past:
        past = read_past(session, portfolio)
    return Reading(session, portfolio, session.as_of, past, only, live=not snapshot)


def read_snapshot(session: Session, path: Path) -> Portfolio:
    """The portfolio of a snapshot file, with what the config says of engagements and people."""
    settings = session.settings
    zones = {name.casefold(): ZoneInfo(p.timezone) for name, p in settings.people.items() if p.timezone}
    portfolio = load_snapshot(read_text(path), settings.engagements, zone=session.calendar.zone, zones=zones)
    names = (*(e.ref for e in portfolio.engagements), *portfolio.known)
    strange = join_keys(settings, names, lambda key: None)[1]
    meant = {e.ref: [str(s.fault) for s in strange if s.nearest == e.ref] for e in portfolio.engagements}
    engagements = (replace(e, errors=tuple(dict.fromkeys((*e.errors, *meant[e.ref])))) for e in portfolio.engagements)
    nobodys = (str(s.fault) for s in strange if s.nearest not in meant)
    failures = tuple(dict.fromkeys((*portfolio.failures, *session.faults, *nobodys)))
    return replace(portfolio, engagements=tuple(engagements), failures=failures)


def read_past(session: Session, portfolio: Portfolio) -> tuple[PastReport, ...]:
    """What psbot's own earlier internal reports committed, read back from GitLab."""
    standing = read_standing(session.client, session.settings, portfolio, customers=False)
    return past_reports(standing, [e.ref for e in portfolio.engagements])


def read_live(session: Session, only: str | None, progress: Progress = quiet) -> Portfolio:
    """The portfolio from GitLab, with hours and bookings from CSV files where the config names them."""
    client = session.client
    path = session.folder / session.settings.gitlab.cache
    with Cache.open(path, client.url, client.user.id) as cache:
        portfolio = read_portfolio(
            client, session.settings, only=only, cache=cache, today=session.today, progress=progress
        )
    return with_csv(session, portfolio)


def with_csv(session: Session, portfolio: Portfolio) -> Portfolio:
    """The portfolio with the timesheets and bookings that the config names; bad rows join its failures."""
    finance = session.settings.finance
    portfolio = replace(portfolio, failures=(*portfolio.failures, *session.faults))
    if not finance.timesheets and not finance.bookings:
        return portfolio
    hours = bookings = None
    if name := finance.timesheets:
        hours = read_timesheets(read_sheet(session.folder / name), name, finance.columns, session.today)
    if name := finance.bookings:
        bookings = read_bookings(read_sheet(session.folder / name), name, finance.columns)
    return admitted(add_hours(portfolio, hours, bookings, partial(_called_now, session)))


def _called_now(session: Session, name: str) -> str | None:
    """What GitLab calls a reference now; None for what is none, or is not there."""
    try:
        return resolve_place(session.client, name).ref if "#" in name or "&" in name else None
    except (PsbotError, ValueError):
        return None


def known_reference(portfolio: Portfolio, only: str | None) -> str | None:
    """`only` as GitLab spells it. Raises UsageError when it names no engagement that was read."""
    if only is None:
        return None
    found = next((e.ref for e in portfolio.engagements if same_reference(e.ref, only)), None)
    if found is None:
        known = ", ".join(e.ref for e in portfolio.engagements[:10]) or "none was found"
        raise UsageError(f"no engagement {only!r}", "--only", f"Engagements read: {known}.")
    return found


def failures_of(derived: Derived, portfolio: Portfolio) -> list[str]:
    """What could not be served, a sentence each: namespaces, engagements, facts blocks."""
    found = [str(failure) for failure in derived.failures]
    faults = {e.ref: e.fact_faults for e in portfolio.engagements}
    for e in derived.engagements:
        tell = partial(_told_of, found, e.ref)
        found += contained(partial(_own_failures, e, faults.get(e.ref, ())), tell, [], fatal=())
    return list(dict.fromkeys(found))


def _own_failures(e: EngagementDerived, faults: Iterable[FactFault]) -> list[str]:
    found = [f"{e.ref}: {error}" for error in e.errors]
    found += [f"{f.ref or e.ref}: facts, line {f.line}: {f.key or 'block'}: {f.message}" for f in faults]
    return found


def _told_of(found: list[str], ref: str, why: str) -> None:
    found.append(f"{ref}: its errors could not be reported ({why})")


def make_site_files(
    reading: Reading, *, audience: Audience, only: str | None, tell: Callable[[str], None]
) -> dict[str, str]:
    """The portfolio page: path → content; `tell` hears of pages that could not be made."""
    from bot.report.site import WEEKS_SHOWN, make_site

    s = reading.session
    earlier = [reading.derive(reading.day - timedelta(weeks=n), Depth.STATUS) for n in range(WEEKS_SHOWN, 0, -1)]
    derived = reading.derive(reading.day)
    facts = {e.ref: e.facts for e in reading.portfolio.engagements}
    accuracy = served(
        derived,
        "the record of forecasts",
        lambda part: measure_accuracy(part, reading.past, settings=s.settings, calendar=s.calendar, facts=facts),
        tell,
    )
    return make_site(
        reading.portfolio,
        derived,
        earlier,
        s.settings,
        s.calendar,
        audience=audience,
        only=only,
        accuracy=accuracy,
        tell=tell,
    )
