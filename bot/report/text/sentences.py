"""What `bot.derive` says, in the language of the reports: gettext's translations, Babel's formats (CLDR)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from babel import Locale

from bot.domain.messages import Clause, Decimal, Language, Money, Percent, Phrase, Series, Value, plural_pair
from bot.report.text.catalogs import FALLBACK, Translations
from bot.report.text.formats import amount_text, date_text, decimal_text, percent_text

_CODE: Final = re.compile(r"`([^`{}]+)`")


@dataclass(frozen=True)
class Sentences(Language):
    """A language of the reports. What its catalog lacks is said in English, as a whole sentence.

    English itself needs no entries: its templates with the dates and figures of its locale, as in the rest of a report.
    """

    locale: Locale
    translations: Translations

    def template(self, phrase: Phrase) -> str | None:
        pair = plural_pair(phrase.template)
        number = pair.chosen(phrase.values) if pair.number else None
        found = self.translations.find(pair.singular, number=number)
        if found is None and (self.locale.language == FALLBACK or not pair.singular):
            return super().template(phrase)
        return found

    def number(self, number: float) -> str:
        return decimal_text(number, "#,##0.#", self.locale)

    def decimal(self, value: Decimal) -> str:
        pattern = "#,##0." + "0" * value.digits if value.digits else "#,##0"
        return decimal_text(value.number, pattern, self.locale)

    def percent(self, value: Percent) -> str:
        return percent_text(value.ratio, self.locale)

    def money(self, value: Money) -> str:
        return amount_text(value.amount, value.currency, self.locale)

    def date(self, day: dt.date) -> str:
        return date_text(day, self.locale)

    def typed_in(self, value: Value) -> frozenset[str]:
        """What a message names for people to type (`due:`): the words between backticks of its templates, not of its values."""
        if isinstance(value, Phrase):
            template = (self.template(value) if "`" in value.template else None) or value.template
            return frozenset(_CODE.findall(template)).union(*(self.typed_in(part) for _, part in value.pairs))
        if isinstance(value, Series):
            return frozenset[str]().union(*(self.typed_in(part) for part in value.members))
        return self.typed_in(value.sentence) if isinstance(value, Clause) else frozenset()
