"""Digests outside GitLab, against a real mail server and a webhook server on this machine."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from bot.app.run import RunOptions, run_job
from bot.app.summary import RunSummary
from bot.publish.notify.failures import without_secrets
from tests.app.office import Office, build_world, config, open_office, without_roll_ups

SECRET = "T0KENXSECRET"
PEOPLE = {"priya": {"email": "priya@example.com"}, "dana": {"email": "dana@example.com"}}


@dataclass
class Box:
    """Takes mail, or refuses it with `answer`."""

    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("2"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
        return self.answer


@contextmanager
def mail_server(**options: Any) -> Iterator[tuple[Box, str]]:
    box = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield box, f"127.0.0.1:{port}"
    finally:
        controller.stop()


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[list[dict[str, Any]], Any]]:
    taken: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            code = server.status  # type: ignore[attr-defined]
            if code == 200:
                taken.append(json.loads(body))
            self.send_response(code)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.status = status  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield taken, server
    finally:
        server.shutdown()
        server.server_close()


def run(office: Office, environment: dict[str, str], **options: Any) -> RunSummary:
    session = office.session()
    session = replace(session, environment={**session.environment, **environment})
    return run_job(session, RunOptions(**options))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    world = build_world()
    for item in world.find_project("acme/ps/globex").items.values():  # type: ignore[union-attr]
        item.description = item.description.replace("hours: 160", "hours: 160\npm: priya")
    with open_office(tmp_path, world) as found:
        found.settings = without_roll_ups(config(people=PEOPLE))
        yield found


MAIL = {"leadership": {"mail": True, "audience": "internal", "digest": "portfolio", "to": ["dana"]}}
HOOK = {"leadership": {"url_env": "HOOK", "audience": "internal", "digest": "portfolio"}}


def test_a_portfolio_digest_is_mailed_once_with_text_html_and_links(office: Office) -> None:
    office.settings["notify"] = MAIL
    with mail_server() as (box, host):
        env = {"PSBOT_SMTP": f"smtp://{host}?from=psbot@example.com"}
        first, second = run(office, env), run(office, env)
    assert not first.failures
    [mail] = box.mails
    assert (mail["To"], mail["From"]) == ("dana@example.com", "psbot@example.com")
    assert "2026-W48" in mail["Subject"]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "Initech rollout" in text.get_content()
    assert f'href="{office.gitlab.url}' in page.get_content()
    assert any(line.startswith("sent: digest portfolio") for line in first.lines)
    assert second.writes == 0


def test_a_mail_server_that_fails_is_named_and_the_next_run_tries_again(office: Office) -> None:
    office.settings["notify"] = MAIL
    with mail_server() as (box, host):
        env = {"PSBOT_SMTP": f"smtp://{host}"}
        box.answer = "451 try later"
        failed = run(office, env)
        assert [f for f in failed.failures if "leadership" in f and "451" in f]
        box.answer = "250 OK"
        assert not run(office, env).failures
        run(office, env)
        assert len(box.mails) == 1


def test_a_password_stands_in_no_output(office: Office) -> None:
    office.settings["notify"] = MAIL

    def refuse(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message=f"535 no, not {SECRET}")

    with mail_server(authenticator=refuse, auth_require_tls=False) as (_, host):
        failed = run(office, {"PSBOT_SMTP": f"smtp://robot:{SECRET}@{host}"})
    assert [f for f in failed.failures if "535" in f]
    assert SECRET not in " ".join([*failed.failures, *failed.lines, failed.closing_line])


@pytest.mark.parametrize("scheme", ["json", "http"])
def test_a_chat_gets_a_few_lines_once_and_its_address_is_never_told(office: Office, scheme: str) -> None:
    office.settings["notify"] = HOOK
    with webhook(500) as (taken, server):
        env = {"HOOK": f"{scheme}://127.0.0.1:{server.server_port}/{SECRET}"}
        failed = run(office, env)
        assert [f for f in failed.failures if "leadership" in f]
        assert SECRET not in " ".join([*failed.failures, *failed.lines])
        server.status = 200
        run(office, env)
        run(office, env)
    [said] = taken
    assert "2026-W48" in json.dumps(said)


def test_an_address_that_is_missing_is_named(office: Office) -> None:
    office.settings["notify"] = HOOK | MAIL | {"pms": {"mail": True, "audience": "internal", "digest": "mine"}}
    failures = " ".join(run(office, {}).failures)
    assert "PSBOT_SMTP is not set" in failures


def test_a_channel_that_is_not_internal_gets_no_money(office: Office) -> None:
    office.settings["notify"] = {"them": {"url_env": "HOOK", "digest": "portfolio"}}
    with webhook() as (taken, server):
        failed = run(office, {"HOOK": f"json://127.0.0.1:{server.server_port}/x"})
    assert taken == []
    assert [f for f in failed.failures if "audience: internal" in f]


def test_each_pm_gets_what_waits_for_them_and_the_deputy_while_they_are_away(office: Office) -> None:
    office.settings["notify"] = {"pms": {"mail": True, "audience": "internal", "digest": "mine"}}
    with mail_server() as (box, host):
        env = {"PSBOT_SMTP": f"smtp://{host}"}
        run(office, env)
        office.settings["people"] = {
            "priya": {"email": "priya@example.com", "deputy": "dana", "away": ["2026-11-20..2026-12-01"]},
            "dana": {"email": "dana@example.com"},
        }
        run(office, env)
    assert [mail["To"] for mail in box.mails] == ["priya@example.com", "dana@example.com"]
    body = box.mails[1].get_body(("plain",))
    assert body is not None
    assert "stand in for priya" in body.get_content()
    assert "draft" in body.get_content()


def test_a_customer_gets_the_approved_words_and_only_after_approval(office: Office) -> None:
    office.settings["notify"] = {
        "globex": {
            "mail": True, "audience": "customer", "digest": "customer", "engagement": "acme/ps/globex#1", "to": ["jo@globex.example"],
        }
    }  # fmt: skip
    with mail_server() as (box, host):
        env = {"PSBOT_SMTP": f"smtp://{host}"}
        assert not run(office, env).failures
        assert box.mails == []
        root = office.world.item("acme/ps/globex#1")
        draft = next(n for n in root.notes if "customer-text" in n.body)
        office.world.award(draft, "boss")
        run(office, env)
        run(office, env)
    [mail] = box.mails
    assert mail["To"] == "jo@globex.example"
    text = mail.as_string()
    assert "psbot:" not in text
    assert "200" not in mail.get_body(("plain",)).get_content().replace("2026", "")  # type: ignore[union-attr]


def test_a_dry_run_sends_nothing(office: Office) -> None:
    office.settings["notify"] = MAIL
    with mail_server() as (box, host):
        said = run(office, {"PSBOT_SMTP": f"smtp://{host}"}, dry_run=True)
    assert box.mails == []
    assert any(line.startswith("would send digest portfolio") for line in said.lines)


def test_secrets_are_taken_out_however_they_are_written() -> None:
    address = "slack://T1J2J/A1BRTD4JD/TIiajkdnlaz?x=p%40ss"
    text = without_secrets(f"HTTP 500 at https://h/{address} TIiajkdnlaz p@ss A1BRTD4JD", address)
    assert "TIiajkdnlaz" not in text
    assert "p@ss" not in text
    assert "A1BRTD4JD" not in text
    assert "HTTP 500" in text
