"""What a GitLab instance is and can do: asked once a run (version, edition, the schema itself), never guessed by version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from bot.domain.frozen import frozen

OLDEST = (16, 11)
UNTOLD = "of a version that it keeps to itself"
EPICS_ARE_ITEMS = (17, 2)
FEATURES = {
    "hasEpicsFeature": "epics (Premium): engagements are issues here",
    "hasSubepicsFeature": "child epics (Ultimate): work hangs below one epic or in one project",
    "hasIssueWeightsFeature": "weights (Premium): progress goes by hours or by count",
    "hasBlockedIssuesFeature": "blocking links (Premium): no critical path from links",
    "hasIssuableHealthStatusFeature": "health status (Ultimate): only health labels count",
    "hasIterationsFeature": "iterations (Premium)",
    "hasScopedLabelsFeature": "scoped labels (Premium): remove the old label yourself when you set a new one",
}
START_QUERY = """query PsbotStart {
  metadata { version enterprise }
  currentUser { id username }
  widgetTypes: __type(name: "WorkItemWidgetType") { enumValues { name } }
  group: __type(name: "Group") { fields { name args { name } } }
  project: __type(name: "Project") { fields { name args { name } } }
  items: __type(name: "WorkItemConnection") { fields { name args { name } } }
  notes: __type(name: "WorkItemWidgetNotes") { fields { name } }
  links: __type(name: "WorkItemRelatedLinkType") { enumValues { name } }
  item: __type(name: "WorkItem") { fields { name } }
  statusWidget: __type(name: "WorkItemWidgetStatus") { fields { name } }
  status: __type(name: "WorkItemStatus") { fields { name } }
  preferences: __type(name: "UserPreferences") { fields { name } }
  features: __type(name: "NamespaceAvailableFeatures") { fields { name } }
}"""


@frozen
class Capabilities:
    """One instance: version, edition, and what its GraphQL schema knows.

    `schema` holds names: `WEIGHT` (a widget), `BLOCKED_BY` (a link type), `Group.workItems`, `Group.workItems.ids`
    (an argument), `Notes.notes`, `hasEpicsFeature`.
    """

    version: tuple[int, ...]
    enterprise: bool
    schema: frozenset[str] = field(default_factory=frozenset)
    full_version: str = ""

    def knows(self, *names: str) -> bool:
        """Whether the schema has all of these."""
        return self.schema.issuperset(names)

    @property
    def lists_groups(self) -> bool:
        """Whether a group's work items can be listed with everything below it."""
        return self.knows("Group.workItems.includeDescendants")

    @property
    def filters_by_time(self) -> bool:
        """Whether work items can be asked for by when they were created or changed (17.9)."""
        names = ("createdAfter", "createdBefore", "updatedAfter")
        return self.knows(*(f"{kind}.workItems.{name}" for kind in ("Group", "Project") for name in names))

    @property
    def edition(self) -> str:
        return "Enterprise Edition" if self.enterprise else "Community Edition"

    @property
    def features(self) -> tuple[str, ...]:
        """The licence's features that this instance can be asked for (by group)."""
        return tuple(name for name in FEATURES if name in self.schema)

    def lines(self) -> Iterator[str]:
        """What this instance lacks, a line each, for `check`."""
        told = self.version or EPICS_ARE_ITEMS
        if told[:2] < OLDEST:
            yield f"GitLab {self.full_version} is older than 16.11, the oldest that psbot was written for"
        if not self.enterprise:
            yield "Community Edition: no epics, weights, health status, iterations or blocking links"
        elif told[:2] < EPICS_ARE_ITEMS:
            yield (
                f"GitLab {self.full_version}: before 17.2 epics are not work items; they are read through the epics API, "
                "with a request more for every hundred issues"
            )
        if not self.lists_groups:
            yield "work items of groups can't be listed: each project is read by itself, with more requests"
        if not self.filters_by_time:
            yield "work items can't be asked for by time (before 17.9): a first read takes page after page, so longer"
        if not self.knows("Notes.notes"):
            yield "notes are read by discussion (before 18.2): due-date histories take longer"
        if not self.knows("TIME_TRACKING"):
            yield "time of work items can't be read: hours come from timesheets only"


def make_capabilities(found: Mapping[str, Any]) -> Capabilities:
    """From the answer to START_QUERY."""
    metadata = found.get("metadata") or {}
    full = str(metadata.get("version") or UNTOLD)
    version = tuple(int(part) for part in full.partition("-")[0].split(".") if part.isdecimal())
    names = frozenset(_names(found))
    told = metadata.get("enterprise")
    return Capabilities(version, "WEIGHT" in names if told is None else told is True, names, full)


_TYPES = {
    "group": "Group",
    "project": "Project",
    "items": "Items",
    "notes": "Notes",
    "item": "WorkItem",
    "statusWidget": "StatusWidget",
    "status": "WorkItemStatus",
    "preferences": "UserPreferences",
}


def _names(found: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("widgetTypes", "links"):
        yield from (str(value["name"]) for value in (found.get(kind) or {}).get("enumValues") or ())
    for alias, kind in _TYPES.items():
        for entry in (found.get(alias) or {}).get("fields") or ():
            yield f"{kind}.{entry['name']}"
            yield from (f"{kind}.{entry['name']}.{argument['name']}" for argument in entry.get("args") or ())
    yield from (str(entry["name"]) for entry in (found.get("features") or {}).get("fields") or ())


def missing_features(answer: Mapping[str, Any]) -> list[str]:
    """The lines of what a group's licence lacks, from its `licensedFeatures`."""
    return [f"no {FEATURES[name]}" for name in FEATURES if answer.get(name) is False]
