"""Whatever goes wrong on the way: the same portfolio, or a named failure. Never a crash, never a silent gap."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.cli import main
from bot.config import Settings
from bot.domain.errors import PsbotError, UnreachableError
from bot.domain.model import Portfolio
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab, World
from tests.gitlab_api.clock import VirtualClock

TODAY = date(2026, 11, 20)


def settings(*namespaces: str) -> Settings:
    return Settings.model_validate({"portfolio": {"namespaces": dict.fromkeys(namespaces, "internal")}})


CONFIG = settings("acme", "beta")
REQUESTS = (
    "PsbotPlace$",
    "PsbotPlaceRest",
    "PsbotItems",
    "PsbotTimelogs",
    "PsbotHistories",
    "PsbotNotesRest",
    "members/all",
    "/epics ",
)
"""One pattern for each kind of request that a cold read makes."""
OPTIONAL = "members/all"
"""Who is a member is no part of an engagement: what the token may not see there is no failure."""


def read(gitlab: DemoGitLab, cache: Cache | None = None, **options: Any) -> Portfolio:
    client = GitLabClient(gitlab.url, gitlab.token, **(VirtualClock().options | options))
    return replace(read_portfolio(client, CONFIG, today=TODAY, cache=cache), taken_at=None)


@pytest.fixture(scope="module")
def world() -> World:
    """Two namespaces; one has more time logs, notes and milestones than a page holds."""
    w = World(now="2026-11-20T18:00:00Z")
    for path in ("acme", "beta"):
        g, p = w.group(path), w.project(f"{path}/app")
        w.member(g, "dana")
        root = w.epic(g, f"SOW {path}", labels=["PSProject"], created_at="2026-09-01")
        for n in range(4):
            made = w.issue(p, f"Work {n}", created_at=f"2026-09-0{n + 2}", parent=root, assignees=["dana"])
            root.children.append(made) if made not in root.children else None
            w.timelog(made, "dana", n + 1, "2026-10-05T12:00:00Z")
            w.due_change(made, "2026-12-01", f"2026-10-0{n + 1}")
    busy = w.item("acme/app#1")
    for n in range(60):
        w.timelog(busy, "dana", 0.5, datetime(2026, 10, 6, 12, tzinfo=UTC) + timedelta(hours=n))
    for n in range(120):
        w.due_change(
            busy, date(2026, 12, 2) + timedelta(days=n), datetime(2026, 10, 6, tzinfo=UTC) + timedelta(hours=n)
        )
    for n in range(101):  # of late, so that none is forecast for the weeks before
        w.milestone(w.project("acme/app"), f"Stone {n}", "2026-12-01", created_at="2026-11-19")
    w.label_event(busy, "Escalated", "2026-10-20T09:00:00Z")
    w.token()
    w.token(w.user("reader"), value="reader", role="reporter", at=w.group("acme"))
    return w


@pytest.fixture(scope="module")
def running(world: World) -> Iterator[DemoGitLab]:
    with DemoGitLab(world) as found:
        yield found


@pytest.fixture
def gitlab(running: DemoGitLab) -> Iterator[DemoGitLab]:
    yield running
    running.faults.clear()
    assert not running.errors


@pytest.fixture(scope="module")
def calm(running: DemoGitLab) -> Portfolio:
    found = read(running)
    kinds = [f"{record.path} {record.operation or ''}" for record in running.requests]
    assert [n for n in REQUESTS if not any(n.rstrip("$") in kind for kind in kinds)] == [], "not every kind was asked"
    assert [(len(e.items), e.errors) for e in found.engagements] == [(4, ()), (4, ())]
    return found


PASSING: dict[str, dict[str, Any]] = {
    "rate_limit": {"retry_after": 7},
    "rate_limit until a date": {"retry_after": format_datetime(datetime.now(UTC) + timedelta(seconds=9), usegmt=True)},
    "rate_limit without a word": {"retry_after": ""},
    "server_error": {},
    "bad_gateway": {},
    "unavailable": {"retry_after": 5},
    "gateway_timeout": {},
    "html": {},
    "reset_before": {},
    "reset_after": {},
    "reset_midway": {},
    "cut_short": {},
    "half_failed": {},
    "spent": {},
    "too_dear": {},
}

ONCE = ("spent", "rate_limit without a word")
"""What is not asked for again, or costs a minute each time."""


@pytest.mark.parametrize("name", PASSING)
def test_trouble_that_passes_changes_nothing_wherever_it_strikes(
    gitlab: DemoGitLab, calm: Portfolio, name: str
) -> None:
    kind = name.partition(" ")[0]
    rest = [] if kind == "too_dear" else REQUESTS  # only GraphQL knows that, and only lists can shrink
    for request in rest or ("PsbotPlace$", "PsbotItems", "PsbotTimelogs", "PsbotHistories", "PsbotNotesRest"):
        gitlab.faults.add(kind, 1 if name in ONCE else 2, match=request, **PASSING[name])
    assert read(gitlab) == calm
    assert not [fault.match for fault in gitlab.faults.planned if fault.times]


def test_a_storm_of_refusals_only_takes_time(gitlab: DemoGitLab, calm: Portfolio) -> None:
    gitlab.faults.add("rate_limit", 20, match="Psbot|members|epics|events", retry_after=3)
    assert read(gitlab) == calm


def test_an_answer_that_never_comes_is_asked_for_again(gitlab: DemoGitLab, calm: Portfolio) -> None:
    clock = VirtualClock()
    client = GitLabClient(gitlab.url, gitlab.token, timeout=7, **clock.options)
    hung = hang(client, clock, "PsbotPlace|PsbotItems", times=3)
    assert replace(read_portfolio(client, CONFIG, today=TODAY), taken_at=None) == calm
    assert len(hung) == 3


def test_a_silent_server_ends_the_run_after_the_time_out_of_the_config(gitlab: DemoGitLab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = GitLabClient(f"http://127.0.0.1:{silent.getsockname()[1]}", "token", timeout=0.1, retry_budget=0.1)
        with pytest.raises(UnreachableError):
            read_portfolio(client, CONFIG, today=TODAY)


def hang(client: GitLabClient, clock: VirtualClock, match: str, times: int = 10**6) -> list[str]:
    """Let the next answers to such requests not come: each costs the client its time-out. Returns who waited, as they do."""
    hung: list[str] = []
    send, lock = client._session.send, threading.Lock()

    def sent(request: requests.PreparedRequest, **options: Any) -> requests.Response:
        with lock:
            waits = len(hung) < times and re.search(match, f"{request.path_url} {request.body!r}") is not None
            if waits:
                hung.append(request.path_url)
        if not waits:
            return send(request, **options)
        clock.sleep(options["timeout"])
        raise requests.ReadTimeout

    setattr(client._session, "send", sent)  # noqa: B010 -- a method, replaced on this one session
    return hung


LASTING = (
    "rate_limit", "server_error", "bad_gateway", "reset_before", "reset_midway", "cut_short", "half_failed",
    "forbidden", "not_found", "too_dear", "web_page",
)  # fmt: skip


@pytest.mark.parametrize("request_kind", REQUESTS)
@pytest.mark.parametrize("kind", LASTING)
def test_trouble_that_lasts_is_named(gitlab: DemoGitLab, calm: Portfolio, kind: str, request_kind: str) -> None:
    gitlab.faults.add(kind, 100_000, match=request_kind)
    if request_kind in ("PsbotPlace$", "PsbotItems"):  # both namespaces fail
        with pytest.raises(PsbotError, match=r"acme|beta|GraphQL|web page"):
            read(gitlab)
        return
    found = read(gitlab)
    assert gitlab.faults.struck
    assert_no_silent_gap(found, calm, may_be_missing=request_kind == OPTIONAL and kind in ("forbidden", "not_found"))


def test_an_error_at_one_item_costs_that_item_alone_and_is_named(gitlab: DemoGitLab, calm: Portfolio) -> None:
    gitlab.faults.add("torn_entry", 100_000, match="PsbotItems")
    found = read(gitlab)
    for now, was in zip(found.engagements, calm.engagements, strict=True):
        torn = now.ref.replace("&1", "/app#4")
        assert now.unread == (torn,)
        assert [str(e) for e in now.errors] == [
            f"{torn}: a value can't be read: widgets: undefined method `id' for nil"
        ]
        assert [i for i in now.items if i.ref != torn] == [i for i in was.items if i.ref != torn]
        assert f"{torn} could not be read" in " ".join(map(str, found.failures))


def test_what_came_in_part_is_asked_for_again_by_the_next_run(
    gitlab: DemoGitLab, calm: Portfolio, tmp_path: Path
) -> None:
    with closing(Cache.open(tmp_path / "cache", gitlab.url, 1)) as cache:
        gitlab.faults.add("torn_entry", 100_000, match="PsbotItems")
        assert read(gitlab, cache).failures
        gitlab.faults.clear()
        assert read(gitlab, cache) == calm


def test_histories_are_asked_for_apart_where_one_of_many_fails(gitlab: DemoGitLab, calm: Portfolio) -> None:
    gitlab.faults.add("torn_entry", 100_000, match="PsbotHistories")
    assert read(gitlab) == calm
    assert "torn_entry" in gitlab.faults.struck


def test_entries_that_may_not_be_seen_change_nothing(gitlab: DemoGitLab, calm: Portfolio) -> None:
    gitlab.faults.add("null_entries", 100_000, match="graphql")
    assert read(gitlab) == calm


def assert_no_silent_gap(found: Portfolio, calm: Portfolio, *, may_be_missing: bool) -> None:
    """Every engagement is as it was, or says what it lacks, or its namespace is named."""
    failed = " ".join(map(str, found.failures))
    served = {e.ref: e for e in found.engagements}
    for was in calm.engagements:
        now = served.get(was.ref)
        if now is None:
            assert was.ref.partition("&")[0] in failed, f"{was.ref} is missing without a word"
        else:
            assert now == was or now.errors, f"{was.ref} changed without a word"
    if not may_be_missing:
        assert found.members == calm.members or failed, "members are missing without a word"


def test_one_namespace_that_is_hidden_is_named_and_the_other_is_served(gitlab: DemoGitLab, calm: Portfolio) -> None:
    client = GitLabClient(gitlab.url, "reader")
    found = read_portfolio(client, CONFIG, today=TODAY)
    assert [e.ref for e in found.engagements] == ["acme&1"]
    (failure,) = found.failures
    assert str(failure).startswith("beta could not be read: is not a group or project that the token can see")


def test_members_that_fail_are_named_and_everything_else_is_served(gitlab: DemoGitLab, calm: Portfolio) -> None:
    gitlab.faults.add("bad_gateway", 100_000, match="groups/acme/members")
    found = read(gitlab)
    assert found.engagements == calm.engagements
    assert [str(f).partition(":")[0] for f in found.failures] == ["members of acme could not be read"]
    assert sorted(found.members) == ["beta"]


@pytest.mark.parametrize(
    ("kind", "request_kind", "code", "named"),
    [
        ("cut_short", "PsbotHistories", 1, "acme/app#2"),
        ("half_failed", "PsbotHistories", 1, "Internal server error"),
        ("server_error", "groups/beta/members", 1, "members of beta could not be read"),
        ("server_error", "PsbotHistories", 1, "history of acme&1"),
        ("bad_gateway", "PsbotPlace", 4, "status 502"),
        ("forbidden", "PsbotStart", 3, "403"),
    ],
)
def test_the_command_ends_with_the_contracts_code_and_names_what_failed(
    gitlab: DemoGitLab,
    calm: Portfolio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    request_kind: str,
    code: int,
    named: str,
) -> None:
    patient = partial(GitLabClient, **VirtualClock().options)
    monkeypatch.setattr("bot.gitlab_api.client.GitLabClient", patient)
    monkeypatch.setenv("GITLAB_TOKEN", gitlab.token)
    for name in ("CI", "CI_SERVER_URL", "GITLAB_URL", "PSBOT_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config.yml"
    namespaces = "{acme: internal, beta: internal}"
    config.write_text(f"gitlab: {{url: '{gitlab.url}'}}\nportfolio: {{namespaces: {namespaces}}}\n", encoding="utf-8")
    gitlab.faults.add(kind, 100_000, match=request_kind)
    with pytest.raises(SystemExit) as end:
        main(["--config", str(config), "status", "--as-of", "2026-11-20"])
    said = capsys.readouterr()
    assert end.value.code == code, said.err
    assert named in said.err
    assert "Traceback" not in said.err


def test_a_server_that_is_down_is_given_up_once_for_all(gitlab: DemoGitLab, calm: Portfolio) -> None:
    gitlab.faults.add("unavailable", 100_000, match="PsbotPlace")
    with pytest.raises(UnreachableError):
        read(gitlab)


def test_a_server_that_hangs_does_not_cost_every_request_its_time_out() -> None:
    """Histories wait for a pool of two; each time-out is half a minute, the budget of all is one."""
    w = World(now="2026-11-20T18:00:00Z")
    p = w.project("acme/app")
    w.issue(p, "SOW", labels=["PSProject"], created_at="2026-09-01")
    for n in range(40):
        w.label_event(w.issue(p, f"More {n}", created_at="2026-10-01"), "Escalated", "2026-11-01T09:00:00Z")
    w.token()
    with DemoGitLab(w) as gitlab:
        clock = VirtualClock()
        client = GitLabClient(gitlab.url, gitlab.token, timeout=30, retry_budget=60, concurrency=2, **clock.options)
        hung = hang(client, clock, "PsbotHistories")
        found = read_portfolio(client, settings("acme"), today=TODAY)
    assert 2 <= len(hung) <= 8
    assert "could not be read" in " ".join(map(str, found.engagements[0].errors))
