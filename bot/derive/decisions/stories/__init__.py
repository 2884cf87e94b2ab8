"""Stories: what the risks of an engagement come to, at most three, worst first."""

from __future__ import annotations

from bot.derive.decisions.stories.causes import MOST, Cause, Group, group_risks, merge_to
from bot.derive.decisions.stories.story_text import tell
from bot.derive.decisions.stories.ways_out import Simulate
from bot.derive.results import Story
from bot.derive.subject import Subject

__all__ = ["MOST", "Cause", "Group", "Simulate", "derive_stories"]


def derive_stories(subject: Subject, simulate: Simulate) -> tuple[Story, ...]:
    """Every risk of high severity is in one; each with consequence, way out, owner and date."""
    return tuple(tell(group, subject, simulate) for group in merge_to(MOST, group_risks(subject)))
