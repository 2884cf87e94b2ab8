"""Digests for people outside GitLab: what changed, what needs a decision and by whom, with links back. Pure.

A digest is Markdown that psbot made, so that one text becomes HTML and plain text for mail and a few lines for chat.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.derive.decisions.chasing import stand_in
from bot.derive.decisions.due import Due
from bot.derive.order_results import OrderState
from bot.derive.people.availability import Availability
from bot.derive.results import EngagementDerived
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.domain.model import Engagement
from bot.domain.vocabulary import Phase
from bot.report.charts import forecast_words
from bot.report.context import ReportContext
from bot.report.kinds.portfolio import portfolio_view
from bot.report.parts.asks import ask_views
from bot.report.parts.next_steps import view_of
from bot.report.parts.orders import red_but_quiet
from bot.report.parts.stories import worst_stories
from bot.report.text.safe_text import JOINER, SafeMarkdown, clean, joined, link

MOST_LINES = 12
MOST_IN_CHAT = 4
"""Lines of each section that a chat shows."""
WEEK = timedelta(days=7)


@frozen
class DigestSection:
    """A heading and what stands below it, most important first."""

    title: SafeMarkdown
    lines: tuple[SafeMarkdown, ...]


@frozen
class Digest:
    """One digest, in Markdown; `full` replaces the sections where the text is not psbot's to cut (a customer's)."""

    subject: SafeMarkdown
    lead: tuple[SafeMarkdown, ...] = ()
    sections: tuple[DigestSection, ...] = ()
    full: str = ""

    def title(self) -> str:
        """The subject as plain text, in one line."""
        return clean(plain_text(self.subject), 200)

    def markdown(self) -> str:
        """The whole text."""
        return self.full or _assembled(self.lead, self.sections)

    def html(self) -> str:
        """The whole text as safe HTML that loads nothing."""
        from bot.report.preview import markdown_to_html  # its cleaner of HTML is for those who get mail

        body = markdown_to_html(self.markdown())
        return f"<!doctype html>\n<html><head><meta charset=utf-8></head><body>\n{body}\n</body></html>\n"

    def text(self) -> str:
        """The whole text without markup, links in brackets."""
        return plain_text(self.markdown())

    def short(self) -> str:
        """A few lines for a chat, in which nothing mentions anybody."""
        cut = tuple(DigestSection(s.title, s.lines[:MOST_IN_CHAT]) for s in self.sections)
        return unmentioned(plain_text(self.full or _assembled(self.lead, cut)))


def _assembled(lead: Iterable[SafeMarkdown], sections: Iterable[DigestSection]) -> str:
    blocks = [
        *lead,
        *("\n".join([f"**{s.title}**", "", *(f"- {line}" for line in s.lines)]) for s in sections if s.lines),
    ]
    return "\n\n".join(blocks) + "\n"


# -- what stands in them


def portfolio_digest(context: ReportContext, due: Due, url: str = "") -> Digest:
    """For leadership: colours that turned, the worst stories, decisions by name, forecast against target."""
    words, view = context.templates.words, portfolio_view(due, context)
    running = [line.derived for line in view.lines]
    counts = joined(SafeMarkdown(f"{n} {words.name('rag', rag)}") for rag, n in view.counts.items() if n)
    quarter = view.revenue
    lead = [words.text("common.as_of", day=due.as_of, zone=context.calendar.timezone)]
    if url:
        lead.append(link(words.text("digest.report"), url))
    if quarter:
        key = "digest.quarter" if quarter.target is not None else "digest.quarter_alone"
        expected = forecast_words(words, quarter)
        lead.append(words.text(key, quarter=view.quarter, target=words.money(quarter.target), expected=expected))
    moved = (
        SafeMarkdown(f"{line.name}: {words.rag(line.before)} → {words.rag(line.after)}")
        for line in view.lines
        if line.moved
    )
    sections = (
        DigestSection(words.text("digest.changed"), _cut(context, moved)),
        DigestSection(words.text("digest.worst"), _cut(context, _worst(context, running))),
        DigestSection(words.text("digest.decisions"), _cut(context, _decisions(context, running))),
        DigestSection(words.text("orders.told"), _cut(context, _quiet(context, running))),
    )
    subject = words.text("digest.portfolio", period=SafeMarkdown(due.period.name), counts=counts)
    return Digest(subject, tuple(lead), sections)


def _cut(context: ReportContext, lines: Iterable[SafeMarkdown]) -> tuple[SafeMarkdown, ...]:
    found = tuple(lines)
    more = len(found) - MOST_LINES
    return found if more <= 0 else (*found[:MOST_LINES], context.templates.words.text("digest.more", n=more))


def _worst(context: ReportContext, running: Iterable[EngagementDerived]) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    for name, story in worst_stories(context, running):
        action = f" → {words.output(story.action)}" if story.action else ""
        who = f" – {words.output(story.owner)}" if story.owner else ""
        yield SafeMarkdown(f"{story.dot} {name}: {words.output(story.headline)}{action}{who}")


def _decisions(context: ReportContext, running: Iterable[EngagementDerived]) -> Iterator[SafeMarkdown]:
    """By name: everybody's asks together, who has most first."""
    found: dict[str, list[SafeMarkdown]] = {}
    for e in running:
        for ask, view in zip(e.asks, ask_views(context, e), strict=True):
            for person in ask.chase.people if ask.chase else ():
                found.setdefault(person, []).append(_ask_line(context, e, view.what, view.by))
    for person, lines in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield SafeMarkdown(f"{context.templates.words.output(person)}: {joined(lines, '; ')}")


def _ask_line(context: ReportContext, e: EngagementDerived, what: SafeMarkdown, by: date | None) -> SafeMarkdown:
    words = context.templates.words
    until = f", {words.text('common.by')} {words.date(by)}" if by else ""
    return SafeMarkdown(f"{what} ({context.titled(e.ref, e.title)}){until}")


def _quiet(context: ReportContext, running: Iterable[EngagementDerived]) -> Iterator[SafeMarkdown]:
    for e in running:
        for line in red_but_quiet(context, e):
            yield SafeMarkdown(f"{context.titled(e.ref, e.title)}: {line}")


def managers(context: ReportContext, day: date) -> dict[str, tuple[str, ...]]:
    """Who gets a digest of their own → the PMs whose engagements it is on: a PM, or who stands in while that one is away."""
    availability = Availability(context.calendar, context.settings.people)
    found: dict[str, set[str]] = {}
    for e in _running(context, day):
        pm = _facts(context, day, e).facts.pm
        if pm:
            found.setdefault(stand_in(availability, pm, day), set()).add(pm)
    return {person: tuple(sorted(pms)) for person, pms in sorted(found.items())}


def _running(context: ReportContext, day: date) -> list[EngagementDerived]:
    return [e for e in context.derive(day).engagements if e.phase != Phase.COMPLETE]


def _facts(context: ReportContext, day: date, e: EngagementDerived) -> Engagement:
    return context.engagements(day)[e.ref]


def own_digest(
    context: ReportContext, day: date, period: Period, person: str, pms: tuple[str, ...], drafts: dict[str, str]
) -> Digest:
    """For one PM: colours, what to do this week, asks, drafts that wait (engagement → address), orders not obeyed."""
    words, availability = context.templates.words, Availability(context.calendar, context.settings.people)
    names = {name.casefold() for name in pms}
    mine = [e for e in _running(context, day) if (_facts(context, day, e).facts.pm or "").casefold() in names]
    lead = [SafeMarkdown(f"{words.rag(e.status.overall)} {context.titled(e.ref, e.title)}") for e in mine]
    for pm in pms:
        if pm.casefold() != person.casefold():
            until = availability.away_until(pm, day)
            lead.insert(0, words.text("digest.stands_for", who=pm, day=until))
    waiting = (
        words.text(
            "digest.draft",
            name=context.titled(e.ref, e.title),
            link=link(words.text("digest.draft_word"), drafts[e.ref]),
        )
        for e in mine
        if e.ref in drafts
    )
    sections = (
        DigestSection(words.text("digest.this_week"), _cut(context, _steps(context, mine, day))),
        DigestSection(words.text("digest.asked"), _cut(context, _asked(context, day, person))),
        DigestSection(words.text("digest.drafts"), _cut(context, waiting)),
        DigestSection(words.text("orders.told"), _cut(context, _quiet(context, mine))),
        DigestSection(words.text("digest.refused"), _cut(context, _refused(context, mine, person))),
    )
    subject = words.text("digest.mine", n=len(mine), period=SafeMarkdown(period.name))
    return Digest(subject, (SafeMarkdown("  \n".join(lead)),) if lead else (), sections)


def _steps(context: ReportContext, mine: Iterable[EngagementDerived], day: date) -> Iterator[SafeMarkdown]:
    """By date, each with its engagement."""
    words = context.templates.words
    steps = [(step.due, e, step) for e in mine for step in e.steps if step.due and step.due < day + WEEK]
    for due, e, step in sorted(steps, key=lambda found: found[0]):
        view = view_of(context, step)
        who = f" – {joined(words.output(w) for w in view.who)}" if view.who else ""
        late = f", {words.text('status.step_late')}" if view.late else ""
        yield SafeMarkdown(f"{view.what} ({context.titled(e.ref, e.title)}), {words.date(due)}{late}{who}")


def _asked(context: ReportContext, day: date, person: str) -> Iterator[SafeMarkdown]:
    """Wherever it is: a PM may owe a decision to somebody else's engagement."""
    for e in _running(context, day):
        for ask, view in zip(e.asks, ask_views(context, e), strict=True):
            if ask.chase and person.casefold() in {name.casefold() for name in ask.chase.people}:
                yield _ask_line(context, e, view.what, view.by)


def _refused(context: ReportContext, mine: Iterable[EngagementDerived], person: str) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    for e in mine:
        for order in e.orders:
            if order.state == OrderState.REFUSED and order.by.casefold() == person.casefold():
                yield SafeMarkdown(f"{words.output(order.order)}: {words.output(order.why)}")


def customer_digest(context: ReportContext, engagement: Engagement, period: str, text: str) -> Digest:
    """The customer's status, word for word as it was approved and posted."""
    name = engagement.facts.customer or engagement.title
    subject = context.templates.words.text("digest.customer", name=name, period=SafeMarkdown(period))
    return Digest(subject, full=text)


# -- the same as plain text

_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_BLANK = re.compile(r"\n{3,}")
_MENTION = re.compile(r"[@<](?=\S)")


def plain_text(markdown: str) -> str:
    """Markdown as people would type it into a plain mail; comments and tags are gone."""
    out: list[str] = []
    depth = 0
    for token in _PARSER.parse(markdown):
        depth += {"bullet_list_open": 1, "ordered_list_open": 1, "bullet_list_close": -1, "ordered_list_close": -1}.get(
            token.type, 0
        )
        if token.type == "list_item_open":
            out.append("  " * max(0, depth - 1) + "- ")
        elif token.type == "inline":
            out.append("".join(_plain(token.children or [])))
            out.append(" | " if depth == 0 and token.level >= 4 else "\n")
        elif token.type in ("fence", "code_block"):
            out.append(token.content)
        elif token.type in ("paragraph_close", "heading_close", "bullet_list_close", "tr_close") and depth == 0:
            out.append("\n")
    return _BLANK.sub("\n\n", html.unescape("".join(out)).replace(JOINER, "")).strip() + "\n"


def _plain(children: list[Token]) -> Iterator[str]:
    href = ""
    for token in children:
        if token.type in ("text", "code_inline"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "link_open":
            href = str(token.attrGet("href") or "")
        elif token.type == "link_close" and href:
            yield f" ({href})"
        elif token.type == "html_inline" and token.content.casefold().startswith("<br"):
            yield "\n"


def unmentioned(text: str) -> str:
    """Plain text for a chat: an invisible joiner behind what would mention somebody there (`@channel`, `<!here>`)."""
    return _MENTION.sub(lambda m: m[0] + JOINER, text)
