"""Messages: what psbot says, as values that become text only in a report, on a terminal or in JSON.

A `Phrase` is an English template and the values of its `{named}` places. A part that depends on a number has two forms,
`{n|for one|for others}`, in which `#` stands for the number:

    Phrase("{n|# milestone is|# milestones are} late; {title} was due on {due}.", n=2, title=quote("Wave 1"), due=day)

To gettext that is one message with a singular and a plural (see `plural_pair`), so a template depends on one number only;
a second one stands in a phrase of its own. Everything that a reader sees as a word stands in a template, where Babel's
extraction finds it. `str()` is the English text: plain, without Markdown; the report makes it safe.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.domain.frozen import frozen

MAX_TITLE = 60
_PLACE = re.compile(r"\{(\w+)\}")
_FORMS = re.compile(r"\{(\w+)\|([^{}]*)\}")


@frozen
class Percent:
    """A ratio that reads as a percentage."""

    ratio: float


@frozen
class Money:
    """An amount, without cents, in its currency (ISO 4217)."""

    amount: float
    currency: str


@frozen
class Decimal:
    """A number with a fixed number of decimals, as an index such as SPI has."""

    number: float
    digits: int = 2


@frozen
class Clause:
    """A sentence within another one: without its full stop."""

    sentence: Text


@frozen
class Series:
    """Any number of values one after the other: `ann, bob, cai`."""

    members: tuple[Value, ...]

    def __str__(self) -> str:
        return ENGLISH.say(self)

    def __bool__(self) -> bool:
        return bool(self.members)


@dataclass(frozen=True, slots=True, init=False)
class Phrase:
    """A message: an English template, and what stands in its places."""

    template: str
    pairs: tuple[tuple[str, Value], ...]

    def __init__(self, template: str, /, **values: Value) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "pairs", tuple(values.items()))

    @property
    def values(self) -> dict[str, Value]:
        return dict(self.pairs)

    def refilled(self, **values: Value) -> Phrase:
        """The same sentence with other values."""
        return type(self)(self.template, **{**self.values, **values})

    def __str__(self) -> str:
        return ENGLISH.say(self)

    def __bool__(self) -> bool:
        return bool(self.template)


Text = str | Phrase | Series
"""What can be said: data as they are (a title, a name), or a message."""
Value = Text | int | float | dt.date | Percent | Money | Decimal | Clause | None
NOTHING: Final = Phrase("")
COMMA: Final = Phrase(", ")


@frozen
class PluralPair:
    """A template as gettext has it: with `{named}` places only, for one and for others, chosen by a number (or by none)."""

    singular: str
    plural: str
    number: str | None

    def chosen(self, values: Mapping[str, Value]) -> float | None:
        """The number that chooses the form, as it is shown: 1.04 hours read as `1 hour`."""
        value = values.get(self.number) if self.number else None
        return round(value, 1) if isinstance(value, int | float) else None


@lru_cache(maxsize=4096)
def plural_pair(template: str) -> PluralPair:
    """The forms of a template. Raises ValueError where two numbers choose: gettext knows no such message."""
    numbers = {found[1] for found in _FORMS.finditer(template)}
    if len(numbers) > 1:
        raise ValueError(f"more than one number chooses the form of {template!r}")
    return PluralPair(_form(template, 0), _form(template, -1), next(iter(numbers), None))


def _form(template: str, which: int) -> str:
    return _FORMS.sub(lambda found: found[2].split("|")[which].replace("#", f"{{{found[1]}}}"), template)


@lru_cache(maxsize=4096)
def pieces(template: str) -> tuple[str, ...]:
    """What stands between the places of a template and their names, in turn; the first is text, and may be empty."""
    return tuple(_PLACE.split(template))


@frozen
class _ClauseEnd:
    """While a sentence is put together: here ends the clause that began with the text number `start`."""

    start: int


class Language:
    """How a language says messages and the values in them; this one is English. Others override what differs."""

    def template(self, phrase: Phrase) -> str | None:
        """The template with `{named}` places in this language; None where it has none, and English stands in."""
        pair = plural_pair(phrase.template)
        return pair.singular if pair.number and pair.chosen(phrase.values) in (1, -1) else pair.plural

    def number(self, number: float) -> str:
        """With at most one decimal: `8`, `8.5`, `1,200`."""
        return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}".removesuffix(".0")

    def decimal(self, value: Decimal) -> str:
        return f"{value.number:,.{value.digits}f}"

    def percent(self, value: Percent) -> str:
        return f"{value.ratio * 100:.0f} %"

    def money(self, value: Money) -> str:
        return f"{value.currency} {value.amount:,.0f}"

    def date(self, day: dt.date) -> str:
        return day.isoformat()

    def say(self, value: Value) -> str:
        """A value as text; a message as its sentence. However deep messages nest, nothing here recurses."""
        said: list[str] = []
        rest: list[tuple[Language, Value | _ClauseEnd]] = [(self, value)]
        while rest:
            language, part = rest.pop()
            match part:
                case str():
                    said.append(part)
                case Phrase():
                    rest.extend(reversed(language._parts(part)))
                case Series():
                    rest.extend(reversed([(language, member) for member in separated(part.members)]))
                case Clause():
                    rest += [(language, _ClauseEnd(len(said))), (language, part.sentence)]
                case _ClauseEnd():
                    said[part.start :] = ["".join(said[part.start :]).rstrip(".")]
                case _:
                    said.append(language._simple(part))
        return "".join(said)

    def _parts(self, phrase: Phrase) -> list[tuple[Language, Value]]:
        """The texts and values of a phrase in turn; as a whole in English where this language has no template."""
        template, language = self.template(phrase), self
        if template is None:
            template, language = ENGLISH.template(phrase) or "", ENGLISH
        values = phrase.values
        return [(language, values[piece] if index % 2 else piece) for index, piece in enumerate(pieces(template))]

    def _simple(self, value: int | float | dt.date | Percent | Money | Decimal | None) -> str:
        match value:
            case Percent():
                return self.percent(value)
            case Money():
                return self.money(value)
            case Decimal():
                return self.decimal(value)
            case dt.date():
                return self.date(value)
            case None:
                return "–"
        return self.number(value)


ENGLISH: Final = Language()


def separated(members: Iterable[Value]) -> Iterator[Value]:
    """The members with a comma between them."""
    for index, member in enumerate(members):
        if index:
            yield COMMA
        yield member


def places(template: str) -> frozenset[str]:
    """The names of the places of a template."""
    return frozenset(_PLACE.findall(template)) | {name for name, _ in _FORMS.findall(template)}


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


def listing(names: Sequence[Text], limit: int = 3) -> Phrase | Series:
    """`ann`, `ann and bob`, `ann, bob, cai and 2 more`."""
    if len(names) > limit:
        return Phrase("{names} and {n|# more|# more}", names=commas(names[:limit]), n=len(names) - limit)
    if len(names) < 2:
        return commas(names)
    return Phrase("{first} and {last}", first=commas(names[:-1]), last=names[-1])


def commas(names: Sequence[Text]) -> Series:
    """`ann, bob, cai`."""
    return Series(tuple(names))


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
_KNOWN: Final = {word.template: word for word in (*_COLOURS, *_SEVERITIES, *_AXES)}


def word(coded: str | None) -> Text:
    """A colour, severity or axis as a word; `unknown` for none."""
    name = coded or "unknown"
    return _KNOWN.get(name, name)
