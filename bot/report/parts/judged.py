"""How people's judgement did against psbot's, in a sentence a kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from bot.derive.judgement_results import JudgementScore
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown


class Speaks(Protocol):
    """The words of a report, or those of the page."""

    def text(self, key: str, **values: Any) -> str: ...

    def number(self, value: float | None, digits: int = 1) -> str: ...

    def money(self, value: float | None) -> str: ...


def judged_lines(context: ReportContext, judged: Mapping[str, JudgementScore]) -> tuple[SafeMarkdown, ...]:
    """`PMs' dates were 6 days better than psbot's in 12 of 19`."""
    return tuple(SafeMarkdown(line) for line in judged_sentences(context.templates.words, judged))


def judged_sentences(words: Speaks, judged: Mapping[str, JudgementScore]) -> Iterator[str]:
    """The same in the words of whoever shows it."""
    for kind, score in judged.items():
        key = f"judged.{kind}_better" if score.gain is not None else f"judged.{kind}"
        gain = words.money(score.gain) if kind == "revenue" else words.number(score.gain)
        yield words.text(key, n=score.of, person=score.person, psbot=score.psbot, gain=gain)
