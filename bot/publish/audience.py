"""Who may read where: the one guard that every write passes. Pure.

The path that GitLab answers counts, not the configured one: projects are renamed, transferred and moved. A refused write
is reported, never downgraded to a flag such as "internal" or "confidential", which hides nothing from a customer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol

from bot.config import Settings
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Portfolio
from bot.domain.vocabulary import Audience
from bot.publish.channels import channel_faults

_SEGMENT = r"[\w.][\w.+-]*"
_REFERENCE = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*[#&]\d+")
_PATH = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")


@frozen
class Spot:
    """Where a text would stand: the reference asked for, the one GitLab answered, and the namespace's full path there."""

    asked: str
    ref: str
    path: str


@frozen
class Guard:
    """`audience_of` tells who reads a namespace; `channels` holds each engagement's declared customer channel."""

    audience_of: Callable[[str], Audience]
    channels: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    homes: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """Each engagement's place for internal texts and drafts, as its facts declare it today."""
    channel_faults: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """Engagements whose channel is another customer's, with the reason."""
    objection: Callable[[str], str | None] = lambda path: None
    """Why GitLab disagrees that a path is internal: who else reads there."""
    openness: Callable[[str], str | None] = lambda path: None
    """Who reads at a path without being invited."""

    def refusal(self, audience: str, engagement: str | None, spot: Spot, draft: bool = False) -> str | None:
        """Why a text of that audience may not stand there, or None."""
        if form := malformed(spot.asked):
            return form
        if audience == Audience.INTERNAL or draft:
            return self._internal_refusal(spot)
        if audience != Audience.CUSTOMER:
            return f"{audience!r} is not an audience"
        return self._customer_refusal(engagement, spot)

    def _internal_refusal(self, spot: Spot) -> str | None:
        if self.audience_of(spot.path) == Audience.INTERNAL:
            reason = self.objection(spot.path)
            return f"{spot.path} is declared internal, but {reason}" if reason else None
        moved = f"it is now {spot.ref}; " if spot.asked.casefold() != spot.ref.casefold() else ""
        return (
            f"{moved}{spot.path} is not declared internal: customers can read there. "
            "Name an internal issue or epic (facts key `internal`), or declare the namespace in `portfolio.namespaces`."
        )

    def _customer_refusal(self, engagement: str | None, spot: Spot) -> str | None:
        declared = self.channels.get(engagement or "")
        if not declared:
            return "the engagement names no `customer_channel`: nothing is posted for the customer"
        if spot.asked.casefold() != declared.casefold():
            return f"{spot.asked} is not the engagement's `customer_channel` ({declared})"
        if spot.ref.casefold() != declared.casefold():
            return (
                f"the `customer_channel` {declared} is now {spot.ref}, where others may read; "
                "name the new reference in the facts if it is right"
            )
        if fault := self.channel_faults.get(engagement or ""):
            return fault
        seen_by = self.openness(spot.path)
        return f"the `customer_channel` {declared} stands open: {seen_by} can read there" if seen_by else None


def malformed(asked: str) -> str | None:
    """Why `asked` is neither a reference (`group/project#12`, `group&7`) nor a path of this instance, or None."""
    if "://" in asked:
        return f"{asked!r} is a URL; name the place as GitLab does, `group/project#12` or `group&7`, on this instance"
    parts = asked.partition("#")[0].partition("&")[0].split("/")
    if not (_REFERENCE.fullmatch(asked) or _PATH.fullmatch(asked)) or {".", ".."} & set(parts):
        return f"{asked!r} is not a reference such as `group/project#12` or `group&7`"
    return None


class Readers(Protocol):
    """Who reads where, as GitLab tells it."""

    def objection(self, path: str) -> str | None:
        """Why a place declared internal is not."""

    def openness(self, path: str) -> str | None:
        """Who reads there without being invited."""


def make_guard(settings: Settings, portfolio: Portfolio, readers: Readers | None = None) -> Guard:
    """The guard for these settings and the customer channels that the facts declare; `readers` is what GitLab says."""
    channels = {e.ref: e.facts.customer_channel for e in portfolio.engagements if e.facts.customer_channel}
    homes = {e.ref: e.facts.internal or e.ref for e in portfolio.engagements}
    faults = channel_faults(settings, portfolio)
    if readers is None:
        return Guard(settings.audience_of, channels, homes, faults)
    return Guard(settings.audience_of, channels, homes, faults, readers.objection, readers.openness)
