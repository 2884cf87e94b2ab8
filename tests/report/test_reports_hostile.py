"""Every kind of report with hostile text in every place that people can write to: it shows, and does nothing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive import results as r
from bot.domain.messages import Phrase, Series
from bot.domain.model import PastReport, Reply
from bot.report import ReportContext, make_documents
from bot.report.environment import Templates
from bot.report.partner import make_handover
from bot.report.sample import sample_context, sample_derived, sample_dues, sample_settings
from bot.report.text.wording import load_words
from fakegitlab.markdown import command_lines
from tests.report.glfm_oracle import read_page
from tests.report.hostile import HOSTILE

TEMPLATES = {locale: Templates(load_words(locale, "USD")) for locale in ("en_US", "de_DE")}
DUES = {due.kind: due for due in sample_dues()}
QUICK = frozenset(["close", "assign", "label", "spend", "confidential", "unlabel", "reopen"])
WRITTEN = frozenset(
    ["title", "customer", "sow", "region", "pm", "architect", "partner", "message", "action", "owner", "mitigation", "text"]
)  # fmt: skip
NAMED = frozenset(["assignees", "user"])
HARMLESS = "Xy"


def spoiled(value: Any, text: str, name: str = "") -> Any:
    """`value` with `text` in every field that a person can write."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, Phrase | Series):
        return text if name in WRITTEN | NAMED else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: spoiled(getattr(value, f.name), text, f.name) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    if isinstance(value, tuple):
        return tuple(spoiled(v, text, name) for v in value)
    if isinstance(value, Mapping):
        return {k: spoiled(v, text) for k, v in value.items()}
    return text if isinstance(value, str) and name in WRITTEN | NAMED else value


def context(text: str, locale: str) -> ReportContext:
    base = sample_context(TEMPLATES[locale], sample_settings())

    def derive(day: date) -> r.Derived:
        found = sample_derived(day)
        faults = dataclasses.replace(found, failures=(text,))
        return dataclasses.replace(faults, engagements=tuple(spoiled(e, text) for e in found.engagements))

    def wrote(report: PastReport) -> PastReport:
        replies = tuple(Reply(reply.author, text, reply.created_at) for reply in report.replies)
        return dataclasses.replace(report, replies=replies, pm_notes=text)

    engagements = tuple(spoiled(e, text) for e in base.portfolio.engagements)
    portfolio = dataclasses.replace(base.portfolio, engagements=engagements)
    return dataclasses.replace(base, portfolio=portfolio, derive=derive, past=tuple(map(wrote, base.past)))


def bodies(kind: str, text: str, locale: str) -> list[str]:
    made = make_documents(DUES[kind], context(text, locale))
    assert made.faults == ()
    return [document.body for document in made.documents]


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["status", "portfolio", "monthly", "quarterly", "closeout"]),
    text=st.sampled_from([text for text in HOSTILE if len(text) < 300]),
    locale=st.sampled_from(list(TEMPLATES)),
)
def test_no_report_is_changed_by_what_people_write(kind: str, text: str, locale: str) -> None:
    for body, plain in zip(bodies(kind, text, locale), bodies(kind, HARMLESS, locale), strict=True):
        page = read_page(body)
        assert page.references() == []
        assert command_lines(body, QUICK) == []
        assert set(page.tags) <= set(read_page(plain).tags) | {"em", "strong", "code", "br"}
        assert body.count("<!-- psbot:pm-notes -->") == plain.count("<!-- psbot:pm-notes -->")
        assert body.count("<!-- psbot:customer-text -->") == plain.count("<!-- psbot:customer-text -->")


@pytest.mark.parametrize("kind", ["status", "portfolio", "monthly", "quarterly", "closeout"])
@pytest.mark.parametrize("text", ["\x7f", "\u200b", "\xa0"])
def test_a_name_of_which_nothing_shows_keeps_its_link_and_breaks_no_line(kind: str, text: str) -> None:
    bare = re.compile(r"\[\]\(|\*\*\*\*|^- : ", re.MULTILINE)
    for body in bodies(kind, text, "en_US"):
        assert bare.search(body) is None
        assert "hr" not in read_page(body).tags


@pytest.mark.parametrize("text", ["@all", "/close", "<script>alert(1)</script>", "a | b", "group/project#12"])
def test_the_hand_over_form_is_not_changed_by_what_people_write(text: str) -> None:
    made = make_handover(DUES["partner"], context(text, "en_US"), text)
    assert made is not None
    assert read_page(made.text).references() == []
    assert command_lines(made.text, QUICK) == []
    assert "script" not in read_page(made.text).tags
