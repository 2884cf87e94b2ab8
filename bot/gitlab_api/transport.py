"""The HTTP session: TLS always verified, the token in a header of one host only, and never in a log or a message."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import ssl
import threading
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from bot.domain.errors import UsageError

LOGGERS = ("urllib3.connectionpool", "requests", "gitlab", "gitlab.utils", "psbot", "psbot.gitlab")
DEFAULT_PORTS = {"http": 80, "https": 443}
MASK = "[token]"


class ForeignRedirect(requests.exceptions.RequestException):
    """The server sent us to another host; the token does not go there."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


class OneHostSession(requests.Session):
    """A session that follows redirects on its own host only (requests would carry PRIVATE-TOKEN along to any).

    It also keeps each thread's last answer: python-gitlab's errors hold no headers.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen = threading.local()
        self._surroundings: dict[tuple[Any, ...], Any] = {}

    @property
    def last_answer(self) -> requests.Response:
        """What this thread's last request got."""
        answer: requests.Response = self._seen.answer
        return answer

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        answer = super().request(*args, **kwargs)
        self._seen.answer = answer
        return answer

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Proxies and certificates as the environment names them: looked up once for a server, not for every request."""
        key = (urlsplit(str(url))[:2], tuple((proxies or {}).items()), stream, verify, cert)
        if key not in self._surroundings:
            self._surroundings[key] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        found = self._surroundings[key]
        return found | {"proxies": dict(found["proxies"])}

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Called by requests before it follows a redirect. Raises ForeignRedirect for another host or a downgrade."""
        source, target = urlsplit(str(response.request.url)), urlsplit(str(prepared_request.url))
        upgrade = (source.scheme, target.scheme) == ("http", "https") and _default(source) and _default(target)
        same = source.scheme == target.scheme and _port(source) == _port(target)
        if source.hostname != target.hostname or not (same or upgrade):
            raise ForeignRedirect(f"{target.scheme}://{target.netloc}")


def _port(url: Any) -> int | None:
    return url.port or DEFAULT_PORTS.get(url.scheme)


def _default(url: Any) -> bool:
    return bool(_port(url) == DEFAULT_PORTS.get(url.scheme))


def make_session(concurrency: int) -> OneHostSession:
    """A session for `concurrency` threads: pooled connections, no cookies, no retries of its own."""
    session = OneHostSession()
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=concurrency, pool_block=False, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.max_redirects = 3
    return session


def check_url(url: str, allow_http: bool) -> str:
    """The instance's base URL without a slash behind it. Raises UsageError where the token would travel unprotected."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        valid = parts.scheme in DEFAULT_PORTS and host and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        valid = False
    if not valid:
        raise UsageError("is not an address of a GitLab", "gitlab.url", "Write it as https://gitlab.example.com.")
    if parts.scheme == "http" and not (allow_http or is_loopback(host)):
        advice = (
            "Use https://, or set gitlab.allow_http: true if you accept that everyone on the way can read the token."
        )
        raise UsageError("http:// would send the token readable for everyone on the way", url, advice)
    return url.rstrip("/")


BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "CI_SERVER_TLS_CA_FILE")
"""Variables that name a file (some: a folder) of CA certificates; the first one that is set counts."""


def ca_bundle(url: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """The CA certificates that the environment names for an https address. Raises UsageError for what holds none."""
    name = next((name for name in BUNDLES if environment.get(name)), None)
    if name is None or urlsplit(url).scheme != "https":
        return None
    path = environment[name]
    try:
        if Path(path).is_dir():
            ssl.create_default_context(capath=path)
        else:
            ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error))[:200]
        advice = f"Correct or unset {name}."
        raise UsageError(f"{url} can't be trusted: {name} names no CA certificates ({reason})", path, advice) from error
    return path


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class TokenFilter(logging.Filter):
    """Puts `[token]` where an access token of this process would stand in a log line; a line may pass it more than once."""

    def __init__(self) -> None:
        super().__init__()
        self._tokens: set[str] = set()
        self._pattern = re.compile(re.escape(MASK))

    def hide(self, token: str) -> None:
        """From now on this token is masked, too. What is masked already is matched first, and stays as it is."""
        if token:
            self._tokens.add(token)
            longest_first = sorted(self._tokens, key=lambda known: (-len(known), known))
            self._pattern = re.compile("|".join(map(re.escape, (MASK, *longest_first))))

    def filter(self, record: logging.LogRecord) -> bool:
        """Masks the record; never drops one."""
        text = record.getMessage()
        masked = self._pattern.sub(MASK, text)
        if masked != text:
            record.msg, record.args = masked, None
        return True


_FILTER = TokenFilter()


def mask_logs(token: str) -> None:
    """Hang the filter on every logger that sees requests, and on the handlers that stand already."""
    _FILTER.hide(token)
    for place in (*map(logging.getLogger, LOGGERS), *logging.getLogger().handlers):
        if _FILTER not in place.filters:
            place.addFilter(_FILTER)
