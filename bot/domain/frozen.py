"""What a value is here: a frozen dataclass with slots. Stages hand on nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[T]) -> type[T]:
    """A frozen dataclass with slots; `dataclasses.replace` and `fields` take it as any other."""
    return dataclass(frozen=True, slots=True)(kind)
