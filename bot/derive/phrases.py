"""Plain words for figures in messages: counts, quotes, lists, money. No Markdown; the report makes the text safe."""

from __future__ import annotations

from collections.abc import Sequence

MAX_TITLE = 60


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 item`, `3 items`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def verb(number: int, one: str, many: str) -> str:
    """The form of a verb that goes with a count."""
    return one if number == 1 else many


def quote(title: str) -> str:
    """A title in quotes, on one line, clipped."""
    text = " ".join(title.split())
    return f'"{text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"}"'


def listing(names: Sequence[str], limit: int = 3) -> str:
    """`ann`, `ann and bob`, `ann, bob, cai and 2 more`."""
    if len(names) > limit:
        return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def figure(number: float) -> str:
    """A number with at most one decimal: `8`, `8.5`, `1,200`."""
    text = f"{number:,.1f}"
    return text.removesuffix(".0")


def hours(number: float) -> str:
    return f"{figure(number)} {'hour' if figure(number) == '1' else 'hours'}"


def percent(ratio: float) -> str:
    return f"{ratio * 100:.0f} %"


def money(amount: float, currency: str) -> str:
    return f"{currency} {amount:,.0f}"
