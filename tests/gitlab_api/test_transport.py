"""What every request and every line about it goes through."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.gitlab_api.transport import TokenFilter, make_session


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


def test_proxies_are_those_of_the_environment_for_each_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked up once, and kept apart: what one request does to them is no other's."""
    for name in ("https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example.com")
    session = make_session(1)

    def proxies(url: str) -> Any:
        return session.merge_environment_settings(url, {}, None, None, None)["proxies"]

    assert proxies("https://gitlab.example.com/api/v4/user")["https"] == "http://proxy.example.com:3128"
    assert "https" not in proxies("https://inside.example.com/api/v4/user")
    proxies("https://gitlab.example.com/api/v4/user").clear()
    assert proxies("https://gitlab.example.com/api/graphql")["https"] == "http://proxy.example.com:3128"
