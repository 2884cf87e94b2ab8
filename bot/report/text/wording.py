"""Words, dates, numbers and money of a locale: English wording (`en.yml`), gettext translations, formats by Babel (CLDR)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError

from bot.domain.errors import ConfigError
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Series, Text, pieces
from bot.report.text.catalogs import FALLBACK, Translations, Wording, all_texts, english_wording, read_translations
from bot.report.text.formats import amount_text, date_text, decimal_text, part_of_date, percent_text, short_date_text
from bot.report.text.safe_text import SafeMarkdown, neutralise, with_code
from bot.report.text.sentences import Sentences

MISSING = SafeMarkdown("–")
MINUS: Final = "−"
DOTS = {"green": "🟢", "yellow": "🟡", "red": "🔴", "unknown": "⚪"}


@frozen
class Words:
    """The wording and formats of one locale. Every method returns Markdown that is safe as it stands."""

    locale: Locale
    english: Mapping[str, Wording]
    translations: Translations
    currency: str = "USD"

    # -- wording

    def text(self, key: str, **values: Any) -> SafeMarkdown:
        """The catalog's text for `key`, its places filled. Plain strings among `values` are neutralised."""
        said = pieces(self.template(key, values.get("n", 0)))
        return SafeMarkdown("".join(self.output(values[p]) if index % 2 else p for index, p in enumerate(said)))

    def template(self, key: str, number: float) -> str:
        """The text for `key` with its places, in the form that goes with `number`."""
        wording = self.english[key]
        translated = self.translations.find(wording.singular, key, number if wording.plural else None)
        return wording.form(number) if translated is None else translated

    def name(self, group: str, value: str | None) -> SafeMarkdown:
        """The word for a coded value (`phase.active`); a value that the catalog doesn't know stands as it is."""
        if value is None:
            return MISSING
        return self.text(f"{group}.{value}") if f"{group}.{value}" in self.english else neutralise(value)

    def output(self, value: Any) -> SafeMarkdown:
        """Any value as safe Markdown: the one door through which data reach a report."""
        if value is None:
            return MISSING
        if isinstance(value, SafeMarkdown):
            return value
        if isinstance(value, bool):
            return self.text("yes" if value else "no")
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, Phrase | Series):
            return with_code(
                neutralise(self.sentence(value)), Sentences(self.locale, self.translations).typed_in(value)
            )
        return neutralise(value if isinstance(value, str) else str(value))

    def sentence(self, text: Text) -> str:
        """A message in this language, as plain text that is not safe yet; other text as it is."""
        return text if isinstance(text, str) else Sentences(self.locale, self.translations).say(text)

    # -- colours

    def dot(self, rag: str | None) -> SafeMarkdown:
        return SafeMarkdown(DOTS.get(rag or "unknown", DOTS["unknown"]))

    def dots(self, rags: Iterable[str | None]) -> SafeMarkdown:
        """A trend, oldest first."""
        return SafeMarkdown("".join(self.dot(rag) for rag in rags))

    def rag(self, rag: str | None) -> SafeMarkdown:
        """A colour as circle and word: nobody has to tell green from red by eye."""
        return SafeMarkdown(f"{self.dot(rag)} {self.name('rag', rag or 'unknown')}")

    # -- dates and numbers

    def date(self, day: dt.date | None) -> SafeMarkdown:
        return MISSING if day is None else SafeMarkdown(date_text(day, self.locale))

    def day(self, day: dt.date | None) -> SafeMarkdown:
        """Day and month, where the year is plain."""
        return MISSING if day is None else SafeMarkdown(short_date_text(day, self.locale))

    def day_beside(self, day: dt.date | None, other: dt.date | None) -> SafeMarkdown:
        """`day` beside a whole date: without its year where that is the same."""
        return self.day(day) if day is None or (other and other.year == day.year) else self.date(day)

    def month(self, day: dt.date) -> SafeMarkdown:
        return SafeMarkdown(part_of_date(day, "yMMMM", self.locale))

    def number(self, value: float | None, digits: int = 1) -> SafeMarkdown:
        return MISSING if value is None else SafeMarkdown(self._decimal(value, digits))

    def ratio(self, value: float | None) -> SafeMarkdown:
        """An index such as SPI, always with two decimals."""
        return MISSING if value is None else SafeMarkdown(decimal_text(value, "0.00", self.locale))

    def percent(self, value: float | None) -> SafeMarkdown:
        return MISSING if value is None else SafeMarkdown(percent_text(value, self.locale).replace("-", MINUS))

    def percent_beside(self, value: float | None, limit: float) -> SafeMarkdown:
        """A percentage that shows on which side of `limit` it is: with decimals where without them it would be the limit."""
        if value is None or abs(value) == limit or self.percent(abs(value)) != self.percent(limit):
            return self.percent(value)
        pattern = self.locale.percent_formats[None].pattern.replace("##0", "##0.0#")
        return SafeMarkdown(decimal_text(value, pattern, self.locale).replace("-", MINUS))

    def hours(self, value: float | None) -> SafeMarkdown:
        return MISSING if value is None else SafeMarkdown(f"{self._decimal(value, 1)} h")

    def signed(self, value: float | None) -> SafeMarkdown:
        """A difference with its sign: +3, −2, 0."""
        if value is None:
            return MISSING
        sign = "+" if value > 0 else MINUS if value < 0 else ""
        return SafeMarkdown(f"{sign}{self._decimal(abs(value), 1)}")

    def money(self, value: float | None) -> SafeMarkdown:
        """An amount in the portfolio's currency, without cents: reports are read, not booked."""
        if value is None:
            return MISSING
        return SafeMarkdown(amount_text(value, self.currency, self.locale).replace("$", r"\$").replace("-", MINUS))

    def _decimal(self, value: float, digits: int) -> str:
        return decimal_text(value, "#,##0." + "#" * digits if digits else "#,##0", self.locale)


def load_words(locale: str, currency: str, folder: Path | None = None) -> Words:
    """The words of `locale` (`de_DE`), with catalogs of the user's `folder` over the shipped ones.

    Raises ConfigError for a locale that Babel doesn't know, and for a catalog that can't be read.
    """
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as problem:
        raise ConfigError(
            f"reports.locale: {locale!r} is not a locale such as en_US or de_DE", "config.yml"
        ) from problem
    translations = read_translations(known.language, folder)
    own = {context: Wording(english) for context, english in translations.forms if context}
    return Words(known, {**own, **english_wording()}, translations, currency)


def untranslated(words: Words) -> tuple[str, ...]:
    """The texts that the catalogs of a language lack, so that English stands in; none for English itself."""
    if words.locale.language == FALLBACK:
        return ()
    return tuple(
        context or english for context, english in all_texts() if (context, english) not in words.translations.forms
    )
