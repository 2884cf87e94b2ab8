"""What `bot.derive` says, in the language of the reports: the catalog's `messages` by English template, Babel's formats.

A catalog's section `messages` maps the English template of a phrase to its translation, with the same places. Forms of
a place (`{n|one|other}`) are the language's own plural forms, in CLDR's order: zero, one, two, few, many, other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from bot.domain.messages import Decimal, Language, Money, Percent, has_loose_brace, places

SECTION = "messages."
Entry = str | Mapping[str, str]
_PLURALS = ("zero", "one", "two", "few", "many", "other")


@dataclass(frozen=True)
class Sentences(Language):
    """A language of the reports. What the catalog lacks is said in English, as a whole sentence.

    English itself needs no entries: its templates with the dates and figures of its locale, as in the rest of a report.
    """

    locale: Locale
    catalog: Mapping[str, Entry]

    def template(self, english: str) -> str | None:
        entry = self.catalog.get(SECTION + english)
        if isinstance(entry, str):
            return entry
        return english if self.locale.language == "en" else None

    def form(self, number: float, forms: Sequence[str]) -> str:
        """Two forms are `one` and `other`; else they follow the plural forms that the language has."""
        known = [name for name in _PLURALS if name in self.locale.plural_form.tags or name == "other"]
        name = self.locale.plural_form(number)
        order = ["one", "other"] if len(forms) == 2 else known
        return forms[min(order.index(name), len(forms) - 1)] if name in order else forms[-1]

    def number(self, number: float) -> str:
        return str(format_decimal(number, format="#,##0.#", locale=self.locale))

    def decimal(self, value: Decimal) -> str:
        pattern = "#,##0." + "0" * value.digits if value.digits else "#,##0"
        return str(format_decimal(value.number, format=pattern, locale=self.locale))

    def percent(self, value: Percent) -> str:
        return str(format_percent(value.ratio, locale=self.locale))

    def money(self, value: Money) -> str:
        return amount_text(value.amount, value.currency, self.locale)

    def date(self, day: dt.date) -> str:
        return str(format_date(day, "medium", locale=self.locale))


def amount_text(amount: float, currency: str, locale: Locale) -> str:
    """An amount without cents: reports are read, not booked."""
    pattern = re.sub(r"([#0])[.,]00", r"\1", locale.currency_formats["standard"].pattern)
    return str(format_currency(round(amount), currency, pattern, locale=locale, currency_digits=False))


def unfit_messages(catalog: Mapping[str, Entry]) -> Iterator[str]:
    """What is wrong with a catalog's messages: a place that its English template does not have would never be filled."""
    for key, entry in catalog.items():
        if key.startswith(SECTION) and isinstance(entry, str):
            english = key.removeprefix(SECTION)
            for name in sorted(places(entry) - places(english)):
                yield f"the message {english!r} has no place {{{name}}}"
            if has_loose_brace(entry):
                yield f"the translation of {english!r} has a brace without its other half"
