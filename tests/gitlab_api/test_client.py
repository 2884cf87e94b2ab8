"""The client: reads retried within a budget, writes once, the token on one host only, errors in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import urllib3

from bot.domain import errors
from bot.gitlab_api.answers import QueryTooComplexError
from bot.gitlab_api.client import GitLabClient
from tests.gitlab_api.answering import API, TOKEN, URL, Answers
from tests.gitlab_api.clock import Clock

# -- reading


def test_the_token_goes_in_a_header_only(client: GitLabClient, api: Answers) -> None:
    api.get(f"{API}/user", json={"id": 1})
    client.get("/user", page=2)
    request = api.calls[0].request
    assert request.headers["PRIVATE-TOKEN"] == TOKEN
    assert TOKEN not in str(request.url)
    assert "page=2" in str(request.url)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520])
def test_a_read_is_tried_again_after_a_passing_fault(client: GitLabClient, api: Answers, status: int) -> None:
    api.get(f"{API}/user", status=status, body="<html>Whoops</html>", headers={"Retry-After": "1"})
    api.get(f"{API}/user", json={"id": 1})
    assert client.get("/user") == {"id": 1}
    assert client.counts.requests == 2
    assert client.counts.retries == 1


@pytest.mark.parametrize(
    "fault",
    [
        requests.exceptions.ConnectionError(
            urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError())
        ),
        requests.exceptions.ReadTimeout("slow"),
        requests.exceptions.ChunkedEncodingError("cut"),
    ],
)
def test_a_read_is_tried_again_after_a_reset_or_time_out(client: GitLabClient, api: Answers, fault: Exception) -> None:
    api.get(f"{API}/user", body=fault)
    api.get(f"{API}/user", json={"id": 1})
    assert client.get("/user") == {"id": 1}


def test_an_answer_cut_short_is_asked_again(client: GitLabClient, api: Answers) -> None:
    api.get(f"{API}/user", body='{"id": 1')
    api.get(f"{API}/user", json={"id": 1})
    assert client.get("/user") == {"id": 1}


IN_SECONDS = {"Retry-After": "17"}
BY_THE_SERVERS_CLOCK = {"Retry-After": "Fri, 20 Nov 2026 10:00:30 GMT", "Date": "Fri, 20 Nov 2026 10:00:00 GMT"}


@pytest.mark.parametrize(("headers", "seconds"), [(IN_SECONDS, 17), (BY_THE_SERVERS_CLOCK, 30)])
def test_retry_after_is_obeyed(
    client: GitLabClient, api: Answers, clock: Clock, headers: dict[str, str], seconds: float
) -> None:
    api.get(f"{API}/user", status=429, headers=headers)
    api.get(f"{API}/user", json={})
    client.get("/user")
    assert seconds - 0.001 <= sum(clock.slept) < seconds + 3


def test_a_used_up_rate_limit_is_waited_for_before_the_next_request(
    client: GitLabClient, api: Answers, clock: Clock
) -> None:
    used_up = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(clock.now) + 40)}
    api.get(f"{API}/a", json={}, headers=used_up)
    api.get(f"{API}/b", json={})
    client.get("/a")
    assert clock.slept == []
    client.get("/b")
    assert 40 <= sum(clock.slept) < 41


def test_a_server_that_keeps_failing_ends_within_the_budget(client: GitLabClient, api: Answers, clock: Clock) -> None:
    api.get(f"{API}/user", status=502)
    with pytest.raises(
        errors.UnreachableError, match=r"GET /user: no answer from GitLab at https:\S+ \(status 502\)"
    ) as caught:
        client.get("/user")
    assert caught.value.exit_code == 4
    assert clock.now <= 1000 + 30
    assert client.counts.requests > 4


def test_an_address_where_nobody_ever_answered_is_not_waited_for_long(
    client: GitLabClient, api: Answers, clock: Clock
) -> None:
    pool = urllib3.HTTPConnectionPool("gitlab.example.com")
    refused = urllib3.exceptions.NewConnectionError(urllib3.connection.HTTPConnection("gitlab.example.com"), "refused")
    failed = urllib3.exceptions.MaxRetryError(pool, "", refused)
    api.get(f"{API}/user", body=requests.exceptions.ConnectionError(failed))
    with pytest.raises(errors.UnreachableError, match="no connection"):
        client.get("/user")
    assert clock.now <= 1000 + 10


def test_a_distrusted_certificate_is_told_at_once(client: GitLabClient, api: Answers, clock: Clock) -> None:
    api.get(f"{API}/user", body=requests.exceptions.SSLError("self-signed"))
    with pytest.raises(errors.UnreachableError, match=r"certificate is not trusted.*REQUESTS_CA_BUNDLE"):
        client.get("/user")
    assert clock.slept == []


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, errors.AccessError, 3),
        (403, errors.AccessError, 3),
        (404, errors.NotFoundError, 1),
        (400, errors.GitLabError, 1),
        (422, errors.GitLabError, 1),
    ],
)
def test_a_refusal_is_an_error_at_once(
    client: GitLabClient, api: Answers, status: int, kind: type[errors.PsbotError], code: int
) -> None:
    api.get(f"{API}/groups/a%2Fb", status=status, json={"message": {"base": ["no", "never"]}})
    with pytest.raises(kind, match="GET /groups/a/b") as caught:
        client.get("/groups/a%2Fb")
    assert caught.value.exit_code == code
    assert client.counts.requests == 1


def test_a_sign_in_page_is_no_api(client: GitLabClient, api: Answers) -> None:
    api.get(f"{API}/user", body="<!DOCTYPE html><html>Sign in</html>", content_type="text/html")
    with pytest.raises(errors.GitLabError, match=r"answers with a web page.*Check GITLAB_URL"):
        client.get("/user")


# -- lists


def test_a_list_follows_its_links_on_our_own_host_and_drops_what_shifted(client: GitLabClient, api: Answers) -> None:
    behind_proxy = '<http://internal:8080/api/v4/groups/1/labels?page=2&per_page=100>; rel="next"'
    api.get(f"{API}/groups/1/labels", json=[{"id": 1}, {"id": 2}], headers={"Link": behind_proxy})
    api.get(f"{API}/groups/1/labels", json=[{"id": 2}, {"id": 3}])
    assert [entry["id"] for entry in client.get_all("/groups/1/labels")] == [1, 2, 3]
    assert api.calls[1].request.url == f"{API}/groups/1/labels?page=2&per_page=100"


def test_a_projects_issues_page_by_key(client: GitLabClient, api: Answers) -> None:
    api.get(f"{API}/projects/1/issues", json=[])
    list(client.get_all("/projects/1/issues", state="all"))
    list(client.get_all("/projects/1/issues", order_by="updated_at"))
    first, second = (str(call.request.url) for call in api.calls)
    assert "pagination=keyset" in first
    assert "order_by=created_at" in first
    assert "pagination" not in second


# -- GraphQL


def graphql(api: Answers, **answer: Any) -> None:
    api.post(f"{URL}/api/graphql", json=answer)


def test_graphql_gives_the_data(client: GitLabClient, api: Answers) -> None:
    graphql(api, data={"currentUser": {"id": 1}})
    assert client.graphql("query { currentUser { id } }", {"a": 1}) == {"currentUser": {"id": 1}}
    assert json.loads(api.calls[0].request.body or "") == {
        "query": "query { currentUser { id } }",
        "variables": {"a": 1},
    }
    assert client.counts.writes == 0


def test_errors_in_a_200_are_errors(client: GitLabClient, api: Answers) -> None:
    graphql(api, errors=[{"message": "Field 'x' doesn't exist on type 'WorkItem'"}])
    with pytest.raises(errors.GitLabError, match=r"acme: GitLab refuses the query.*doesn't exist"):
        client.graphql("query { x }", where="acme")


def test_a_query_too_dear_is_told_apart(client: GitLabClient, api: Answers) -> None:
    graphql(api, errors=[{"message": "Query has complexity of 330, which exceeds max complexity of 250"}])
    with pytest.raises(QueryTooComplexError):
        client.graphql("query { x }")


def test_an_internal_error_of_a_query_is_asked_again(client: GitLabClient, api: Answers) -> None:
    graphql(api, errors=[{"message": "Internal server error"}])
    graphql(api, data={"x": 1})
    assert client.graphql("query { x }") == {"x": 1}


def test_a_failed_query_is_retried_though_it_is_a_post(client: GitLabClient, api: Answers) -> None:
    api.post(f"{URL}/api/graphql", status=502)
    graphql(api, data={"x": 1})
    assert client.graphql("query { x }") == {"x": 1}


# -- writing


def test_a_write_gives_the_answers_json(client: GitLabClient, api: Answers) -> None:
    api.post(f"{API}/projects/1/issues", json={"iid": 4}, status=201)
    api.delete(f"{API}/notes/1", status=204)
    assert client.write("POST", "/projects/1/issues", {"title": "A"}) == {"iid": 4}
    assert client.write("DELETE", "/notes/1") is None
    assert client.counts.writes == 2
    assert json.loads(api.calls[0].request.body or "") == {"title": "A"}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 502, "body": "<html></html>"},
        {"status": 503},
        {"status": 504},
        {"body": requests.exceptions.ReadTimeout("slow")},
        {
            "body": requests.exceptions.ConnectionError(
                urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())
            )
        },
        {"status": 201, "body": '{"iid": '},
    ],
)
def test_a_write_whose_answer_is_lost_is_not_repeated(
    client: GitLabClient, api: Answers, answer: dict[str, Any]
) -> None:
    api.post(f"{API}/projects/1/issues", **answer)
    with pytest.raises(errors.UncertainWriteError, match=r"POST /projects/1/issues: .*may or may not have been done"):
        client.write("POST", "/projects/1/issues", {"title": "A"})
    assert len(api.calls) == 1


@pytest.mark.parametrize("fault", [requests.exceptions.ConnectTimeout("slow"), requests.exceptions.SSLError("bad")])
def test_a_write_that_was_never_sent_is_surely_not_done(client: GitLabClient, api: Answers, fault: Exception) -> None:
    api.post(f"{API}/projects/1/issues", body=fault)
    with pytest.raises(errors.UnreachableError, match="could not be sent"):
        client.write("POST", "/projects/1/issues", {})
    assert len(api.calls) == 1


def test_a_write_refused_for_now_tells_how_long(client: GitLabClient, api: Answers) -> None:
    api.post(f"{API}/projects/1/issues", status=429, headers={"Retry-After": "60"})
    with pytest.raises(errors.RateLimitedError) as caught:
        client.write("POST", "/projects/1/issues", {})
    assert caught.value.retry_after == 60
    assert len(api.calls) == 1


def test_a_refused_write_is_surely_not_done(client: GitLabClient, api: Answers) -> None:
    api.put(f"{API}/projects/1/issues/4", status=403, json={"error": "insufficient_scope"})
    with pytest.raises(errors.AccessError, match="scope `api`"):
        client.write("PUT", "/projects/1/issues/4", {})


@pytest.mark.parametrize(
    ("message", "kind"),
    [("Internal server error", errors.UncertainWriteError), ("Variable $x is missing", errors.GitLabError)],
)
def test_a_mutation_gets_one_attempt(
    client: GitLabClient, api: Answers, message: str, kind: type[errors.PsbotError]
) -> None:
    graphql(api, errors=[{"message": message}])
    with pytest.raises(kind):
        client.graphql("mutation { x }", write=True)
    assert len(api.calls) == 1
    assert client.counts.writes == 1


# -- who and what


def test_a_refused_token_is_told_before_anything_else(client: GitLabClient, api: Answers) -> None:
    api.post(f"{URL}/api/graphql", status=401, json={"errors": [{"message": "Invalid token"}]})
    with pytest.raises(errors.AccessError, match=r"GitLab refuses the token \(401\)"):
        _ = client.user


def test_user_and_capabilities_cost_one_request(client: GitLabClient, api: Answers) -> None:
    graphql(
        api,
        data={
            "metadata": {"version": "18.5.1-ee", "enterprise": True},
            "currentUser": {"id": "gid://gitlab/User/7", "username": "psbot"},
            "widgetTypes": {"enumValues": [{"name": "WEIGHT"}]},
            "group": {"fields": [{"name": "workItems", "args": [{"name": "ids"}]}]},
            "notes": None,
        },
    )
    assert (client.user.id, client.user.username) == (7, "psbot")
    assert client.capabilities.version == (18, 5, 1)
    assert client.capabilities.knows("WEIGHT", "Group.workItems", "Group.workItems.ids")
    assert not client.capabilities.knows("Notes.notes")
    assert client.counts.requests == 1


# -- what this GitLab is


@pytest.mark.parametrize("path", ["metadata", "version"])
def test_version_and_edition_come_from_rest_where_graphql_keeps_them_to_itself(
    client: GitLabClient, api: Answers, path: str
) -> None:
    start = {"metadata": None, "currentUser": {"id": "gid://gitlab/User/1", "username": "psbot"}}
    api.post(f"{URL}/api/graphql", json={"data": start | {"widgetTypes": {"enumValues": [{"name": "WEIGHT"}]}}})
    api.get(
        f"{API}/metadata", status=404 if path == "version" else 200, json={"version": "18.1.0-ee", "enterprise": True}
    )
    if path == "version":
        api.get(f"{API}/version", json={"version": "18.1.0-ee"})
    assert (client.capabilities.version, client.capabilities.enterprise) == ((18, 1, 0), True)


def test_a_version_that_nobody_tells_is_no_old_one(client: GitLabClient, api: Answers) -> None:
    api.post(f"{URL}/api/graphql", json={"data": {"metadata": None}})
    for path in ("metadata", "version"):
        api.get(f"{API}/{path}", status=403, json={"message": "403 Forbidden"})
    assert client.capabilities.version == ()
    assert not [line for line in client.capabilities.lines() if "older than" in line]


def test_a_gitlab_that_keeps_failing_inside_is_no_fault_of_the_token(client: GitLabClient, api: Answers) -> None:
    api.post(f"{URL}/api/graphql", json={"data": None, "errors": [{"message": "Internal server error"}]})
    with pytest.raises(errors.GitLabError, match="keeps failing") as caught:
        _ = client.user
    assert caught.value.exit_code == 4
    assert "scope" not in str(caught.value)


def test_pages_go_on_where_a_proxy_dropped_the_link_header(client: GitLabClient, api: Answers) -> None:
    for page, following in ((1, "2"), (2, "3"), (3, "")):
        api.get(f"{API}/groups/1/labels", json=[{"id": page}], headers={"X-Next-Page": following})
    assert [label["id"] for label in client.get_all("/groups/1/labels", search="x")] == [1, 2, 3]
    assert [str(call.request.params.get("page")) for call in api.calls] == ["None", "2", "3"]  # type: ignore[attr-defined]
    assert {call.request.params["search"] for call in api.calls} == {"x"}  # type: ignore[attr-defined]
