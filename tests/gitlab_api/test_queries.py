"""Every query validates on the schema it is meant for, and stays within GitLab's limits."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    build_ast_schema,
    graphql_sync,
    parse,
    validate,
)

from bot.gitlab_api import places, posts, queries, writing
from bot.gitlab_api.access_report import access_query
from bot.gitlab_api.capabilities import START_QUERY, Capabilities, make_capabilities
from fakegitlab.graphql.complexity import Meter

FOLDER = Path(__file__).parents[3] / "shared/gitlab-api/graphql"
SCHEMAS = ("gitlab.graphql", "gitlab-18.5-docs.graphql", "gitlab-ce.graphql")
LIMIT, MAX_DEPTH, MAX_CHARACTERS = 250, 20, 10_000
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"GitLab's schemas are not at {FOLDER}")


@cache
def document(name: str) -> DocumentNode:
    """GitLab's own, taken to be sound."""
    return parse((FOLDER / name).read_text(encoding="utf-8"), no_location=True)


@cache
def schema(name: str) -> GraphQLSchema:
    return build_ast_schema(document(name), assume_valid=True)


@cache
def known(name: str) -> Capabilities:
    """What psbot finds out when it asks that schema about itself."""
    introspection = START_QUERY[START_QUERY.index("widgetTypes") :]
    found = graphql_sync(schema(name), "query { " + introspection).data
    assert found is not None
    enterprise = name != "gitlab-ce.graphql"
    return make_capabilities(found | {"metadata": {"version": "19.4.0", "enterprise": enterprise}})


def documents(known: Capabilities) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every query that reading sends to such a server, with the variables that make it dearest."""
    yield "start", START_QUERY, {}
    yield "place", queries.place_query(known), {}
    for name in ("milestones", "project milestones", "labels", "project labels", "projects", "descendantGroups"):
        yield f"rest of {name}", queries.rest_of_query(name), {}
    for kind in ("group", "project") if known.lists_groups else ("project",):
        yield f"items of a {kind}", queries.items_query(known, kind), {"first": queries.PAGE}
        yield f"last items of a {kind}", queries.items_query(known, kind, newest_first=True), {"first": queries.PAGE}
    if known.knows("TIME_TRACKING"):
        yield "time logs", queries.timelogs_query(5), {}
    yield "notes", queries.notes_query(known, 5), {}
    yield "access", access_query(known), {}
    yield "users", queries.USERS, {}
    yield "histories of one place", queries.histories_query(known, ["project"], [50]), {}
    other = "group" if known.knows("Group.workItems") else "project"
    yield "histories", queries.histories_query(known, ["project", other], [50, 50]), {}
    yield "histories of whole pages", queries.histories_query(known, ["project", other], [100, 100]), {}
    yield "histories of many", queries.histories_query(known, ["project"] * 8, [25] * 8), {}
    yield "label dates", queries.histories_query(known, ["project", other], [100, 100], labels=True), {}
    yield "label dates of many", queries.histories_query(known, ["project"] * 6, [34] * 6, labels=True), {}
    yield "rest of label dates", queries.notes_query(known, 5, labels=True), {}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_query_validates(name: str) -> None:
    for title, text, _ in documents(known(name)):
        problems = [error.message for error in validate(schema(name), parse(text))]
        assert not problems, f"{title}: {problems}"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_query_stays_within_the_limits(name: str) -> None:
    for title, text, variables in documents(known(name)):
        if title == "start":
            continue  # introspection costs nothing by the schema's own fields
        parsed = parse(text)
        meter = Meter(schema(name), variables)
        operation = next(d for d in parsed.definitions if isinstance(d, OperationDefinitionNode))
        score = meter.measure(parsed, operation)
        assert score <= LIMIT, f"{title}: complexity {score}"
        assert meter.deepest <= MAX_DEPTH, title
        assert len(text) <= MAX_CHARACTERS, title


def test_the_measure_agrees_with_the_shared_one() -> None:
    """The demo's meter and the reference script give the same bound for the dearest query."""
    text = queries.items_query(known("gitlab.graphql"), "group").replace("$first: Int!, ", "").replace("$first", "100")
    parsed = parse(text)
    operation = next(d for d in parsed.definitions if isinstance(d, OperationDefinitionNode))
    ours = Meter(schema("gitlab.graphql"), {}).measure(parsed, operation)
    theirs, _ = _reference().cost_of(
        operation.selection_set,
        schema("gitlab.graphql").query_type,
        {d.name.value: d for d in parsed.definitions if isinstance(d, FragmentDefinitionNode)},
        0,
    )
    assert ours == theirs


def _reference() -> ModuleType:
    """The shared script as a module, on the schema that is already built."""
    spec = importlib.util.spec_from_file_location("complexity_reference", FOLDER / "complexity.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    before, sys.argv = sys.argv, ["complexity.py"]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.argv = before
    module.__dict__["schema"] = schema("gitlab.graphql")
    return module


def test_a_community_edition_is_asked_for_no_enterprise_field() -> None:
    text = queries.items_query(known("gitlab-ce.graphql"), "group")
    for name in ("HealthStatus", "Weight", "Iteration", "BLOCKED_BY"):
        assert name not in text


def test_an_enterprise_edition_is_asked_for_everything() -> None:
    text = queries.items_query(known("gitlab.graphql"), "group")
    for name in ("healthStatus", "weight", "iteration", "BLOCKED_BY", "timelogs", "parent", "description"):
        assert name in text


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_publishing_half_validates_too(name: str) -> None:
    texts = [
        v
        for m in (places, posts, writing)
        for k, v in vars(m).items()
        if isinstance(v, str) and v.startswith(("query", "mutation"))
    ]
    assert texts
    for text in texts:
        assert not [error.message for error in validate(schema(name), parse(text))]


# -- older servers: the schema without what came later

LATER = {
    **{
        f"{kind}.workItems({name}{side})": "17.9"
        for kind in ("Group", "Project", "Namespace")
        for name in ("created", "updated", "closed", "due")
        for side in ("After", "Before")
    },
    "Group.workItems(includeArchived)": "18.6",
    "Group.workItems(ids)": "18.6",
    "Project.workItems(ids)": "18.6",
    "WorkItemConnection.count(limit)": "18.6",
    "WorkItemWidgetNotes.notes": "18.2",
}
"""What the list of introductions doesn't hold, for it tells of experimental fields only."""
UNSURE = (
    (
        "Group.workItems(includeArchived)",
        "Group.workItems(updatedAfter)",
        "Group.workItemStateCounts(includeDescendants)",
        "Group.maxAccessLevel",
        "WorkItemWidgetType.TIME_TRACKING",
        "NamespaceAvailableFeatures.hasSubepicsFeature",
    ),
    (
        "Group.workItems(includeDescendants)",
        "Project.workItems(createdAfter)",
        "Project.workItemStateCounts",
        "WorkItemConnection.count",
        "WorkItemWidgetType.LINKED_ITEMS",
    ),
    (
        "Group.workItems",
        "Group.workItemStateCounts",
        "Project.maxAccessLevel",
        "Group.licensedFeatures",
        "WorkItemWidgetNotes.notes",
        "WorkItemWidgetType.HEALTH_STATUS",
        "WorkItemRelatedLinkType.BLOCKED_BY",
    ),
)
"""Whatever may be missing is asked of the schema first: these can go, in any company (three, to be quick)."""


@cache
def introduced() -> dict[str, str]:
    """When what psbot asks for came, as far as that is told."""
    told = json.loads((FOLDER / "introduced.json").read_text(encoding="utf-8"))
    return {name: entry["version"] for name, entry in told.items() if entry["status"] == "experiment"} | LATER


def as_numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@cache
def without(name: str, missing: frozenset[str]) -> GraphQLSchema:
    """A schema without these fields, arguments (`Type.field(argument)`) and enum values."""
    whole = document(name)
    touched = {entry.partition(".")[0] for entry in missing}
    kept = [_cut(d, missing) if _name_of(d) in touched else d for d in whole.definitions]
    return build_ast_schema(replace(whole, definitions=tuple(kept)), assume_valid=True)


def _name_of(node: Any) -> str:
    return node.name.value if getattr(node, "name", None) else ""


def _cut(definition: Any, missing: frozenset[str]) -> Any:
    for part in ("fields", "values"):
        entries = getattr(definition, part, None)
        if entries:
            left = [e for e in entries if f"{_name_of(definition)}.{_name_of(e)}" not in missing]
            definition = replace(definition, **{part: tuple(_cut_arguments(definition, e, missing) for e in left)})
    return definition


def _cut_arguments(definition: Any, entry: Any, missing: frozenset[str]) -> Any:
    path = f"{_name_of(definition)}.{_name_of(entry)}"
    if not getattr(entry, "arguments", None):
        return entry
    left = [a for a in entry.arguments if f"{path}({_name_of(a)})" not in missing]
    return replace(entry, arguments=tuple(left))


def assert_all_validate(cut: GraphQLSchema, version: str, enterprise: bool) -> Capabilities:
    introspection = START_QUERY[START_QUERY.index("widgetTypes") :]
    found = graphql_sync(cut, "query { " + introspection).data
    assert found is not None
    capabilities = make_capabilities(found | {"metadata": {"version": version, "enterprise": enterprise}})
    for title, text, _ in documents(capabilities):
        problems = [error.message for error in validate(cut, parse(text))]
        assert not problems, f"{title} on {version}: {problems}"
    return capabilities


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("gitlab-18.5-docs.graphql", "16.11"),
        ("gitlab-18.5-docs.graphql", "17.8"),
        ("gitlab-18.5-docs.graphql", "17.11"),
        ("gitlab-18.5-docs.graphql", "18.1"),
        ("gitlab-ce.graphql", "16.11"),
        ("gitlab-ce.graphql", "18.1"),
    ],
)
def test_every_query_validates_on_an_older_server(name: str, version: str) -> None:
    later = frozenset(k for k, since in introduced().items() if as_numbers(since) > as_numbers(version))
    cut = without(name, later)
    capabilities = assert_all_validate(cut, version, name != "gitlab-ce.graphql")
    assert capabilities.filters_by_time == (as_numbers(version) >= (17, 9))
    assert capabilities.knows("Notes.notes") == (as_numbers(version) >= (18, 2))
    sent = [v for m in (places, posts, writing) for v in vars(m).values() if isinstance(v, str)]
    for text in (text for text in sent if text.startswith(("query", "mutation"))):
        assert not [error.message for error in validate(cut, parse(text))]


@pytest.mark.parametrize("names", UNSURE, ids=lambda names: names[0])
def test_nothing_is_taken_for_granted(names: tuple[str, ...]) -> None:
    assert_all_validate(without("gitlab.graphql", frozenset(names)), "19.4", True)
