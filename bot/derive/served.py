"""Output stages behind the bulkhead: an engagement that a table, page, calendar or deck fails on is named, the others stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.derive.results import Derived, EngagementDerived
from bot.domain.bulkhead import FATAL, contained, in_words
from bot.domain.errors import UsageError

T = TypeVar("T")
PASSING = (*FATAL, UsageError)
"""What concerns the whole command, such as an option that is wrong."""


def served(derived: Derived, what: str, stage: Callable[[Derived], T], tell: Callable[[str], None]) -> T | None:
    """What `stage` makes of all engagements; where it fails, of those that it does not fail on. None where it makes nothing.

    `stage` has no effect but its result: it is asked again, for one engagement at a time, only where it failed for all.
    """
    try:
        return stage(derived)
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - who is at fault is found out and told below
        why = in_words(error)
    kept = tuple(e for e in derived.engagements if _stands(e, derived, what, stage, tell))
    if not kept:
        return None
    if len(kept) == len(derived.engagements):
        tell(f"{what} could not be made ({why})")
        return None
    rest = replace(derived, engagements=kept)
    return contained(lambda: stage(rest), lambda why: tell(f"{what} could not be made ({why})"), fatal=PASSING)


def _stands(
    engagement: EngagementDerived,
    derived: Derived,
    what: str,
    stage: Callable[[Derived], object],
    tell: Callable[[str], None],
) -> bool:
    lost: list[str] = []
    alone = replace(derived, engagements=(engagement,))
    contained(lambda: stage(alone), lost.append, fatal=PASSING)
    for why in lost:
        tell(f"{engagement.ref}: {what} could not be made ({why})")
    return not lost
