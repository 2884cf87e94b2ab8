"""What is wrong with the section `notify`, and how to put it right. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from bot.config import Settings
from bot.domain.vocabulary import Audience, DigestKind
from bot.publish.notify.mail import VARIABLE


class DigestRemedy(Enum):
    """How to put a fault of the digests right."""

    RECEIPTS = "Name `reports.portfolio.project`: psbot remembers there what it sent."
    ADDRESS = "Set it to the address, as a masked CI variable."
    AUDIENCE = "Say `audience: internal`, if our own people alone read there."


def faults_of(settings: Settings, environment: Mapping[str, str]) -> Iterator[tuple[str, DigestRemedy]]:
    """(what is wrong, how to put it right), without sending anything."""
    if settings.notify and not receipt_project(settings):
        yield "digests: there is no place to remember what was sent", DigestRemedy.RECEIPTS
    for name, channel in settings.notify.items():
        variable = VARIABLE if channel.mail else channel.url_env or ""
        if not environment.get(variable):
            yield f"notify.{name}: {variable} is not set", DigestRemedy.ADDRESS
        if channel.digest != DigestKind.CUSTOMER and channel.audience != Audience.INTERNAL:
            yield f"notify.{name}: its digest holds money and risks", DigestRemedy.AUDIENCE


def receipt_project(settings: Settings) -> str:
    """The project that takes the receipts: that of the first report that is an issue; "" where there is none."""
    reports = settings.reports
    return next((r.project for r in (reports.portfolio, reports.monthly, reports.quarterly) if r.project), "")
