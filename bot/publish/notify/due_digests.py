"""Which digests this run has to send, to whom: config × what was derived × what stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from bot.config.people import Channel, Person
from bot.derive.decisions.due import Due, digest_cycle
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.domain.vocabulary import ApprovalMode, Audience, DigestKind
from bot.publish.approval import judge_draft
from bot.publish.digest import digest as digest_of
from bot.publish.drafts import draft_state
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, engagement_token, unsigned
from bot.publish.notify.receipts import SENT, identity_of
from bot.publish.posts import Post, Standing
from bot.report.context import ReportContext
from bot.report.digests import Digest, customer_digest, managers, own_digest, portfolio_digest
from bot.report.document import Document, customer_text


@frozen
class Message:
    """One digest for one reader ("" for a chat's channel), ready to be sent; or why it can't be."""

    channel: str
    identity: Identity
    what: str
    to: str = ""
    digest: Digest | None = None
    problem: str = ""


@frozen
class Desk:
    """What digests are made from."""

    context: ReportContext
    day: date
    standing: Standing
    documents: tuple[Document, ...] = ()

    def period(self, channel: Channel) -> Period:
        return digest_cycle(channel.digest, self.context.settings).current(self.day)


def messages(desk: Desk) -> tuple[Message, ...]:
    """Every digest of the running periods, sent or not."""
    channels = desk.context.settings.notify
    return tuple(message for name, channel in channels.items() for message in _of_channel(desk, name, channel))


def _of_channel(desk: Desk, name: str, channel: Channel) -> Iterator[Message]:
    if channel.digest != DigestKind.CUSTOMER and channel.audience != Audience.INTERNAL:
        reason = (
            f"the digest `{channel.digest}` holds money and risks: it goes to a channel with `audience: internal` alone"
        )
        yield _message(desk, name, channel, "", problem=reason)
    elif channel.digest == DigestKind.PORTFOLIO:
        yield from _portfolio(desk, name, channel)
    elif channel.digest == DigestKind.MINE:
        yield from _mine(desk, name, channel)
    else:
        yield from _customer(desk, name, channel)


def _portfolio(desk: Desk, name: str, channel: Channel) -> Iterator[Message]:
    period = desk.period(channel)
    url = next(
        (p.url for p in desk.standing.posts if _is(p, "portfolio", period.name) and p.form == PostForm.ISSUE), ""
    )
    made = portfolio_digest(desk.context, Due("portfolio", period, desk.day), url)
    yield from _addressed(desk, name, channel, channel.to, made)


def _mine(desk: Desk, name: str, channel: Channel) -> Iterator[Message]:
    """One for each PM, or who stands in; in a chat all of them stand in one channel."""
    period, drafts = desk.period(channel), waiting_drafts(desk)
    for person, pms in managers(desk.context, desk.day).items():
        made = own_digest(desk.context, desk.day, period, person, pms, drafts)
        if channel.mail:
            yield from _addressed(desk, name, channel, (person,), made)
        else:
            yield _message(desk, name, channel, person, made)


def waiting_drafts(desk: Desk) -> dict[str, str]:
    """Customer texts of the week that are not posted yet: engagement → address of the latest draft."""
    period = digest_cycle("customer", desk.context.settings).current(desk.day).name
    of_week = [p for p in desk.standing.posts if p.own and _is(p, "status", period)]
    posted = {(p.marker.identity.engagement, p.marker.fingerprint) for p in of_week if not p.marker.identity.draft}
    refs = {engagement_token(e.ref, Audience.CUSTOMER): e.ref for e in desk.context.portfolio.engagements}
    drafts = sorted((p for p in of_week if p.marker.identity.draft), key=lambda p: p.id)
    latest = {p.marker.identity.engagement: p for p in drafts}
    waiting = ((token, p, customer_text(p.body)) for token, p in latest.items() if token in refs)
    return {refs[token]: p.url for token, p, text in waiting if text and (token, digest_of(text)) not in posted}


def _customer(desk: Desk, name: str, channel: Channel) -> Iterator[Message]:
    """Only what was approved and stands in the customer's channel; nothing to say until then."""
    period = desk.period(channel).name
    engagement = desk.context.engagements(desk.day).get(channel.engagement or "")
    if engagement is None:
        yield _message(desk, name, channel, "", problem=f"no engagement {channel.engagement} was read")
        return
    text = approved_text(desk, engagement.ref, period)
    if text is not None:
        made = customer_digest(desk.context, engagement, period, text)
        yield from _addressed(desk, name, channel, channel.to, made)


def approved_text(desk: Desk, ref: str, period: str) -> str | None:
    """The customer's text of the period, as approved, once it stands where the customer reads; None until then."""
    customer = desk.context.settings.reports.status.customer
    token = engagement_token(ref, Audience.CUSTOMER)
    of_it = [
        p for p in desk.standing.posts if p.own and p.marker.identity.engagement == token and _is(p, "status", period)
    ]
    posted = [p for p in of_it if not p.marker.identity.draft and p.marker.identity.part == 1]
    if not customer.enabled or not posted:
        return None
    if customer.approval != ApprovalMode.REQUIRED:
        made = (
            d
            for d in desk.documents
            if d.engagement == ref and d.audience == Audience.CUSTOMER and not d.draft and d.period == period
        )
        return next((d.body for d in made), None)
    said = {p.marker.fingerprint for p in posted}
    for draft in (p for p in of_it if p.marker.identity.draft):
        state = draft_state(draft, desk.standing.posts)
        if state and digest_of(state.text) in said and judge_draft(state, customer.approvers).approved:
            return unsigned(state.text)
    return None


def _is(post: Post, kind: str, period: str) -> bool:
    return post.marker.identity.kind == kind and post.marker.identity.period == period


def _addressed(desk: Desk, name: str, channel: Channel, readers: Sequence[str], made: Digest) -> Iterator[Message]:
    """By mail each reader gets a message; a chat gets one."""
    if not channel.mail:
        yield _message(desk, name, channel, "", made)
        return
    if not readers:
        yield _message(desk, name, channel, "", problem=f"nobody is named under `notify.{name}.to`")
    for reader in dict.fromkeys(readers):
        address = reader if "@" in reader.strip("@") else _address(desk.context.settings.people, reader)
        problem = "" if address else f"{reader} has no e-mail address under `people`"
        yield _message(desk, name, channel, address or reader, made, problem)


def _address(people: Mapping[str, Person], user: str) -> str:
    wanted = user.casefold().lstrip("@")
    return next((p.email or "" for name, p in people.items() if name.casefold() == wanted), "")


def _message(
    desk: Desk, name: str, channel: Channel, to: str, made: Digest | None = None, problem: str = ""
) -> Message:
    period = desk.period(channel).name
    identity = identity_of(name, period, to, desk.standing.portfolio)
    return Message(name, identity, f"digest {channel.digest} {period} to {name}", to, made, problem)


def unsent(found: Iterable[Message], standing: Standing) -> list[Message]:
    """Those without a receipt."""
    done = {p.marker.identity for p in standing.posts if p.own and p.marker.fingerprint == SENT}
    return [message for message in found if message.identity not in done]
