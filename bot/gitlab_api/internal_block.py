"""Facts in the internal issue of an engagement: money apart from where customers read, without a merge request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.config import Settings
from bot.domain.facts import ENGAGEMENT_BLOCK, make_facts, merge_facts, read_block
from bot.domain.model import FactFault, Facts
from bot.domain.vocabulary import Audience
from bot.gitlab_api.translate import Record, ref_of

if TYPE_CHECKING:
    from bot.gitlab_api.assembly import Archive


def internal_home(
    facts: Facts, override: Mapping[str, Any], settings: Settings, archive: Archive | None
) -> Record | None:
    """The issue or epic that `internal` names, where only our own people read it; another engagement's root is none."""
    named = override.get("internal") or facts.internal
    record = archive.by_ref.get(str(named).casefold()) if archive and named else None
    if record is None or settings.audience_of(record["path"]) != Audience.INTERNAL:
        return None
    return None if settings.portfolio.label in record["labels"] else record


def with_block_of(home: Record, facts: Facts) -> tuple[Facts, tuple[FactFault, ...]]:
    """The facts overridden by the block in the internal issue, and its faults by its reference and line."""
    values, document, broken = read_block(home["description"], ENGAGEMENT_BLOCK)
    _, faults = make_facts(values, document)
    bad = {fault.key for fault in faults}
    merged, _ = merge_facts(facts, {key: value for key, value in values.items() if key not in bad})
    return merged, tuple(replace(fault, ref=ref_of(home)) for fault in (*broken, *faults))
