"""One SDL, many servers: what an edition or version lacks is taken out before the schema is built."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_ast_schema, parse
from graphql.language import DocumentNode, FieldDefinitionNode, Node, StringValueNode
from graphql.language.visitor import REMOVE, Visitor, visit

from fakegitlab.editions import Edition

HERE = Path(__file__).parent
PAGED = "type Any { field(after: String, before: String, first: Int, last: Int): Int }"
DATE_FILTERS = "".join(
    f'{name}{side}: Time @since(version: "17.9"), '
    for name in ("created", "updated", "closed", "due")
    for side in ("After", "Before")
)
COUNTED_FILTERS = f"""types: [IssueType!], state: IssuableState, labelName: [String!], iid: String, iids: [String!], parentIds: [WorkItemID!] @since(version: "17.9"),
  authorUsername: String, assigneeUsernames: [String!], assigneeWildcardId: AssigneeWildcardId, confidential: Boolean,
  milestoneTitle: [String!], milestoneWildcardId: MilestoneWildcardId, search: String, in: [IssuableSearchableField!],
  {DATE_FILTERS}healthStatusFilter: HealthStatusFilter @ee @since(version: "17.9"),
  not: NegatedWorkItemFilterInput, or: UnionedWorkItemFilterInput, sort: WorkItemSort"""
WORK_ITEM_FILTERS = f'ids: [WorkItemID!] @since(version: "18.6"), {COUNTED_FILTERS}'
ISSUE_FILTERS = """types: [IssueType!], state: IssuableState, labelName: [String], iid: String, iids: [String!],
  authorUsername: String, assigneeUsernames: [String!], confidential: Boolean, milestoneTitle: [String],
  search: String, in: [IssuableSearchableField!], createdAfter: Time, createdBefore: Time, updatedAfter: Time,
  updatedBefore: Time, closedAfter: Time, closedBefore: Time, sort: IssueSort"""
MILESTONE_FILTERS = """ids: [ID!], title: String, searchTitle: String, state: MilestoneStateEnum, containingDate: Time,
  sort: MilestoneSort"""
TIMELOG_FILTERS = """startTime: Time, endTime: Time, startDate: Time, endDate: Time, groupId: GroupID,
  projectId: ProjectID, username: String, sort: TimelogSort"""
MACROS = {
    "COUNTED_FILTERS": COUNTED_FILTERS,
    "WORK_ITEM_FILTERS": WORK_ITEM_FILTERS,
    "ISSUE_FILTERS": ISSUE_FILTERS,
    "MILESTONE_FILTERS": MILESTONE_FILTERS,
    "TIMELOG_FILTERS": TIMELOG_FILTERS,
}
OURS = ("ee", "since", "paged")
LIMITED_COUNT, COUNT = 'count(limit: Int @since(version: "18.6")): Int!', "count: Int!"
CONNECTIONS = {
    "WorkItem": LIMITED_COUNT,
    "WorkItemTimelog": f"{LIMITED_COUNT} totalSpentTime: BigInt!",
    "Timelog": f"{LIMITED_COUNT} totalSpentTime: BigInt!",
    "Note": LIMITED_COUNT,
    "Label": COUNT,
    "UserCore": COUNT,
    "Group": COUNT,
    "Project": COUNT,
    "Issue": COUNT,
    "Milestone": "",
    "Discussion": "",
    "AwardEmoji": "",
    "WorkItemType": "",
    "LinkedWorkItemType": "",
}


def connection_sdl(name: str, extra: str) -> str:
    """The connection and edge types of a node type."""
    edge = f"type {name}Edge {{ cursor: String! node: {name} }}"
    fields = f"edges: [{name}Edge] nodes: [{name}] pageInfo: PageInfo! {extra}"
    return f"{edge} type {name}Connection {{ {fields} }}"


def sdl_text(edition: Edition) -> str:
    """The whole SDL, still with everything that some server lacks."""
    text = "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("schema.graphql", "mutations.graphql"))
    for name, filters in MACROS.items():
        text = text.replace(f"{name}", filters)
    text = text.replace("DESCRIPTION_INPUT", "String" if edition.since("18.6") else "String!")
    return text + "\n".join(connection_sdl(name, extra) for name, extra in CONNECTIONS.items())


class _Prune(Visitor):
    """Takes out what this server lacks, and expands @paged."""

    def __init__(self, edition: Edition) -> None:
        super().__init__()
        self.edition = edition

    def enter(self, node: Node, *_args: Any) -> Any:
        """Each node that carries directives."""
        directives = {d.name.value: d for d in getattr(node, "directives", None) or ()}
        if "ee" in directives and not self.edition.enterprise:
            return REMOVE
        since = directives.get("since")
        if since is not None and not self.edition.since(_argument(since)):
            return REMOVE
        if "paged" in directives and isinstance(node, FieldDefinitionNode):
            return replace(node, arguments=(*(node.arguments or ()), *paging_arguments()))
        return None


@lru_cache(maxsize=1)
def paging_arguments() -> tuple[Any, ...]:
    """What `@paged` stands for."""
    definition: Any = parse(PAGED, no_location=True).definitions[0]
    return tuple(definition.fields[0].arguments)


def _argument(directive: Any) -> str:
    value = directive.arguments[0].value
    assert isinstance(value, StringValueNode)
    return value.value


def _without_own_directives(document: DocumentNode) -> DocumentNode:
    kept = [d for d in document.definitions if getattr(getattr(d, "name", None), "value", "") not in OURS]
    return replace(document, definitions=tuple(kept))


class _Clean(Visitor):
    """Removes our directives once they have done their work."""

    def enter_directive(self, node: Any, *_args: Any) -> Any:
        """Only ours."""
        return REMOVE if node.name.value in OURS else None


def pruned_document(edition: Edition) -> DocumentNode:
    """The SDL of that edition and version."""
    pruned = visit(parse(sdl_text(edition), no_location=True), _Prune(edition))
    return _without_own_directives(visit(pruned, _Clean()))


def bare_schema(edition: Edition) -> GraphQLSchema:
    """The schema of that edition and version, without resolvers."""
    return build_ast_schema(pruned_document(edition))
