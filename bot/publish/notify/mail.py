"""Digests by e-mail, through one SMTP server: text and HTML in one message.

The server is named by an address in the environment: `smtp://user:password@mail.example.com:587?from=psbot@example.com`,
or `smtps://…` for TLS from the start. A password is sent over TLS alone (but for a server on this machine).
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from bot.domain.frozen import frozen
from bot.publish.notify.failures import NotDelivered, without_secrets

VARIABLE = "PSBOT_SMTP"
PORTS = {"smtp": 587, "smtps": 465}
LOCAL = ("localhost", "127.0.0.1", "::1")
SECONDS = 30.0


@frozen
class Server:
    """One SMTP server."""

    host: str
    port: int
    encrypted: bool
    user: str = ""
    password: str = ""
    sender: str = ""
    address: str = ""

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


def read_server(address: str) -> Server:
    """The server of such an address. Raises NotDelivered in words without the address."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname:
        raise NotDelivered(
            f"{VARIABLE} is not an address such as smtp://user:password@mail.example.com:587?from=psbot@example.com"
        )
    sender = parse_qs(parts.query).get("from", [f"psbot@{parts.hostname}"])[0]
    return Server(
        parts.hostname,
        port or PORTS[parts.scheme],
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        sender,
        address,
    )


def make_message(server: Server, to: str, subject: str, text: str, page: str, key: str) -> EmailMessage:
    """One message for one reader. `key` tells the digest: sent twice after a crash, mail programs show it once."""
    message = EmailMessage(policy=POLICY)
    message["From"] = server.sender
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{key}@{server.sender.rpartition('@')[2] or 'psbot'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(page, subtype="html")
    return message


def send_mail(server: Server, message: EmailMessage) -> None:
    """Hand the message over. Raises NotDelivered."""
    try:
        with _connected(server) as smtp:
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(message)
    except NotDelivered:
        raise
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(without_secrets(_in_words(error), server.address, server.password, server.user)) from None


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.encrypted:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    smtp.ehlo()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=context)
        smtp.ehlo()
    elif server.user and server.host not in LOCAL:
        smtp.close()
        raise NotDelivered("the mail server offers no encryption (STARTTLS), so no password is sent to it")
    return smtp


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = {f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values()}
        return f"the mail server refused the reader: {'; '.join(sorted(answers))}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = (
            error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
        )
        return f"the mail server answered {error.smtp_code} {said}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server hung up"
    return f"the mail server could not be reached ({type(error).__name__})"
