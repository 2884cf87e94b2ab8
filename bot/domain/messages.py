"""Phrases: English sentences that remember their template and values, so that a report can say them in its language.

A `Phrase` is a `str`: JSON, tests and English reports read the English text and need to know nothing of this. A template
has `{named}` places, and `{n|one form|other form}` chosen by the number `n`, in which `#` stands for that number:

    Phrase("{n|# milestone is|# milestones are} late; {title} was due on {due}.", n=2, title=quote("Wave 1"), due=day)

Everything a reader sees as a word stands in a template of its own or in its sentence's: a translator finds it there. The
text is plain, without Markdown; the report makes it safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

MAX_TITLE = 60
_PLACE = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Percent:
    """A ratio that reads as a percentage."""

    ratio: float


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, without cents, in its currency (ISO 4217)."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Decimal:
    """A number with a fixed number of decimals, as an index such as SPI has."""

    number: float
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence within another one: without its full stop."""

    sentence: str


Value = str | int | float | date | Percent | Money | Decimal | Clause | None


class Language:
    """How a language says what stands in the places of a template; this one is English. Others override what differs."""

    def template(self, english: str) -> str | None:
        """The template in this language; None where it has none, and English stands in."""
        return english

    def form(self, number: float, forms: Sequence[str]) -> str:
        """The form that goes with `number`, out of those a template offers."""
        return forms[0 if number == 1 else -1]

    def number(self, number: float) -> str:
        """With at most one decimal: `8`, `8.5`, `1,200`."""
        return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}".removesuffix(".0")

    def decimal(self, value: Decimal) -> str:
        return f"{value.number:,.{value.digits}f}"

    def percent(self, value: Percent) -> str:
        return f"{value.ratio * 100:.0f} %"

    def money(self, value: Money) -> str:
        return f"{value.currency} {value.amount:,.0f}"

    def date(self, day: date) -> str:
        return day.isoformat()

    def say(self, value: Value) -> str:
        """A value as text; a phrase as its sentence."""
        match value:
            case Phrase():
                return self._sentence(value)
            case str():
                return value
            case Clause():
                return self.say(value.sentence).rstrip(".")
            case Percent():
                return self.percent(value)
            case Money():
                return self.money(value)
            case Decimal():
                return self.decimal(value)
            case date():
                return self.date(value)
            case None:
                return "–"
        return self.number(value)

    def _sentence(self, phrase: Phrase) -> str:
        template = self.template(phrase.template)
        return str(phrase) if template is None else self.fill(template, phrase.values)

    def fill(self, template: str, values: dict[str, Any]) -> str:
        """The template with its places filled, each once: what a value holds is never read as a template."""
        return _PLACE.sub(lambda place: self._place(place, values), template)

    def _place(self, place: re.Match[str], values: dict[str, Any]) -> str:
        value = values[place[1]]
        if place[2] is None or not isinstance(value, int | float):
            return self.say(value)
        shown = round(value, 1)
        return self.form(shown, place[2].split("|")).replace("#", self.number(value))


ENGLISH: Final = Language()


class Phrase(str):
    """A message: its English text, and what it was made of."""

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Value) -> Phrase:
        phrase = super().__new__(cls, ENGLISH.fill(template, values))
        phrase.template, phrase.values = template, values
        return phrase

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Copies and pickles are made as the phrase was, not from its text."""
        return (self.template,), self.values

    def refilled(self, **values: Value) -> Phrase:
        """The same sentence with other values."""
        return type(self)(self.template, **{**self.values, **values})


NOTHING: Final = Phrase("")


def places(template: str) -> frozenset[str]:
    """The names of the places of a template."""
    return frozenset(name for name, _ in _PLACE.findall(template))


def has_loose_brace(template: str) -> bool:
    """Whether a brace of the template opens or closes no place."""
    return not {"{", "}"}.isdisjoint(_PLACE.sub("", template))


# -- words that many sentences share


def quote(title: str) -> Phrase:
    """A title in quotes, on one line, clipped."""
    text = " ".join(title.split())
    clipped = text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"
    return Phrase('"{title}"', title=clipped)


def quotes(titles: Iterable[str]) -> list[Phrase]:
    return [quote(title) for title in titles]


def listing(names: Sequence[str], limit: int = 3) -> str:
    """`ann`, `ann and bob`, `ann, bob, cai and 2 more`."""
    if len(names) > limit:
        return Phrase("{names} and {n|# more|# more}", names=commas(names[:limit]), n=len(names) - limit)
    if len(names) < 2:
        return commas(names)
    return Phrase("{first} and {last}", first=commas(names[:-1]), last=names[-1])


def commas(names: Sequence[str]) -> str:
    """`ann, bob, cai`."""
    found = names[0] if names else ""
    for name in names[1:]:
        found = Phrase("{first}, {next}", first=found, next=name)
    return found


def hours(number: float) -> Phrase:
    """`1 hour`, `8.5 hours`."""
    return Phrase("{n|# hour|# hours}", n=float(number))


def days(number: int) -> Phrase:
    """Working days: `1 working day`, `3 working days`."""
    return Phrase("{n|# working day|# working days}", n=number)


def items(number: int) -> Phrase:
    """`1 item`, `3 items`."""
    return Phrase("{n|# item|# items}", n=number)


_COLOURS: Final = (Phrase("green"), Phrase("yellow"), Phrase("red"), Phrase("unknown"))
_SEVERITIES: Final = (Phrase("low"), Phrase("medium"), Phrase("high"), Phrase("critical"))
_AXES: Final = (Phrase("schedule"), Phrase("scope"), Phrase("budget"))
_KNOWN: Final = {str(word): word for word in (*_COLOURS, *_SEVERITIES, *_AXES)}


def word(coded: str | None) -> str:
    """A colour, severity or axis as a word; `unknown` for none."""
    name = coded or "unknown"
    return _KNOWN.get(name, name)
