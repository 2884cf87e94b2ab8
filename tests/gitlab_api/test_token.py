"""The token: sent to its own host over TLS only, and in nothing that anybody reads."""

from __future__ import annotations

import logging

import pytest

from bot.domain.errors import GitLabError, UnreachableError, UsageError
from bot.gitlab_api.client import GitLabClient
from tests.gitlab_api.answering import API, TOKEN, Answers


@pytest.mark.parametrize("target", ["https://evil.example.com/api/v4/user", "http://gitlab.example.com/api/v4/user"])
def test_a_redirect_elsewhere_is_not_followed(client: GitLabClient, api: Answers, target: str) -> None:
    api.get(f"{API}/user", status=302, headers={"Location": target})
    api.get(target, json={"id": 1})
    with pytest.raises(UnreachableError, match=r"redirects to .*Set gitlab.url"):
        client.get("/user")
    assert len(api.calls) == 1


def test_a_redirect_on_the_same_host_is_followed(client: GitLabClient, api: Answers) -> None:
    api.get(f"{API}/groups/old", status=301, headers={"Location": f"{API}/groups/new"})
    api.get(f"{API}/groups/new", json={"id": 1})
    assert client.get("/groups/old") == {"id": 1}


def test_a_redirected_write_is_not_done_elsewhere(client: GitLabClient, api: Answers) -> None:
    api.post(f"{API}/x", status=307, headers={"Location": "https://evil.example.com/x"})
    with pytest.raises(UnreachableError, match="could not be sent"):
        client.write("POST", "/x", {"secret": 1})
    assert len(api.calls) == 1


def test_the_token_stands_in_no_error_log_or_repr(
    client: GitLabClient, api: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    api.get(f"{API}/user", status=400, json={"message": f"bad token {TOKEN}"})
    with pytest.raises(GitLabError) as caught, caplog.at_level(logging.DEBUG):
        client.get("/user")
    logging.getLogger("psbot").error("seen: %s", TOKEN)
    assert TOKEN not in f"{caught.value} {caught.value!r} {client!r} {caplog.text}"
    assert "[token]" in str(caught.value)
    assert "seen: [token]" in caplog.text


@pytest.mark.parametrize(
    "url", ["http://gitlab.example.com", "ftp://x", "gitlab.example.com", "https://u:p@x.com", "https://"]
)
def test_an_address_that_would_show_the_token_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        GitLabClient(url, TOKEN)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80", "https://x.com/gitlab/"]
)
def test_this_machine_and_tls_are_fine(url: str) -> None:
    assert GitLabClient(url, TOKEN).url == url.rstrip("/")


def test_plain_http_needs_consent() -> None:
    assert GitLabClient("http://gitlab.lan", TOKEN, allow_http=True).url == "http://gitlab.lan"


def test_no_cookie_is_kept(client: GitLabClient, api: Answers) -> None:
    api.get(f"{API}/user", json={}, headers={"Set-Cookie": "_gitlab_session=1"})
    client.get("/user")
    client.get("/user")
    assert "Cookie" not in api.calls[1].request.headers
