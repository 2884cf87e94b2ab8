"""The reports' words and formats as plain text, for HTML that Jinja escapes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Series, pieces
from bot.report.charts import forecast_money, whole_money
from bot.report.text.safe_text import NOTHING, clean
from bot.report.text.wording import Words
from bot.report.worth import Revenue

VALUE_LIMIT = 5_000


@frozen
class PlainWords:
    """Like `Words`, without Markdown: what it returns is escaped by the template that shows it."""

    words: Words

    def text(self, key: str, **values: Any) -> str:
        """The catalog's text for `key`, its places filled with plain values."""
        said = pieces(self.words.template(key, values.get("n", 0)))
        return "".join(self.value(values[p]) if index % 2 else p for index, p in enumerate(said))

    def name(self, group: str, value: str | None) -> str:
        """The word for a coded value (`phase.active`); a value that the catalog doesn't know stands as it is."""
        if value is None:
            return NOTHING
        key = f"{group}.{value}"
        return self.text(key) if key in self.words.english else clean(value)

    def value(self, value: Any) -> str:
        """Any value as visible text."""
        if value is None:
            return NOTHING
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value)
        return clean(
            self.words.sentence(value) if isinstance(value, str | Phrase | Series) else str(value), VALUE_LIMIT
        )

    def date(self, day: dt.date | None) -> str:
        return str(self.words.date(day))

    def day(self, day: dt.date | None) -> str:
        return str(self.words.day(day))

    def number(self, value: float | None, digits: int = 1) -> str:
        return str(self.words.number(value, digits))

    def percent(self, value: float | None) -> str:
        return str(self.words.percent(value))

    def ratio(self, value: float | None) -> str:
        return str(self.words.ratio(value))

    def hours(self, value: float | None) -> str:
        return str(self.words.hours(value))

    def signed(self, value: float | None) -> str:
        return str(self.words.signed(value))

    def about(self, value: float | None) -> str:
        """Money that is forecast, to the figures that every text shows."""
        return str(forecast_money(self.words, value)).replace("\\", "")

    def whole(self, q: Revenue) -> str:
        """All of a period: its forecast, or what came once nothing more is to come."""
        return str(whole_money(self.words, q)).replace("\\", "")

    def money(self, value: float | None) -> str:
        return str(self.words.money(value)).replace("\\", "")
