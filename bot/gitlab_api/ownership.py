"""Whose work an item is: each item, with its hours, belongs to exactly one engagement. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.config import is_within
from bot.domain.belonging import Claim, contest
from bot.domain.customers import Homes, homes_of, left_out
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text
from bot.gitlab_api.assembly import REFERENCE, Archive, EngagementDraft
from bot.gitlab_api.translate import NO_WORK_TYPES, Record, ref_of


@frozen
class Share:
    """What an engagement can claim, by item id, and what of its `work` is not there."""

    claims: Mapping[int, Claim]
    errors: tuple[Text, ...] = ()


def share_out(drafts: Iterable[EngagementDraft], archive: Archive, roots: Collection[int]) -> list[EngagementDraft]:
    """The drafts with their work: what `work` names, else what is below the root, else the rest of the root's project.

    Where two have the same claim, the one whose reference sorts first has the item, and both say so. `roots` are the ids
    of all engagements' roots.
    """
    ordered = sorted(drafts, key=lambda d: d.ref)
    homes = homes_of((draft.ref, draft.facts) for draft in ordered)
    shares = {draft.ref: _share_of(draft, archive, roots, homes) for draft in ordered}
    claims: dict[int, list[tuple[Claim, str]]] = {}
    for ref, share in shares.items():
        for number, claim in share.claims.items():
            claims.setdefault(number, []).append((claim, ref))
    owners = {number: _strongest(made) for number, made in claims.items()}
    return [_with_work(draft, shares[draft.ref], owners, archive) for draft in ordered]


def with_gaps(drafts: Sequence[EngagementDraft], archive: Archive, gaps: Mapping[int, str]) -> list[EngagementDraft]:
    """The drafts with what GitLab could not tell of their items (`gaps`: why, by id).

    An item may be nobody's for that very reason: then everybody who has work around it may lack it.
    """
    owned = {r["id"] for draft in drafts for r in (draft.root, *draft.work)}
    lost = [r for number in gaps if number not in owned and (r := archive.records.get(number))]
    return [_with_gaps(draft, lost, gaps) for draft in drafts] if gaps else list(drafts)


def _with_gaps(draft: EngagementDraft, lost: Sequence[Record], gaps: Mapping[int, str]) -> EngagementDraft:
    mine = (draft.root, *draft.work)
    homes = {r["path"] for r in mine}
    around = [r for r in lost if any(is_within(r["path"], home) for home in homes)]
    torn = sorted((r for r in (*mine, *around) if r["id"] in gaps), key=ref_of)
    told = (Phrase("{ref}: a value can't be read: {reason}", ref=ref_of(r), reason=gaps[r["id"]]) for r in torn)
    return replace(draft, errors=(*draft.errors, *told), unread=(*draft.unread, *map(ref_of, torn)))


def _strongest(claims: Sequence[tuple[Claim, str]]) -> list[str]:
    """Whose claim is the strongest; several where they are equal, by reference."""
    if len(claims) == 1:
        return [claims[0][1]]
    best = min(claim for claim, _ in claims)
    return [ref for claim, ref in claims if claim == best]


def _share_of(draft: EngagementDraft, archive: Archive, roots: Collection[int], homes: Homes) -> Share:
    """What `work` names of another customer's is no claim: nothing of theirs comes here, and nothing is taken from them."""
    errors: list[Text] = []
    claims: dict[int, Claim] = {}
    strange: dict[str, str] = {}
    for record, claim in _claimed(draft, archive, roots, errors):
        if claim == Claim.NAMED and (owner := homes.stranger(draft.ref, record["path"])):
            strange[ref_of(record)] = owner
        elif record["id"] not in roots and record["type"] not in NO_WORK_TYPES:
            claims[record["id"]] = min(claim, claims.get(record["id"], claim))
    return Share(claims, (*errors, *left_out(strange)))


def _claimed(
    draft: EngagementDraft, archive: Archive, roots: Collection[int], errors: list[Text]
) -> Iterator[tuple[Record, Claim]]:
    root = draft.root
    for entry in draft.facts.work:
        yield from ((record, Claim.NAMED) for record in _named(entry, archive, roots, errors))
    if draft.facts.work:
        return
    yield from ((record, Claim.BELOW) for record in archive.below(root, roots))
    if root["type"] != "epic":
        rest = archive.by_path.get(root["path"], ())
        yield from ((record, Claim.IN_PROJECT) for record in rest if record["type"] != "epic")


def _named(entry: str, archive: Archive, roots: Collection[int], errors: list[Text]) -> Iterator[Record]:
    """A listed epic stands for its descendants, a listed issue for itself and its tasks, a path for all below it."""
    if REFERENCE.fullmatch(entry):
        record = archive.by_ref.get(entry.casefold())
        if record is None:
            errors.append(Phrase("work: {entry} is not there, or the token may not see it", entry=entry))
            return
        if record["type"] != "epic":
            yield record
        yield from archive.below(record, roots)
        return
    places = sorted(p for p in archive.by_path if is_within(p, entry.strip("/")))
    if not places:
        errors.append(Phrase("work: {entry} holds nothing, or the token may not see it", entry=entry))
    for place in places:
        yield from archive.by_path[place]


def _with_work(
    draft: EngagementDraft, share: Share, owners: Mapping[int, Sequence[str]], archive: Archive
) -> EngagementDraft:
    """The draft with what is its own, and with an error for each engagement that it shares a claim with."""
    mine = [archive.records[number] for number in share.claims if owners[number][0] == draft.ref]
    contested: dict[tuple[str, ...], list[str]] = {}
    for number in share.claims:
        if len(owners[number]) > 1 and draft.ref in owners[number]:
            contested.setdefault(tuple(owners[number]), []).append(ref_of(archive.records[number]))
    errors = [contest(draft.ref, refs, sorted(items)) for refs, items in sorted(contested.items())]
    work = tuple(sorted(mine, key=ref_of))
    return replace(draft, work=work, errors=(*draft.errors, *share.errors, *errors))
