"""Facts from GitLab's own fields: custom fields of an engagement's root (Premium, Ultimate), and an epic's dates."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.errors import GitLabError
from bot.domain.facts import FACTS
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.thread_pool import chunks
from bot.gitlab_api.translate import Record, id_number

log = logging.getLogger("psbot.gitlab")
Values = Mapping[str, Any]
ROOTS_A_QUERY = 10
_DATE = "... on WorkItemDateFieldValue { date: value } "
_VALUES = (
    "customField { name } ... on WorkItemTextFieldValue { text: value } ... on WorkItemNumberFieldValue { number: value } "
    "%s... on WorkItemSelectFieldValue { selectedOptions { value } }"
)


def read_fields(client: GitLabClient, roots: Iterable[Record], wanted: Mapping[str, str]) -> dict[int, dict[str, Any]]:
    """The facts in custom fields of these items, by id: `wanted` maps a field's name to a fact's key."""
    known = client.capabilities
    if not wanted or not known.enterprise or not known.knows("CUSTOM_FIELDS"):
        return {}
    keys = {_folded(name): key for name, key in wanted.items()}
    found: dict[int, dict[str, Any]] = {}
    for part in chunks([r["id"] for r in roots if r["id"] > 0], ROOTS_A_QUERY):
        for node in _ask(client, part):
            found[id_number(node["id"])] = _facts(node, keys)
    return found


def _ask(client: GitLabClient, numbers: Sequence[int]) -> list[Mapping[str, Any]]:
    variables = {f"id{n}": f"gid://gitlab/WorkItem/{number}" for n, number in enumerate(numbers)}
    for date in (_DATE, ""):
        try:
            answer = client.graphql(_query(len(numbers), date), variables, where="custom fields")
        except GitLabError as problem:
            if not date:
                raise
            log.debug("custom fields know no dates here: %s", problem)
        else:
            return [node for node in answer.values() if node]
    return []


def _query(count: int, date: str) -> str:
    declared = ", ".join(f"$id{n}: WorkItemID!" for n in range(count))
    values = f"widgets(onlyTypes: [CUSTOM_FIELDS]) {{ ... on WorkItemWidgetCustomFields {{ customFieldValues {{ {_VALUES % date} }} }} }}"
    items = " ".join(f"i{n}: workItem(id: $id{n}) {{ id {values} }}" for n in range(count))
    return f"query PsbotFields({declared}) {{ {items} }}"


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _facts(node: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for widget in node.get("widgets") or ():
        for value in (widget or {}).get("customFieldValues") or ():
            key = keys.get(_folded(str((value.get("customField") or {}).get("name") or "")))
            if key and (plain := _plain(value)) is not None:
                found[key] = _as_fact(key, plain)
    return found


def _plain(value: Mapping[str, Any]) -> Any:
    """A field's value as a facts block would have it."""
    if "selectedOptions" in value:
        options = [str(option["value"]) for option in value["selectedOptions"] or ()]
        return options if len(options) > 1 else next(iter(options), None)
    number = value.get("number")
    if number is not None:
        return int(number) if float(number).is_integer() else number
    return value.get("text") or value.get("date")


def _as_fact(key: str, value: Any) -> Any:
    """Options read as people name them: `Time and materials`, `Yes`."""
    schema = FACTS[key].kind.schema
    if not isinstance(value, str):
        return value
    word = "_".join(value.replace("-", " ").split()).casefold()
    if "enum" in schema:
        return word if word in schema["enum"] else value
    if schema.get("type") == "boolean":
        return {"yes": True, "no": False}.get(word, value)
    return value


def with_dates(root: Record, values: Values) -> dict[str, Any]:
    """`values` with the epic's own start and due date where nobody says more."""
    own = {"start": root["start"], "end": root["due"]} if root["type"] == "epic" else {}
    return {**{key: day for key, day in own.items() if day}, **values}
