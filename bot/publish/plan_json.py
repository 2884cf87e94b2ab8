"""The plan as a file, `psbot-plan/1`: what `run --dry-run --plan FILE` leaves and `apply FILE` carries out. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.errors import UsageError
from bot.publish.marker import Identity
from bot.publish.steps import Approval, Plan, Step

FORMAT = "psbot-plan/1"
_NESTED = {"identity": Identity, "approval": Approval}


class PlanFile(BaseModel):
    """A publishing plan: every note and issue that would be written, with its reason and what must still hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["psbot-plan/1"]
    instance: str = Field(description="Base URL of the GitLab for which the plan was made")
    user: str = Field(description="Username of the token with which it was made")
    aliases: dict[str, str] = Field({}, description="Former names of engagements in psbot's markers → today's")
    steps: tuple[Step, ...]


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON values."""
    return {
        "format": FORMAT,
        "instance": plan.instance,
        "user": plan.user,
        "aliases": dict(sorted(plan.aliases.items())),
        "steps": [_plain(asdict(step)) for step in plan.steps],
    }


def _plain(value: Any) -> Any:
    """Lists where Python has tuples."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def plan_from_json(text: str, where: str = "plan") -> Plan:
    """Read a plan. Raises UsageError that names what is wrong and where."""
    try:
        data = json.loads(text)
        found = PlanFile.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"is not a plan of this psbot: {place}: {first['msg']}", where, _ADVICE) from problem
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"is not JSON: {problem}", where, _ADVICE) from problem
    for number, step in enumerate(data["steps"]):
        _check_keys(step, Step, f"{where}: steps.{number}")
    return Plan(found.steps, found.instance, found.user, found.aliases)


def plan_schema() -> dict[str, Any]:
    """JSON Schema of a plan file."""
    schema = PlanFile.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = FORMAT
    for name in ("Step", "Identity", "Approval"):
        schema["$defs"][name]["additionalProperties"] = False
    return schema


_ADVICE = "Make a new one: `psbot run --dry-run --plan FILE`."


def _check_keys(data: Any, kind: type, where: str) -> None:
    """A key that this psbot doesn't know may mean something: it is refused, not skipped."""
    unknown = sorted(set(data) - {f.name for f in fields(kind)})
    if unknown:
        raise UsageError(f"unknown key {unknown[0]!r}", where, _ADVICE)
    for name, inner in _NESTED.items():
        if isinstance(data.get(name), dict) and kind is Step:
            _check_keys(data[name], inner, f"{where}.{name}")
