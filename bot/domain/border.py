"""The border: what may enter the domain. Whatever was read, from GitLab, a file or a snapshot, passes here once.

Behind it text has no lone surrogates and no control characters, numbers are finite and within ±1e12, days and instants
lie in years in which somebody works. A value that is none of that costs its engagement that value, and is named. What is
checked follows from the declarations of the model: a new field is guarded by being declared.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.domain.limits import BROKEN as BROKEN
from bot.domain.limits import FIRST_DAY as FIRST_DAY
from bot.domain.limits import LARGEST as LARGEST
from bot.domain.limits import LAST_DAY as LAST_DAY
from bot.domain.limits import MOST_CHARACTERS as MOST_CHARACTERS
from bot.domain.limits import is_sane as is_sane
from bot.domain.limits import is_sane_day as is_sane_day
from bot.domain.limits import one_line as one_line
from bot.domain.limits import plain_text as plain_text
from bot.domain.limits import visible_lines as visible_lines
from bot.domain.limits import without_controls as without_controls
from bot.domain.messages import Phrase, Series, Text
from bot.domain.model import Engagement, Portfolio

DEEPEST: Final = 8
MOST_FAULTS: Final = 20
"""So many faults of one engagement are told one by one; the rest is a number."""
T = TypeVar("T")


class Unusable(ValueError):
    """A value that can't be let in, and that its owner can't be without."""


def read_instant(text: Any) -> datetime | None:
    """An ISO instant in UTC; None for nothing and for what is none (a day that the calendar ends with, a typing error)."""
    if not isinstance(text, str) or not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is UTC else (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_day(text: Any) -> date | None:
    """An ISO date, also where it comes as the midnight of that day; None for nothing and for what is none."""
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) and text else None
    except ValueError:
        return None


# -- plain values, as JSON has them


def plain_value(value: Any, depth: int = 0) -> Any:
    """A value of JSON or YAML, let in: what is unusable in it becomes None. Raises Unusable beyond the depth."""
    if depth > DEEPEST:
        raise Unusable(f"nested deeper than {DEEPEST}")
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, Mapping):
        return {plain_text(str(k)): plain_value(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain_value(v, depth + 1) for v in value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if is_sane(value) else None
    if isinstance(value, date):
        return value if is_sane_day(value) else None
    return plain_text(str(value))


# -- the model


@dataclass
class _Gate:
    """One engagement on its way in, and what was left behind."""

    faults: list[Text] = field(default_factory=list)

    def tell_broken(self, where: str) -> None:
        """Half a character cost the text that character."""
        self.faults.append(Phrase("{where}: holds half a character, which is left out", where=one_line(where)))

    def tell(self, where: str, value: Any) -> None:
        shown = repr(one_line(plain_text(str(value)[:60])))[:60] if not isinstance(value, int) else "too many digits"
        self.faults.append(Phrase("{where}: {value} can't be used and is left out", where=one_line(where), value=shown))

    @property
    def told(self) -> tuple[Text, ...]:
        return shortened(self.faults)


def shortened(faults: Sequence[Text]) -> tuple[Text, ...]:
    """The first faults; the rest is a number."""
    more = len(faults) - MOST_FAULTS
    found = tuple(dict.fromkeys(faults[:MOST_FAULTS]))
    return (*found, Phrase("{n|# more value|# more values} can't be used", n=more)) if more > 0 else found


Cleaner = Callable[[Any, str, _Gate], Any]


def admitted(portfolio: Portfolio) -> Portfolio:
    """The portfolio as it may be worked with. An engagement's faults join its `errors`; others the failures."""
    outside = _Gate()
    engagements = []
    for number, engagement in enumerate(portfolio.engagements, 1):
        try:
            engagements.append(_admitted_engagement(engagement))
        except Unusable:
            outside.tell(f"engagement {number}", engagement.ref)
    rest = _cleaned(replace(portfolio, engagements=()), "portfolio", outside)
    return replace(rest, engagements=tuple(engagements), failures=(*rest.failures, *outside.told))


def _admitted_engagement(engagement: Engagement) -> Engagement:
    gate = _Gate()
    clean: Engagement = _cleaned(engagement, "", gate)
    return replace(clean, errors=(*clean.errors, *gate.told)) if gate.faults else clean


def _cleaned(value: T, where: str, gate: _Gate) -> T:
    """A dataclass with every field clean; the same one where all are. Raises Unusable where it can't be without one."""
    changed: dict[str, Any] = {}
    head = getattr(value, "ref", None) or getattr(value, "milestone", None)
    place = str(head) if isinstance(head, str) and where else where
    model: Any = type(value)
    for old, (name, clean, otherwise, kinds) in zip(_values_of(model)(value), _plan(model), strict=True):
        if type(old) in kinds and (not old or _is_surely_clean(old)):
            continue
        try:
            new = clean(old, f"{place}.{name}" if place else name, gate)
        except Unusable:
            gate.tell(f"{place}.{name}" if place else name, old)
            if otherwise is MISSING:
                raise
            new = otherwise
        if new is not old:
            changed[name] = new
    return dataclasses.replace(value, **changed) if changed else value  # type: ignore[type-var]


def _is_surely_clean(value: Any) -> bool:
    """Whether a value of the declared type is let in as it is: told by a glance, for nearly all there are."""
    kind = type(value)
    if kind is str:
        return len(value) <= MOST_CHARACTERS and value.isascii() and value.isprintable()
    if kind is datetime:
        return value.tzinfo is not None and FIRST_DAY.year < value.year < LAST_DAY.year
    if kind is date:
        return FIRST_DAY <= value <= LAST_DAY  # type: ignore[no-any-return]
    if kind is float or kind is int:
        return -LARGEST <= value <= LARGEST  # type: ignore[no-any-return]
    if kind is bool:
        return True
    return isinstance(value, StrEnum) or not value


@cache
def _values_of(model: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads all fields of a value at once."""
    names = [f.name for f in dataclasses.fields(model)]
    return attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)


@cache
def _plan(model: type[Any]) -> tuple[tuple[str, Cleaner, Any, frozenset[type]], ...]:
    """Name, cleaner, fallback and plain types of each field, from the declaration."""
    hints = get_type_hints(model)
    fields = [(f, hints[f.name]) for f in dataclasses.fields(model)]
    return tuple((f.name, _cleaner(hint), _fallback(f, hint), _kinds(hint)) for f, hint in fields)


def _kinds(hint: Any) -> frozenset[type]:
    """The types whose values are clean where `_is_surely_clean` says so."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _kinds(next(a for a in arguments if a is not type(None)))
        return inner | ({type(None)} if type(None) in arguments else set())
    if origin is tuple:
        return frozenset({tuple})
    if origin is not None and issubclass(origin, Mapping):
        return frozenset({types.MappingProxyType})
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return frozenset({hint})
    return _PLAIN.get(hint, frozenset())


def _fallback(declared: dataclasses.Field[Any], hint: Any) -> Any:
    if type(None) in get_args(hint):
        return None
    if declared.default_factory is not MISSING:
        return declared.default_factory()
    return declared.default


def _cleaner(hint: Any) -> Cleaner:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _cleaner(next(a for a in arguments if a is not type(None)))
        return lambda value, where, gate: None if value is None else inner(value, where, gate)
    if origin is tuple:
        return _many(_cleaner(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapped(_cleaner(arguments[1]))
    if dataclasses.is_dataclass(hint):
        return _cleaned
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _word(hint)
    return _SIMPLE.get(hint, _anything)


def _word(words: type[StrEnum]) -> Cleaner:
    """One of the words, whoever wrote it."""
    known = frozenset(words)

    def member(value: Any, where: str, gate: _Gate) -> StrEnum:
        if not isinstance(value, str) or value not in known:
            raise Unusable
        return words(value)

    return member


def _text(value: Any, where: str, gate: _Gate) -> Text:
    if not isinstance(value, str | Phrase | Series):
        raise Unusable
    if isinstance(value, str):
        return _whole_text(value, where, gate)
    said = str(value)
    clean = plain_text(said).replace(BROKEN, "")
    return value if clean == said else clean


def _whole_text(value: str, where: str, gate: _Gate) -> str:
    clean = plain_text(value)
    if BROKEN in clean:
        gate.tell_broken(where)
        clean = clean.replace(BROKEN, "")
    return value if clean == value else clean


def _number(value: Any, where: str, gate: _Gate) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_sane(value):
        raise Unusable
    return value


def _flag(value: Any, where: str, gate: _Gate) -> bool:
    if not isinstance(value, bool):
        raise Unusable
    return value


def _day(value: Any, where: str, gate: _Gate) -> date:
    if not isinstance(value, date) or isinstance(value, datetime) or not is_sane_day(value):
        raise Unusable
    return value


def _instant(value: Any, where: str, gate: _Gate) -> datetime:
    if not isinstance(value, datetime) or not is_sane_day(value):
        raise Unusable
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _anything(value: Any, where: str, gate: _Gate) -> Any:
    clean = plain_value(value)
    if value is not None and clean is None:
        raise Unusable
    if isinstance(clean, str):
        return _whole_text(value, where, gate)
    return value if clean == value else clean


_PLAIN: Mapping[Any, frozenset[type]] = types.MappingProxyType(
    {float: frozenset({float, int}), int: frozenset({int, float})}
    | {kind: frozenset({kind}) for kind in (str, bool, date, datetime)}
)
_SIMPLE: Mapping[Any, Cleaner] = types.MappingProxyType(
    {str: _text, float: _number, int: _number, bool: _flag, date: _day, datetime: _instant}
)


def _many(clean: Cleaner) -> Cleaner:
    """A tuple without what can't be used in it."""

    def cleaned(values: Iterable[Any], where: str, gate: _Gate) -> tuple[Any, ...]:
        kept = tuple(_kept(clean, values, where, gate))
        same = isinstance(values, tuple) and len(kept) == len(values)
        return values if same and all(a is b for a, b in zip(kept, values, strict=True)) else kept  # type: ignore[return-value]

    return cleaned


def _kept(clean: Cleaner, values: Iterable[Any], where: str, gate: _Gate) -> Iterable[Any]:
    for number, value in enumerate(values, 1):
        try:
            yield clean(value, f"{where}[{number}]", gate)
        except Unusable:
            if not dataclasses.is_dataclass(value):
                gate.tell(f"{where}[{number}]", value)


def _mapped(clean: Cleaner) -> Cleaner:
    """A mapping without the keys whose value can't be used."""

    def cleaned(values: Mapping[str, Any], where: str, gate: _Gate) -> Mapping[str, Any]:
        kept: dict[str, Any] = {}
        for key, value in values.items():
            try:
                kept[plain_text(str(key))] = clean(value, f"{where}.{key}", gate)
            except Unusable:
                gate.tell(f"{where}.{key}", value)
        same = len(kept) == len(values) and all(key in values and values[key] is kept[key] for key in kept)
        return values if same else kept

    return cleaned
