"""GraphQL filter arguments as criteria of the finder."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from fakegitlab.entities import Item
from fakegitlab.graphql.context import world
from fakegitlab.graphql.ids import number_of
from fakegitlab.services.finder import Criteria
from fakegitlab.services.ordering import Order, item_order

Info = GraphQLResolveInfo[Any]
HEALTH = {"onTrack": "on_track", "needsAttention": "needs_attention", "atRisk": "at_risk", "ANY": "any", "NONE": "none"}
SORTS = {
    "CREATED": "created_at", "UPDATED": "updated_at", "CLOSED_AT": "closed_at", "DUE_DATE": "due_date",
    "START_DATE": "start_date", "MILESTONE_DUE": "milestone_due", "TITLE": "title", "PRIORITY": "priority",
    "LABEL_PRIORITY": "label_priority", "POPULARITY": "popularity", "RELATIVE_POSITION": "relative_position",
}  # fmt: skip
MOMENTS = ("created", "updated", "closed", "due")


def order_of(args: dict[str, Any]) -> Order[Item]:
    """The order asked for: newest first by default."""
    name, _, direction = str(args.get("sort") or "CREATED_DESC").upper().rpartition("_")
    return item_order(SORTS[name], direction == "DESC")


def _person(info: Info, name: str | None) -> int | None:
    if name is None:
        return None
    found = world(info).find_user(name)
    return found.id if found else 0


def _numbers(values: list[str] | None, *kinds: str) -> frozenset[int] | None:
    return None if values is None else frozenset(number_of(value, *kinds) for value in values)


def _milestones(args: dict[str, Any]) -> tuple[str, ...]:
    wildcard = args.get("milestoneWildcardId")
    if wildcard in ("ANY", "NONE"):
        return (wildcard.lower(),)
    return tuple(args.get("milestoneTitle") or ())


def _assignee(info: Info, args: dict[str, Any]) -> int | str | None:
    if args.get("assigneeWildcardId"):
        return str(args["assigneeWildcardId"]).lower()
    names = args.get("assigneeUsernames")
    return _person(info, names[0]) if names else None


def _iids(args: dict[str, Any]) -> frozenset[int] | None:
    single = [args["iid"]] if args.get("iid") is not None else None
    return _numbers(args.get("iids") if args.get("iids") is not None else single)


def criteria_of(info: Info, args: dict[str, Any]) -> Criteria:
    """What the arguments ask for."""
    if args.get("search") is None and args.get("in"):
        raise GraphQLError("`search` should be present when including the `in` argument")
    state = args.get("state")
    excluded, either = args.get("not") or {}, args.get("or") or {}
    types = args.get("types")
    moments = {f"{n}_{s.lower()}": args.get(f"{n}{s}") for n in MOMENTS for s in ("After", "Before")}
    return Criteria(
        types=frozenset(kind.lower() for kind in types) if types else None,
        state=None if state in (None, "all") else state,
        labels=tuple(args.get("labelName") or ()),
        any_labels=tuple(either.get("labelNames") or ()),
        not_labels=tuple(excluded.get("labelName") or ()),
        milestones=_milestones(args),
        not_milestones=tuple(excluded.get("milestoneTitle") or ()),
        author=_person(info, args.get("authorUsername")),
        not_author=_person(info, next(iter(excluded.get("authorUsername") or ()), None)),
        assignee=_assignee(info, args),
        iids=_iids(args),
        ids=_numbers(args.get("ids"), "WorkItem", "Issue"),
        parents=_numbers(args.get("parentIds"), "WorkItem"),
        confidential=args.get("confidential"),
        health=HEALTH.get(args.get("healthStatusFilter") or ""),
        search=args.get("search"),
        search_in=tuple(name.lower() for name in args.get("in") or ("TITLE", "DESCRIPTION")),
        **moments,
    )
