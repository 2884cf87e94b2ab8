"""What every resolver gets: who asks, and how dear the question is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from fakegitlab.entities import Item
from fakegitlab.graphql.ids import split_gid
from fakegitlab.services.access import Actor
from fakegitlab.store import Store

Info = GraphQLResolveInfo[Any]
DENIED = (
    "The resource that you are attempting to access does not exist or you don't have permission to perform this action"
)


@dataclass
class Context:
    """One request."""

    actor: Actor
    score: int = 0
    limit: int = 250

    @property
    def world(self) -> Store:
        """The world."""
        return self.actor.world


def context(info: Info) -> Context:
    """The context, typed."""
    found: Any = info.context
    assert isinstance(found, Context)
    return found


def actor(info: Info) -> Actor:
    """Who asks."""
    return context(info).actor


def world(info: Info) -> Store:
    """The world."""
    return context(info).world


def denied() -> GraphQLError:
    """Not there, or not for you."""
    return GraphQLError(DENIED)


def find_noteable(info: Info, value: str) -> Item:
    """The item of a WorkItem, Issue or Epic id; an epic has two numbers."""
    kind, number = split_gid(value, "WorkItem", "Issue", "Epic")
    store = world(info)
    found = store.epics.get(int(number)) if kind == "Epic" else store.items.get(int(number))
    sees = actor(info).sees if kind == "Epic" else actor(info).sees_work_item
    if found is None or not sees(found):
        raise denied()
    return found
