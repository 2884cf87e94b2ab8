"""Sends digests: claim, send, confirm; one that fails is named, and left to the next run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.config import Settings
from bot.domain.bulkhead import in_words
from bot.domain.errors import PsbotError
from bot.publish.digest import digest
from bot.publish.notify.chat import send_chat
from bot.publish.notify.due_digests import Desk, Message, messages, unsent
from bot.publish.notify.failures import NotDelivered, without_secrets
from bot.publish.notify.mail import VARIABLE, make_message, read_server, send_mail
from bot.publish.notify.receipts import Receipts


@dataclass
class Sent:
    """What became of the digests, in lines; `failures` are those that the next run tries again."""

    lines: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def send_digests(desk: Desk, receipts: Receipts, environment: Mapping[str, str]) -> Sent:
    """Send what is due and was not sent."""
    sent = Sent()
    if not desk.context.settings.notify:
        return sent
    if not receipts.project:
        sent.failures.append(
            "digests: no `reports.portfolio.project` is named, where psbot remembers what it sent; nothing was sent"
        )
        return sent
    for message in _planned(desk, sent):
        _deliver(desk.context.settings, message, receipts, environment, sent)
    return sent


def preview(desk: Desk) -> tuple[str, ...]:
    """What a dry run says."""
    sent = Sent()
    return (*(f"would send {m.what}" for m in _planned(desk, sent)), *sent.failures)


def _planned(desk: Desk, sent: Sent) -> Iterator[Message]:
    try:
        return iter(unsent(messages(desk), desk.standing))
    except Exception as error:  # noqa: BLE001 - digests must not undo what was published
        sent.failures.append(f"digests: could not be made ({in_words(error)})")
        return iter(())


def _deliver(
    settings: Settings, message: Message, receipts: Receipts, environment: Mapping[str, str], sent: Sent
) -> None:
    channel = settings.notify[message.channel]
    secrets = [environment.get(channel.url_env or "", ""), environment.get(VARIABLE, "")]
    claim: int | None = None
    try:
        _require(message)
        claim = receipts.claim(message.identity, message.what)
        if claim is None:
            return
        _send(settings, message, environment)
    except Exception as error:  # noqa: BLE001 - one channel's trouble must not keep the others from being served
        told = str(error) if isinstance(error, NotDelivered | PsbotError) else in_words(error)
        sent.failures.append(without_secrets(f"failed: {message.what}: {told}", *filter(None, secrets)))
        _withdraw(receipts, claim, sent)
        return
    sent.lines.append(f"sent: {message.what}")
    _confirm(receipts, claim, message, sent)


def _require(message: Message) -> None:
    """Raises NotDelivered where the digest can't be sent at all."""
    if message.problem or message.digest is None:
        raise NotDelivered(message.problem or "nothing to send")


def _send(settings: Settings, message: Message, environment: Mapping[str, str]) -> None:
    channel, made = settings.notify[message.channel], message.digest
    assert made is not None
    if channel.mail:
        address = environment.get(VARIABLE, "")
        if not address:
            raise NotDelivered(f"{VARIABLE} is not set: it holds the mail server's address")
        server = read_server(address)
        key = f"psbot.{digest(f'{message.identity.period} {message.identity.portfolio}')}"
        send_mail(server, make_message(server, message.to, made.title(), made.text(), made.html(), key))
        return
    address = environment.get(channel.url_env or "", "")
    if not address:
        raise NotDelivered(f"{channel.url_env} is not set: it holds the channel's address")
    send_chat(address, made.title(), made.short())


def _withdraw(receipts: Receipts, claim: int | None, sent: Sent) -> None:
    if claim is not None:
        try:
            receipts.withdraw(claim)
        except PsbotError as error:
            sent.failures.append(f"digests: a claim could not be withdrawn, the next run waits for it: {error}")


def _confirm(receipts: Receipts, claim: int, message: Message, sent: Sent) -> None:
    try:
        receipts.confirm(claim, message.identity, message.what)
    except PsbotError as error:
        sent.failures.append(f"digests: {message.what} was sent, but not noted ({error}): it may be sent again")
