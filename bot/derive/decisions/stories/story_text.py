"""One story: what a group of risks comes to, its cause, what to do about it, by whom and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from bot.derive.checks.registry import THEMES
from bot.derive.checks.rule import Theme
from bot.derive.decisions.asks import lacks_of
from bot.derive.decisions.owners import assignee_of
from bot.derive.decisions.questions import is_waiting, owner_of
from bot.derive.decisions.stories.causes import Cause, Group, has_scope_cause
from bot.derive.decisions.stories.ways_out import Simulate, WayOut, cheapest, days_late, hours_over
from bot.derive.money.rates import hourly_rate
from bot.derive.results import Acceptance, Story
from bot.derive.scope.change_orders import is_pending
from bot.derive.status_results import Consequence, Lack
from bot.derive.subject import Subject
from bot.domain.calendar import week_of
from bot.domain.messages import (
    NOTHING,
    Clause,
    Money,
    Percent,
    Phrase,
    Text,
    Value,
    days,
    hours,
    items,
    listing,
    quotes,
)
from bot.domain.vocabulary import AcceptanceState

MOST_EVIDENCE: Final = 10
GRAVE: Final = ("high", "critical")
_OF_DATES: Final = frozenset({"forecast-after-end", "milestone-at-risk"})
"""Rules that say of dates what the headline says already."""
_ENDS: Final = ".!?:;…。！？"
MANAGED: Final = frozenset(Cause) - {Cause.REGISTER, Cause.ESCALATION}
"""Causes that a manager acts on; a rated risk and an escalation have an owner of their own."""


def tell(group: Group, subject: Subject, simulate: Simulate) -> Story:
    comes_to = _COMES_TO[group.cause](subject)
    headline = _headline(group, subject, comes_to)
    way_out = cheapest(subject, simulate) if _is_about_delivery(group) else None
    remedy, gain = way_out or (None, None)
    refs = (*(remedy.evidence if remedy else ()), *(ref for risk in group.all_risks for ref in risk.evidence))
    return Story(
        id=f"{group.cause}:{group.about}" if group.about else str(group.cause),
        severity=group.severity,
        headline=_sentence(headline),
        cause=_sentence(_cause(group, subject, headline)),
        consequence=comes_to,
        evidence=tuple(dict.fromkeys(refs))[:MOST_EVIDENCE],
        risks=tuple(dict.fromkeys(risk.rule for risk in group.all_risks)),
        action=_sentence(_action(group, remedy)),
        gain=gain,
        owner=_owner(group, subject),
        due=_due(group, subject),
    )


def _is_about_delivery(group: Group) -> bool:
    """Whether it is about days and hours; paper alone (an exception that is open) is not."""
    return any(THEMES.get(risk.rule) in (Theme.SCHEDULE, Theme.BUDGET) for risk in group.risks)


def _sentence(text: Text) -> Text:
    """What people wrote (a risk's title, its mitigation) with a full stop, as what psbot says has one."""
    return Phrase("{first}.", first=text) if isinstance(text, str) and text and text[-1] not in _ENDS else text


# -- what it comes to


def _delivery(subject: Subject) -> Consequence:
    over = hours_over(subject.derived)
    return Consequence(days_late(subject.derived, subject), over, _price(over, subject))


def _price(over: float | None, subject: Subject) -> float | None:
    """What hours beyond the budget are worth at the contract's rate: nobody has promised to pay for them."""
    rate = hourly_rate(subject.engagement.facts, "", subject.settings.finance)
    return None if over is None or rate is None else round(over * rate, 2)


def _scope(subject: Subject) -> Consequence:
    """Delay and hours as above; the money is what change orders that nobody signed are worth, where there are any."""
    found = _delivery(subject) if has_scope_cause(subject) else Consequence()
    pending = sum(order.value for order in subject.derived.scope.change_orders if is_pending(order))
    return Consequence(found.days, found.hours, pending or found.money)


def _acceptance(subject: Subject) -> Consequence:
    amounts = [a.amount for a in _unaccepted(subject) if a.amount is not None]
    return Consequence(money=sum(amounts) if amounts else None)


def _unaccepted(subject: Subject) -> list[Acceptance]:
    """Billing milestones whose work is done and that nobody has accepted; else those still open."""
    waiting = [a for a in subject.derived.acceptance if a.state in (AcceptanceState.READY, AcceptanceState.SENT)]
    return waiting or [a for a in subject.derived.acceptance if a.state == AcceptanceState.OPEN]


def _waiting(subject: Subject) -> Consequence:
    """The days for which the oldest item has waited by now."""
    label = subject.settings.labels.waiting_customer
    since = [i.label_dates[label] for i in subject.to_do if is_waiting(subject, i) and label in i.label_dates]
    if not since:
        return Consequence()
    return Consequence(days=subject.calendar.working_days_between(subject.calendar.local_day(min(since)), subject.day))


def _unknown(subject: Subject) -> Consequence:
    return Consequence()


_COMES_TO: Final[Mapping[Cause, Callable[[Subject], Consequence]]] = MappingProxyType(
    dict.fromkeys(Cause, _unknown)
    | {
        Cause.DELIVERY: _delivery,
        Cause.SCOPE: _scope,
        Cause.ACCEPTANCE: _acceptance,
        Cause.WAITING: _waiting,
    }
)


# -- the words


def _headline(group: Group, subject: Subject, comes_to: Consequence) -> Text:
    """What it comes to, in one sentence; where that is no figure, what the gravest risk says."""
    if _is_about_delivery(group):
        return _late_and_over(subject, comes_to) or group.risks[0].message
    if group.cause is Cause.ACCEPTANCE and comes_to.money:
        currency = subject.engagement.facts.currency or subject.settings.finance.currency
        names = listing(quotes(a.milestone for a in _unaccepted(subject)))
        return Phrase("{money} wait for acceptance: {names}.", money=Money(comes_to.money, currency), names=names)
    return group.risks[0].message


def _late_and_over(subject: Subject, comes_to: Consequence) -> Phrase | None:
    """Days after the end, and hours over the budget where they are enough to colour it: an hour in forty is no story."""
    end, budget = subject.derived.end, subject.derived.budget.hours_budget or 0.0
    late = Phrase("{days} after the agreed end {end}", days=days(comes_to.days), end=end) if comes_to.days else None
    over = (
        Phrase("{hours} over the budget of {budget}", hours=hours(comes_to.hours), budget=hours(budget))
        if comes_to.hours and budget < subject.threshold("cpi_yellow") * (budget + comes_to.hours)
        else None
    )
    if late and over:
        return Phrase("It will probably end {late}, and {over}.", late=late, over=over)
    if late:
        return Phrase("It will probably end {late}.", late=late)
    if over:
        return Phrase("It will probably end {over}.", over=over)
    chance = subject.derived.forecast.on_time_probability
    if chance is None or end is None or chance >= subject.threshold("on_time_yellow"):
        return None
    return Phrase("It is {share} likely to be done by the agreed end {end}.", share=Percent(chance), end=end)


def _cause(group: Group, subject: Subject, headline: Text) -> Text:
    """Why, as far as the facts tell: the scope that grew, what waits, else what the gravest risk says."""
    scope = subject.derived.scope
    if group.cause is Cause.SCOPE and (scope.added or scope.pending_hours):
        added = Phrase("{items} came after the scope was agreed", items=items(scope.added)) if scope.added else None
        pending = [o for o in scope.change_orders if is_pending(o)]
        unsigned = Phrase("{n|# change order is|# change orders are} not signed", n=len(pending)) if pending else None
        if added and unsigned:
            return Phrase("{first}, and {second}.", first=added, second=unsigned)
        return Phrase("{first}.", first=added or unsigned or NOTHING)
    waiting = [i for i in subject.to_do if is_waiting(subject, i)]
    if group.cause is Cause.DELIVERY and waiting:
        return Phrase("Among others, {n|# item waits|# items wait} for the customer.", n=len(waiting))
    if group.cause is Cause.ESCALATION and (lacks := _lacks(subject)):
        return lacks
    first = group.risks[0]
    if group.cause is Cause.REGISTER and first.score:
        return Phrase("Rated {score} of 25.", score=first.score)
    if group.cause is Cause.RECORDS:  # what else is missing is no cause of it
        return headline
    if group.cause is Cause.DELIVERY and headline != first.message and first.rule in _OF_DATES:
        return next((risk.message for risk in group.risks if risk.rule not in _OF_DATES), None) or _reserve(subject)
    others = (risk.message for risk in group.risks if risk.message != headline and risk.rule != first.rule)
    return first.message if first.message != headline else next(others, first.message)


def _reserve(subject: Subject) -> Text:
    """Where nothing but dates is known of why: how much room the plan has."""
    finish, end = subject.derived.forecast.finish, subject.derived.end
    values: dict[str, Value] = {"share": Percent(0.8), "day": finish.p80}
    if end and isinstance(finish.p50, date) and finish.p50 > end:
        return Phrase("The work takes longer than planned; with {share} certainty it is done by {day}.", **values)
    return Phrase("The plan has little reserve; with {share} certainty the work is done by {day}.", **values)


def _lacks(subject: Subject) -> Text | None:
    """What the open escalations are without."""
    lacks = {lack for escalation in subject.derived.escalations for lack in lacks_of(escalation)}
    if len(lacks) == len(Lack):
        return Phrase("There is no path to green, and no exit criteria.")
    if Lack.PATH in lacks:
        return Phrase("There is no path to green.")
    return Phrase("There are no exit criteria.") if lacks else None


def _action(group: Group, remedy: WayOut | None) -> Text:
    own = remedy.action if remedy else group.risks[0].action
    if not group.further:
        return own
    more = group.further[0]
    return Phrase("{action}; and: {more}", action=Clause(own), more=more.action or more.message)


# -- who, and until when


def _owner(group: Group, subject: Subject) -> str | None:
    """Of what a manager does, the PM; of a risk or escalation, who holds it."""
    if group.cause in MANAGED:
        return owner_of(subject)
    held = (risk.owner or assignee_of(subject, risk.evidence) for risk in group.risks)
    return next((name for name in held if name), None) or owner_of(subject)


def _due(group: Group, subject: Subject) -> date:
    """The first date that the facts name, today where it has passed; else the end of this week or, if not grave, the next."""
    named = [max(day, subject.day) for day in _named_days(group, subject)]
    return min(named, default=_end_of_week(subject, group.severity in GRAVE))


def _named_days(group: Group, subject: Subject) -> Iterator[date]:
    if group.cause is Cause.ESCALATION:
        yield from (e.update_due for e in subject.derived.escalations if e.update_due)
    if group.cause is Cause.ACCEPTANCE:
        yield from (
            a.last_safe_sending
            for a in _unaccepted(subject)
            if a.last_safe_sending and a.state == AcceptanceState.READY
        )
    if group.cause is Cause.REGISTER:
        yield from (day for e in subject.derived.raid if e.ref == group.about and (day := e.due or e.review))
    if group.cause is Cause.SCOPE:
        orders = {o.ref for o in subject.derived.scope.change_orders if is_pending(o)}
        yield from (i.due_date for i in subject.engagement.items if i.ref in orders and i.due_date)


def _end_of_week(subject: Subject, soon: bool) -> date:
    last = subject.calendar.previous_working_day(week_of(subject.day).last)
    if soon and last > subject.day:
        return last
    return subject.calendar.previous_working_day(week_of(subject.day + timedelta(weeks=1)).last)
