"""The demo's GraphQL schema is a true subset of GitLab's, per edition and version; sample queries run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from graphql import GraphQLSchema, validate_schema

from fakegitlab.editions import EDITIONS, Edition
from fakegitlab.graphql.schema import bare_schema
from fakegitlab.tests.conftest import Stage
from fakegitlab.tests.reference import gitlab_schema, needs_reference, sample_query

PAIRS = [
    ("ultimate", "19.3", "gitlab.graphql"),
    ("free", "18.5", "gitlab-18.5-docs.graphql"),
    ("ce", "19.3", "gitlab-ce.graphql"),
]


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> Iterator[str]:
    for name, kind in ours.type_map.items():
        if name.startswith("__"):
            continue
        other: Any = theirs.type_map.get(name)
        if other is None or type(other).__name__ != type(kind).__name__:
            yield name
            continue
        yield from (f"{name}.{value}" for value in getattr(kind, "values", ()) if value not in other.values)
        for field_name, field in getattr(kind, "fields", {}).items():
            yield from _field_differences(f"{name}.{field_name}", field, other.fields.get(field_name))


def _field_differences(place: str, field: Any, other: Any) -> Iterator[str]:
    if other is None or str(field.type) != str(other.type):
        yield place
        return
    for argument, ours in getattr(field, "args", {}).items():
        theirs = other.args.get(argument)
        if theirs is None or str(theirs.type) != str(ours.type):
            yield f"{place}({argument})"


@needs_reference
@pytest.mark.parametrize(("edition", "version", "name"), PAIRS)
def test_every_type_field_argument_and_nullability_is_gitlabs(edition: str, version: str, name: str) -> None:
    assert list(differences(bare_schema(Edition(edition, version)), gitlab_schema(name))) == []


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("version", ["16.11", "17.7", "18.1", "18.5", "19.3"])
def test_the_schema_is_sound_on_every_server(edition: str, version: str) -> None:
    assert validate_schema(bare_schema(Edition(edition, version))) == []


def test_older_servers_and_ce_lack_what_they_lack() -> None:
    new, old, ce = (bare_schema(Edition(*pair)) for pair in (("free", "19.3"), ("free", "16.11"), ("ce", "19.3")))
    assert "features" in new.type_map["WorkItem"].fields  # type: ignore[attr-defined]
    assert "features" not in old.type_map["WorkItem"].fields  # type: ignore[attr-defined]
    assert "workItems" not in old.type_map["Namespace"].fields  # type: ignore[attr-defined]
    assert "WorkItemWidgetHealthStatus" in old.type_map
    assert "WorkItemWidgetHealthStatus" not in ce.type_map
    assert list(ce.type_map["WorkItemRelatedLinkType"].values) == ["RELATED"]  # type: ignore[attr-defined]


@needs_reference
@pytest.mark.parametrize(("edition", "version"), [("ultimate", "19.3"), ("free", "18.5"), ("free", "19.3")])
def test_the_full_sample_query_runs(stages: Callable[..., Stage], edition: str, version: str) -> None:
    data = stages(edition, version).client.data(sample_query("group_work_items.graphql"), path="acme")
    items = data["group"]["workItems"]["nodes"]
    assert [item["title"] for item in items] == (["Engagement"] if edition == "ultimate" else []) + ["One", "Two"]
    assert data["queryComplexity"] == {"score": 76, "limit": 250}
    widgets = {widget["type"]: widget for widget in items[-2]["widgets"]}
    assert ("HEALTH_STATUS" in widgets) == (edition == "ultimate")
    assert widgets["START_AND_DUE_DATE"]["dueDate"] == "2026-12-05"
    assert widgets["TIME_TRACKING"]["timelogs"]["nodes"][0]["timeSpent"] == 7200


@needs_reference
@pytest.mark.parametrize(
    ("edition", "version"), [("ce", "19.3"), ("ce", "16.11"), ("free", "16.11"), ("ultimate", "19.3")]
)
def test_the_ce_sample_query_runs_everywhere(stages: Callable[..., Stage], edition: str, version: str) -> None:
    data = stages(edition, version).client.data(
        sample_query("ce_group_work_items.graphql"), path="acme", types=["ISSUE"]
    )
    assert [item["title"] for item in data["group"]["workItems"]["nodes"]] == ["Two", "One"]


@needs_reference
def test_the_full_sample_query_is_refused_whole_on_ce(stages: Callable[..., Stage]) -> None:
    answer = stages("ce").client.graphql(sample_query("group_work_items.graphql"), path="acme")
    assert "data" not in answer
    assert any("doesn't exist on type" in error["message"] for error in answer["errors"])


@needs_reference
def test_the_timelog_sample_query_runs(stage: Stage) -> None:
    log = stage.client.data(sample_query("group_timelogs.graphql"), path="acme")["group"]["timelogs"]
    assert log["totalSpentTime"] == "7200"
    assert log["nodes"][0]["user"] == {"username": "ann"}


def test_a_field_newer_than_the_server_answers_null(stages: Callable[..., Stage]) -> None:
    query = '{ group(fullPath: "acme") { fullPath later: archived @gl_introduced(version: "18.3") } }'
    assert stages("free", "16.11").client.data(query)["group"] == {"fullPath": "acme", "later": None}
    assert stages("free", "18.3").client.data(query)["group"] == {"fullPath": "acme", "later": False}


LISTED = '{ group(fullPath: "acme") { workItems(includeDescendants: true, first: 100%s) { nodes { %s } } } }'


def test_limits_of_complexity_length_and_depth(stage: Stage) -> None:
    inner = (
        "a%d: widgets { ... on WorkItemWidgetNotes { notes(first: 100) { nodes { id body author { id username } } } } }"
    )
    dear = LISTED % ("", " ".join(inner % n for n in range(12)))
    message = stage.client.graphql(dear)["errors"][0]["message"]
    assert "exceeds max complexity of 250" in message
    assert stage.client.graphql("{ metadata { version } }" + " " * 10_000)["errors"]
    score = stage.client.data("{ queryComplexity { score limit } currentUser { id } }")["queryComplexity"]
    assert score == {"score": 5, "limit": 250}


@needs_reference
@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        (", types: [EPIC]", ["Engagement"]),
        (', labelName: ["PS Risk"]', ["One"]),
        (', search: "two", in: [TITLE]', ["Two"]),
        (', not: {labelName: ["PS Risk"]}, types: [ISSUE]', ["Two"]),
        (', createdAfter: "2026-10-02T00:00:00Z"', ["Two"]),
        (", excludeProjects: true", ["Engagement"]),
        (", sort: TITLE_ASC, state: opened", ["Engagement", "One", "Two"]),
        (", healthStatusFilter: atRisk", ["One"]),
        (', assigneeUsernames: ["ann"]', ["One"]),
        (', milestoneTitle: ["Phase 1"]', ["One"]),
        (', iids: ["2"]', ["Two"]),
    ],
)
def test_filters_of_work_items(stage: Stage, arguments: str, titles: list[str]) -> None:
    nodes = stage.client.data(LISTED % (arguments, "title"))["group"]["workItems"]["nodes"]
    assert [node["title"] for node in nodes] == titles
