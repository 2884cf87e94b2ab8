"""Who is who, who may give orders, and where digests go: the sections `people`, `orders` and `notify` of config.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from bot.config.section import Section
from bot.config.values import Reference, TimeZone, Username
from bot.domain.vocabulary import Audience, DigestKind

_RANGE = re.compile(r"(\d{4}-\d\d-\d\d)(?:\s*\.\.\s*(\d{4}-\d\d-\d\d))?")
LONGEST_ABSENCE = timedelta(days=3660)


class Absence(Section):
    """Days on which somebody is away, both included."""

    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        """Each day of it."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def _absence(value: Any) -> Any:
    """`2026-12-21`, or `2026-12-21..2027-01-01` with both days away."""
    text = value.isoformat() if isinstance(value, date) else value
    match = _RANGE.fullmatch(text.strip()) if isinstance(text, str) else None
    try:
        first, last = (date.fromisoformat(day) for day in (match[1], match[2] or match[1])) if match else (None, None)
    except ValueError:
        first = last = None
    if first is None or last is None:
        raise ValueError(f"{value!r} is not a day or a range of days such as 2026-12-21..2027-01-01")
    if not first <= last <= first + LONGEST_ABSENCE:
        raise ValueError(f"{value!r} ends before it begins, or lasts longer than ten years")
    return {"first": first, "last": last}


Away = Annotated[Absence, BeforeValidator(_absence, json_schema_input_type=str)]


class Person(Section):
    """One user of GitLab, as far as GitLab doesn't tell."""

    email: str | None = Field(None, pattern=r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$", description="Where digests go")
    deputy: Username | None = Field(None, description="Who stands in while this person is away")
    manager: Username | None = Field(None, description="Who is asked when this person has not answered for a week")
    away: tuple[Away, ...] = Field((), description="Days (2026-12-24) and ranges of days (2026-12-21..2027-01-01)")
    hours_per_week: float | None = Field(None, ge=0, le=168, description="Capacity; else that of the calendar")
    timezone: TimeZone | None = Field(None, description="Else the one of the GitLab profile, else the calendar's")
    partner: str | None = Field(
        None, min_length=1, description="Counts in this partner's figures, not in our utilisation"
    )

    def is_away(self, day: date) -> bool:
        """Whether this person is away on `day`."""
        return any(absence.first <= day <= absence.last for absence in self.away)


class OrderSettings(Section):
    """Who may give orders besides an engagement's PM and the approvers."""

    by: tuple[Username, ...] = Field((), description="Usernames whose orders count for every engagement")


class Channel(Section):
    """One digest outside GitLab. A secret is named (`url_env`), never written here."""

    url_env: str | None = Field(
        None, pattern=r"^[A-Za-z_]\w*$", description="Environment variable that holds the channel's address"
    )
    mail: bool = Field(False, description="By e-mail, to the addresses under `people`")
    audience: Audience = Field(Audience.CUSTOMER, description="Who reads there; money and risks go to `internal` only")
    digest: DigestKind = Field(
        DigestKind.PORTFOLIO, description="All engagements; each PM's own; or a customer's approved status"
    )
    to: tuple[str, ...] = Field((), description="Usernames or e-mail addresses; `mine` goes to each PM")
    engagement: Reference | None = Field(None, description="Whose approved status, for the digest `customer`")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.url_env) == self.mail:
            raise ValueError("name exactly one way: `url_env: NAME_OF_A_VARIABLE` or `mail: true`")
        if self.digest == DigestKind.CUSTOMER and not self.engagement:
            raise ValueError("the digest `customer` needs `engagement: 'group&7'`")
        return self
