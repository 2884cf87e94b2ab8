"""Why GitLab can't be reached is told as it is: scheme, port, certificate, proxy, path below a host; each tried on a server."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from bot.domain.errors import PsbotError
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.no_answer import no_answer
from tests.gitlab_api.clock import VirtualClock

Serve = Callable[..., int]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A server on this machine that answers everything alike; its port."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int = 200, body: bytes = b"<html>", certificate: str = "") -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_CONNECT = do_GET  # noqa: N815 - the library calls them so

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            _make_certificate(tmp_path, certificate)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return int(server.server_address[1])

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _make_certificate(folder: Path, name: str) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
               "-days", "2", "-subj", "/CN=demo", "-addext", f"subjectAltName={name}"]  # fmt: skip
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs openssl to make a certificate")


def told(url: str) -> PsbotError:
    clock = VirtualClock()
    with pytest.raises(PsbotError) as caught:
        _ = GitLabClient(url, "token-of-a-test", allow_http=True, timeout=5, clock=clock, sleep=clock.sleep).user
    return caught.value


def test_http_spoken_to_a_port_of_https(serve: Serve) -> None:
    problem = told(f"http://127.0.0.1:{serve(certificate='IP:127.0.0.1')}")
    assert "speaks https at this port, not http" in str(problem)
    assert "Write https://" in problem.advice
    assert problem.exit_code == 4


@pytest.mark.parametrize(
    "body",
    [
        b"<html><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</html>",
        b"Client sent an HTTP request to an HTTPS server.\n",
        b"<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.</p>",
    ],
)
def test_a_web_server_that_says_so_itself(serve: Serve, body: bytes) -> None:
    assert "speaks https at this port, not http" in str(told(f"http://127.0.0.1:{serve(400, body)}"))


def test_https_spoken_to_a_port_of_http(serve: Serve) -> None:
    problem = told(f"https://127.0.0.1:{serve()}")
    assert "speaks http at this port, not https" in str(problem)
    assert "certificate" not in str(problem)


def test_a_certificate_that_nobody_here_trusts(serve: Serve) -> None:
    problem = told(f"https://127.0.0.1:{serve(certificate='IP:127.0.0.1')}")
    assert "certificate is not trusted" in str(problem)
    assert "REQUESTS_CA_BUNDLE" in problem.advice


def test_a_certificate_for_another_name(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = serve(certificate="DNS:gitlab.example.com")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "cert.pem"))
    problem = told(f"https://127.0.0.1:{port}")
    assert "certificate is for another name" in str(problem)
    assert "host name in GITLAB_URL" in problem.advice


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired", "has expired"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate is not yet valid", "not valid yet"),
        ("hostname '10.0.0.1' doesn't match 'gitlab.example.com'", "for another name"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate", "not trusted"),
        ("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] alert handshake failure", "could not be agreed on"),
    ],
)
def test_what_openssl_says_is_put_in_words(said: str, cause: str) -> None:
    assert cause in no_answer(requests.exceptions.SSLError(said), "https://gitlab.example.com").problem


@pytest.mark.parametrize(("status", "cause"), [(407, "wants a user and password"), (403, "does not let us through")])
def test_a_proxy_that_refuses_is_told_apart_from_gitlab(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, status: int, cause: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{serve(status)}")
    problem = told("https://gitlab.example.com")
    assert cause in str(problem)
    assert "PROXY" in problem.advice


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert "no connection through the proxy" in str(told("https://gitlab.example.com"))


def test_a_proxy_s_question_for_a_password_over_http(serve: Serve) -> None:
    assert "a proxy on the way wants a user and password" in str(told(f"http://127.0.0.1:{serve(407)}"))


@pytest.mark.parametrize("status", [404, 200, 400])
def test_something_answers_that_is_no_gitlab(serve: Serve, status: int) -> None:
    problem = told(f"http://127.0.0.1:{serve(status)}")
    assert "no GitLab answers there" in str(problem)
    assert "/gitlab" in problem.advice
    assert problem.exit_code == 4


def test_an_error_of_the_server_is_told_by_its_number(serve: Serve) -> None:
    assert "(status 500)" in str(told(f"http://127.0.0.1:{serve(500)}"))
