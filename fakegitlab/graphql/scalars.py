"""Times, dates and big numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema


def show_time(value: date | datetime) -> str:
    """`2026-11-20T10:00:00Z`; a date stays a date."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def read_time(value: Any) -> datetime:
    """ISO text, with or without time."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise GraphQLError(f'"{value}" is not a valid time') from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_date(value: Any) -> date:
    """ISO text."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise GraphQLError(f'"{value}" is not a valid date') from error


BEHAVIOUR: dict[str, tuple[Any, Any]] = {
    "Time": (show_time, read_time),
    "Date": (show_time, read_date),
    "ISO8601Date": (show_time, read_date),
    "BigInt": (str, int),
}


def give_behaviour(schema: GraphQLSchema) -> None:
    """Teach the schema's scalars."""
    for scalar_name, (show, read) in BEHAVIOUR.items():
        scalar = schema.type_map.get(scalar_name)
        if isinstance(scalar, GraphQLScalarType):
            shows, reads = ("serialize", "coerce_output_value"), ("parse_value", "coerce_input_value")
            for name in (*shows, *reads):
                setattr(scalar, name, show if name in shows else read)
