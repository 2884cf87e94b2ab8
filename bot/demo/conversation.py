"""What a PM says to psbot in the sample portfolio: a mute, a colour, and the approval of a customer's text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.domain.frozen import frozen

if TYPE_CHECKING:
    from fakegitlab.entities import Note
    from fakegitlab.world import World

_STATUS, _DRAFT = "kind=status audience=internal", "kind=status audience=customer"
WEEKS = timedelta(weeks=3)


@frozen
class Talk:
    """One engagement to talk about: where psbot reports on it, its PM, a risk to mute, and the colour of the budget."""

    home: str
    pm: str
    rule: str
    colour: str


def play_conversation(world: World, talks: Iterable[Talk], approver: str, day: date) -> list[str]:
    """The PM of the first engagement whose note stands answers it, and an approver agrees to the first draft. What was said."""
    said: list[str] = []
    for talk in talks:
        notes = _notes(world, talk.home)
        note = next((n for n in notes if _STATUS in n.body), None)
        if note is None:
            continue
        until = (day + WEEKS).isoformat()
        for line in (
            f"psbot mute {talk.rule} until {until}: the customer knows, waiting for the signature",
            f"psbot colour budget {talk.colour} until {until}: the change order is agreed by word",
        ):
            world.note(note.item, line, talk.pm, reply_to=note)
            said.append(f"{talk.pm} on {talk.home}: {line}")
        break
    for talk in talks:
        draft = next((n for n in _notes(world, talk.home) if _DRAFT in n.body and "draft=1" in n.body), None)
        if draft is not None:
            world.award(draft, approver)
            said.append(f"{approver} on {talk.home}: 👍 to the draft of the customer's text")
            break
    return said


def _notes(world: World, ref: str) -> list[Note]:
    item = world.find_reference(ref)
    return [note for note in item.notes if not note.system] if item is not None else []
