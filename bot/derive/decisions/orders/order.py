"""What an order is: one line of a person that begins with `psbot`, and what its kind makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import Any

from bot.derive.order_results import OrderState
from bot.derive.results import EngagementDerived
from bot.domain.frozen import frozen
from bot.domain.mistakes import nearest
from bot.domain.model import EMPTY, Engagement, ThreadNote

DEFAULT_DAYS = 30
"""How long an order holds that names no end."""


class OrderRefused(Exception):
    """The order can't be obeyed; the text says why, and how it would be understood."""


@frozen
class OrderScope:
    """What an order may speak of: the engagement, the ids of risk rules, and the day as of which it is read."""

    engagement: Engagement
    rules: tuple[str, ...]
    day: date
    approves: bool = False
    """Whether the author is an approver of the customer's texts."""


@frozen
class Given:
    """An order as its kind understood it: `values` by name, until when, and why."""

    values: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    until: date | None = None
    reason: str = ""


@frozen
class Order:
    """An order, by whom and when, and what became of it. `text` is the line without the leading `psbot`."""

    word: str
    text: str
    by: str
    at: datetime
    given: Given = Given()
    state: OrderState = OrderState.OBEYED
    why: str = ""
    stands: ThreadNote = ThreadNote()
    url: str = ""
    """The address of the comment."""

    @property
    def until(self) -> date | None:
        """The last day on which it holds; None where it has no end."""
        return self.given.until

    @property
    def reason(self) -> str:
        """The person's own words."""
        return self.given.reason


def unchanged_engagement(engagement: Engagement, order: Order) -> Engagement:
    """An order that corrects no fact."""
    return engagement


def unchanged_result(derived: EngagementDerived, order: Order) -> EngagementDerived:
    """An order that changes nothing that is derived."""
    return derived


@frozen
class OrderKind:
    """One kind of order, as its module declares it; the module's docstring begins with how it is written, as code.

    `read` understands what stands after the word, or raises OrderRefused. `prepare` corrects facts before anything is
    derived, `adjust` what was derived; both only for orders that hold. `lasting`: holds for a time, and is listed as in force.
    """

    meaning: str
    read: Callable[[str, OrderScope], Given]
    prepare: Callable[[Engagement, Order], Engagement] = unchanged_engagement
    adjust: Callable[[EngagementDerived, Order], EngagementDerived] = unchanged_result
    lasting: bool = False
    spellings: tuple[str, ...] = ()
    example: str = ""
    """A line of it, where `usage` has places to fill."""
    usage: str = ""

    @property
    def word(self) -> str:
        """What follows `psbot`."""
        return self.usage.split()[1].rstrip(":")


def read_order(module: ModuleType) -> OrderKind:
    """The order that a module declares, with the usage from its docstring. Raises TypeError where that has none."""
    usage = re.match(r"`(psbot \S[^`]*)`: ", module.__doc__ or "")
    if usage is None:
        raise TypeError(f"the order {module.__name__} needs a docstring that begins with `psbot …`: and what it does")
    kind: OrderKind = module.ORDER
    return replace(kind, usage=usage[1])


# -- what the grammars share

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNTIL = re.compile(r"(?P<head>.*?)\s*\buntil\s+(?P<day>[^\s:]+)\s*(?::\s*(?P<reason>.*))?$", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(
    r"""\s*%?(?:"(?P<a>[^"]+)"|“(?P<b>[^”]+)”|„(?P<c>[^“”]+)[“”]|«(?P<d>[^»]+)»|'(?P<e>[^']+)')\s*(?P<rest>.*)$""",
    re.DOTALL,
)


def split_reason(text: str) -> tuple[str, str]:
    """`head: reason` → both, trimmed; the reason may be missing."""
    head, _, reason = text.partition(":")
    return head.strip(), reason.strip()


def split_until(text: str, day: date) -> tuple[str, date, str]:
    """`head until DATE: reason` → head, end, reason; without a date it holds for 30 days. Raises OrderRefused."""
    match = _UNTIL.match(text)
    if match is None:
        head, reason = split_reason(text)
        return head, day + timedelta(days=DEFAULT_DAYS), reason
    return match["head"].strip(), read_day(match["day"]), (match["reason"] or "").strip()


def read_day(text: str) -> date:
    """An ISO date. Raises OrderRefused."""
    try:
        return date.fromisoformat(text.strip() if _DAY.fullmatch(text.strip()) else "")
    except ValueError as error:
        raise OrderRefused(f'"{text.strip()[:40]}" is not a date; write it like 2026-12-20') from error


def read_milestone(text: str, engagement: Engagement) -> tuple[str, str]:
    """`"Title" rest` → the title as GitLab or the contract spells it, and the rest. Raises OrderRefused."""
    known = [*(m.title for m in engagement.milestones), *(m.milestone for m in engagement.facts.milestones)]
    match = _QUOTED.match(text)
    if match is None:
        raise OrderRefused('put the milestone\'s title in quotes, such as "Go-live"')
    title = next(filter(None, (match[name] for name in "abcde")))
    folded = {" ".join(name.split()).casefold(): name for name in reversed(known)}
    found = folded.get(" ".join(title.split()).casefold())
    if found is None:
        hint = nearest(title, sorted(set(known))) if known else "This engagement has no milestones."
        raise OrderRefused(f'there is no milestone "{title[:60]}" here. {hint}'.strip())
    return found, match["rest"].strip()
