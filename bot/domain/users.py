"""People by name: GitLab ignores the letter case of usernames, so one person has one spelling here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.model import Engagement, Portfolio


def with_one_spelling(portfolio: Portfolio) -> Portfolio:
    """The portfolio with hours and bookings under the spelling that GitLab has of each person, where anything tells it."""
    spelled: dict[str, str] = {}
    assigned = {name for e in portfolio.engagements for item in e.items for name in item.assignees}
    logging = {log.user for e in portfolio.engagements for log in e.timelogs}
    booked = {booking.user for e in portfolio.engagements for booking in e.bookings}
    for names in (assigned, logging, booked):
        for name in sorted(names):
            spelled.setdefault(name.casefold(), name)
    if all(spelled[name.casefold()] == name for name in logging | booked):
        return portfolio
    return replace(portfolio, engagements=tuple(_spelled(e, spelled) for e in portfolio.engagements))


def _spelled(engagement: Engagement, names: Mapping[str, str]) -> Engagement:
    return replace(
        engagement,
        timelogs=tuple(replace(log, user=names[log.user.casefold()]) for log in engagement.timelogs),
        bookings=tuple(replace(booked, user=names[booked.user.casefold()]) for booked in engagement.bookings),
    )
