"""Quick actions: GitLab runs them with the rights of whoever sends the text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fakegitlab import history
from fakegitlab.entities import Item, Label, User
from fakegitlab.markdown import command_lines, without_lines
from fakegitlab.services import time_spent
from fakegitlab.services.access import Actor

Changes = dict[str, Any]
Answer = tuple[str, Changes] | None


@dataclass
class Outcome:
    """The text without its commands, and what they did."""

    text: str
    names: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)

    @property
    def only_commands(self) -> bool:
        """Nothing is left to store."""
        return bool(self.names) and not self.text


def run_commands(actor: Actor, item: Item, text: str) -> Outcome:
    """Take the commands out of the text and carry them out."""
    lines = command_lines(text, NAMES)
    if not lines:
        return Outcome(text)
    outcome = Outcome(without_lines(text, {line.line for line in lines}))
    for line in lines:
        outcome.names.append(line.name)
        actor.world.commands_run.append((item, line.name))
        answer = _run(actor, item, line.name, line.argument)
        if answer is None:
            outcome.errors.append(f"Could not apply {line.name} command.")
            continue
        message, changes = answer
        outcome.messages.append(message)
        outcome.changes.update(changes)
        _apply(actor, item, changes)
    if outcome.messages:
        actor.world.record("quick_actions", item.reference, actor.user, ", ".join(outcome.names))
    return outcome


def _run(actor: Actor, item: Item, name: str, argument: str) -> Answer:
    action = ACTIONS.get(name)
    if action is None or not actor.is_staff(item.namespace):
        return None
    try:
        return action(actor, item, argument)
    except ValueError:
        return None


def _apply(actor: Actor, item: Item, changes: Changes) -> None:
    from fakegitlab.services.items import apply_changes  # the two call each other: an update runs commands

    apply_changes(actor, item, {key: value for key, value in changes.items() if not key.startswith("_")})


# --- the commands: each gives its message and the changes it wants, or None when refused ----------------------------------


def _close(_actor: Actor, item: Item, _argument: str) -> Answer:
    return None if item.state == "closed" else ("Closed this issue.", {"state": "close"})


def _reopen(_actor: Actor, item: Item, _argument: str) -> Answer:
    return ("Reopened this issue.", {"state": "reopen"}) if item.state == "closed" else None


def _title(_actor: Actor, _item: Item, argument: str) -> Answer:
    return (f'Changed the title to "{argument}".', {"title": argument}) if argument else None


def _words(argument: str) -> list[str]:
    return [word.lstrip("~@%") for word in shlex.split(argument)]


def _found_labels(actor: Actor, item: Item, argument: str) -> list[Label]:
    pieces = re.findall(r'~?"([^"]+)"|~?([^\s"]+)', argument)
    titles = [(quoted or bare).lstrip("~") for quoted, bare in pieces]
    return [label for title in titles if (label := actor.world.find_label(item.namespace, title))]


def _label(actor: Actor, item: Item, argument: str) -> Answer:
    labels = _found_labels(actor, item, argument)
    if not labels:
        return None
    shown = " ".join(f'~"{label.title}"' for label in labels)
    return f"Added {shown} label{'s' if len(labels) > 1 else ''}.", {"labels": [*item.labels, *labels]}


def _relabel(actor: Actor, item: Item, argument: str) -> Answer:
    labels = _found_labels(actor, item, argument)
    return ("Replaced all labels.", {"labels": labels}) if labels else None


def _unlabel(actor: Actor, item: Item, argument: str) -> Answer:
    gone = _found_labels(actor, item, argument) if argument else list(item.labels)
    if not any(label in item.labels for label in gone):
        return None
    return "Removed labels.", {"labels": [label for label in item.labels if label not in gone]}


def _people(actor: Actor, argument: str) -> list[User]:
    names = [actor.user.username if word == "me" else word for word in _words(argument)]
    return [user for name in names if (user := actor.world.find_user(name))]


def _assign(actor: Actor, item: Item, argument: str) -> Answer:
    people = _people(actor, argument)
    if not people:
        return None
    shown = " ".join(f"@{user.username}" for user in people)
    return f"Assigned {shown}.", {"assignees": list(dict.fromkeys([*item.assignees, *people]))}


def _unassign(actor: Actor, item: Item, argument: str) -> Answer:
    gone = _people(actor, argument) if argument else list(item.assignees)
    left = [user for user in item.assignees if user not in gone]
    return ("Removed assignees.", {"assignees": left}) if len(left) < len(item.assignees) else None


def _milestone(actor: Actor, item: Item, argument: str) -> Answer:
    found = actor.world.find_milestone(item.namespace, argument.lstrip("%").strip('"'))
    return (f'Set the milestone to %"{found.title}".', {"milestone": found}) if found else None


def _remove_milestone(_actor: Actor, item: Item, _argument: str) -> Answer:
    return ("Removed the milestone.", {"milestone": None}) if item.milestone else None


def _day(actor: Actor, argument: str) -> date:
    words = {"today": 0, "tomorrow": 1, "in 2 days": 2, "in a week": 7, "in one week": 7}
    if argument.lower() in words:
        return actor.world.today + timedelta(days=words[argument.lower()])
    return date.fromisoformat(argument)


def _due(actor: Actor, _item: Item, argument: str) -> Answer:
    day = _day(actor, argument)
    return f"Set the due date to {day:%b} {day.day}, {day.year}.", {"due_date": day}


def _remove_due(_actor: Actor, item: Item, _argument: str) -> Answer:
    return ("Removed the due date.", {"due_date": None}) if item.due_date else None


def _health(actor: Actor, _item: Item, argument: str) -> Answer:
    value = argument.lower().replace(" ", "_")
    if value not in ("on_track", "needs_attention", "at_risk") or not actor.world.edition.licensed:
        return None
    return f"Set health status to {value}.", {"health": value}


def _clear_health(actor: Actor, item: Item, _argument: str) -> Answer:
    return ("Cleared health status.", {"health": None}) if item.health else None


def _weight(actor: Actor, _item: Item, argument: str) -> Answer:
    if not actor.world.edition.licensed:
        return None
    return f"Set weight to {int(argument)}.", {"weight": int(argument)}


def _confidential(_actor: Actor, item: Item, _argument: str) -> Answer:
    return ("Made this issue confidential.", {"confidential": not item.confidential})


def _estimate(_actor: Actor, _item: Item, argument: str) -> Answer:
    seconds = time_spent.parse_duration(argument)
    return f"Set time estimate to {argument}.", {"estimate": seconds}


def _spend(actor: Actor, item: Item, argument: str) -> Answer:
    duration, day = time_spent.split_date(argument)
    time_spent.add_spent(actor, item, time_spent.parse_duration(duration), day, None)
    return f"Added {duration} spent time.", {"_spent": duration}


def _award(actor: Actor, item: Item, argument: str) -> Answer:
    time_spent.toggle_award(actor, item, argument.strip(": "))
    return f"Toggled :{argument.strip(': ')}: emoji reaction.", {"_award": argument}


def _duplicate(actor: Actor, item: Item, argument: str) -> Answer:
    target = _target(actor, item, argument)
    if target is None or target is item:
        return None
    item.duplicated_to = target
    text = f"marked this issue as a duplicate of {target.reference}"
    history.add_system_note(actor.world, item, actor.user, text, "duplicate")
    return f"Closed this issue. Marked as related to, and a duplicate of, {argument}.", {"state": "close"}


def _target(actor: Actor, item: Item, argument: str) -> Item | None:
    text = argument.strip()
    short = re.fullmatch(r"[#&](\d+)", text)
    found = item.namespace.items.get(int(short[1])) if short else actor.world.find_reference(text)
    return found if found and actor.sees(found) else None


def _noop(message: str) -> Callable[[Actor, Item, str], Answer]:
    return lambda _actor, _item, _argument: (message, {})


ACTIONS: dict[str, Callable[[Actor, Item, str], Answer]] = {
    "close": _close, "reopen": _reopen, "title": _title, "label": _label, "labels": _label, "relabel": _relabel,
    "unlabel": _unlabel, "remove_label": _unlabel, "assign": _assign, "unassign": _unassign, "milestone": _milestone,
    "remove_milestone": _remove_milestone, "due": _due, "remove_due_date": _remove_due, "health_status": _health,
    "clear_health_status": _clear_health, "weight": _weight, "confidential": _confidential, "estimate": _estimate,
    "spend": _spend, "spent": _spend, "spend_time": _spend, "award": _award, "react": _award, "duplicate": _duplicate,
    "subscribe": _noop("Subscribed to notifications."), "unsubscribe": _noop("Unsubscribed from notifications."),
    "todo": _noop("Added a to-do item."), "done": _noop("Marked to-do item as done."),
    "lock": _noop("Locked the discussion."), "unlock": _noop("Unlocked the discussion."),
}  # fmt: skip
REFUSED = {
    "merge", "approve", "unapprove", "rebase", "draft", "ready", "target_branch", "submit_review", "request_review",
    "reviewer", "unassign_reviewer", "move", "clone", "promote", "promote_to", "convert_to_ticket", "type", "epic",
    "remove_epic", "iteration", "remove_iteration", "clear_weight", "copy_metadata", "create_merge_request", "tag",
    "remove_estimate", "remove_time_spent", "zoom", "remove_zoom", "relate", "unlink", "blocks", "blocked_by", "cc",
    "child_epic", "parent_epic", "remove_parent_epic", "remove_child_epic", "set_parent", "remove_parent", "add_child",
    "remove_child", "severity", "page", "publish", "timeline", "link", "invite_email", "add_contacts", "ship", "shrug",
    "remove_contacts", "board_move", "reassign", "reassign_reviewer", "status", "checkin_reminder", "tableflip", "q",
}  # fmt: skip
NAMES = frozenset(ACTIONS) | frozenset(REFUSED)
