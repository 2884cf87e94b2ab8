"""The schema with its resolvers: named ones, else the attribute of the same name in Python's spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_ast_schema

from fakegitlab.editions import Edition
from fakegitlab.graphql import activity, custom_fields, mutations, places, scalars, work_items
from fakegitlab.graphql.schema import pruned_document

MODULES = (places, work_items, custom_fields, activity, mutations)


@lru_cache(maxsize=16)
def live_schema(edition: Edition) -> GraphQLSchema:
    """The executable schema of an edition and version."""
    schema = build_ast_schema(pruned_document(edition), assume_valid_sdl=True)
    scalars.give_behaviour(schema)
    named = named_resolvers()
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            for field_name, field in kind.fields.items():
                field.resolve = named.get((name, field_name)) or reader(field_name)
        elif isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = type_of
    return schema


def named_resolvers() -> dict[tuple[str, str], Any]:
    """All resolvers by type and field."""
    found: dict[tuple[str, str], Any] = {}
    for module in MODULES:
        for type_name, fields in module.RESOLVERS.items():
            found |= {(type_name, field): resolver for field, resolver in fields.items()}
    return found


def reader(field_name: str) -> Callable[..., Any]:
    """Reads a key of a dictionary, or an attribute."""
    attribute = re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), field_name)

    def read(source: Any, _info: Any, **_args: Any) -> Any:
        if isinstance(source, dict):
            return source.get(field_name)
        return getattr(source, attribute)

    return read


def type_of(value: Any, _info: Any, _abstract: Any) -> str:
    """Widgets know their type; users are users."""
    return getattr(value, "type_name", "UserCore")
