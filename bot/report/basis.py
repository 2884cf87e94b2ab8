"""What an internal text stood on, kept in its hidden payload: a later run with less leaves it standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.model import Portfolio
from bot.domain.vocabulary import Audience
from bot.report.document import Document


def with_basis(document: Document, portfolio: Portfolio) -> Document:
    """`document` with the engagements that were read, and what of them could not be. A customer's text carries nothing."""
    if document.audience != Audience.INTERNAL:
        return document
    return replace(document, payload={**document.payload, "stood_on": _basis(document, portfolio)})


def _basis(document: Document, portfolio: Portfolio) -> Mapping[str, Any]:
    if document.engagement is not None:
        unread = [e.unread for e in portfolio.engagements if e.ref == document.engagement]
        return {"unread": sorted(path for paths in unread for path in paths)}
    parts = (f"{path} ({e.ref})" for e in portfolio.engagements for path in e.unread)
    return {"engagements": sorted(e.ref for e in portfolio.engagements), "unread": sorted((*portfolio.unread, *parts))}
