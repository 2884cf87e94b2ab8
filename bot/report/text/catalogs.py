"""Translations: one gettext catalog (`.po`) a language, read by Babel as it is; nothing is compiled beforehand.

Messages of the code (`bot.domain.messages`) are found by their English template, the reports' own wording (`en.yml`) by
its key as gettext's context and its English text. Both have `{named}` places, and plural forms where a number chooses.
A user's `locale/fr.po` in the templates folder adds a language; a shipped one's name replaces single texts of it.
"""

from __future__ import annotations

import gettext
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from bot.domain.errors import ConfigError, Fault
from bot.domain.frozen import frozen
from bot.domain.messages import has_loose_brace, places
from bot.domain.yaml_text import load_yaml

SHIPPED = Path(__file__).parent / "locale"
SOURCE = SHIPPED / "en.yml"
FALLBACK = "en"
MANY = 2
"""A number that takes the form for others, where none is known."""
Key = tuple[str, str]
"""Context (a wording's key; empty for a message) and English singular."""


@frozen
class Wording:
    """An English text of the reports; `plural` where a number chooses."""

    singular: str
    plural: str = ""

    def form(self, number: float) -> str:
        return self.plural if self.plural and abs(number) != 1 else self.singular


@frozen
class Translations:
    """What a language has: the forms of each text, and gettext's expression that chooses among them."""

    forms: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    plural: str = "(n != 1)"

    def find(self, english: str, context: str = "", number: float | None = None) -> str | None:
        """The translation in the form that goes with `number`; None where the language has none."""
        forms = self.forms.get((context, english))
        if forms is None:
            return None
        return forms[0] if len(forms) == 1 else forms[min(self._index(number), len(forms) - 1)]

    def _index(self, number: float | None) -> int:
        return _chooser(self.plural)(MANY if number is None else _whole(number))


@cache
def _chooser(plural: str) -> Callable[[int], int]:
    return gettext.c2py(plural)


def _whole(number: float) -> int:
    """gettext knows whole numbers only: a fraction takes a form for more than one."""
    return abs(int(number)) if number == int(number) else max(MANY, math.ceil(abs(number)))


@cache
def english_wording() -> Mapping[str, Wording]:
    """The reports' own texts in English, by key."""
    return dict(flatten(load_yaml(SOURCE.read_text(encoding="utf-8")).value or {}))


def flatten(section: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Wording]]:
    for key, value in section.items():
        if not isinstance(value, Mapping):
            yield f"{prefix}{key}", Wording(str(value))
        elif "other" in value:
            yield f"{prefix}{key}", Wording(str(value["one"]), str(value["other"]))
        else:
            yield from flatten(value, f"{prefix}{key}.")


def read_translations(language: str, folder: Path | None = None) -> Translations:
    """The catalogs of a language, a user's over the shipped one. Raises ConfigError for one that can't be used."""
    found = Translations()
    for parent in filter(None, (SHIPPED, folder)):
        if (path := parent / f"{language}.po").is_file():
            more = _shipped(path) if parent == SHIPPED else read_catalog(path)
            found = Translations({**found.forms, **more.forms}, more.plural)
    _refuse_yaml(language, folder)
    return found


@cache
def _shipped(path: Path) -> Translations:
    return read_catalog(path)


def _refuse_yaml(language: str, folder: Path | None) -> None:
    """A YAML catalog, as earlier versions read it, must not be passed over in silence."""
    for name in (f"{language}.yml", f"{language}.messages.yml"):
        if folder and (folder / name).is_file():
            fault = Fault(
                f"wording catalogs are gettext files now: move its texts to {language}.po", str(folder / name)
            )
            raise ConfigError("a wording catalog can't be used", str(folder / name), faults=(fault,))


def read_catalog(path: Path) -> Translations:
    """One catalog. Raises ConfigError with file and line."""
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.stem, abort_invalid=True)
    except (PoFileError, OSError, UnicodeDecodeError, ValueError) as problem:
        fault = Fault(str(problem), str(path), getattr(problem, "lineno", 0) + 1)
        raise ConfigError("a wording catalog can't be read", str(path), faults=(fault,)) from problem
    if faults := tuple(Fault(text, str(path), line) for text, line in _unfit(catalog)):
        raise ConfigError("a wording catalog can't be used", str(path), faults=faults)
    return Translations({key: forms for key, forms, _ in _entries(catalog)}, catalog.plural_expr)


def _entries(catalog: Catalog) -> Iterator[tuple[Key, tuple[str, ...], Message]]:
    """What is translated: neither empty nor marked as fuzzy."""
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not message.fuzzy and all(forms):
            yield (message.context or "", _ids(message)[0]), tuple(map(str, forms)), message


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (str(message.id),)


def _unfit(catalog: Catalog) -> Iterator[tuple[str, int]]:
    """What is wrong with translations: a place that the English text does not have would never be filled."""
    for (_, english), forms, message in _entries(catalog):
        known = frozenset[str]().union(*map(places, _ids(message)))
        line = message.lineno or 0
        for name in sorted(frozenset[str]().union(*map(places, forms)) - known):
            yield f"the text {english!r} has no place {{{name}}}", line
        if any(map(has_loose_brace, forms)) and not has_loose_brace(english):
            yield f"the translation of {english!r} has a brace without its other half", line


def all_texts() -> Iterator[Key]:
    """Everything that can be translated: the shipped German catalog is complete, a test sees to that."""
    yield from ((key, wording.singular) for key, wording in english_wording().items())
    yield from (key for key in _shipped(SHIPPED / "de.po").forms if not key[0])
