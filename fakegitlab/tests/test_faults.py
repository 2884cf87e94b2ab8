"""Trouble on demand, seen from the client."""

from __future__ import annotations

import math

import pytest
import requests
from urllib3.connection import HTTPConnection

from fakegitlab.tests.conftest import WAIT, Stage


def note(stage: Stage) -> requests.Response:
    return stage.client.rest("POST", stage.notes, json={"body": "x"})


def test_planned_faults_strike_in_order_and_then_stop(stage: Stage) -> None:
    stage.site.faults.add("rate_limit", 1, retry_after=3)
    stage.site.faults.add("bad_gateway", 1, match="/version")
    limited = stage.client.rest("GET", "/version")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "3")
    broken = stage.client.rest("GET", "/version")
    assert (broken.status_code, broken.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert stage.client.rest("GET", "/version").status_code == 200
    assert [record.fault for record in stage.site.requests] == ["rate_limit", "bad_gateway", None]


def test_faults_choose_by_method_path_operation_and_skip(stage: Stage) -> None:
    stage.site.faults.add("unavailable", match="Named", skip=1)
    stage.site.faults.add("gateway_timeout", writes=True)
    assert stage.client.data("query Named { currentUser { id } }")
    answer = stage.client.session.post(
        f"{stage.site.url}/api/graphql", json={"query": "query Named { currentUser { id } }"}, timeout=WAIT
    )
    assert answer.status_code == 503
    assert note(stage).status_code == 504
    assert note(stage).status_code == 201


def test_a_reset_before_leaves_nothing_and_one_after_leaves_the_note(stage: Stage) -> None:
    stage.site.faults.add("reset_before", writes=True)
    with pytest.raises(requests.ConnectionError):
        note(stage)
    assert stage.site.writes == []
    stage.site.faults.add("reset_after", writes=True)
    with pytest.raises(requests.ConnectionError):
        note(stage)
    assert [write.kind for write in stage.site.writes] == ["note.create"]
    assert stage.site.requests[-1].committed == 1
    assert note(stage).status_code == 201


def test_a_timeout_answers_never(stage: Stage) -> None:
    stage.site.faults.add("timeout", wait=0.5)
    with pytest.raises((requests.ReadTimeout, requests.ConnectionError)):
        stage.client.session.get(f"{stage.site.url}/api/v4/version", timeout=0.1)


def test_application_limits_strike_while_the_rate_limit_looks_fine(stage: Stage) -> None:
    stage.site.faults.notes_per_minute, stage.site.faults.window = 2, math.inf
    answers = [note(stage) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[-1].headers["RateLimit-Remaining"]) > 1000
    assert "too many times" in answers[-1].json()["message"]["error"]
    stage.site.faults.window = 0.0  # as if the minute were over
    assert note(stage).status_code == 201
    stage.site.faults.issues_per_minute = 0
    assert stage.client.rest("POST", f"/projects/{stage.project.id}/issues", json={"title": "x"}).status_code == 429


def test_random_trouble_repeats_with_its_seed(stage: Stage) -> None:
    def run() -> list[int]:
        stage.site.faults.clear()
        stage.site.faults.__post_init__()
        stage.site.faults.rate, stage.site.faults.kinds = 0.4, ("bad_gateway", "rate_limit", "html")
        return [stage.client.rest("GET", "/version").status_code for _ in range(20)]

    first = run()
    assert first == run()
    assert {200, 502, 429} <= set(first)


def test_connections_are_kept_alive(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[HTTPConnection] = []
    connect = HTTPConnection.connect

    def noted(self: HTTPConnection) -> None:
        opened.append(self)
        connect(self)

    monkeypatch.setattr(HTTPConnection, "connect", noted)
    for _ in range(50):
        assert stage.client.rest("GET", "/version").headers.get("Connection", "keep-alive") == "keep-alive"
    assert len(opened) == 1


def test_an_unknown_kind_is_a_mistake_of_the_test(stage: Stage) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        stage.site.faults.add("earthquake")
