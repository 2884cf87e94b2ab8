"""Invoice readiness: what can be billed by month, what blocks the rest, and what leaks.

What the customer pays for follows from `billing`: approved billable hours (time and materials), accepted milestones, or the
whole value on completion. What Finance has billed already is known where the facts say `invoiced_through`. Expenses are not
known to GitLab.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.config import Threshold
from bot.derive.billing_results import Billing, BillingLine
from bot.derive.labels import has_label
from bot.derive.money.hours import is_billable, items_without_logs, non_billable_refs
from bot.derive.money.rates import hourly_rate
from bot.derive.results import Acceptance
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text, commas
from bot.domain.model import Facts, TimeLog
from bot.domain.vocabulary import AcceptanceState, Phase

INVOICE_THRESHOLDS: Mapping[str, Threshold] = {
    "invoice_leak_days": Threshold(30, "days", "Hours that nobody approved for longer than this count as a leak"),
}
UNAPPROVED = Phrase("the hours are not approved")
LEAKING = Phrase("not approved for a month: approve or write off")
UNSIGNED = Phrase("work at risk: nobody has signed for it")
BEYOND_VALUE = Phrase("beyond the contract value: needs a change order")
BEYOND_HOURS = Phrase("beyond the hours of the SOW: needs a change order")
NO_LOG = Phrase("no time log says whose hours, and on which day")
NO_BILLING = Phrase("the facts don't say how it is billed")


def derive_invoicing(subject: Subject) -> tuple[BillingLine, ...]:
    """The lines by month, oldest first. Uses acceptance, completion, scope and budget."""
    rule = _RULES.get(subject.engagement.facts.billing or "", _unknown)
    if rule is _fixed_price and any(a.amount is not None for a in subject.derived.acceptance):
        rule = _milestones
    through = subject.engagement.facts.invoiced_through
    lines = (_billed(line, subject, through) for line in rule(subject))
    return tuple(sorted(lines, key=lambda line: (line.month, line.kind, line.what, line.state)))


def to_invoice(lines: Iterable[BillingLine], month: str, facts: Facts) -> Mapping[Billing, tuple[BillingLine, ...]]:
    """What there is to bill, is blocked and leaks by the end of a month; ready lines of earlier ones only where Finance's day is known."""
    known = facts.invoiced_through is not None
    upto = [line for line in lines if line.month <= month]
    return {
        state: tuple(
            line
            for line in upto
            if line.state is state and (state is not Billing.READY or known or line.month == month)
        )
        for state in (Billing.READY, Billing.BLOCKED, Billing.LEAK)
    }


def known_sum(lines: Iterable[BillingLine]) -> float | None:
    """The lines' money; None where that of one is not known, 0 for none."""
    amounts = [line.amount for line in lines]
    return None if None in amounts else math.fsum(amount for amount in amounts if amount is not None)


def _billed(line: BillingLine, subject: Subject, through: date | None) -> BillingLine:
    """Ready lines that were earned by the day up to which Finance has billed."""
    if line.state is Billing.READY and through and line.since and line.since <= through:
        return replace(line, state=Billing.INVOICED)
    return line


# -- hours


@frozen
class _Judged:
    """Hours of one log, or a part of them, and what becomes of them."""

    log: TimeLog
    hours: float
    amount: float | None
    state: Billing
    reason: Text


def _hours(subject: Subject) -> Iterator[BillingLine]:
    through = subject.engagement.facts.invoiced_through
    groups: dict[tuple[str, str, Billing, str, bool], list[_Judged]] = defaultdict(list)
    for one in _judged(subject):
        invoiced = bool(through and one.log.spent_at <= through)
        groups[_month(one.log.spent_at), one.log.user, one.state, str(one.reason), invoiced].append(one)
    for (month, user, state, _, _), parts in groups.items():
        amounts = [part.amount for part in parts]
        yield BillingLine(
            month=month,
            kind="hours",
            what=user,
            state=state,
            hours=round(math.fsum(part.hours for part in parts), 4),
            amount=None if None in amounts else round(math.fsum(a for a in amounts if a is not None), 2),
            reason=parts[0].reason,
            since=min(part.log.spent_at for part in parts),
            evidence=_evidence(subject, parts),
        )
    yield from _without_log(subject)


def _without_log(subject: Subject) -> Iterator[BillingLine]:
    """Hours that GitLab knows only as an item's total: of no day, and of nobody."""
    free = non_billable_refs(subject.engagement.items, subject.settings.labels)
    found = [i for i in items_without_logs(subject.engagement, subject.settings.labels) if i.ref not in free]
    if found:
        hours = round(math.fsum(item.spent_hours or 0.0 for item in found), 4)
        refs, month = tuple(sorted(item.ref for item in found)), _month(subject.day)
        yield BillingLine(month, "hours", "", Billing.BLOCKED, hours, None, NO_LOG, None, refs)


def _evidence(subject: Subject, parts: Sequence[_Judged]) -> tuple[str, ...]:
    return tuple(sorted({part.log.item or subject.engagement.ref for part in parts}))


def _judged(subject: Subject) -> Iterator[_Judged]:
    """Each billable log in the order of its day; once the value is used up, no further hour is paid for."""
    facts, free = subject.engagement.facts, non_billable_refs(subject.engagement.items, subject.settings.labels)
    unsigned = _unsigned(subject)
    left = math.inf if facts.value is None else facts.value + subject.derived.scope.approved_value
    logs = [log for log in subject.engagement.timelogs if is_billable(log, free)]
    for log in sorted(logs, key=lambda log: (log.spent_at, log.user, log.item or "")):
        rate = hourly_rate(facts, log.user, subject.settings.finance)
        if log.item in unsigned:
            yield _part(log, log.hours, rate, Billing.LEAK, UNSIGNED)
        elif not log.approved:
            yield _part(log, log.hours, rate, *_unapproved(log, subject))
        else:
            inside = log.hours if not rate else min(log.hours, max(left, 0.0) / rate)
            left -= inside * (rate or 0.0)
            if inside:
                yield _part(log, inside, rate, Billing.READY, "")
            if log.hours - inside > 1e-9:
                yield _part(log, log.hours - inside, rate, Billing.LEAK, BEYOND_VALUE)


def _part(log: TimeLog, hours: float, rate: float | None, state: Billing, reason: Text) -> _Judged:
    return _Judged(log, hours, None if rate is None else hours * rate, state, reason)


def _unapproved(log: TimeLog, subject: Subject) -> tuple[Billing, Text]:
    oldest = subject.day - timedelta(days=int(subject.threshold("invoice_leak_days")))
    return (Billing.LEAK, LEAKING) if log.spent_at < oldest else (Billing.BLOCKED, UNAPPROVED)


def _unsigned(subject: Subject) -> frozenset[str]:
    """Items that are worked on although nobody has signed for them."""
    label = subject.settings.labels.work_at_risk
    return frozenset(i.ref for i in subject.engagement.items if i.is_open and has_label(i.labels, label))


# -- milestones


def _milestones(subject: Subject) -> Iterator[BillingLine]:
    for milestone in subject.derived.acceptance:
        line = _milestone(milestone, subject)
        if line:
            yield line
    yield from _over_hours(subject)


def _milestone(one: Acceptance, subject: Subject) -> BillingLine | None:
    """None while its work is not done."""
    if one.state in (AcceptanceState.ACCEPTED, AcceptanceState.PASSIVELY_ACCEPTED):
        state, reason, since = Billing.READY, Phrase("accepted"), one.accepted_on
        if one.amount is None:
            state, reason = Billing.BLOCKED, Phrase("the facts name no amount")
    elif one.state == AcceptanceState.SENT:
        silent = Phrase(", silence accepts on {day}", day=one.passive_on) if one.passive_on else Phrase("")
        state, reason, since = (
            Billing.BLOCKED,
            Phrase("waits for the customer's sign-off{silent}", silent=silent),
            one.sent,
        )
    elif one.state == AcceptanceState.READY:
        state, reason, since = Billing.BLOCKED, Phrase("done, but the sign-off was not asked for"), None
    else:
        return None
    month = _month(since or subject.day)
    return BillingLine(month, "milestone", one.milestone, state, 0.0, one.amount, reason, since, one.evidence)


def _over_hours(subject: Subject) -> Iterator[BillingLine]:
    """A fixed price pays for no hour beyond those of the SOW."""
    budget = subject.derived.budget
    if budget.hours_budget is None or budget.hours_spent <= budget.hours_budget:
        return
    over = round(budget.hours_spent - budget.hours_budget, 4)
    rate = hourly_rate(subject.engagement.facts, "", subject.settings.finance)
    amount = None if rate is None else round(over * rate, 2)
    ref, month = subject.engagement.ref, _month(subject.day)
    yield BillingLine(month, "hours", "", Billing.LEAK, over, amount, BEYOND_HOURS, None, (ref,))


# -- the whole contract


def _fixed_price(subject: Subject) -> Iterator[BillingLine]:
    """On completion: earned when the work is over, ready when Finance may have it."""
    done, value = subject.derived.completion, subject.engagement.facts.value
    if subject.derived.phase == Phase.COMPLETE and done.completed_on:
        total = None if value is None else value + subject.derived.scope.approved_value
        missing = list(_missing(subject))
        state = Billing.BLOCKED if missing else Billing.READY
        since = done.ready_on or done.completed_on
        reason = commas(missing) if missing else Phrase("completed")
        what, ref = subject.engagement.facts.sow or "", subject.engagement.ref
        yield BillingLine(_month(since), "contract", what, state, 0.0, total, reason, since, (ref,))
    yield from _over_hours(subject)


def _missing(subject: Subject) -> Iterator[Phrase]:
    done = subject.derived.completion
    if done.sign_off is False:
        yield Phrase("a sign-off is missing")
    if done.time_complete is False:
        yield UNAPPROVED
    if done.change_orders_executed is False:
        yield Phrase("a change order is not decided")
    if subject.engagement.facts.value is None:
        yield Phrase("the facts name no contract value")


def _unknown(subject: Subject) -> Iterator[BillingLine]:
    """Hours are there, but nobody says what is paid for."""
    spent = subject.derived.budget.hours_billable
    if spent > 0:
        ref = subject.engagement.ref
        yield BillingLine(_month(subject.day), "hours", "", Billing.BLOCKED, spent, None, NO_BILLING, None, (ref,))


_RULES: Mapping[str, Callable[[Subject], Iterator[BillingLine]]] = {
    "time_and_materials": _hours,
    "fixed_price": _fixed_price,
    "milestone": _milestones,
}


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
