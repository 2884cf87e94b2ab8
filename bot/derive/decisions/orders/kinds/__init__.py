"""The kinds of orders, one a file. A kind is there by being in this package; nothing else needs to be changed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from bot.derive.decisions.orders.order import OrderKind, read_order

__all__ = ["KINDS"]


def _collect() -> dict[str, OrderKind]:
    """Every module of this package that declares an ORDER, by its word and other spellings."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    kinds = sorted((read_order(m) for m in modules if hasattr(m, "ORDER")), key=lambda kind: kind.word)
    return {word: kind for kind in kinds for word in (kind.word, *kind.spellings)}


KINDS: Mapping[str, OrderKind] = MappingProxyType(_collect())
