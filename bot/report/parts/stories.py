"""The stories that derive told, in words: what it comes to, what to do, what that brings, who and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bot.derive.results import SEVERITIES, EngagementDerived, Story
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.vocabulary import Severity
from bot.report.context import ReportContext
from bot.report.parts.rows import SEVERITY_DOTS
from bot.report.text.safe_text import SafeMarkdown, joined

GRAVE = (Severity.HIGH, Severity.CRITICAL)
MOST_GRAVE = 5


@frozen
class StoryView:
    """One story as a report shows it."""

    dot: SafeMarkdown
    severity: str
    headline: Text
    cause: Text
    at_stake: float | None
    action: Text
    gain: SafeMarkdown | None
    owner: str | None
    due: date | None
    links: tuple[SafeMarkdown, ...]


def story_views(context: ReportContext, derived: EngagementDerived) -> tuple[StoryView, ...]:
    return tuple(_view(context, derived, story) for story in derived.stories)


def worst_stories(context: ReportContext, running: Iterable[EngagementDerived]) -> list[tuple[SafeMarkdown, StoryView]]:
    """(engagement, its worst story): the gravest first."""
    told = [(context.titled(e.ref, e.title), story) for e in running for story in story_views(context, e)[:1]]
    return sorted(told, key=lambda pair: -SEVERITIES.index(pair[1].severity))


def grave_stories(context: ReportContext, running: Iterable[EngagementDerived]) -> list[tuple[SafeMarkdown, StoryView]]:
    """Those that are worth a director's time in a roll-up."""
    return [(name, story) for name, story in worst_stories(context, running) if story.severity in GRAVE][:MOST_GRAVE]


def _view(context: ReportContext, derived: EngagementDerived, story: Story) -> StoryView:
    return StoryView(
        SafeMarkdown(SEVERITY_DOTS.get(story.severity, "⚪")),
        story.severity,
        story.headline,
        "" if story.cause == story.headline else story.cause,
        _at_stake(story),
        story.action,
        _gain(context, derived, story),
        story.owner,
        story.due,
        context.links(story.evidence[:1], own=derived.ref),
    )


def _at_stake(story: Story) -> float | None:
    """The money, where the headline tells hours and the gain does not tell the same money again."""
    money, gained = story.consequence.money, story.gain.money if story.gain else None
    return money if story.consequence.hours and money != gained else None


def _gain(context: ReportContext, derived: EngagementDerived, story: Story) -> SafeMarkdown | None:
    parts = list(_gains(context, derived, story))
    return joined(parts, ", ") if parts else None


def _gains(context: ReportContext, derived: EngagementDerived, story: Story) -> Iterator[SafeMarkdown]:
    words, gain, before = context.templates.words, story.gain, derived.forecast.on_time_probability
    if gain is None:
        return
    if gain.money:
        yield words.text("story.money", amount=words.money(gain.money))
    if gain.hours and gain.hours > 0:
        yield words.text("story.hours", hours=words.hours(gain.hours))
    if gain.days and gain.days > 0:
        yield words.text("story.days", n=gain.days)
    if gain.on_time_probability is not None and before is not None and gain.on_time_probability > before:
        yield words.text("story.chance", before=words.percent(before), after=words.percent(gain.on_time_probability))
