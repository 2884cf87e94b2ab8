"""Why there was no answer: the true cause in words that hold no header, and what to do about it."""

from __future__ import annotations

import re
import socket
import ssl
from urllib.parse import urlsplit

import requests
import urllib3

from bot.gitlab_api.answers import LATER, Answer
from bot.gitlab_api.transport import DEFAULT_PORTS, ForeignRedirect

CHECK = "Check GITLAB_URL and the network, or run it again later."
SPEAKS_TLS = "it speaks https at this port, not http"
PROBE_SECONDS = 5.0
_HTTP_TO_TLS = re.compile(rb"plain HTTP request was sent to HTTPS|HTTP request to an HTTPS|plain HTTP to an SSL", re.I)
_CERTIFICATES = (
    ("has expired", "its certificate has expired", "Have it renewed; if it is valid, set this machine's clock."),
    (
        "not yet valid",
        "its certificate is not valid yet",
        "Set this machine's clock, or have the certificate replaced.",
    ),
    ("mismatch", "its certificate is for another name", "Check the host name in GITLAB_URL."),
    ("doesn't match", "its certificate is for another name", "Check the host name in GITLAB_URL."),
)
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL")


def no_answer(error: requests.exceptions.RequestException, url: str) -> Answer:
    """What went wrong on the way to `url`."""
    if isinstance(error, ForeignRedirect):
        advice = "Set gitlab.url (or GITLAB_URL) to that address if it is your GitLab."
        return _final(f"it redirects to {error.target}, where the token does not go", advice)
    if isinstance(error, requests.exceptions.ProxyError):
        return _proxy(str(error))
    if isinstance(error, requests.exceptions.SSLError):
        return _tls(str(error))
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _unsent("no connection in time")
    if isinstance(error, requests.exceptions.Timeout):
        return Answer(None, problem="no answer in time", advice=LATER)
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return _unsent("its host name is not known")
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return _unsent("no connection")
    if speaks_tls(url):
        return _final(SPEAKS_TLS, "Write https:// in GITLAB_URL.")
    return Answer(None, problem=f"the connection broke ({type(error).__name__})", advice=LATER)


def wrong_scheme(reply: Answer) -> bool:
    """Whether a web server says that plain http was spoken to its https port."""
    return reply.status in (400, 403) and _HTTP_TO_TLS.search(reply.content[:5000]) is not None


def speaks_tls(url: str) -> bool:
    """Whether a TLS server stands behind an http address."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the machine's certificates, which take long to load
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a look, nothing is sent
    place = (parts.hostname, parts.port or DEFAULT_PORTS["http"])
    try:
        with socket.create_connection(place, PROBE_SECONDS) as raw, context.wrap_socket(raw):
            return True
    except (OSError, ValueError):
        return False


def _proxy(said: str) -> Answer:
    refused = re.search(r"Tunnel connection failed: (\d{3})", said)
    if refused and refused[1] == "407":
        return _final(
            "the proxy wants a user and password (407)", "Put them into HTTPS_PROXY: http://user:password@host:port."
        )
    if refused and refused[1].startswith("4"):
        return _final(
            f"the proxy does not let us through ({refused[1]})", "Have it allowed, or name the host in NO_PROXY."
        )
    return Answer(
        None, problem="no connection through the proxy", sent=False,
        advice="Check HTTPS_PROXY (for http: HTTP_PROXY), or name the host in NO_PROXY.",
    )  # fmt: skip


def _tls(said: str) -> Answer:
    if any(name in said.upper().replace(" ", "_") for name in _NO_TLS):
        return _final("it speaks http at this port, not https", "Check scheme and port of GITLAB_URL.")
    for sign, problem, advice in _CERTIFICATES:
        if sign in said:
            return _final(problem, advice)
    if re.search(r"EOF|handshake|alert|protocol version", said, re.I) and "CERTIFICATE" not in said:
        return Answer(
            None, problem="TLS could not be agreed on", sent=False, final=True,
            advice="Check GITLAB_URL, and what stands between this machine and it.",
        )  # fmt: skip
    return _final("its certificate is not trusted", "Point REQUESTS_CA_BUNDLE to your company's CA certificates.")


def _final(problem: str, advice: str) -> Answer:
    return Answer(None, problem=problem, sent=False, final=True, advice=advice)


def _unsent(problem: str) -> Answer:
    return Answer(None, problem=problem, sent=False, advice=CHECK)
