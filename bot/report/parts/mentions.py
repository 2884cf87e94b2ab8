"""Real mentions of those whom asks wait for: the one text of psbot that notifies people on purpose.

A mention is made of a username that GitLab or the config vouches for, never of a text: facts and titles may say `all`, or
name a group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.derive.results import EngagementDerived
from bot.derive.status_results import Ask, Chase
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Phase
from bot.report.context import ReportContext
from bot.report.parts.asks import AskView, ask_views
from bot.report.text.safe_text import SafeMarkdown

_USERNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_])?")
_NOBODY = ("all", "here", "channel", "everyone")


@frozen
class Mention:
    """One person to be mentioned about one ask; `key` is the ask's."""

    engagement: str
    home: str
    person: str
    key: str
    text: SafeMarkdown


def mentions_of(context: ReportContext, day: date) -> tuple[Mention, ...]:
    """Everybody who is asked for something, whether mentioned before or not."""
    known = known_people(context)
    return tuple(m for e in context.served(day) if e.phase != Phase.COMPLETE for m in _of(context, e, known, day))


def known_people(context: ReportContext) -> dict[str, str]:
    """Usernames as GitLab or the config writes them, by their folded form: members, assignees, `people`."""
    names = [name for members in context.portfolio.members.values() for name in members]
    names += [name for e in context.portfolio.engagements for name in (*e.assignees, *_assignees(e.items))]
    names += list(context.settings.people)
    good = (name for name in names if _USERNAME.fullmatch(name) and name.casefold() not in _NOBODY)
    return {name.casefold(): name for name in good}


def _assignees(items: object) -> Iterator[str]:
    for item in items if isinstance(items, tuple) else ():
        yield from item.assignees


def _of(context: ReportContext, e: EngagementDerived, known: dict[str, str], day: date) -> Iterator[Mention]:
    facts = context.engagements(day)[e.ref].facts
    for ask, view in zip(e.asks, ask_views(context, e), strict=True):
        for person in ask.chase.people if ask.chase else ():
            name = known.get(person.casefold().lstrip("@"))
            if name and ask.chase:
                yield Mention(e.ref, facts.internal or e.ref, name, ask.key, _text(context, ask, ask.chase, view, name))


def _text(context: ReportContext, ask: Ask, chase: Chase, view: AskView, name: str) -> SafeMarkdown:
    words, who = context.templates.words, SafeMarkdown(f"@{name}")
    by = SafeMarkdown(f", {words.text('common.by')} {words.date(ask.by)}" if ask.by else "")
    if name.casefold() != chase.to.casefold().lstrip("@"):
        return words.text("mention.manager", who=who, owner=ask.owner, day=chase.since, what=view.what, by=by)
    if chase.stands_in_for:
        away, until = chase.stands_in_for, chase.away_until
        return words.text("mention.for_other", who=who, away=away, day=until, what=view.what, by=by)
    return words.text("mention.ask", who=who, what=view.what, by=by)
