"""The text of every report, whole, for the demo portfolio as it is read and derived. Look at a change, then: pytest --update-golden."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from bot.derive.decisions.due import ASKED_FOR
from bot.derive.results import Derived
from bot.domain.model import Portfolio
from bot.report import make_documents
from bot.report.document import Document
from bot.report.environment import Templates
from bot.report.registry import Report, all_reports, kinds_of_reports
from bot.report.sample import sample_context, sample_dues, sample_settings
from bot.report.text.wording import load_words
from tests.report.demo_reports import demo_reports, settled

Golden = Callable[[str, str], None]
PUBLISHED = [report for report in all_reports() if report.is_published]


def text_of(document: Document) -> str:
    assert "****" not in document.body, "bold within bold shows its asterisks"
    return settled(f"{document.title}\n\n{document.body}" if document.title else document.body)


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize("report", PUBLISHED, ids=lambda report: report.name)
def test_a_report_reads_as_approved(golden: Golden, report: Report, locale: str) -> None:
    """Of the reports on an engagement, that of the portfolio's worst; the golden file is named after the report."""
    found = demo_reports().in_language(locale).documents(report.kind)
    first = next(document for document in found if document.audience == report.audience)
    golden(f"{report.name.replace(' ', '-')}.{locale[:2]}.md", text_of(first))


def test_the_hand_over_form_of_a_partner_reads_as_approved(golden: Golden) -> None:
    golden("partner.en.md", settled(demo_reports().hand_over()))


def test_an_empty_portfolio_gives_calm_reports() -> None:
    context = sample_context(Templates(load_words("en_US", "USD")), sample_settings())
    empty = dataclasses.replace(context, portfolio=Portfolio(), derive=lambda day: Derived(day, "USD"), past=())
    dues = {due.kind: due for due in sample_dues()}
    for kind in kinds_of_reports():
        made = make_documents(dues[kind], empty)
        assert made.faults == ()
        assert all("None" not in d.body and "Undefined" not in d.body for d in made.documents)
    unasked = [dataclasses.replace(due, reason="") for due in dues.values()]
    assert [d.kind for d in make_documents(unasked, empty).documents] == ["portfolio"]


@pytest.mark.parametrize("kind", ["monthly", "quarterly"])
def test_a_roll_up_of_a_period_before_anything_was_known_is_written_only_when_asked_for(kind: str) -> None:
    context = sample_context(Templates(load_words("en_US", "USD")), sample_settings())
    empty = dataclasses.replace(context, portfolio=Portfolio(), derive=lambda day: Derived(day, "USD"), past=())
    due = next(due for due in sample_dues() if due.kind == kind)
    assert make_documents(dataclasses.replace(due, reason=""), empty).documents == ()
    asked = dataclasses.replace(due, reason=ASKED_FOR)
    assert [d.kind for d in make_documents(asked, empty).documents] == [kind]
