"""Invoice readiness for Finance: by engagement what can be billed, what blocks the rest, and what leaks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from bot.derive.billing_results import Billing, BillingLine
from bot.derive.money.invoicing import known_sum, to_invoice
from bot.derive.money.rates import is_foreign
from bot.derive.results import Derived, EngagementDerived
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import Facts
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown, cell
from bot.report.text.wording import MISSING


@frozen
class Sum:
    """Lines of one state: their hours, money (None where that of one is not known), and the reasons, each once."""

    hours: float = 0.0
    amount: float | None = None
    reasons: tuple[Text, ...] = ()
    told: SafeMarkdown = MISSING


@frozen
class InvoiceRow:
    """An engagement on its way to the invoice; `currency` where it is another than that of the report."""

    name: SafeMarkdown
    ready: Sum
    blocked: Sum
    leak: Sum
    currency: str | None


@frozen
class InvoicingView:
    """The rows, and the sums of those in the report's currency whose amounts are known."""

    rows: tuple[InvoiceRow, ...]
    ready: float
    blocked: float
    leak: float
    others: bool
    """Whether some row is not in the sums."""


def invoicing_view(context: ReportContext, derived: Derived, month: Period) -> InvoicingView | None:
    """What the month brings to the invoice; what Finance has billed already is left out. None where nothing is to say."""
    engagements = context.engagements(derived.as_of)
    rows = tuple(
        row for e in derived.engagements if (row := _row(context, e, engagements[e.ref].facts, month)) is not None
    )
    own = [row for row in rows if row.currency is None]

    def total(sums: Iterable[Sum]) -> float:
        return math.fsum(s.amount for s in sums if s.amount is not None)

    if not rows:
        return None
    unsaid = any(s.amount is None and s.hours for r in own for s in (r.ready, r.blocked, r.leak))
    sums = (total(r.ready for r in own), total(r.blocked for r in own), total(r.leak for r in own))
    return InvoicingView(rows, *sums, others=unsaid or len(own) < len(rows))


def _row(context: ReportContext, e: EngagementDerived, facts: Facts, month: Period) -> InvoiceRow | None:
    found = to_invoice(e.invoicing, month.name, facts)
    if not any(found.values()):
        return None
    other = facts.currency if is_foreign(facts, context.settings.finance) else None
    ready, blocked, leak = (
        _sum(context, found[state], other) for state in (Billing.READY, Billing.BLOCKED, Billing.LEAK)
    )
    return InvoiceRow(context.titled(e.ref, e.title), ready, blocked, leak, other)


def _sum(context: ReportContext, lines: Sequence[BillingLine], currency: str | None) -> Sum:
    amount = known_sum(lines)
    reasons = tuple({str(line.reason): line.reason for line in lines if str(line.reason)}.values())
    hours = math.fsum(line.hours for line in lines)
    return Sum(hours, amount, reasons, _told(context, hours, amount, currency) if lines else MISSING)


def _told(context: ReportContext, hours: float, amount: float | None, currency: str | None) -> SafeMarkdown:
    """`$4,938 (19.8 h)`; hours alone where no rate is known."""
    words = context.templates.words
    if amount is None:
        return words.hours(hours) if hours else words.text("invoicing.no_amount")
    money = words.money(amount) if currency is None else SafeMarkdown(f"{words.number(amount, 0)} {cell(currency)}")
    return SafeMarkdown(f"{money} ({words.hours(hours)})") if hours else money
