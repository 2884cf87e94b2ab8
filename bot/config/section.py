"""What all sections of config.yml have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from bot.domain.frozen import frozen


class Section(BaseModel):
    """Base of all sections: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:
        """`labels:` with nothing behind it means the defaults."""
        return {k: v for k, v in data.items() if v is not None} if isinstance(data, dict) else data


class Distinct(Section):
    """Labels that mean different things, and so must differ."""

    @model_validator(mode="after")
    def _differ(self) -> Self:
        seen: dict[str, str] = {}
        for key, label in self:
            if label in seen:
                raise ValueError(f"{seen[label]} and {key} are the same label {label!r}")
            seen[label] = key
        return self


@frozen
class Origin:
    """The file that settings came from, and where their keys stand in it. No part of what they say."""

    where: str = field(default="config.yml", compare=False)
    places: Mapping[tuple[str | int, ...], tuple[int, int]] = field(default_factory=dict, compare=False)
