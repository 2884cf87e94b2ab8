"""Names that people wrote down, joined to GitLab as GitLab joins them: letter case ignored, former paths followed.

What joins nothing is named with its place in the config and the nearest reference; it is never passed over in silence.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot.config import Settings
from bot.domain.errors import Fault
from bot.domain.frozen import frozen

MOST_LOOKUPS = 50
"""So many keys that join nothing are looked up in GitLab as former paths; the others are named at once."""


@frozen
class Strange:
    """A key that joins nothing: the mistake, and the engagement that was probably meant."""

    fault: Fault
    nearest: str | None


def join_keys(
    settings: Settings, refs: Collection[str], look_up: Callable[[str], str | None]
) -> tuple[Settings, list[Strange]]:
    """The settings with `engagements:` under GitLab's own references, and the keys that join none of `refs`.

    `look_up` tells what GitLab calls a reference now.
    """
    by_fold = {ref.casefold(): ref for ref in refs}
    joined: dict[str, Mapping[str, Any]] = {}
    strange: list[Strange] = []
    for key, facts in settings.engagements.items():
        ref = by_fold.get(key.casefold())
        if ref is None and len(strange) < MOST_LOOKUPS:
            ref = by_fold.get((look_up(key) or "").casefold())
        if ref is None:
            strange.append(_strange(settings, key, by_fold))
        else:
            joined[ref] = {**joined.get(ref, {}), **facts}
    return settings.model_copy(update={"engagements": joined}), strange


def _strange(settings: Settings, key: str, by_fold: Mapping[str, str]) -> Strange:
    near = difflib.get_close_matches(key.casefold(), by_fold, 1, 0.6)
    nearest = by_fold[near[0]] if near else None
    where, line = settings.place_of("engagements", key)
    advice = f"The nearest is {nearest!r}." if nearest else "Take it out, or put the label on what it names."
    return Strange(Fault(f"engagements: {key!r} is not an engagement", where, line, 0, advice), nearest)
