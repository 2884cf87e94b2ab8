"""What every request and every line about it goes through."""

from __future__ import annotations

import logging

from bot.gitlab_api.transport import TokenFilter


def test_every_token_is_masked_once_however_often_a_line_passes() -> None:
    """Also one that is a part of the mask's own word, or of another token."""
    mask = TokenFilter()
    for token in ("", "token", "glpat-long", "glpat-long-er"):
        mask.hide(token)
    record = logging.LogRecord(
        "x", logging.ERROR, "", 0, "a %s b %s c %s", ("token", "glpat-long-er", "glpat-long"), None
    )
    assert mask.filter(record)
    assert mask.filter(record)
    assert record.getMessage() == "a [token] b [token] c [token]"
