"""Comments × who may → orders with what became of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from bot.config import Settings
from bot.derive.decisions.orders.consents import consents_of
from bot.derive.decisions.orders.kinds import KINDS
from bot.derive.decisions.orders.lines import order_lines
from bot.derive.decisions.orders.order import Given, Order, OrderKind, OrderRefused, OrderScope
from bot.derive.order_results import OrderEntry, OrderState
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.mistakes import nearest
from bot.domain.model import Engagement, PastReport, Reply, end_of_day
from bot.domain.vocabulary import Audience

LONGEST_LINE = 500


@frozen
class Court:
    """What orders are judged by: settings, calendar, the ids of risk rules, and the day as of which they are read."""

    settings: Settings
    calendar: WorkCalendar
    rules: tuple[str, ...]
    day: date


def read_orders(past: Iterable[PastReport], engagement: Engagement, court: Court) -> tuple[Order, ...]:
    """The orders about one engagement, oldest first, each with its state as of the end of the court's day.

    Those in the thread of its internal status, and those on internal roll-ups that name its reference.
    """
    cut = end_of_day(court.day, court.calendar.zone)
    past = tuple(past)
    said = [(reply, line, url) for reply, line, url in _said_of(past, engagement, court) if reply.created_at < cut]
    said.sort(key=lambda found: (found[0].created_at, found[0].stands.note))
    orders = [replace(_judged(reply, line, engagement, court), url=url) for reply, line, url in said]
    consents = (order for order in consents_of(past, engagement, court.calendar) if order.at < cut)
    return tuple(sorted((*_taken_back(orders), *consents), key=lambda order: (order.at, order.stands.note)))


def _said_of(past: Iterable[PastReport], engagement: Engagement, court: Court) -> Iterator[tuple[Reply, str, str]]:
    roll_ups = dict(court.settings.reports.issues())
    for report in past:
        if report.audience != Audience.INTERNAL:
            continue
        own = report.engagement is not None and report.engagement == engagement.ref
        for reply in report.replies:
            for line in order_lines(reply.body):
                url = (
                    f"{report.url.partition('#note_')[0]}#note_{reply.stands.note}"
                    if report.url and reply.stands.note
                    else ""
                )
                if own:
                    yield reply, without_reference(line, engagement) or line, url
                elif report.engagement is None and report.kind in roll_ups:
                    named = without_reference(line, engagement)
                    if named is not None:
                        yield reply, named, url


def read_unaddressed(
    past: Iterable[PastReport], engagements: Sequence[Engagement], court: Court
) -> tuple[OrderEntry, ...]:
    """Orders on internal roll-ups that name no engagement: only `help` can be obeyed."""
    cut, roll_ups = end_of_day(court.day, court.calendar.zone), dict(court.settings.reports.issues())
    lines = [
        (reply, line)
        for report in past
        if report.engagement is None and report.audience == Audience.INTERNAL and report.kind in roll_ups
        for reply in report.replies
        for line in (order_lines(reply.body) if reply.created_at < cut else ())
        if all(without_reference(line, engagement) is None for engagement in engagements)
    ]
    return tuple(_unaddressed(reply, line) for reply, line in sorted(lines, key=lambda pair: pair[0].created_at))


def _unaddressed(reply: Reply, line: str) -> OrderEntry:
    helps = line.partition(" ")[0].casefold() == "help"
    return OrderEntry(
        order=line[:LONGEST_LINE],
        by=reply.author,
        at=reply.created_at,
        state=OrderState.OBEYED if helps else OrderState.REFUSED,
        why="" if helps else "name the engagement by its reference, such as group&7 or group/project#12",
        word="help" if helps else "",
        stands=reply.stands,
    )


def entry_of(order: Order) -> OrderEntry:
    """An order as results list it."""
    o = order
    return OrderEntry(o.text, o.by, o.at, o.until, o.state, o.why, o.reason, o.word, o.stands)


def without_reference(line: str, engagement: Engagement) -> str | None:
    """`line` without the engagement's reference or address, with which it may begin or go on; None where it names neither."""
    for name in filter(None, (engagement.web_url, engagement.ref)):
        pattern = re.compile(rf"(?<![\w/.-]){re.escape(name)}\+?(?![\w/-])", re.IGNORECASE)
        found = pattern.search(line)
        # One that stands in the reason is spoken of, not spoken to.
        if found and ": " not in line[: found.start()]:
            rest = line[: found.start()] + line[found.end() :].lstrip(":," if found.start() == 0 else "")
            return " ".join(rest.split()).replace(" :", ":")
    return None


def _judged(reply: Reply, line: str, engagement: Engagement, court: Court) -> Order:
    """One line as an order: understood or not, allowed or not, still in force or not."""
    word = line.partition(" ")[0]
    kind = KINDS.get(word.casefold().strip(":,.!"))
    order = Order(
        word=kind.word if kind else "",
        text=line[:LONGEST_LINE],
        by=reply.author,
        at=reply.created_at,
        stands=reply.stands,
    )
    if not may_order(reply.author, engagement, court.settings):
        why = "orders are taken from the engagement's PM, the approvers and those named under `orders.by`"
        return replace(order, state=OrderState.REFUSED, why=why)
    approves = is_among(reply.author, court.settings.reports.status.customer.approvers)
    scope = OrderScope(engagement, court.rules, court.calendar.local_day(reply.created_at), approves)
    try:
        order = replace(order, given=_understood(kind, line, scope))
    except OrderRefused as refused:
        return replace(order, state=OrderState.REFUSED, why=str(refused))
    if order.until is not None and order.until < court.day:
        return replace(order, state=OrderState.EXPIRED, why=f"it held until {order.until.isoformat()}")
    return order


def _understood(kind: OrderKind | None, line: str, scope: OrderScope) -> Given:
    word, _, rest = line.partition(" ")
    if kind is None:
        raise OrderRefused(f'"{word[:30]}" is not an order. {nearest(word.casefold(), KINDS)}')
    if len(line) > LONGEST_LINE:
        raise OrderRefused(f"an order is at most {LONGEST_LINE} characters long")
    return kind.read(rest.strip(), scope)


def may_order(author: str, engagement: Engagement, settings: Settings) -> bool:
    """Whether a user's orders count: the engagement's PM, `orders.by`, the approvers. Letter case is ignored."""
    names = (engagement.facts.pm or "", *settings.orders.by, *settings.reports.status.customer.approvers)
    return is_among(author, names)


def is_among(author: str, names: Iterable[str]) -> bool:
    """Whether a username is among others; letter case is ignored, as GitLab does."""
    return author.casefold() in {name.casefold().lstrip("@") for name in names if name}


def _taken_back(orders: Sequence[Order]) -> tuple[Order, ...]:
    """`undo` ends the last order of its author that was neither refused nor taken back already."""
    found = list(orders)
    for index, order in enumerate(found):
        if order.word != "undo" or order.state is not OrderState.OBEYED:
            continue
        earlier = (n for n in range(index - 1, -1, -1) if _can_be_taken_back(found[n], order.by))
        last = next(earlier, None)
        if last is None:
            found[index] = replace(order, state=OrderState.REFUSED, why="there is no order of yours to take back")
        else:
            found[last] = replace(found[last], state=OrderState.EXPIRED, why=f"taken back by {order.by}")
    return tuple(found)


def _can_be_taken_back(order: Order, author: str) -> bool:
    is_own = order.by.casefold() == author.casefold()
    return is_own and order.word not in ("undo", "help", "approve", "") and order.state is OrderState.OBEYED
