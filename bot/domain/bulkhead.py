"""The bulkhead: what fails behind it costs that compartment alone, is named, and the rest stays dry.

Every stage of every engagement, every document, planned note, page and file runs behind one. Nothing that goes wrong is
dropped: the sentence that `tell` gets reaches standard error, and the exit code is 1.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar, overload

from bot.domain.errors import AccessError, ConfigError, PsbotError, UnreachableError
from bot.domain.limits import one_line, plain_text

T = TypeVar("T")
D = TypeVar("D")
FATAL = (ConfigError, AccessError, UnreachableError)
"""What concerns the whole run: a setting, the token, GitLab itself."""
log = logging.getLogger("psbot")


@overload
def contained(
    make: Callable[[], T], tell: Callable[[str], None], *, fatal: tuple[type[Exception], ...] = ...
) -> T | None: ...
@overload
def contained(
    make: Callable[[], T], tell: Callable[[str], None], otherwise: D, *, fatal: tuple[type[Exception], ...] = ...
) -> T | D: ...
def contained(
    make: Callable[[], T],
    tell: Callable[[str], None],
    otherwise: object = None,
    *,
    fatal: tuple[type[Exception], ...] = FATAL,
) -> object:
    """What `make` gives; where it fails, `tell` hears why, and `otherwise` stands in. `fatal` errors pass."""
    try:
        return make()
    except fatal:
        raise
    except Exception as error:
        log.debug("contained", exc_info=True)
        tell(in_words(error))
        return otherwise


def in_words(error: Exception) -> str:
    """An error as a sentence: psbot's own say what happened; any other is named by its kind."""
    if isinstance(error, PsbotError):
        return one_line(plain_text(str(error)))
    said = " ".join(one_line(plain_text(str(error))).split())[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
