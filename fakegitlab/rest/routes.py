"""Every REST address the demo knows; all others are 404."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from fakegitlab.rest import epics, instance, issue_writes, issues, notes, places

Handler = Callable[..., Response]
Route = tuple[str, str, Handler]
ISSUE, EPIC = "/projects/<place>/issues/<int:iid>", "/groups/<place>/epics/<int:iid>"

PLAIN: tuple[Route, ...] = (
    ("GET", "/metadata", instance.show_metadata),
    ("GET", "/version", instance.show_version),
    ("GET", "/user", instance.show_me),
    ("GET", "/users", instance.list_users),
    ("GET", "/users/<int:user_id>", instance.show_user),
    ("GET", "/personal_access_tokens/self", instance.show_token),
    ("POST", "/markdown", instance.render_markdown),
    ("GET", "/groups", places.list_groups),
    ("POST", "/groups", places.create_group),
    ("GET", "/groups/<place>", places.show_group),
    ("GET", "/groups/<place>/subgroups", places.list_subgroups),
    ("GET", "/groups/<place>/descendant_groups", places.list_descendant_groups),
    ("GET", "/groups/<place>/projects", places.list_group_projects),
    ("GET", "/projects", places.list_projects),
    ("POST", "/projects", places.create_project),
    ("GET", "/projects/<place>", places.show_project),
    ("GET", "/issues", issues.list_issues),
    ("GET", "/groups/<place>/issues", issues.list_group_issues),
    ("GET", "/projects/<place>/issues", issues.list_project_issues),
    ("POST", "/projects/<place>/issues", issue_writes.create_issue),
    ("GET", ISSUE, issues.show_issue),
    ("PUT", ISSUE, issue_writes.update_issue),
    ("DELETE", ISSUE, issue_writes.delete_issue),
    ("GET", f"{ISSUE}/links", places.list_links),
    ("POST", f"{ISSUE}/links", places.create_link),
    ("GET", f"{ISSUE}/time_stats", issue_writes.show_time),
    ("POST", f"{ISSUE}/add_spent_time", issue_writes.add_time),
    ("POST", f"{ISSUE}/time_estimate", issue_writes.set_estimate),
    ("POST", f"{ISSUE}/reset_time_estimate", issue_writes.set_estimate),
    ("GET", "/groups/<place>/epics", epics.list_epics),
    ("POST", "/groups/<place>/epics", epics.create_epic),
    ("GET", EPIC, epics.show_epic),
    ("PUT", EPIC, epics.update_epic),
    ("GET", f"{EPIC}/issues", epics.list_epic_issues),
    ("GET", f"{EPIC}/epics", epics.list_child_epics),
)
NOTED: tuple[Route, ...] = (
    ("GET", "/notes", notes.list_notes),
    ("POST", "/notes", notes.create_note),
    ("GET", "/notes/<int:note_id>", notes.show_note),
    ("PUT", "/notes/<int:note_id>", notes.update_note),
    ("DELETE", "/notes/<int:note_id>", notes.delete_note),
    ("GET", "/discussions", notes.list_discussions),
    ("POST", "/discussions", notes.create_discussion),
    ("GET", "/discussions/<thread>", notes.show_discussion),
    ("POST", "/discussions/<thread>/notes", notes.reply),
    ("PUT", "/discussions/<thread>/notes/<int:note_id>", notes.update_thread_note),
    ("GET", "/award_emoji", notes.list_awards),
    ("POST", "/award_emoji", notes.create_award),
    ("DELETE", "/award_emoji/<int:award_id>", notes.delete_award),
    ("GET", "/notes/<int:note_id>/award_emoji", notes.list_awards),
    ("POST", "/notes/<int:note_id>/award_emoji", notes.create_award),
    ("DELETE", "/notes/<int:note_id>/award_emoji/<int:award_id>", notes.delete_award),
)
ISSUE_EVENTS = ("label", "state", "milestone", "weight", "iteration")
EPIC_EVENTS = ("label", "state")


def routes() -> Iterator[Route]:
    """All of them."""
    yield from PLAIN
    for base, find, kinds in ((ISSUE, notes.find_issue, ISSUE_EVENTS), (EPIC, notes.find_epic, EPIC_EVENTS)):
        for method, path, handler in NOTED:
            yield method, base + path, _with_find(handler, find)
        for kind in kinds:
            address = f"{base}/resource_{kind}_events"
            yield "GET", address, partial(notes.list_events, find=find, kind=kind)
            yield "GET", f"{address}/<int:event_id>", partial(notes.show_event, find=find, kind=kind)
    for kind in ("groups", "projects"):
        yield from _of_place(kind)


def _with_find(handler: Handler, find: notes.Find) -> Handler:
    return partial(handler, find=find)


def _of_place(kind: str) -> Iterator[Route]:
    base = f"/{kind}/<place>"
    for address, inherited in (("members", False), ("members/all", True)):
        yield "GET", f"{base}/{address}", partial(places.list_members, kind=kind, inherited=inherited)
        shown = partial(places.show_member, kind=kind, inherited=inherited)
        yield "GET", f"{base}/{address}/<int:user_id>", shown
    yield "GET", f"{base}/milestones", partial(places.list_milestones, kind=kind)
    yield "POST", f"{base}/milestones", partial(places.create_milestone, kind=kind)
    yield "GET", f"{base}/milestones/<int:milestone_id>", partial(places.show_milestone, kind=kind)
    yield "GET", f"{base}/milestones/<int:milestone_id>/issues", partial(places.list_milestone_issues, kind=kind)
    yield "GET", f"{base}/labels", partial(places.list_labels, kind=kind)
    yield "POST", f"{base}/labels", partial(places.create_label, kind=kind)


@cache
def make_map() -> tuple[Map, dict[str, Handler]]:
    """Werkzeug's map, and the handlers by endpoint: one for all servers, for making it takes longer than a dozen requests."""
    handlers: dict[str, Handler] = {}
    rules: list[Any] = []
    for method, path, handler in routes():
        endpoint = f"{method} {path}"
        handlers[endpoint] = handler
        rules.append(Rule(f"/api/v4{path}", endpoint=endpoint, methods=[method]))
    return Map(rules, strict_slashes=False, merge_slashes=False), handlers
