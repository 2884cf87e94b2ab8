"""The values that config.yml is made of, each with the sentence that refuses a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from bot.domain.calendar import holiday_days
from bot.domain.mistakes import nearest

T = TypeVar("T")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        advice = nearest(value, available_timezones())
        hint = advice if advice.startswith("Did") else "Such as Europe/Berlin or UTC."
        raise ValueError(f"{value!r} is not a time zone. {hint}") from error
    return value


def _shaped(pattern: str, complaint: str) -> Callable[[str], str]:
    """A check of the whole value; `{}` of the complaint is what was given."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(complaint.format(repr(value)))
        return value

    return check


_currency = _shaped(r"[A-Z]{3}", "{} is not a currency code of three capital letters such as USD")
_quarter = _shaped(r"FY\d\d-Q[1-4]", "{} is not a fiscal quarter such as FY27-Q4")
_path = _shaped(
    r"[\w.][\w.-]*(/[\w.][\w.-]*)*",
    "{} is not a path of a group or project (write it as in its URL, without the host and slashes around)",
)
_reference = _shaped(
    r"[\w.][\w./-]*[#&][1-9]\d*", "{} is not an engagement; write it as 'group&7' or 'group/project#12'"
)
"""Of an issue or epic; a milestone or project marks no engagement."""
_web_address = _shaped(
    r"https?://[^\s/@?#<>()]+(/[^\s@<>()]*)?",
    "must be a web address such as https://gitlab.example.com/acme/psbot/-/blob/main/docs/counting.md",
)


def _project(value: str) -> str:
    if "/" not in _path(value):
        raise ValueError(f"{value!r} is not a path of a project such as acme/ps-internal/ps-reports")
    return value


def _holiday(value: str) -> str:
    holiday_days((value,), (2026,))
    return value


def _clock_time(value: str) -> str:
    try:
        time.fromisoformat(value if re.fullmatch(r"\d\d:\d\d", value) else "")
    except ValueError as error:
        raise ValueError(f"{value!r} is not a time of day such as '06:00'") from error
    return value


def _prefix(value: str) -> str:
    if not value.endswith(("::", "-")):
        raise ValueError(f"{value!r} is a prefix and must end in `::` or `-`, such as {value + '::'!r}")
    return value


def _shape(pattern: str) -> Any:
    """What an editor can tell of a value before psbot does; the sentence comes from the validator."""
    return Field(json_schema_extra={"pattern": pattern})


def _some(complaint: str) -> Callable[[tuple[T, ...]], tuple[T, ...]]:
    """A check of a list that may not be empty."""

    def check(values: tuple[T, ...]) -> tuple[T, ...]:
        if not values:
            raise ValueError(complaint)
        return values

    return check


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number, such as 0.05")
    return value


NamespacePath = Annotated[str, AfterValidator(_path)]
ProjectPath = Annotated[str, AfterValidator(_project), _shape(r"^[\w.-]+(/[\w.-]+)+$")]
FiscalQuarter = Annotated[str, AfterValidator(_quarter)]
Holiday = Annotated[
    str, BeforeValidator(lambda v: v.isoformat() if isinstance(v, date) else v), AfterValidator(_holiday)
]
Reference = Annotated[str, AfterValidator(_reference)]
ClockTime = Annotated[str, AfterValidator(_clock_time), _shape(r"^([01]\d|2[0-3]):[0-5]\d$")]
ClockTimes = Annotated[tuple[ClockTime, ...], AfterValidator(_some("name at least one time, such as '06:00'"))]
WorkingDays = Annotated[tuple[Weekday, ...], AfterValidator(_some("at least one working day"))]
Prefix = Annotated[str, AfterValidator(_prefix), _shape("(::|-)$")]
Number = Annotated[float, BeforeValidator(_no_flag)]
Amount = Annotated[float, BeforeValidator(_no_flag), Field(ge=0)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency), _shape("^[A-Z]{3}$")]
Username = Annotated[str, AfterValidator(lambda v: v.removeprefix("@"))]
WebAddress = Annotated[str, AfterValidator(_web_address), _shape("^https?://")]
