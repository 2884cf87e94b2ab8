"""Hostile values for every field that the model has: which fields there are follows from the declarations."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeGuard, Union, get_args, get_origin, get_type_hints

from bot.domain.model import Engagement, Portfolio
from bot.domain.snapshot import dump_snapshot
from tests.builders import make_booking, make_engagement, make_item, make_log, make_milestone

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

HALF = "\ud800"
NEVER: Mapping[Any, tuple[Any, ...]] = {
    str: (f"a{HALF}b", True, [HALF], {"a": {}}),
    float: (1e30, -1e30, 10**31, 10**400, 1e308, "seven", [], True),
    int: (1e30, 10**31, "seven", []),
    bool: ("yes", 1, []),
    date: ("0001-01-01", "1066-10-14", "2026-02-30", "soon", 5, []),
    datetime: ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "soon", 5, []),
    tuple: (True, [[1]], [{"a": HALF}]),
    Mapping: (True, "text", [1]),
}
"""Values that no field of the type can mean: each must be named."""
ODD: tuple[object, ...] = (
    "\x00\x1b[31m\x9b2J", "=1+1", "x" * 300_000, "../../etc/passwd", "{{7*7}}{% raw %}", "\u202e\u2028", "NaN", "",
    "9999-12-31", "9999-W52", "0001-W01", None, 0, -1, 1e-300, 1e12, -1e12, float(10**11), [], {},
)  # fmt: skip
"""Values that are strange and may be right: nothing may break on them."""
LEFT_OUT = frozenset({"ref", "what_if", "later_labels", "errors", "fact_faults"})
"""Its name, and what no snapshot holds or what psbot says itself."""
Path = tuple[Any, ...]


def sample(ref: str) -> dict[str, Any]:
    """An engagement as a snapshot has it, with a value in every place that a field describes."""
    moved = [("2026-11-01", "2026-11-13", "2026-10-01")]
    own = ref.replace("&", "/p").replace("acme/customers/", "acme/customers/of-")
    change = {"hours": 10, "value": 2000, "end": "2027-01-15"}
    engagement = make_engagement(
        ref=ref,
        facts={"milestones": [{"milestone": "Design", "due": "2026-10-30", "amount": 5000}], "work": (f"{ref}/x",)},
        items=[
            make_item(1, ref=f"{own}#1", milestone="Design", due_date="2026-11-13", due_history=moved, estimate_hours=8, labels=["PS Risk"],
                      label_dates={"PS Risk": "2026-09-01"}, assignees=("ann",), weight=3, blocked_by=(f"{ref}#2",),
                      facts={"impact": 3, "probability": 4}),
            *(make_item(n, ref=f"{own}#{n}", milestone="Design", closed=f"2026-{8 + n // 3:02d}-20", estimate_hours=8) for n in range(2, 9)),
            make_item(9, ref=f"{own}#9", labels=["change-order::proposed"], facts=change),
        ],
        milestones=[make_milestone(due_date="2026-11-13", due_history=moved)],
        timelogs=[make_log(None, 6, f"2026-{8 + n // 3:02d}-19") for n in range(2, 9)],
        bookings=[make_booking("2026-W48", 20)],
    )  # fmt: skip
    (plain,) = dump_snapshot(Portfolio((engagement,)))["engagements"]
    return dict(plain)


def fields_of(model: type[DataclassInstance] = Engagement, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every field's place in the snapshot and its type, those of the values inside it too."""
    hints = get_type_hints(model)
    for field in dataclasses.fields(model):
        if field.name in LEFT_OUT:
            continue
        kind = _kind(hints[field.name])
        here = (*path, field.name)
        yield here, kind
        inner = get_args(hints[field.name])[:1]
        if kind is tuple and inner and _is_model(inner[0]):
            yield from fields_of(inner[0], (*here, 0))
        elif _is_model(kind):
            yield from fields_of(kind, here)


def _is_model(kind: object) -> TypeGuard[type[DataclassInstance]]:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def _kind(hint: Any) -> Any:
    if get_origin(hint) in (Union, type(int | str)):
        hint = next(a for a in get_args(hint) if a is not type(None))
    origin = get_origin(hint)
    return tuple if origin is tuple else Mapping if origin is not None else hint


def poisoned(plain: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any] | None:
    """The engagement with the value in that place; None where it has no such place."""
    changed: Any = copy.deepcopy(dict(plain))
    place = changed
    for key in path[:-1]:
        place = place[key] if isinstance(place, list) or key in place else None
        if place is None or place == []:
            return None
    place[_RENAMED.get(path[-1], path[-1])] = value
    return dict(changed)


_RENAMED = {"previous": "from", "new": "to"}
