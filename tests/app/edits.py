"""Edits of every field that the model and the config have: which there are follows from the declarations."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.derive.catalog import vocabulary
from tests.app.hostile import fields_of, poisoned, sample

REF = "acme/ps/globex&1"
BESIDE = "acme/ps/initech&1"
CONFIG: dict[str, Any] = {
    "portfolio": {"namespaces": {"acme/ps": "internal", "acme/cust": "customer"}},
    "finance": {"targets": {"FY27-Q4": 50_000}},
    "reports": {
        "status": {"customer": {"enabled": True, "approval": "none"}},
        "portfolio": {"project": "acme/ps/reports"},
        "monthly": {"project": "acme/ps/reports"},
        "quarterly": {"project": "acme/ps/reports"},
    },
}
VALUES: Mapping[Any, tuple[Any, ...]] = {
    str: ("Something else", "opened", "closed", ""),
    float: (0.0, 3.0, 120.0, 7_000.0),
    int: (0, 1, 5),
    bool: (True, False),
    date: ("2026-11-03", "2026-11-27", "2026-12-24", None),
    datetime: ("2026-09-02T09:00:00Z", "2026-11-10T09:00:00Z", "2026-11-26T08:00:00Z", None),
    tuple: ([], ["wontfix"], ["PS Risk"], ["dana"]),
    Mapping: ({}, {"PS Risk": "2026-11-10"}),
}
SETTINGS: dict[str, tuple[Any, ...]] = {
    "gitlab.timeout": (7,),
    "gitlab.max_minutes": (30,),
    "portfolio.closed_within_days": (1, 400),
    "calendar.timezone": ("Asia/Tokyo",),
    "calendar.working_days": (["mon", "tue", "wed"],),
    "calendar.holidays": (["2026-11-25"], ["DE"]),
    "calendar.fiscal_year_start": (1,),
    "calendar.hours_per_day": (6,),
    "finance.currency": ("EUR",),
    "finance.targets": ({}, {"FY27-Q4": 90_000}, {"FY28-Q3": 1}),
    "finance.tolerance": (0.3,),
    "finance.rates": ({"default": 90},),
    "labels.dropped": (["PS Risk"],),
    "labels.waiting_customer": ("PS Risk",),
    "labels.lesson": ("nothing-bears-this",),
    "risks.disable": (["no-estimates"], ["stale-items"]),
    "reports.locale": ("de_DE",),
    "reports.status.set_health": (True,),
    "serve.at": (["07:00"],),
    "people": ({"ann": {"email": "ann@example.com"}}, {"ann": {"away": ["2026-11-23..2026-12-04"]}}),
    "orders": ({"by": ["dana.director"]},),
}
"""Values for the settings that have no number of their own."""


@dataclass(frozen=True)
class Edit:
    """One place and its new value; `setting`: of the config, else of the engagement."""

    path: tuple[Any, ...]
    value: Any
    setting: bool = False

    def __str__(self) -> str:
        return f"{'config ' if self.setting else ''}{'.'.join(map(str, self.path))} = {self.value!r}"

    def engagement(self) -> dict[str, Any] | None:
        """The engagement after it; None where it has no such place."""
        return base() if self.setting else poisoned(base(), self.path, self.value)

    def config(self) -> dict[str, Any]:
        values = copy.deepcopy(CONFIG)
        if self.setting:
            place = values
            for key in self.path[:-1]:
                place = place.setdefault(key, {})
            place[self.path[-1]] = self.value
        return values


NOTHING = Edit(("finance", "tolerance"), 0.05, True)
"""The default, said in words."""


def base() -> dict[str, Any]:
    plain = sample(REF)
    plain["facts"] |= {"customer": "Globex", "customer_channel": "acme/cust/globex#1", "value": 40_000, "hours": 160}
    return plain


def edits() -> Iterator[Edit]:
    """Every field with every value of its type, and every setting."""
    for path, kind in fields_of():
        yield from (Edit(path, value) for value in VALUES.get(kind, ()))
    for name, values in SETTINGS.items():
        yield from (Edit(tuple(name.split(".")), value, True) for value in values)
    for name, threshold in sorted(vocabulary().thresholds.items()):
        yield Edit(("thresholds", name), threshold.default * 0.4, True)
        yield Edit(("thresholds", name), threshold.default * 2 + 1, True)


def beside() -> dict[str, Any]:
    plain = sample(BESIDE)
    plain["facts"] |= {"customer": "Initech", "value": 25_000, "hours": 120}
    return plain
