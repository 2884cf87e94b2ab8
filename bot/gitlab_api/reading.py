"""Reads a whole portfolio: every configured namespace once, for all engagements, however many reach an item.

A namespace or engagement that can't be read is named in `Portfolio.failures` or `Engagement.errors`; the rest is served.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.config import Settings, is_within
from bot.domain.border import admitted
from bot.domain.bulkhead import contained, in_words
from bot.domain.errors import AccessError, GitLabError, NotFoundError, PsbotError, UnreachableError, with_advice
from bot.domain.messages import Phrase, Text
from bot.domain.model import Milestone, Portfolio, Target
from bot.gitlab_api.assembly import (
    Archive,
    Draft,
    all_roots,
    assign_work,
    dated_labels,
    draft_engagement,
    find_roots,
    find_targets,
    foreign_paths,
    make_engagement,
    needs_label_dates,
)
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.histories import Histories, HistoryReader
from bot.gitlab_api.lanes import Lanes
from bot.gitlab_api.names import Strange, join_keys
from bot.gitlab_api.namespaces import Namespace, NamespaceReader
from bot.gitlab_api.places import resolve_place
from bot.gitlab_api.translate import Record, ref_of

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
    """Everything of CONTRACT §6 from GitLab; `only` leaves out other engagements.

    Raises AccessError when the token is refused, and the namespaces' own error when none of them can be read.
    """
    _ = client.user  # a refused token ends the run here, before anything else is asked
    with Lanes(client.concurrency) as lanes:
        return _Reading(client, settings, today, lanes, cache, progress or _quiet).read(only)


@dataclass
class _Reading:
    """One run's reading; `failures` grows on the way."""

    client: GitLabClient
    settings: Settings
    today: date
    lanes: Lanes
    cache: Cache | None
    progress: Progress
    failures: list[Text] = field(default_factory=list)
    failed_paths: list[str] = field(default_factory=list)
    places: dict[str, Namespace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reader = NamespaceReader(self.client, self.lanes, self.cache)

    def read(self, only: str | None) -> Portfolio:
        """Namespaces, then engagements, then their histories."""
        self._read_places(outermost(self.settings.portfolio.namespaces))
        unread = sorted(self.failed_paths)
        roots = find_roots(self._archive(), self.settings, self.today)
        chosen = [r for r in roots if only in (None, ref_of(r))]
        everyone = sorted(all_roots(self._archive(), self.settings), key=ref_of)
        settings, strange = join_keys(self.settings, [ref_of(r) for r in everyone], self._look_up)
        drafts = [draft for root in chosen if (draft := self._served(root, draft_engagement, root, settings))]
        drafts = [replace(d, errors=(*d.errors, *self._meant(d.ref, strange))) for d in drafts]
        self.failures += [str(s.fault) for s in strange if s.nearest not in {d.ref for d in drafts}]
        configured = set(self.places)
        self._read_places(foreign_paths(drafts, [*self.places, *self.failed_paths]), required=False)
        archive = self._archive()
        labelled = {r["id"] for r in all_roots(archive, self.settings)}
        drafts = [d for draft in drafts if (d := self._served(draft.root, assign_work, draft, archive, labelled))]
        epic_ids = self._epic_ids(drafts)
        histories = self._histories(drafts, epic_ids)
        zone = ZoneInfo(self.settings.calendar.timezone)
        members = self._members(drafts, configured)
        made = [self._served(d.root, make_engagement, d, archive, histories, self.settings, zone) for d in drafts]
        return admitted(
            Portfolio(
                engagements=tuple(e for e in made if e),
                taken_at=datetime.now(UTC),
                failures=(*self.failures, *sorted(self.reader.overviews.gaps, key=str)),
                members=members,
                targets=find_targets(drafts, archive, epic_ids) | self._report_projects(),
                unread=tuple(unread),
                known=self._known(everyone, drafts, settings),
            )
        )

    def _look_up(self, key: str) -> str | None:
        """What GitLab calls a reference now; None where it is not there, or may not be seen."""
        try:
            return resolve_place(self.client, key).ref
        except (PsbotError, ValueError) as problem:
            log.debug("%s is not there: %s", key, problem)
            return None

    def _meant(self, ref: str, strange: Iterable[Strange]) -> list[str]:
        return [str(s.fault) for s in strange if s.nearest == ref]

    def _known(self, everyone: Iterable[Record], drafts: Iterable[Draft], settings: Settings) -> tuple[str, ...]:
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

    def _epic_ids(self, drafts: Iterable[Draft]) -> dict[str, int]:
        """The ids that epics have in REST, by reference: events and notes go by them. A hundred in one request."""
        found: dict[str, int] = {}
        roots = [draft.root["path"] for draft in drafts if draft.root["type"] == "epic" and draft.root["id"] > 0]
        homes = [path for path in self.places if any(is_within(root, path) for root in roots)]
        for ids in self.lanes.map(self._list_epic_ids, homes):
            found |= ids
        return found

    def _list_epic_ids(self, path: str) -> dict[str, int]:
        listed = self.client.get_all(
            f"/groups/{quote(path, safe='')}/epics", labels=self.settings.portfolio.label, state="all"
        )
        try:
            return {str(epic["references"]["full"]): int(epic["id"]) for epic in listed}
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            log.debug("epics of %s are not listed, each is asked for: %s", path, problem)
            return {}

    def _histories(self, drafts: Iterable[Draft], epic_ids: Mapping[str, int]) -> Histories:
        names = dated_labels(self.settings.labels)
        work = {r["id"]: r for draft in drafts for r in draft.work}
        labelled = [r for r in work.values() if needs_label_dates(r, names)]
        groups = frozenset(path for place in self.places.values() for path in place.overview.groups)
        reader = HistoryReader(self.client, self.lanes, groups, self.cache, self.progress, epic_ids=epic_ids)
        return reader.read(list(work.values()), labelled, [draft.root for draft in drafts])

    def _members(self, drafts: Sequence[Draft], configured: set[str]) -> Mapping[str, tuple[str, ...]]:
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
        reports = self.settings.reports
        named = {r.project for r in (reports.portfolio, reports.monthly, reports.quarterly) if r.project}
        spaces = {path.casefold(): path for place in self.places.values() for path in place.overview.projects}
        known = {name: spaces[name.casefold()] for name in sorted(named) if name.casefold() in spaces}
        return {name: Target(path, f"{self.client.url}/{path}") for name, path in known.items()}

    def _kind(self, path: str) -> str:
        groups = (place.overview.groups for place in self.places.values())
        return "group" if any(path in found for found in groups) else "project"


def _without(problem: PsbotError, path: str) -> str:
    """The problem in words, without a place that was named already."""
    return with_advice(problem.message, problem.advice) if problem.where == path else str(problem)


def outermost(paths: Iterable[str]) -> list[str]:
    """The configured paths without those that lie below another one: each is read once."""
    found = sorted(paths, key=str.casefold)
    return [path for path in found if not any(other != path and is_within(path, other) for other in found)]
