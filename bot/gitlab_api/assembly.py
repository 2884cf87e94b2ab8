"""From all records of the namespaces to engagements: which are there, what work is theirs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from functools import cached_property, partial

from bot.config import LabelSettings, Settings, is_within
from bot.derive.labels import has_label, is_dropped
from bot.domain.bulkhead import contained
from bot.domain.facts import ENGAGEMENT_BLOCK, MONEY_KEYS, make_facts, merge_facts, read_block
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text, commas, listing
from bot.domain.model import Engagement, FactFault, Facts, Item, Milestone, Target, TimeLog
from bot.domain.vocabulary import Audience, Outcome
from bot.gitlab_api.fields import with_dates
from bot.gitlab_api.histories import Histories
from bot.gitlab_api.internal_block import internal_home, with_block_of
from bot.gitlab_api.merge_requests import MergeRequestLog
from bot.gitlab_api.translate import NO_ZONES, Record, instant, make_item, make_timelog, ref_of

REFERENCE = re.compile(r"(?P<path>[^#&]+)[#&]\d+")


@frozen
class EngagementDraft:
    """An engagement whose histories are not read yet."""

    root: Record
    facts: Facts
    faults: tuple[FactFault, ...]
    money: tuple[str, ...]
    work: tuple[Record, ...] = ()
    errors: tuple[Text, ...] = ()
    unread: tuple[str, ...] = ()
    """Items that may be its work, and of which GitLab could not tell everything."""
    more_time: tuple[TimeLog, ...] = ()
    """Hours on merge requests of its projects."""

    @property
    def ref(self) -> str:
        return ref_of(self.root)


@dataclass(frozen=True)
class Archive:
    """All items that were read, by id, with their milestones."""

    records: Mapping[int, Record]
    milestones: Mapping[int, Milestone]

    @cached_property
    def children(self) -> Mapping[int, Sequence[Record]]:
        """Children by parent id."""
        found: dict[int, list[Record]] = {}
        for record in self._sorted:
            if record["parent"] is not None:
                found.setdefault(record["parent"], []).append(record)
        return found

    @cached_property
    def by_ref(self) -> Mapping[str, Record]:
        """Items by reference; GitLab's paths ignore case."""
        return {ref_of(r).casefold(): r for r in self._sorted}

    @cached_property
    def by_path(self) -> Mapping[str, Sequence[Record]]:
        """Items by the full path of their project or group."""
        found: dict[str, list[Record]] = {}
        for record in self._sorted:
            found.setdefault(record["path"], []).append(record)
        return found

    @cached_property
    def milestones_of(self) -> Mapping[str, Sequence[int]]:
        """Ids of milestones by the full path of their project or group."""
        found: dict[str, list[int]] = {}
        for number, stone in self.milestones.items():
            found.setdefault(stone.ref.partition("%")[0], []).append(number)
        return found

    @cached_property
    def _sorted(self) -> list[Record]:
        return sorted(self.records.values(), key=lambda r: r["id"])

    def below(self, record: Record, without: Collection[int]) -> Iterator[Record]:
        """All descendants, of any depth, but not those of another engagement's root."""
        seen, waiting = {record["id"]}, list(self.children.get(record["id"], ()))
        while waiting:
            child = waiting.pop()
            if child["id"] in seen or child["id"] in without:
                continue
            seen.add(child["id"])
            yield child
            waiting += self.children.get(child["id"], ())


# -- which engagements there are


def find_roots(archive: Archive, settings: Settings, today: date) -> list[Record]:
    """The labelled items of the configured namespaces: open, or closed recently enough."""
    oldest = today - timedelta(days=settings.portfolio.closed_within_days)
    return sorted((r for r in all_roots(archive, settings) if _is_current(r, oldest)), key=ref_of)


def all_roots(archive: Archive, settings: Settings) -> Iterator[Record]:
    """Every labelled item of the configured namespaces, however long ago it was closed."""
    for record in archive.records.values():
        if settings.portfolio.label in record["labels"] and any(
            is_within(record["path"], path) for path in settings.portfolio.namespaces
        ):
            yield record


def _is_current(record: Record, oldest: date) -> bool:
    closed = instant(record["closed_at"]) if record["state"] == "closed" else None
    return closed is None or closed.date() >= oldest


def draft_engagement(
    root: Record, settings: Settings, fields: Mapping[str, object] | None = None, archive: Archive | None = None
) -> EngagementDraft:
    """The engagement's facts: the config wins over the block of its internal issue (found in `archive`), that over its
    description's block, that over its custom `fields` and dates."""
    ref = ref_of(root)
    values, document, broken = read_block(root["description"], ENGAGEMENT_BLOCK)
    own = with_dates(root, fields or {})
    values = {**{key: value for key, value in own.items() if key not in values}, **values}
    facts, faults = make_facts(values, document)
    override = settings.engagements.get(ref)
    home = internal_home(facts, override or {}, settings, archive)
    more: tuple[FactFault, ...] = ()
    if home:
        facts, more = with_block_of(home, facts)
    if override:
        facts, told = merge_facts(facts, override)
        more = (*more, *told)
    money = _money_keys(values) if settings.audience_of(root["path"]) == Audience.CUSTOMER else ()
    return EngagementDraft(root, facts, tuple(replace(f, ref=f.ref or ref) for f in (*broken, *faults, *more)), money)


def _money_keys(values: Mapping[str, object]) -> tuple[str, ...]:
    """The keys of a block that tell of money, milestones' amounts among them."""
    found = [key for key in MONEY_KEYS if values.get(key) is not None]
    milestones = values.get("milestones")
    if isinstance(milestones, list) and any(isinstance(m, dict) and m.get("amount") is not None for m in milestones):
        found.append("milestones.amount")
    return tuple(found)


def foreign_paths(drafts: Iterable[EngagementDraft], read: Collection[str]) -> list[str]:
    """Paths that the `work` of some engagement names and that no read place holds."""
    paths = {work_path(entry) for draft in drafts for entry in draft.facts.work}
    return sorted(path for path in paths if not any(is_within(path, place) for place in read))


def work_path(entry: str) -> str:
    """The project or group of a `work` entry, be it a reference or a path."""
    match = REFERENCE.fullmatch(entry)
    return match["path"] if match else entry.strip("/")


# -- what histories are needed


def dated_labels(labels: LabelSettings) -> tuple[str, ...]:
    """The labels whose date some rule or report reads."""
    return (
        *labels.change_order.model_dump().values(),
        *labels.acceptance.model_dump().values(),
        labels.escalation,
        labels.exception,
        labels.work_at_risk,
        labels.waiting_customer,
        labels.severity,
        labels.csat,
        labels.retro_complete,
    )


def needs_label_dates(labels: Iterable[str], names: Sequence[str]) -> bool:
    """Whether an item with these labels carries one of the names."""
    return any(has_label(labels, name) for name in names)


# -- the engagement


def make_engagement(
    draft: EngagementDraft,
    archive: Archive,
    histories: Histories,
    settings: Settings,
    zone: tzinfo,
    zones: Mapping[str, tzinfo] = NO_ZONES,
) -> Engagement:
    """The engagement with everything that was read, but for a health label of psbot's own: nobody declared that."""
    root, faults = draft.root, list(draft.faults)
    items: list[Item] = []
    troubles: list[Text] = []
    for record in draft.work:
        labels, due = histories.labels.get(record["id"], {}), histories.due.get(record["id"], ())
        parent, left = archive.records.get(record["parent"] or 0), record["id"] in histories.left
        updates = histories.updates.get(record["id"])
        stones = archive.milestones
        make = partial(make_item, record, stones, labels, due, parent=parent, left=left, updates=updates)
        made = contained(make, _lost(record, troubles))
        items += made[:1] if made else ()
        faults += made[1] if made else ()
    head, _ = make_item(root, archive.milestones, histories.labels.get(root["id"], {}), ())
    own = histories.own_labels.get(root["id"], frozenset()).intersection(settings.labels.health.model_dump().values())
    return Engagement(
        ref=head.ref,
        title=head.title,
        web_url=head.web_url,
        state=head.state,
        closed_at=head.closed_at,
        created_at=head.created_at,
        labels=tuple(label for label in head.labels if label not in own),
        label_dates={label: at for label, at in head.label_dates.items() if label not in own},
        health_status=head.health_status,
        assignees=head.assignees,
        due_date=head.due_date,
        confidential=head.confidential,
        facts=draft.facts,
        fact_faults=tuple(faults),
        customer_visible_facts=draft.money,
        items=tuple(_with_outcome(item, settings.labels) for item in items),
        milestones=tuple(find_milestones(draft, archive)),
        timelogs=(*_timelogs(draft, settings, zone, zones, troubles), *draft.more_time),
        errors=(*draft.errors, *_history_errors(draft, histories), *troubles),
        unread=tuple(
            dict.fromkeys((*draft.unread, *unread_work(draft, archive), *_unread_histories(draft, histories)))
        ),
    )


def _with_outcome(item: Item, labels: LabelSettings) -> Item:
    """The outcome, also where a label tells of it."""
    return (
        replace(item, outcome=Outcome.DROPPED) if item.outcome != Outcome.DROPPED and is_dropped(item, labels) else item
    )


def share_time(
    drafts: Sequence[EngagementDraft],
    everyone: Iterable[Record],
    logs: Iterable[MergeRequestLog],
    zone: tzinfo,
    zones: Mapping[str, tzinfo] = NO_ZONES,
) -> list[EngagementDraft]:
    """The drafts with the time on merge requests: it is the engagement's whose project it is.

    That is the one whose root is there (`everyone`: all roots, also those not read now), else the one with work there. Of
    several the first by reference has it, and all say so.
    """
    homes: dict[str, set[str]] = {}
    for root in everyone:
        homes.setdefault(root["path"], set()).add(ref_of(root))
    for draft in drafts:
        for path in {r["path"] for r in draft.work} - {r["path"] for r in everyone}:
            homes.setdefault(path, set()).add(draft.ref)
    time: dict[str, list[TimeLog]] = {}
    shared: dict[str, set[str]] = {}
    for log in logs:
        claims = sorted(homes.get(log.path, ()))
        if claims:
            time.setdefault(claims[0], []).append(log.as_timelog(zone, zones))
        for ref in claims if len(claims) > 1 else ():
            shared.setdefault(ref, set()).add(log.path)
    return [
        replace(
            draft,
            more_time=tuple(sorted(time.get(draft.ref, ()), key=lambda t: (t.spent_at, t.item or "", t.user, t.hours))),
            errors=(*draft.errors, *(_shared_time(path, homes[path]) for path in sorted(shared.get(draft.ref, ())))),
        )
        for draft in drafts
    ]


def _shared_time(path: str, refs: Collection[str]) -> Text:
    names = commas(sorted(refs))
    return Phrase(
        "hours on merge requests of {path} may belong to {names}; they count for the first one", path=path, names=names
    )


def unread_work(draft: EngagementDraft, archive: Archive) -> Iterator[str]:
    """The entries of `work` behind which nothing is seen: whether there is nothing, or nothing for this token, GitLab hides."""
    for entry in draft.facts.work:
        if REFERENCE.fullmatch(entry):
            if entry.casefold() not in archive.by_ref:
                yield entry
        elif not any(is_within(path, entry.strip("/")) for path in archive.by_path):
            yield entry


def _unread_histories(draft: EngagementDraft, histories: Histories) -> Iterator[str]:
    return (ref_of(record) for record in (draft.root, *draft.work) if record["id"] in histories.failed)


def _timelogs(
    draft: EngagementDraft, settings: Settings, zone: tzinfo, zones: Mapping[str, tzinfo], troubles: list[Text]
) -> Iterator[TimeLog]:
    for record in (draft.root, *draft.work):
        billable = not has_label(record["labels"], settings.labels.non_billable)
        tell = _lost(record, troubles)
        for entry in sorted(record["timelogs"]):
            log = contained(partial(make_timelog, record, entry, zone, billable, zones), tell)
            if log:
                yield log


def _lost(record: Record, troubles: list[Text]) -> Callable[[str], None]:
    """Takes down why something of an item is missing."""

    def tell(why: str) -> None:
        troubles.append(Phrase("{ref}: a value can't be read: {reason}", ref=ref_of(record), reason=why))

    return tell


def find_milestones(draft: EngagementDraft, archive: Archive) -> list[Milestone]:
    """The milestones of its items, those its facts name, and those of its project when the project is all its own."""
    stones = archive.milestones
    found = {r["milestone"] for r in draft.work if r["milestone"] in stones}
    titles = {stones[number].title for number in found if number is not None}
    own, named = _own_projects(draft, archive), {fact.milestone for fact in draft.facts.milestones}
    places = {r["path"] for r in draft.work} | {draft.root["path"]}
    for owner in {above for path in places for above in _lineage(path)}:
        for number in archive.milestones_of.get(owner, ()):
            title = stones[number].title
            if title not in titles and (owner in own or title in named):
                found.add(number)
    chosen = [_done_with_its_items(stones[n], n, draft.work) for n in found if n is not None]
    return sorted(chosen, key=lambda m: (m.due_date or date.max, m.title, m.ref))


def _done_with_its_items(stone: Milestone, number: int, work: Iterable[Record]) -> Milestone:
    """A closed milestone was done when its last item was; one with open items, or none, when it was closed at the latest."""
    held = [record for record in work if record["milestone"] == number]
    closings = [at for r in held if r["state"] == "closed" and (at := instant(r["closed_at"]))]
    if stone.closed_at is None or not held or len(closings) < len(held):
        return stone
    return replace(stone, closed_at=min(max(closings), stone.closed_at))


def find_targets(drafts: Iterable[EngagementDraft], archive: Archive, epic_ids: Mapping[str, int]) -> dict[str, Target]:
    """Where notes on the engagements stand or would, by the name in the facts. A closed item may have moved: GitLab knows."""
    found = {}
    for draft in drafts:
        for asked in (draft.ref, draft.facts.internal, draft.facts.customer_channel):
            record = archive.by_ref.get(asked.casefold()) if asked else None
            if asked and record and record["state"] != "closed":
                ref = ref_of(record)
                number = record["id"]
                epic_id, item_id = (-number, None) if number < 0 else (epic_ids.get(ref), number)
                found[asked] = Target(ref, record["web_url"], tuple(record["labels"]), epic_id, item_id)
    return found


def _lineage(path: str) -> Iterator[str]:
    """`a/b/c`, `a/b`, `a`."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _own_projects(draft: EngagementDraft, archive: Archive) -> set[str]:
    """The projects in which everything is this engagement's work, its root aside."""
    mine = {r["id"] for r in draft.work} | {draft.root["id"]}
    paths = {r["path"] for r in draft.work if r["type"] != "epic"}
    return {path for path in paths if all(r["id"] in mine for r in archive.by_path[path])}


def _history_errors(draft: EngagementDraft, histories: Histories) -> Iterator[Phrase]:
    """One line for each reason why histories are missing."""
    reasons: dict[str, list[str]] = {}
    for record in (draft.root, *draft.work):
        if reason := histories.failed.get(record["id"]):
            reasons.setdefault(reason, []).append(ref_of(record))
    for reason, refs in sorted(reasons.items()):
        named = listing(refs) if len(refs) > 3 else commas(refs)
        yield Phrase("history of {names} could not be read: {reason}", names=named, reason=reason)
