"""Reads a whole portfolio: every configured namespace once, for all engagements, however many reach an item.

A namespace or engagement that can't be read is named in `Portfolio.failures` or `Engagement.errors`; the rest is served.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from functools import cache, partial
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.config import Settings, is_within
from bot.derive.labels import has_label
from bot.domain.belonging import mark_places, places_of
from bot.domain.border import admitted
from bot.domain.bulkhead import contained, in_words
from bot.domain.customers import keep_apart
from bot.domain.errors import AccessError, GitLabError, NotFoundError, PsbotError, UnreachableError, with_advice
from bot.domain.messages import Phrase, Text
from bot.domain.model import Milestone, Portfolio, Target
from bot.domain.paths import same_reference
from bot.gitlab_api import queries
from bot.gitlab_api.answers import nodes_of, understood
from bot.gitlab_api.assembly import (
    Archive,
    EngagementDraft,
    all_roots,
    dated_labels,
    draft_engagement,
    find_roots,
    find_targets,
    foreign_paths,
    make_engagement,
    needs_label_dates,
    share_time,
)
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.collector import collector_at_rest
from bot.gitlab_api.fields import read_fields
from bot.gitlab_api.former_paths import FormerPaths, followed_facts
from bot.gitlab_api.histories import Histories, HistoryReader
from bot.gitlab_api.merge_requests import MergeRequestLog, read_merge_request_time
from bot.gitlab_api.names import Strange, join_keys
from bot.gitlab_api.namespaces import Namespace, NamespaceReader
from bot.gitlab_api.ownership import share_out, with_gaps
from bot.gitlab_api.places import resolve_place
from bot.gitlab_api.thread_pool import ThreadPool, chunks
from bot.gitlab_api.translate import Record, id_number, may_be_picked, ref_of
from bot.gitlab_api.updates import read_updates

log = logging.getLogger("psbot.gitlab")
T = TypeVar("T")
Progress = Callable[[str, int, int], None]


def _quiet(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""


def read_portfolio(
    client: GitLabClient,
    settings: Settings,
    *,
    today: date,
    only: str | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Portfolio:
    """Everything that counts, from GitLab; `only` leaves out other engagements.

    Raises AccessError when the token is refused, and the namespaces' own error when none of them can be read.
    """
    _ = client.user  # a refused token ends the run here, before anything else is asked
    with collector_at_rest(), ThreadPool(client.concurrency) as pool:
        return _Reading(client, settings, today, pool, cache, progress or _quiet).read(only)


@dataclass
class _Reading:
    """One run's reading; `failures` grows on the way."""

    client: GitLabClient
    settings: Settings
    today: date
    pool: ThreadPool
    cache: Cache | None
    progress: Progress
    failures: list[Text] = field(default_factory=list)
    failed_paths: list[str] = field(default_factory=list)
    places: dict[str, Namespace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reader = NamespaceReader(self.client, self.pool, self.cache)

    def read(self, only: str | None) -> Portfolio:
        """Namespaces, then engagements, then their histories."""
        self._read_places(outermost(self.settings.portfolio.namespaces))
        unread = sorted(self.failed_paths)
        roots = find_roots(self._archive(), self.settings, self.today)
        chosen = {r["id"] for r in roots if only is None or same_reference(ref_of(r), only)}
        everyone = sorted(all_roots(self._archive(), self.settings), key=ref_of)
        records = self._archive().records
        torn = [ref_of(records[number]) for number in self.reader.incomplete if number in records]
        settings, strange = join_keys(self.settings, [*map(ref_of, everyone), *torn], self._look_up)
        fields = self._fields([r for r in roots if r["id"] in chosen])
        known = self._archive()
        asked = ((root, fields.get(root["id"])) for root in everyone)
        every = [d for root, own in asked if (d := self._served(root, draft_engagement, root, settings, own, known))]
        every = self._followed(every)
        drafts = [d for d in every if d.root["id"] in chosen]
        self.failures += [str(s.fault) for s in strange if s.nearest not in {d.ref for d in drafts}]
        configured = set(self.places)
        self._read_places(foreign_paths(drafts, [*self.places, *self.failed_paths]), required=False)
        archive = self._archive()
        shared = with_gaps(share_out(every, archive, {r["id"] for r in everyone}), archive, self.reader.incomplete)
        drafts = [d for d in shared if d.root["id"] in chosen]
        drafts = [replace(d, errors=(*d.errors, *self._meant(d.ref, strange))) for d in drafts]
        epic_ids = self._epic_ids(drafts)
        histories = self._histories(drafts, epic_ids)
        zone = ZoneInfo(self.settings.calendar.timezone)
        members = self._members(drafts, configured)
        zones = self._zones(drafts)
        drafts = self._with_time(drafts, everyone, zone, zones)
        histories.updates = read_updates(self.client, self.pool, self.cache, self._escalations(drafts).values())
        read = (archive, histories, self.settings, zone, zones)
        made = [e for d in drafts if (e := self._served(d.root, make_engagement, d, *read))]
        return admitted(
            Portfolio(
                engagements=keep_apart(mark_places(made, places_of(draft.facts for draft in every))),
                taken_at=datetime.now(UTC),
                failures=(*self.failures, *sorted(self.reader.overviews.gaps, key=str)),
                members=members,
                targets=find_targets(drafts, archive, epic_ids) | self._report_projects(),
                unread=tuple(unread),
                known=self._known(everyone, drafts, settings),
            )
        )

    def _with_time(
        self, drafts: Sequence[EngagementDraft], everyone: Sequence[Record], zone: ZoneInfo, zones: Mapping[str, tzinfo]
    ) -> list[EngagementDraft]:
        """The drafts with the hours that were logged on merge requests of their projects."""
        logs: list[MergeRequestLog] = []
        for path in sorted(self.places):
            tell = partial(self._tell_merge_requests, path)
            try:
                logs += read_merge_request_time(self.client, self.places[path], tell, self.cache)
            except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
                tell(str(problem))
        return share_time(drafts, everyone, logs, zone, zones)

    def _tell_merge_requests(self, path: str, why: str) -> None:
        told = Phrase("hours on merge requests of {path} could not be read: {reason}", path=path, reason=why)
        self.failures.append(told)

    def _fields(self, roots: Sequence[Record]) -> Mapping[int, Mapping[str, Any]]:
        """Facts in GitLab's custom fields, where the config names some."""
        try:
            with understood():
                return read_fields(self.client, roots, self.settings.facts.fields)
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            self.failures.append(Phrase("custom fields could not be read: {reason}", reason=str(problem)))
            return {}

    def _followed(self, drafts: Iterable[EngagementDraft]) -> list[EngagementDraft]:
        """The drafts with the places that their facts name under GitLab's names of today."""
        spaces = [path for place in self.places.values() for path in place.overview.spaces.values()]
        paths = FormerPaths(self.client, [*spaces, *self.failed_paths])
        return [replace(draft, facts=followed_facts(draft.facts, paths)) for draft in drafts]

    def _look_up(self, key: str) -> str | None:
        """What GitLab calls a reference now; None where it is not there, or may not be seen."""
        try:
            return resolve_place(self.client, key).ref
        except (PsbotError, ValueError) as problem:
            log.debug("%s is not there: %s", key, problem)
            return None

    def _meant(self, ref: str, strange: Iterable[Strange]) -> list[str]:
        return [str(s.fault) for s in strange if s.nearest == ref]

    def _known(
        self, everyone: Iterable[Record], drafts: Iterable[EngagementDraft], settings: Settings
    ) -> tuple[str, ...]:
        """What rows of a timesheet may be called after: also engagements that are not read now."""
        made = {draft.ref: draft for draft in drafts}
        for root in everyone:
            if ref_of(root) not in made and (draft := self._served(root, draft_engagement, root, settings)):
                made[draft.ref] = draft
        return tuple(name for ref in sorted(made) for name in (ref, made[ref].facts.sow) if name)

    def _served(self, root: Record, stage: Callable[..., T], *arguments: Any) -> T | None:
        """What the stage makes of an engagement; where it fails, that one is named and the others are served."""

        def tell(why: str) -> None:
            self.failures.append(Phrase("{path} could not be read: {reason}", path=ref_of(root), reason=why))

        return contained(lambda: stage(*arguments), tell)

    # -- namespaces

    def _read_places(self, paths: Sequence[str], *, required: bool = True) -> None:
        if not paths:
            return
        problems: list[PsbotError] = []
        with ThreadPoolExecutor(len(paths), thread_name_prefix="psbot-place") as pool:
            for done, (path, found) in enumerate(zip(paths, pool.map(self._try_place, paths), strict=True), 1):
                if isinstance(found, Namespace):
                    self.places[found.overview.path] = found
                else:
                    problems.append(found)
                    reason = _without(found, path)
                    self.failures.append(Phrase("{path} could not be read: {reason}", path=path, reason=reason))
                    self.failed_paths.append(path)
                self.progress("namespaces", done, len(paths))
        if required and problems and not self.places:
            raise next((p for p in problems if isinstance(p, UnreachableError)), problems[0])

    def _try_place(self, path: str) -> Namespace | PsbotError:
        try:
            return self.reader.read(path)
        except PsbotError as problem:
            return problem
        except Exception as problem:  # noqa: BLE001 - told as the place's failure; the other places are read
            return GitLabError(f"GitLab's answer can't be read ({in_words(problem)})", path)

    def _archive(self) -> Archive:
        """Everything that was read so far; an item that two places hold counts once."""
        records = {number: record for place in self.places.values() for number, record in place.records.items()}
        milestones: dict[int, Milestone] = {}
        for place in self.places.values():
            milestones |= place.overview.milestones
        return Archive(records, milestones)

    # -- histories and members

    def _epic_ids(self, drafts: Iterable[EngagementDraft]) -> dict[str, int]:
        """The ids that epics have in REST, by reference: events and notes go by them. A hundred in one request."""
        found: dict[str, int] = {}
        roots = [draft.root["path"] for draft in drafts if draft.root["type"] == "epic" and draft.root["id"] > 0]
        homes = [path for path in self.places if any(is_within(root, path) for root in roots)]
        for ids in self.pool.map(self._list_epic_ids, homes):
            found |= ids
        return found

    def _list_epic_ids(self, path: str) -> dict[str, int]:
        listed = self.client.get_all(
            f"/groups/{quote(path, safe='')}/epics", labels=self.settings.portfolio.label, state="all"
        )
        try:
            with understood(path):
                return {str(epic["references"]["full"]): int(epic["id"]) for epic in listed}
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            log.debug("epics of %s are not listed, each is asked for: %s", path, problem)
            return {}

    def _histories(self, drafts: Iterable[EngagementDraft], epic_ids: Mapping[str, int]) -> Histories:
        dated = dated_labels(self.settings.labels)
        work = {r["id"]: r for draft in drafts for r in draft.work}
        wanted = cache(partial(needs_label_dates, names=dated))
        labelled = [r for r in work.values() if wanted(tuple(r["labels"]))]
        groups = frozenset(path for place in self.places.values() for path in place.overview.groups)
        labels = (place.overview.labels for place in self.places.values())
        names = {id_number(gid): title for found in labels for gid, title in found.items()}
        reader = HistoryReader(
            self.client, self.pool, groups, self.cache, self.progress, epic_ids=epic_ids, label_names=names
        )
        return reader.read(list(work.values()), labelled, [draft.root for draft in drafts])

    def _escalations(self, drafts: Iterable[EngagementDraft]) -> dict[int, Record]:
        """The open escalations, each once."""
        label = self.settings.labels.escalation
        work = (r for draft in drafts for r in draft.work)
        return {r["id"]: r for r in work if r["state"] != "closed" and has_label(r["labels"], label)}

    def _zones(self, drafts: Iterable[EngagementDraft]) -> dict[str, tzinfo]:
        """The time zone of everybody who may have picked a day in GitLab's dialog: the config's, else the profile's."""
        given = {name.casefold(): p.timezone for name, p in self.settings.people.items() if p.timezone}
        people: dict[str, str] = {}
        for record in (r for draft in drafts for r in (draft.root, *draft.work)):
            picking = {str(user) for _, user, at, _ in record["timelogs"] if may_be_picked(at)}
            people |= {number: name for number, name in record["people"].items() if name in picking}
        asked = sorted(number for number, name in people.items() if name.casefold() not in given)
        told = [zone for part in self.pool.map(self._profile_zones, chunks(asked, queries.PAGE)) for zone in part]
        return {name: zone for name, text in (*told, *given.items()) if (zone := _zone(text))}

    def _profile_zones(self, numbers: Sequence[str]) -> list[tuple[str, str]]:
        """Username and time zone of those whose profile tells; nobody's where the server or the token's rights don't."""
        if not self.client.capabilities.knows("UserPreferences.timezone"):
            return []
        try:
            ids = [f"gid://gitlab/User/{number}" for number in numbers]
            answer = self.client.graphql(queries.ZONES, {"ids": ids}, where="time zones")
            with understood("time zones"):
                told = ((n["username"], (n.get("userPreferences") or {}).get("timezone")) for n in _users(answer))
                found = [(str(name).casefold(), str(zone)) for name, zone in told if zone]
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            log.debug("time zones of people are not known: %s", problem)
            return []
        return found

    def _members(self, drafts: Sequence[EngagementDraft], configured: set[str]) -> Mapping[str, tuple[str, ...]]:
        """Who can work, by namespace. Who is a member of a project below only is looked up there, if work is his."""
        members = {path: set(found) for path in configured if (found := self.places[path].members)}
        unknown: dict[str, set[str]] = {}
        for draft in drafts:
            for record in draft.work:
                home = next((path for path in members if is_within(record["path"], path)), None)
                if home and record["state"] != "closed" and set(record["assignees"]) - members[home]:
                    unknown.setdefault(home, set()).add(record["path"])
        for home, paths in unknown.items():
            for path in sorted(paths):
                found = self.reader.overviews.members_of(self._kind(path), path)
                if found is None:  # half a list would make absent who is not
                    members.pop(home)
                    break
                members[home] |= set(found)
        return {path: tuple(sorted(names)) for path, names in sorted(members.items())}

    def _report_projects(self) -> dict[str, Target]:
        """The projects for report issues, by the config's name, as far as they lie in the namespaces."""
        named = {report.project for _, report in self.settings.reports.issues() if report.project}
        spaces = {path.casefold(): path for place in self.places.values() for path in place.overview.projects}
        known = {name: spaces[name.casefold()] for name in sorted(named) if name.casefold() in spaces}
        return {name: Target(path, f"{self.client.url}/{path}") for name, path in known.items()}

    def _kind(self, path: str) -> str:
        groups = (place.overview.groups for place in self.places.values())
        return "group" if any(path in found for found in groups) else "project"


def _users(answer: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return nodes_of(answer.get("users"))


def _zone(name: str) -> tzinfo | None:
    """The zone of an IANA name; None for one that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _without(problem: PsbotError, path: str) -> str:
    """The problem in words, without a place that was named already."""
    return with_advice(problem.message, problem.advice) if problem.where == path else str(problem)


def outermost(paths: Iterable[str]) -> list[str]:
    """The configured paths without those that lie below another one: each is read once."""
    found = sorted(paths, key=str.casefold)
    return [path for path in found if not any(other != path and is_within(path, other) for other in found)]
