"""The page of all keys of config.yml, made from the settings' own declarations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from bot.app.config_names import full_vocabulary
from bot.config import settings_model

HEAD = """\
# Every key of config.yml

Only `portfolio.namespaces` must be given. An unknown key is an error that names the nearest right one; all mistakes are reported
at once, with line and column. `psbot init` writes a commented starter, whose first line lets editors complete and check
(its [JSON Schema](config.schema.json) is what `psbot schema` prints). Labels have [their own page](labels.md), and so have
[thresholds](thresholds.md) and [facts](facts.md). The token is never here: it is the environment variable `GITLAB_TOKEN`.

| key | default | meaning |
| --- | --- | --- |
"""
MEANINGS = {
    "calendar.timezone": "in which days and weeks end",
    "calendar.working_days": "days of the week that are worked",
    "calendar.hours_per_day": "hours of a working day, for capacity and GitLab's `1d`",
    "finance.currency": "of all amounts that name none",
    "risks.disable": "ids of [risk rules](risk-rules.md) that are switched off",
    "risks.severity": "severity by rule id, where the default is not yours",
    "reports.status.customer.enabled": "write the customer's weekly status to the `customer_channel`",
    "reports.status.customer.approval": "`required`: only after a 👍 on the draft; `none`: at once",
    "reports.status.customer.approvers": "usernames whose 👍 counts",
    "templates.folder": "a file there replaces the shipped template of the same name",
    "serve.at": "times of day at which `psbot serve` runs",
    "thresholds": "[every number](thresholds.md) behind a colour or a risk rule, by name",
    "labels": "[your own label names](labels.md)",
}


def config_page() -> str:
    """docs/config.md."""
    return HEAD + "".join(f"| `{key}` | {default} | {meaning} |\n" for key, default, meaning in config_keys())


def config_keys() -> Iterator[tuple[str, str, str]]:
    """(key, default, meaning) of each setting, in the order of the file."""
    yield from _keys(settings_model(full_vocabulary()), "")


def _keys(model: type[BaseModel], above: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        key = f"{above}{name}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and key not in MEANINGS:
            yield from _keys(inner, f"{key}.")
            continue
        meaning = field.description or MEANINGS.get(key) or ""
        default = "see there" if key in ("labels", "thresholds") else _shown(field.is_required(), field.default, inner)
        yield key, default, meaning if meaning[:2].isupper() else meaning[:1].lower() + meaning[1:]


def _shown(required: bool, default: Any, kind: Any) -> str:
    if required:
        return "must be given"
    if default is None or default == {} or default == ():
        return "none" if not get_args(kind) or get_origin(kind) is not tuple else "empty"
    if isinstance(default, tuple):
        return f"`[{', '.join(map(str, default))}]`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
