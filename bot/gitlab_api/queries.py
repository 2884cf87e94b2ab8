"""GraphQL documents, put together from what an instance's schema knows. An unknown field refuses a whole query.

GitLab allows a complexity of 250 a query and 10,000 characters; fragments on different widget types exclude each other,
so a page of a hundred items with all widgets stays below it (`tests/gitlab_api/test_queries.py` measures).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.gitlab_api.capabilities import Capabilities

PAGE = 100
TIMELOGS = 50
"""Time logs that come along with an item; the few items with more are read on."""
NOTES = 100
PAGE_INFO = "pageInfo { hasNextPage endCursor }"
ELSEWHERE = ("movedToWorkItemUrl", "duplicatedToWorkItemUrl", "promotedToEpicUrl")
"""Where a closed item went on, instead of being done. Servers know some of these."""
ZONES = f"query PsbotZones($ids: [ID!]) {{ users(ids: $ids, first: {PAGE}) {{ nodes {{ username userPreferences {{ timezone }} }} }} }}"
USERS = f"query PsbotUsers($ids: [ID!]) {{ users(ids: $ids, first: {PAGE}) {{ nodes {{ id username }} }} }}"
_BASE = (
    "id iid title state confidential createdAt updatedAt closedAt webUrl reference(full: true) workItemType { name }"
)
_TIMELOG = f"{PAGE_INFO} nodes {{ id spentAt timeSpent user {{ id username }} }}"
_WIDGETS = {
    "DESCRIPTION": "... on WorkItemWidgetDescription { description }",
    "ASSIGNEES": "... on WorkItemWidgetAssignees { assignees { nodes { id username } } }",
    "LABELS": "... on WorkItemWidgetLabels { labels { nodes { title } } }",
    "MILESTONE": "... on WorkItemWidgetMilestone { milestone { id } }",
    "START_AND_DUE_DATE": "... on WorkItemWidgetStartAndDueDate { startDate dueDate }",
    "TIME_TRACKING": "... on WorkItemWidgetTimeTracking { timeEstimate totalTimeSpent "
    f"timelogs(first: {TIMELOGS}) {{ {_TIMELOG} }} }}",
    "HIERARCHY": "... on WorkItemWidgetHierarchy { parent { id } }",
    "HEALTH_STATUS": "... on WorkItemWidgetHealthStatus { healthStatus }",
    "STATUS": "... on WorkItemWidgetStatus { status { name category } }",
    "WEIGHT": "... on WorkItemWidgetWeight { weight }",
    "ITERATION": "... on WorkItemWidgetIteration { iteration { title startDate dueDate } }",
    "LINKED_ITEMS": "... on WorkItemWidgetLinkedItems { linkedItems(filter: BLOCKED_BY) { nodes { linkType "
    "workItem { iid reference(full: true) workItemType { name } } } } }",
}
_MILESTONES = f"{PAGE_INFO} nodes {{ id title state startDate dueDate updatedAt webPath group {{ fullPath }} project {{ fullPath }} }}"
_PLACES = f"{PAGE_INFO} nodes {{ id fullPath }}"
_LABELS = f"{PAGE_INFO} nodes {{ id title }}"


NEEDED = {
    "LINKED_ITEMS": ("BLOCKED_BY",),
    "STATUS": ("StatusWidget.status", "WorkItemStatus.category"),
}
"""What a widget needs of the schema besides its name: some had the name first."""


def item_widgets(known: Capabilities) -> tuple[str, ...]:
    """The widgets to ask for: those this edition and version has."""
    return tuple(name for name in _WIDGETS if known.knows(name, *NEEDED.get(name, ())))


def item_fragment(known: Capabilities) -> str:
    """Everything that comes with an item itself."""
    names = item_widgets(known)
    widgets = " ".join(_WIDGETS[name] for name in names)
    base = " ".join((_BASE, *(name for name in ELSEWHERE if known.knows(f"WorkItem.{name}"))))
    return f"fragment PsbotItem on WorkItem {{ {base} widgets(onlyTypes: [{', '.join(names)}]) {{ {widgets} }} }}"


def place_query(known: Capabilities, size: int = PAGE) -> str:
    """What a configured path is (group or project), what is below it, its labels and milestones, how its items stand.

    `newest` is the server's own mark of time before the items are read. The lists start with `size` entries each.
    """
    features = f"licensedFeatures {{ {' '.join(known.features)} }} " if _has_features(known) else ""
    stones = f"milestones(sort: CREATED_ASC, first: {size}, %s) {{ {_MILESTONES} }}"
    group = (
        f"id fullPath {role_field(known, 'Group')}{features}{_standing(known, 'group')}"
        f"projects(includeSubgroups: true, first: {size}) {{ {_PLACES} }} "
        f"descendantGroups(first: {size}) {{ {_PLACES} }} "
        f"labels(includeAncestorGroups: true, includeDescendantGroups: true, first: {size}) {{ {_LABELS} }} "
        f"{_time(known, 'Group')}{stones % 'includeAncestors: true, includeDescendants: true'}"
    )
    labels = f"labels(includeAncestorGroups: true, first: {size}) {{ {_LABELS} }} "
    time, own = _time(known, "Project"), stones % "includeAncestors: true"
    project = f"id fullPath {role_field(known, 'Project')}{_standing(known, 'project')}{labels}{time}{own}"
    return f"query PsbotPlace($path: ID!) {{ group(fullPath: $path) {{ {group} }} project(fullPath: $path) {{ {project} }} }}"


def role_field(known: Capabilities, kind: str) -> str:
    """What asks a `Group` or `Project` for the token's role there; nothing where this GitLab doesn't tell."""
    return "maxAccessLevel { integerValue } " if known.knows(f"{kind}.maxAccessLevel") else ""


def _standing(known: Capabilities, kind: str) -> str:
    """How many items there are, and when the last one changed."""
    if kind == "group" and not known.lists_groups:
        return ""
    count = "count " if known.knows("Items.count") else ""
    newest = f"newest: workItems({_below(known, kind)}state: all, sort: UPDATED_DESC, first: 1) {{ {count}nodes {{ updatedAt }} }} "
    field = f"{kind.title()}.workItemStateCounts"
    if kind == "project" and known.knows(field):
        return f"{newest}workItemStateCounts {{ all }} "
    if kind == "group" and known.knows(f"{field}.includeDescendants"):
        return f"{newest}workItemStateCounts(includeDescendants: true) {{ all }} "
    return newest


def _time(known: Capabilities, kind: str) -> str:
    """All time that was logged there, on issues, tasks and merge requests, and which entry is the newest."""
    return (
        "timelogs(first: 1, sort: CREATED_DESC) { totalSpentTime nodes { id } } "
        if known.knows(f"{kind}.timelogs")
        else ""
    )


def _below(known: Capabilities, kind: str) -> str:
    """The arguments that take in what stands below a group."""
    if kind == "project":
        return ""
    archived = "includeArchived: true, " if known.knows("Group.workItems.includeArchived") else ""
    return f"includeDescendants: true, {archived}"


def _has_features(known: Capabilities) -> bool:
    return known.knows("Group.licensedFeatures") and bool(known.features)


def rest_of_query(field: str) -> str:
    """The further pages of one of a group's or project's lists: milestones, labels, `projects`, `descendantGroups`."""
    kind, arguments, fields = {
        "milestones": ("group", "sort: CREATED_ASC, includeAncestors: true, includeDescendants: true, ", _MILESTONES),
        "project milestones": ("project", "sort: CREATED_ASC, includeAncestors: true, ", _MILESTONES),
        "labels": ("group", "includeAncestorGroups: true, includeDescendantGroups: true, ", _LABELS),
        "project labels": ("project", "includeAncestorGroups: true, ", _LABELS),
        "projects": ("group", "includeSubgroups: true, ", _PLACES),
        "descendantGroups": ("group", "", _PLACES),
    }[field]
    name = field.rpartition(" ")[2]
    return (
        "query PsbotPlaceRest($path: ID!, $after: String) { "
        f"{kind}(fullPath: $path) {{ {name}({arguments}first: {PAGE}, after: $after) {{ {fields} }} }} }}"
    )


def items_query(known: Capabilities, kind: str, *, newest_first: bool = False) -> str:
    """A page of all items of a group (with everything below) or project, oldest first: new ones don't shift it.

    Servers that can't filter by time are asked for what changed last (`newest_first`) instead.
    """
    declared, given = "", ""
    if known.filters_by_time:
        declared = ", $from: Time, $until: Time, $since: Time"
        given = ", createdAfter: $from, createdBefore: $until, updatedAfter: $since"
    sort = "UPDATED_DESC" if newest_first else "CREATED_ASC"
    return (
        f"query PsbotItems($path: ID!, $first: Int!, $after: String{declared}) {{ "
        f"place: {kind}(fullPath: $path) {{ workItems({_below(known, kind)}state: all, sort: {sort}, first: $first, "
        f"after: $after{given}) {{ {PAGE_INFO} nodes {{ ...PsbotItem }} }} }} }} {item_fragment(known)}"
    )


def timelogs_query(count: int, size: int = PAGE) -> str:
    """The further time logs of `count` items, `size` of each (variables `id0`, `after0`, …)."""
    logs = f"timelogs(first: {size}, after: $after%d) {{ {_TIMELOG} }}"
    field = f"widgets(onlyTypes: [TIME_TRACKING]) {{ ... on WorkItemWidgetTimeTracking {{ {logs} }} }}"
    return _by_id("PsbotTimelogs", field, count)


def notes_query(known: Capabilities, count: int, size: int = NOTES, *, labels: bool = False) -> str:
    """The further activity notes of `count` items, `size` of each (variables `id0`, `after0`, …)."""
    return _by_id("PsbotNotesRest", _notes_widget(known, size, "after: $after%d, ", labels=labels), count)


def updates_query(count: int, threads: int) -> str:
    """Comments and last edit of `count` items: when, and by whom (variables `id0`, `after0`, …)."""
    notes = "notes(first: 20) { nodes { createdAt system author { id bot } } }"
    field = (
        "widgets(onlyTypes: [NOTES, DESCRIPTION]) { ... on WorkItemWidgetDescription "
        "{ lastEditedAt lastEditedBy { id bot } } ... on WorkItemWidgetNotes "
        f"{{ discussions(filter: ONLY_COMMENTS, first: {threads}, after: $after%d) {{ {PAGE_INFO} nodes {{ {notes} }} }} }} }}"
    )
    return _by_id("PsbotUpdates", field, count)


def _by_id(name: str, field: str, count: int) -> str:
    declared = ", ".join(f"$id{n}: WorkItemID!, $after{n}: String" for n in range(count))
    fields = " ".join(f"i{n}: workItem(id: $id{n}) {{ id {field % n} }}" for n in range(count))
    return f"query {name}({declared}) {{ {fields} }}"


def _notes_widget(known: Capabilities, size: int, after: str = "", *, labels: bool = False) -> str:
    """The notes about activity. Only discussions have those about labels, which GitLab makes up from its events."""
    note = "body createdAt author { id }" if labels else "body createdAt"
    if known.knows("Notes.notes") and not labels:
        inner = f"notes(filter: ONLY_ACTIVITY, {after}first: {size}) {{ {PAGE_INFO} nodes {{ {note} }} }}"
    else:
        threads = f"notes(first: 1) {{ nodes {{ {note} }} }}"
        inner = f"discussions(filter: ONLY_ACTIVITY, {after}first: {size}) {{ {PAGE_INFO} nodes {{ {threads} }} }}"
    return f"widgets(onlyTypes: [NOTES]) {{ ... on WorkItemWidgetNotes {{ {inner} }} }}"


def histories_query(
    known: Capabilities, kinds: Sequence[str], sizes: Iterable[int], notes: int = NOTES, *, labels: bool = False
) -> str:
    """The activity notes of items of several places in one go, `notes` of each (variables `path0`, `iids0`, …)."""
    sizes = tuple(sizes)
    widget = _notes_widget(known, notes, labels=labels)
    declared = ", ".join(f"$path{n}: ID!, $iids{n}: [String!]" for n in range(len(sizes)))
    fields = " ".join(
        f"p{n}: {kinds[n]}(fullPath: $path{n}) {{ workItems(state: all, iids: $iids{n}, first: {size}) "
        f"{{ nodes {{ id updatedAt {widget} }} }} }}"
        for n, size in enumerate(sizes)
    )
    return f"query PsbotHistories({declared}) {{ {fields} }}"
