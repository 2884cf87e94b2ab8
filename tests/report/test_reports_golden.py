"""The text of every report, whole, for the sample portfolio. Look at a change, then: pytest --update-golden."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from bot.report import ReportContext, make_documents
from bot.report.document import Document
from bot.report.environment import Templates
from bot.report.partner import make_handover
from bot.report.sample import DONE, RED, YELLOW, sample_context, sample_dues, sample_settings
from bot.report.text.wording import load_words

Golden = Callable[[str, str], None]
DUES = {due.kind: due for due in sample_dues()}


def context(locale: str = "en_US", approval: str = "required") -> ReportContext:
    settings = sample_settings()
    customer = settings.reports.status.customer.model_copy(update={"approval": approval})
    status = settings.reports.status.model_copy(update={"customer": customer})
    settings = settings.model_copy(update={"reports": settings.reports.model_copy(update={"status": status})})
    return sample_context(Templates(load_words(locale, "USD")), settings)


def document(kind: str, audience: str, ref: str | None, **how: str) -> Document:
    made = make_documents(DUES[kind], context(**how))
    assert made.faults == ()
    return next(d for d in made.documents if (d.audience, d.engagement) == (audience, ref))


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize(
    ("kind", "audience", "ref", "name"),
    [
        ("status", "internal", RED, "status-northwind"),
        ("status", "internal", YELLOW, "status-initech"),
        ("status", "customer", RED, "customer-draft"),
        ("portfolio", "internal", None, "portfolio"),
        ("monthly", "internal", None, "monthly"),
        ("quarterly", "internal", None, "quarterly"),
        ("closeout", "internal", DONE, "closeout"),
    ],
)
def test_a_report_reads_as_approved(
    golden: Golden, kind: str, audience: str, ref: str | None, name: str, locale: str
) -> None:
    found = document(kind, audience, ref, locale=locale)
    golden(f"{name}.{locale[:2]}.md", f"{found.title}\n\n{found.body}" if found.title else found.body)


def test_the_customer_text_without_approval_reads_as_approved(golden: Golden) -> None:
    golden("customer-direct.en.md", document("status", "customer", RED, approval="none").body)


def test_the_hand_over_form_of_a_partner_reads_as_approved(golden: Golden) -> None:
    file = make_handover(DUES["partner"], context(), "globex")
    assert file is not None
    assert file.name == "partner-globex-2026-10.md"
    golden("partner.en.md", file.text)


def test_an_empty_portfolio_gives_calm_reports() -> None:
    from bot.derive.results import Derived
    from bot.domain.model import Portfolio

    empty = dataclasses.replace(context(), portfolio=Portfolio(), derive=lambda day: Derived(day, "USD"), past=())
    for kind in ("status", "portfolio", "monthly", "quarterly", "closeout"):
        made = make_documents(DUES[kind], empty)
        assert made.faults == ()
        assert all("None" not in d.body and "Undefined" not in d.body for d in made.documents)
    assert [d.kind for d in make_documents(list(DUES.values()), empty).documents] == [
        "portfolio",
        "monthly",
        "quarterly",
    ]
