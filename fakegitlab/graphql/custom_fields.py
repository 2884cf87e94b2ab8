"""Custom fields of work items (Premium, Ultimate; dates since 18.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from fakegitlab.graphql.ids import gid


@dataclass(frozen=True)
class FieldValue:
    """What one item has in one field."""

    name: str
    value: Any

    @property
    def kind(self) -> str:
        for kind, names in ((list, "Select"), (bool, "Text"), (int | float, "Number"), (date, "Date")):
            if isinstance(self.value, kind):
                return names
        return "Text"

    @property
    def type_name(self) -> str:
        """The type in the schema."""
        return f"WorkItem{self.kind}FieldValue"


def values_of(widget: Any, info: Any, **args: Any) -> list[FieldValue]:
    """The item's values, by name."""
    return [FieldValue(name, value) for name, value in sorted(widget.item.custom_fields.items())]


def _field_type(value: FieldValue, info: Any) -> str:
    several = len(value.value) > 1 if isinstance(value.value, list) else False
    return {"Select": "MULTI_SELECT" if several else "SINGLE_SELECT"}.get(value.kind, value.kind.upper())


def _id(value: FieldValue) -> int:
    return sum(map(ord, value.name))


_FIELD = {"customField": lambda value, info: value}
RESOLVERS: dict[str, Any] = {
    "WorkItemWidgetCustomFields": {"customFieldValues": values_of},
    **{f"WorkItem{kind}FieldValue": _FIELD for kind in ("Text", "Number", "Date")},
    "WorkItemSelectFieldValue": _FIELD
    | {
        "selectedOptions": lambda value, info: [
            {"id": gid("Issuables::CustomFieldSelectOption", 1), "value": v} for v in value.value
        ]
    },
    "CustomField": {
        "id": lambda value, info: gid("Issuables::CustomField", _id(value)),
        "active": lambda value, info: True,
        "fieldType": _field_type,
        "name": lambda value, info: value.name,
    },
}
