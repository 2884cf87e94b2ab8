"""Silence is not emptiness: what is missing against the last report keeps that report standing. Pure.

Every internal text carries, hidden, what it stood on: the engagements that were read, and what could not be read. A
text made from less is held back, and what stands stays, unless somebody says that the loss is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from bot.domain.frozen import frozen
from bot.domain.model import Portfolio
from bot.domain.vocabulary import Audience
from bot.publish.marker import Identity
from bot.publish.posts import Post, Standing
from bot.publish.wishes import identity_of
from bot.report.document import Document

MOST_ASKED = 10
"""So many missing engagements with no reason are enough: about the others GitLab is not asked."""
SHOWN = 10
Explain = Callable[[str], bool]
"""Whether GitLab shows why an engagement is missing: closed, renamed, or taken out of the label by somebody."""


@frozen
class StoodOn:
    """What a text stood on. `engagements` None: it does not say (an earlier psbot's)."""

    engagements: frozenset[str] | None = None
    unread: frozenset[str] = frozenset()


def basis_of(payload: Mapping[str, Any]) -> StoodOn:
    """Read back from a payload; what is not a list of texts counts as not said."""
    said = payload.get("stood_on")
    if isinstance(said, Mapping):
        return StoodOn(frozenset(_texts(said.get("engagements"))), frozenset(_texts(said.get("unread"))))
    status = payload.get("status")
    return StoodOn(frozenset(map(str, status))) if isinstance(status, Mapping) and status else StoodOn()


def _texts(value: Any) -> Iterator[str]:
    return (text for text in value if isinstance(text, str)) if isinstance(value, list) else iter(())


@frozen
class LossFinder:
    """Compares what was read now with what the standing texts stood on."""

    portfolio: Portfolio
    standing: Standing
    explain: Explain
    _reasons: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict)

    def held(self, documents: Iterable[Document]) -> Mapping[Identity, str]:
        """The documents that are held back, by identity, each with its reason."""
        found: dict[Identity, str] = {}
        for document in documents:
            reason = self._roll_up(document) if document.engagement is None else self._engagement(document)
            if reason:
                found[identity_of(document)] = reason
        return found

    # -- texts on one engagement

    def _engagement(self, document: Document) -> str | None:
        """What could be read in part only overwrites nothing that was made from more."""
        unread = next((set(e.unread) for e in self.portfolio.engagements if e.ref == document.engagement), set())
        if not unread:
            return None
        stands = self._same(identity_of(document))
        if stands is None:
            return None
        known = basis_of(stands.marker.payload).unread if document.audience == Audience.INTERNAL else frozenset()
        lost = sorted(unread - known)
        return f"{_listed(lost)} could not be read: what stands was made from more, and is kept" if lost else None

    # -- roll-ups

    def _roll_up(self, document: Document) -> str | None:
        identity = identity_of(document)
        same = self._same(identity)
        base = same or self._latest_before(identity)
        if base is None:
            return None if self.portfolio.engagements else NOTHING_FOUND
        basis = basis_of(base.marker.payload)
        return self._missing(basis) or self._unread(basis) or (self._in_part(basis) if same else None)

    def _missing(self, basis: StoodOn) -> str | None:
        now = frozenset(e.ref for e in self.portfolio.engagements)
        lost = self._unexplained(frozenset(basis.engagements or ()) - now)
        if not lost:
            return None
        what = "no engagement was found" if not now else f"{len(lost)} of {len(basis.engagements or ())} are missing"
        return (
            f"{what}: {_listed(lost)}. Nobody closed them or took the label off. What stands is kept; "
            "correct the label, the namespaces or the token's rights, or run once with --accept-loss"
        )

    def _unexplained(self, gone: frozenset[str]) -> tuple[str, ...]:
        """Asked once a run: several reports miss the same engagements."""
        if gone not in self._reasons:
            lost: list[str] = []
            for ref in sorted(gone):
                if len(lost) >= MOST_ASKED or not self.explain(ref):
                    lost.append(ref)
            self._reasons[gone] = tuple(lost)
        return self._reasons[gone]

    def _unread(self, basis: StoodOn) -> str | None:
        lost = sorted(set(self.portfolio.unread) - basis.unread)
        return f"{_listed(lost)} could not be read: what stands is kept" if lost else None

    def _in_part(self, basis: StoodOn) -> str | None:
        """Of the same period: an engagement of which less is known than when it was written."""
        lost = sorted({f"{path} ({e.ref})" for e in self.portfolio.engagements for path in e.unread} - basis.unread)
        return f"{_listed(lost)} could not be read: what stands was made from more, and is kept" if lost else None

    # -- what stands

    def _same(self, identity: Identity) -> Post | None:
        return next(iter(self._posts(lambda other: other == identity)), None)

    def _latest_before(self, identity: Identity) -> Post | None:
        before = self._posts(lambda o: _kind(o) == _kind(identity) and o.period < identity.period)
        return max(before, key=lambda p: p.marker.identity.period, default=None)

    def _posts(self, fits: Callable[[Identity], bool]) -> list[Post]:
        found = (p for p in self.standing.posts if p.stands and fits(p.marker.identity))
        return sorted(found, key=lambda p: (not p.own, p.id))


NOTHING_FOUND = (
    "no engagement was found: nothing is reported of nothing. "
    "Put the label on one, correct `portfolio.label` or the namespaces, or run once with --accept-loss"
)


def _kind(identity: Identity) -> Identity:
    return replace(identity, period="")


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
