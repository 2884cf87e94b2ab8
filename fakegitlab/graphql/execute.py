"""Parse, measure, validate, execute; errors come with HTTP 200."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute_sync, parse, validate
from graphql.language import DocumentNode, FieldNode, Node, OperationDefinitionNode, OperationType, StringValueNode
from graphql.language.visitor import REMOVE, Visitor, visit
from werkzeug.wrappers import Request, Response

from fakegitlab.editions import Edition
from fakegitlab.graphql.complexity import Meter
from fakegitlab.graphql.context import DENIED, Context
from fakegitlab.graphql.resolvers import live_schema
from fakegitlab.rest.paging import as_json
from fakegitlab.services.access import Actor
from fakegitlab.store import Store

MAX_CHARACTERS = 10_000
MAX_DEPTH = 20
SIGNED_IN, ANONYMOUS, ADMIN = 250, 200, 300
KEPT_DOCUMENTS = 256


@dataclass(frozen=True)
class Prepared:
    """A document that is parsed and valid, or why it is not."""

    document: DocumentNode | None
    errors: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[list[str]] = field(default_factory=list)


class GraphQLApi:
    """GitLab's GraphQL API over a world."""

    def __init__(self, world: Store) -> None:
        self.world = world

    def answer(self, request: Request, actor: Actor) -> Response:
        """One query, or a list of them."""
        try:
            body = json.loads(request.get_data() or b"{}") if request.mimetype == "application/json" else request.form
        except ValueError:
            return as_json({"errors": [{"message": "Unexpected end of document"}]}, 422)
        if isinstance(body, list):
            return as_json([self.run(entry, actor) for entry in body])
        return as_json(self.run({**request.args, **body}, actor))

    def run(self, body: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """One query."""
        text, variables = str(body.get("query") or ""), body.get("variables") or {}
        if isinstance(variables, str):
            variables = json.loads(variables)
        if len(text) > MAX_CHARACTERS:
            return failure("Query too large")
        prepared = prepare(text, self.world.edition)
        if prepared.document is None:
            return {"errors": prepared.errors}
        operation = chosen_operation(prepared.document, body.get("operationName"))
        if operation is None:
            return failure("An operation name is required")
        numbers = tuple((name, value) for name, value in variables.items() if isinstance(value, int))
        score, deepest = measured(text, body.get("operationName"), numbers, self.world.edition)
        limit = ADMIN if actor.user.admin else (SIGNED_IN if actor.user.id else ANONYMOUS)
        if score > limit:
            return failure(f"Query has complexity of {score}, which exceeds max complexity of {limit}")
        if deepest > MAX_DEPTH:
            return failure(f"Query has depth of {deepest}, which exceeds max depth of {MAX_DEPTH}")
        if operation.operation == OperationType.QUERY and not actor.may_read_api() and actor.user.id:
            return failure(DENIED)
        name = operation.name.value if operation.name else None
        result = execute_sync(self.schema, prepared.document, None, Context(actor, score, limit), variables, name)
        return shown(result, prepared.dropped)

    @property
    def schema(self) -> GraphQLSchema:
        """The world's schema."""
        return live_schema(self.world.edition)


@lru_cache(KEPT_DOCUMENTS)
def prepare(text: str, edition: Edition) -> Prepared:
    """Parse and validate; the same for all servers of an edition."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return Prepared(None, [error_json(error)])
    document, dropped = without_newer(document, edition)
    errors = validate(live_schema(edition), document)
    if errors:
        return Prepared(None, [error_json(error) for error in errors])
    return Prepared(document, [], dropped)


@lru_cache(KEPT_DOCUMENTS)
def measured(text: str, name: str | None, numbers: tuple[tuple[str, int], ...], edition: Edition) -> tuple[int, int]:
    """How dear and how deep a valid operation is; of the variables only the numbers matter."""
    document = prepare(text, edition).document
    operation = chosen_operation(document, name) if document else None
    assert document is not None
    assert operation is not None
    meter = Meter(live_schema(edition), dict(numbers))
    return meter.measure(document, operation), meter.deepest


def chosen_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation of that name, or the only one."""
    found = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if name:
        return next((d for d in found if d.name and d.name.value == name), None)
    return found[0] if len(found) == 1 else None


@lru_cache(KEPT_DOCUMENTS)
def operation_name(text: str, name: str | None) -> str | None:
    """For the request log: the operation's name, and `mutation` in front of one that writes."""
    try:
        operation = chosen_operation(parse(text), name)
    except GraphQLError:
        return None
    if operation is None:
        return None
    found = operation.name.value if operation.name else "(anonymous)"
    return f"mutation {found}" if operation.operation == OperationType.MUTATION else found


# --- @gl_introduced: fields an older server answers with null -------------------------------------------------------------


class _Newer(Visitor):
    def __init__(self, edition: Edition) -> None:
        super().__init__()
        self.edition = edition
        self.dropped: list[list[str]] = []

    def enter_field(self, node: FieldNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> Any:
        """Drop fields newer than the server."""
        for directive in node.directives or ():
            value = directive.arguments[0].value if directive.arguments else None
            newer = isinstance(value, StringValueNode) and not self.edition.since(value.value)
            if directive.name.value == "gl_introduced" and newer:
                self.dropped.append([*response_keys(ancestors), response_key(node)])
                return REMOVE
        return None


def response_key(node: FieldNode) -> str:
    """Alias or name."""
    return (node.alias or node.name).value


def response_keys(ancestors: list[Any]) -> list[str]:
    """The path of a field in the answer, list indexes aside."""
    return [response_key(node) for node in ancestors if isinstance(node, Node) and isinstance(node, FieldNode)]


def without_newer(document: DocumentNode, edition: Edition) -> tuple[DocumentNode, list[list[str]]]:
    """The document without fields that the server does not know, and where they stood."""
    visitor = _Newer(edition)
    pruned = visit(document, visitor)
    return (replace(pruned) if visitor.dropped else document), visitor.dropped


def put_nulls(data: Any, path: list[str]) -> None:
    """Answer null at the path."""
    if isinstance(data, list):
        for entry in data:
            put_nulls(entry, path)
    elif isinstance(data, dict):
        if len(path) == 1:
            data[path[0]] = None
        elif path[0] in data:
            put_nulls(data[path[0]], path[1:])


# --- answers -------------------------------------------------------------------------------------------------------------


def failure(message: str) -> dict[str, Any]:
    """An answer that is only an error."""
    return {"errors": [{"message": message}]}


def error_json(error: GraphQLError) -> dict[str, Any]:
    """As GitLab words unknown fields: `Field 'x' doesn't exist on type 'Y'`."""
    shape = dict(error.formatted)
    message = error.message
    if message.startswith("Cannot query field '"):
        parts = message.split("'")
        message = f"Field '{parts[1]}' doesn't exist on type '{parts[3]}'"
    elif message.startswith("Unknown type '"):
        message = f"No such type {message.split(chr(39))[1]}, so it can't be a fragment condition"
    shape["message"] = message
    return shape


def shown(result: ExecutionResult, dropped: list[list[str]]) -> dict[str, Any]:
    """Data and errors."""
    answer: dict[str, Any] = {"data": result.data}
    for path in dropped:
        put_nulls(result.data, path)
    if result.errors:
        answer["errors"] = [error_json(error) for error in result.errors]
    return answer
