"""When the machine or the server fails: a sentence with the cause and the address, the right exit code, in bounded time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from werkzeug.wrappers import Request, Response

from fakegitlab import DemoGitLab
from fakegitlab.server import RequestRecord
from tests.app.office import build_world, config
from tests.cli.conftest import Said

CONCURRENCY = 8
"""Requests that may be under way when a ceiling is met."""
ROOT = Path(__file__).resolve().parents[2]
Call = Callable[..., Said]


class FailingGitLab(DemoGitLab):
    """Every answer has this status."""

    status = 500

    def _answer(self, request: Request, record: RequestRecord) -> Response:
        return Response(b"{}", status=self.status, mimetype="application/json")


class EndlessGitLab(DemoGitLab):
    """Lists of REST lead to another page, for ever; each holds what the first did, or something `fresh`."""

    fresh = False

    def _answer(self, request: Request, record: RequestRecord) -> Response:
        answer = super()._answer(request, record)
        if answer.status_code == 200 and answer.get_data()[:1] == b"[":
            number, path = int(request.args.get("page", 1)) + 1, request.environ["REQUEST_URI"].partition("?")[0]
            if self.fresh:
                answer.set_data(json.dumps([{"id": 10**6 + number, "username": f"u{number}", "state": "active"}]))
            answer.headers["Link"] = f'<{self.url}{path}?page={number}>; rel="next"'
        return answer


@pytest.fixture
def at(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """A command in a folder of its own, against a GitLab."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.app.session.RETRY_BUDGET", 1.0)

    def psbot(gitlab: DemoGitLab, *arguments: str, **more: Any) -> Said:
        text = yaml.safe_dump(config() | {"gitlab": {"url": gitlab.url, **more}})
        Path("config.yml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("GITLAB_TOKEN", gitlab.token)
        return call(*arguments)

    return psbot


@pytest.fixture
def gitlab() -> Iterator[DemoGitLab]:
    with DemoGitLab(build_world()) as running:
        yield running


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("command", [("run",), ("status",), ("check",), ("site",)])
def test_an_instance_that_always_fails_is_named_with_its_address(
    at: Callable[..., Said], command: tuple[str, ...], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FailingGitLab, "status", status)
    monkeypatch.setattr("bot.cli.console.SIGN_OF_LIFE", 0.05)
    with FailingGitLab(build_world()) as failing:
        said, url = at(failing, *command), failing.url
    assert said.code == 4
    assert url in said.err
    assert str(status) in said.err
    assert "still at work" in said.err
    assert len(failing.requests) < 20


class CircularGitLab(DemoGitLab):
    """Whatever page is asked for, GraphQL answers with the first, and leads on: to the same cursor, or a new one."""

    new_cursors = False

    def _answer(self, request: Request, record: RequestRecord) -> Response:
        if record.operation is None:
            return super()._answer(request, record)
        body = json.loads(record.body)
        body["variables"] = {k: v for k, v in (body.get("variables") or {}).items() if not k.startswith("after")}
        text = json.dumps(body).encode()
        first = Request({**request.environ, "wsgi.input": BytesIO(text), "CONTENT_LENGTH": str(len(text))})
        answer = super()._answer(first, record)
        if answer.status_code == 200:
            answer.set_data(json.dumps(self._leading_on(json.loads(answer.get_data()))))
        return answer

    def _leading_on(self, answer: Any) -> Any:
        """Every page of the answer leads to a next one."""
        if isinstance(answer, dict):
            info = answer.get("pageInfo")
            if isinstance(info, dict):
                info |= {
                    "hasNextPage": True,
                    "endCursor": f"page {len(self.requests)}" if self.new_cursors else "again",
                }
        for value in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
            self._leading_on(value)
        return answer


@pytest.mark.parametrize("command", [("status",), ("run",), ("export",)])
@pytest.mark.parametrize("new_cursors", [False, True], ids=["cursor", "page"])
def test_a_server_that_repeats_a_cursor_or_a_page_is_noticed(
    at: Callable[..., Said], new_cursors: bool, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CircularGitLab, "new_cursors", new_cursors)
    with CircularGitLab(build_world()) as endless:
        said = at(endless, *command)
    assert said.code in (1, 4), said.err
    assert "does not get on" in said.err
    assert "repeats" in said.err
    assert len(endless.requests) < 200
    assert not endless.writes


def test_lists_of_rest_that_repeat_are_noticed(at: Callable[..., Said]) -> None:
    with EndlessGitLab(build_world()) as endless:
        said = at(endless, "run")
    assert said.code in (1, 4), said.err
    assert "repeats" in said.err
    assert len(endless.requests) < 300


def test_the_ceiling_of_requests_is_named_when_it_is_met(
    at: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EndlessGitLab, "fresh", True)
    with EndlessGitLab(build_world()) as endless:
        said = at(endless, "status", max_requests=100)
    assert "gitlab.max_requests" in said.err
    assert said.code in (1, 4)
    assert 100 <= len(endless.requests) <= 100 + CONCURRENCY


def test_the_ceiling_of_time_is_named_when_it_is_met(at: Callable[..., Said], gitlab: DemoGitLab) -> None:
    said = at(gitlab, "status", max_minutes=1e-6)
    assert said.code == 4
    assert "gitlab.max_minutes" in said.err
    assert len(gitlab.requests) <= 2


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "CI_SERVER_TLS_CA_FILE"])
@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_a_wrong_ca_bundle_is_a_mistake_that_is_named(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, content: str | None
) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content, encoding="utf-8")
    (tmp_path / "config.yml").write_text(yaml.safe_dump(config()), encoding="utf-8")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(bundle))
    monkeypatch.setenv("GITLAB_TOKEN", "some-token")
    monkeypatch.setenv("GITLAB_URL", "https://gitlab.invalid")
    said = call("--config", str(tmp_path / "config.yml"), "status")
    assert said.code == 2
    for part in (str(bundle), variable, "https://gitlab.invalid"):
        assert part in said.err


def subprocess_run(
    *arguments: str, stdout: Any = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], cwd=ROOT, env=env | environment, stdout=stdout,
        stderr=subprocess.PIPE, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_below_standard_output_is_named() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess_run("schema", stdout=full)
    assert done.returncode == 2
    assert b"standard output" in done.stderr
    assert b"No space left" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [("export", "-o"), ("run", "--dry-run", "--plan"), ("run", "--dry-run", "--junit")])
def test_a_full_disk_below_a_file_is_named(
    at: Callable[..., Said], gitlab: DemoGitLab, command: tuple[str, ...]
) -> None:
    said = at(gitlab, *command, "/dev/full")
    assert said.code == 2
    assert "/dev/full" in said.err
    assert "No space left" in said.err


@pytest.mark.parametrize(
    "command", [("site", "--out"), ("run", "--dry-run", "--out"), ("export", "-o", "all.json", "--tables")]
)
def test_a_folder_that_takes_no_file_is_named(
    at: Callable[..., Said], gitlab: DemoGitLab, command: tuple[str, ...]
) -> None:
    """A file stands where the folder should: nobody can write there, root neither."""
    Path("blocked").write_text("a file", encoding="utf-8")
    said = at(gitlab, *command, "blocked/here")
    assert said.code == 2
    assert "blocked/here" in said.err


@pytest.mark.parametrize(
    "command", [("run", "--junit", "blocked/j.xml"), ("run", "--site", "blocked"), ("run", "--save", "blocked-too")]
)
def test_where_no_file_can_stand_is_said_before_anything_is_written(
    at: Callable[..., Said], gitlab: DemoGitLab, command: tuple[str, ...]
) -> None:
    Path("blocked").write_text("a file", encoding="utf-8")
    Path("blocked-too").mkdir()
    said = at(gitlab, *command)
    assert (said.code, len(gitlab.writes)) == (2, 0)
    assert "blocked" in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_file_that_fails_when_gitlab_is_written_costs_itself_alone(
    at: Callable[..., Said], gitlab: DemoGitLab
) -> None:
    said = at(gitlab, "run", "--junit", "/dev/full", "--save", "all.json")
    assert said.code == 1, "2 would say that nothing was written"
    assert gitlab.writes
    assert "/dev/full: can't be written (No space left on device)" in said.err
    assert Path("all.json").exists()


def test_a_cache_that_cannot_be_written_costs_time_only(at: Callable[..., Said], gitlab: DemoGitLab) -> None:
    Path("blocked").write_text("a file", encoding="utf-8")
    said = at(gitlab, "status", "--json", cache="blocked/cache")
    assert said.code == 0, said.err
    assert len(json.loads(said.out)["engagements"]) == 2


def test_an_ascii_terminal_is_served(tmp_path: Path, gitlab: DemoGitLab) -> None:
    root = next(iter(gitlab.world.project("acme/ps/globex").items.values()))
    root.title = "Größe 日本"
    path = tmp_path / "config.yml"
    path.write_text(yaml.safe_dump(config() | {"gitlab": {"url": gitlab.url}}), encoding="utf-8")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = subprocess_run(
        "--config", str(path), "status", "--json", "--trials", "100", GITLAB_TOKEN=gitlab.token, **ascii_only
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "Größe 日本" in [e["title"] for e in json.loads(done.stdout)["engagements"]]
