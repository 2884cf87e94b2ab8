"""Words, dates, numbers and money of a locale. Wording is one YAML catalog a language; formats are Babel's (CLDR).

A catalog maps keys to texts with `{named}` places, or to plural forms (`one`, `other` …) chosen by `n`. What it lacks is
said in English. A user's `locale/fr.yml` in the templates folder adds a language or replaces a shipped one. Its section
`messages` holds what `bot.derive` says (see `bot.report.text.sentences`); of German it is a file of its own, `de.messages.yml`,
whose keys are all messages there are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from bot.domain.errors import ConfigError, Fault
from bot.domain.messages import Phrase
from bot.domain.yaml_text import YamlProblem, load_yaml
from bot.report.text.safe_text import SafeMarkdown, neutralise
from bot.report.text.sentences import Entry, Sentences, amount_text, unfit_messages

SHIPPED = Path(__file__).parent / "locale"
FALLBACK = "en"
MISSING = SafeMarkdown("–")
DOTS = {"green": "🟢", "yellow": "🟡", "red": "🔴", "unknown": "⚪"}
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Words:
    """The wording and formats of one locale. Every method returns Markdown that is safe as it stands."""

    locale: Locale
    catalog: Mapping[str, Entry]
    currency: str = "USD"

    # -- wording

    def text(self, key: str, **values: Any) -> SafeMarkdown:
        """The catalog's text for `key`, its places filled. Plain strings among `values` are neutralised."""
        entry = self.catalog[key]
        if not isinstance(entry, str):
            n = values.get("n", 0)
            entry = entry.get(self.locale.plural_form(n)) or entry["other"]
        return SafeMarkdown(_PLACE.sub(lambda m: self.output(values[m[1]]), entry))

    def name(self, group: str, value: str | None) -> SafeMarkdown:
        """The word for a coded value (`phase.active`); a value that the catalog doesn't know stands as it is."""
        if value is None:
            return MISSING
        return self.text(f"{group}.{value}") if f"{group}.{value}" in self.catalog else neutralise(value)

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
        return neutralise(self.sentence(value) if isinstance(value, str) else str(value))

    def sentence(self, text: str) -> str:
        """A message of `bot.derive` in this language, as plain text that is not safe yet; other text as it is."""
        return Sentences(self.locale, self.catalog).say(text) if isinstance(text, Phrase) else text

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
        return MISSING if day is None else SafeMarkdown(format_date(day, "medium", locale=self.locale))

    def day(self, day: dt.date | None) -> SafeMarkdown:
        """Day and month, where the year is plain."""
        return MISSING if day is None else SafeMarkdown(format_skeleton("MMMd", day, locale=self.locale))

    def day_beside(self, day: dt.date | None, other: dt.date | None) -> SafeMarkdown:
        """`day` beside a whole date: without its year where that is the same."""
        return self.day(day) if day is None or (other and other.year == day.year) else self.date(day)

    def month(self, day: dt.date) -> SafeMarkdown:
        return SafeMarkdown(format_skeleton("yMMMM", day, locale=self.locale))

    def number(self, value: float | None, digits: int = 1) -> SafeMarkdown:
        return MISSING if value is None else SafeMarkdown(self._decimal(value, digits))

    def ratio(self, value: float | None) -> SafeMarkdown:
        """An index such as SPI, always with two decimals."""
        return MISSING if value is None else SafeMarkdown(format_decimal(value, format="0.00", locale=self.locale))

    def percent(self, value: float | None) -> SafeMarkdown:
        return MISSING if value is None else SafeMarkdown(format_percent(value, locale=self.locale))

    def hours(self, value: float | None) -> SafeMarkdown:
        return MISSING if value is None else SafeMarkdown(f"{self._decimal(value, 1)} h")

    def signed(self, value: float | None) -> SafeMarkdown:
        """A difference with its sign: +3, −2, 0."""
        if value is None:
            return MISSING
        sign = "+" if value > 0 else "−" if value < 0 else ""
        return SafeMarkdown(f"{sign}{self._decimal(abs(value), 1)}")

    def money(self, value: float | None) -> SafeMarkdown:
        """An amount in the portfolio's currency, without cents: reports are read, not booked."""
        if value is None:
            return MISSING
        return SafeMarkdown(amount_text(value, self.currency, self.locale).replace("$", r"\$"))

    def _decimal(self, value: float, digits: int) -> str:
        return format_decimal(value, format="#,##0." + "#" * digits if digits else "#,##0", locale=self.locale)


def load_words(locale: str, currency: str, folder: Path | None = None) -> Words:
    """The words of `locale` (`de_DE`), with catalogs of the user's `folder` before the shipped ones.

    Raises ConfigError for a locale that Babel doesn't know, and for a catalog that can't be read.
    """
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as problem:
        raise ConfigError(f"reports.locale: {locale!r} is no locale such as en_US or de_DE", "config.yml") from problem
    catalog = read_catalog(SHIPPED / f"{FALLBACK}.yml") | _read_language(known.language, folder)
    return Words(known, catalog, currency)


def _read_language(language: str, folder: Path | None) -> dict[str, Entry]:
    """What the catalogs of a language say, a user's after the shipped ones."""
    catalog: dict[str, Entry] = {}
    for parent in filter(None, (SHIPPED, folder)):
        for path in (parent / f"{language}.yml", parent / f"{language}.messages.yml"):
            if path.is_file():
                catalog.update(read_catalog(path))
    return catalog


def untranslated(words: Words, folder: Path | None = None) -> tuple[str, ...]:
    """The entries that the catalogs of a language lack, so that English stands in; none for English itself."""
    if words.locale.language == FALLBACK:
        return ()
    known = read_catalog(SHIPPED / f"{FALLBACK}.yml") | read_catalog(SHIPPED / "de.messages.yml")
    own = _read_language(words.locale.language, folder)
    return tuple(key for key in known if key not in own)


def read_catalog(path: Path) -> dict[str, Entry]:
    """One catalog: sections of keys, flattened to `section.key`. Raises ConfigError with file and line."""
    try:
        document = load_yaml(path.read_text(encoding="utf-8"))
    except (YamlProblem, OSError, UnicodeDecodeError) as problem:
        fault = Fault(str(problem), str(path), getattr(problem, "line", 0), getattr(problem, "column", 0))
        raise ConfigError("a wording catalog can't be read", str(path), faults=(fault,)) from problem
    flat: dict[str, Entry] = {}
    for key, value in (document.value or {}).items():
        flat.update(_flatten(str(key), value))
    if faults := tuple(Fault(text, str(path)) for text in unfit_messages(flat)):
        raise ConfigError("a wording catalog can't be used", str(path), faults=faults)
    return flat


def _flatten(key: str, value: Any) -> dict[str, Entry]:
    if not isinstance(value, dict):
        return {key: str(value)}
    if "other" in value:
        return {key: {str(form): str(text) for form, text in value.items()}}
    flat: dict[str, Entry] = {}
    for inner, text in value.items():
        flat.update(_flatten(f"{key}.{inner}", text))
    return flat
