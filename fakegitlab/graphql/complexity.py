"""How dear a query is, by GitLab's rule: a field costs 1 and its children, a connection times its page size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, GraphQLUnionType, get_named_type
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MAX_PAGE = 100
SEARCH_COST = 5


@dataclass
class Meter:
    """Measures one operation with its variables."""

    schema: GraphQLSchema
    variables: dict[str, Any]
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    deepest: int = 0

    def measure(self, document: DocumentNode, operation: OperationDefinitionNode) -> int:
        """The score."""
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        root = self.schema.get_root_type(operation.operation)
        return self.selection_cost(operation.selection_set, root, 0) if root else 0

    def selection_cost(self, selection: SelectionSetNode | None, parent: Any, depth: int) -> int:
        """Of exclusive types the dearest counts."""
        if selection is None:
            return 0
        abstract = isinstance(parent, GraphQLInterfaceType | GraphQLUnionType)
        types = self.schema.get_possible_types(parent) if abstract else [parent]
        return max((self._cost_on(selection, kind, parent, depth) for kind in types), default=0)

    def _cost_on(self, selection: SelectionSetNode, kind: GraphQLObjectType, parent: Any, depth: int) -> int:
        fields: dict[str, FieldNode] = {}
        self._collect(selection, kind, parent, fields)
        return sum(self.field_cost(node, kind, depth + 1) for node in fields.values())

    def _collect(self, selection: SelectionSetNode, kind: Any, parent: Any, found: dict[str, FieldNode]) -> None:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, node)
                continue
            fragment: Any = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)
            condition = fragment.type_condition
            target = self.schema.type_map[condition.name.value] if condition else parent
            if self._applies(kind, target):
                self._collect(fragment.selection_set, kind, target, found)

    def _applies(self, kind: Any, target: Any) -> bool:
        if isinstance(target, GraphQLInterfaceType | GraphQLUnionType):
            return kind in self.schema.get_possible_types(target)
        return kind is target

    def field_cost(self, node: FieldNode, parent: GraphQLObjectType, depth: int) -> int:
        """One field."""
        self.deepest = max(self.deepest, depth)
        definition = parent.fields.get(node.name.value)
        if definition is None:
            return 1
        named = get_named_type(definition.type)
        cost = self.selection_cost(node.selection_set, named, depth) + 1
        if not named.name.endswith("Connection"):
            return cost
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        sorts = definition.args.get("sort")
        cost += "sort" in given or (sorts is not None and sorts.ast_node is not None and _has_default(sorts))
        cost += SEARCH_COST * ("search" in given)
        return int(cost * (1 if "iid" in given else 1 + 0.01 * self._page_size(given)))

    def _page_size(self, given: dict[str, Any]) -> int:
        sizes = [size for key in ("first", "last") if (size := self._number(given.get(key))) is not None]
        return min([MAX_PAGE, *sizes])

    def _number(self, value: Any) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, VariableNode):
            found = self.variables.get(value.name.value)
            return found if isinstance(found, int) else None
        return None


def _has_default(argument: Any) -> bool:
    return argument.ast_node.default_value is not None
