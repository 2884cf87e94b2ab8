"""Where the page of an engagement lies: the same for the site and for what links to it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable


def page_names(refs: Iterable[str]) -> dict[str, str]:
    """A file name for each engagement, whatever their order; unique also where case does not count."""
    refs = list(refs)
    stems = {ref: re.sub(r"[^a-z0-9]+", "-", ref.lower()).strip("-")[:80] or "engagement" for ref in refs}
    shared = {stem for stem, count in Counter(stems.values()).items() if count > 1}
    return {
        ref: f"engagements/{stem}{'-' + _digest(ref) if stem in shared else ''}.html" for ref, stem in stems.items()
    }


def _digest(ref: str) -> str:
    return hashlib.sha256(ref.encode(errors="replace")).hexdigest()[:8]
