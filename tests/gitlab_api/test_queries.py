"""Every query validates on the schema it is meant for, and stays within GitLab's limits."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, graphql_sync, parse, validate

from bot.demo.graphql.complexity import Meter
from bot.gitlab_api import places, posts, queries, writing
from bot.gitlab_api.capabilities import START_QUERY, Capabilities, make_capabilities
from bot.gitlab_api.check import access_query

FOLDER = Path(__file__).parents[3] / "shared/gitlab-api/graphql"
SCHEMAS = ("gitlab.graphql", "gitlab-18.5-docs.graphql", "gitlab-ce.graphql")
LIMIT, MAX_DEPTH, MAX_CHARACTERS = 250, 20, 10_000
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"GitLab's schemas are not at {FOLDER}")


@cache
def schema(name: str) -> GraphQLSchema:
    return build_schema((FOLDER / name).read_text(encoding="utf-8"))


@cache
def known(name: str) -> Capabilities:
    """What psbot finds out when it asks that schema about itself."""
    introspection = START_QUERY[START_QUERY.index("widgetTypes") :]
    found = graphql_sync(schema(name), "query { " + introspection).data
    assert found is not None
    enterprise = name != "gitlab-ce.graphql"
    return make_capabilities(found | {"metadata": {"version": "19.4.0", "enterprise": enterprise}})


def documents(known: Capabilities) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every query that reading sends, with the variables that make it dearest."""
    yield "start", START_QUERY, {}
    yield "place", queries.place_query(known), {}
    for name in ("milestones", "project milestones", "projects", "descendantGroups"):
        yield f"rest of {name}", queries.rest_of_query(name), {}
    for kind in ("group", "project"):
        yield f"items of a {kind}", queries.items_query(known, kind), {"first": queries.PAGE}
    yield "time logs", queries.timelogs_query(5), {}
    yield "notes", queries.notes_query(known, 5), {}
    yield "access", access_query(known), {}
    yield "histories of one place", queries.histories_query(known, ["project"], [50]), {}
    yield "histories", queries.histories_query(known, ["project", "group"], [50, 50]), {}
    yield "histories of many", queries.histories_query(known, ["project"] * 8, [13] * 4 + [12] * 4), {}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_query_validates(name: str):
    for title, text, _ in documents(known(name)):
        problems = [error.message for error in validate(schema(name), parse(text))]
        assert not problems, f"{title}: {problems}"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_query_stays_within_the_limits(name: str):
    for title, text, variables in documents(known(name)):
        if title == "start":
            continue  # introspection costs nothing by the schema's own fields
        document = parse(text)
        meter = Meter(schema(name), variables)
        operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
        score = meter.measure(document, operation)
        assert score <= LIMIT, f"{title}: complexity {score}"
        assert meter.deepest <= MAX_DEPTH, title
        assert len(text) <= MAX_CHARACTERS, title


def test_the_measure_agrees_with_the_shared_one():
    """The demo's meter and the reference script give the same bound for the dearest query."""
    text = queries.items_query(known("gitlab.graphql"), "group").replace("$first: Int!, ", "").replace("$first", "100")
    document = parse(text)
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    ours = Meter(schema("gitlab.graphql"), {}).measure(document, operation)
    theirs, _ = _reference().cost_of(
        operation.selection_set,
        schema("gitlab.graphql").query_type,
        {d.name.value: d for d in document.definitions if d is not operation},
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


def test_a_community_edition_is_asked_for_no_enterprise_field():
    text = queries.items_query(known("gitlab-ce.graphql"), "group")
    for name in ("HealthStatus", "Weight", "Iteration", "BLOCKED_BY"):
        assert name not in text


def test_an_enterprise_edition_is_asked_for_everything():
    text = queries.items_query(known("gitlab.graphql"), "group")
    for name in ("healthStatus", "weight", "iteration", "BLOCKED_BY", "timelogs", "parent", "description"):
        assert name in text


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_publishing_half_validates_too(name: str):
    texts = [
        v
        for m in (places, posts, writing)
        for k, v in vars(m).items()
        if isinstance(v, str) and v.startswith(("query", "mutation"))
    ]
    assert texts
    for text in texts:
        assert not [error.message for error in validate(schema(name), parse(text))]
