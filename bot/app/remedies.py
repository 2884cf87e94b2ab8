"""Every remedy that `psbot check` gives. Each is followed by a test of its own: one more here without one fails there."""

from __future__ import annotations

from enum import Enum, StrEnum

from bot.domain.frozen import frozen
from bot.publish.notify.faults import DigestRemedy


class CheckLevel(StrEnum):
    """How a finding of the check-up is told."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"
    NEXT = "next"


class Remedy(Enum):
    """How to put one kind of finding right; `{}` is filled with what the finding knows."""

    LEAKED = "Take it out, revoke it, and set the new one as GITLAB_TOKEN (in CI: a masked variable)."
    SHEET = "Paths start from the config's folder; put the file there, or take the line out."
    APPROVERS = "Name usernames under reports.status.customer.approvers; until then every draft waits."
    TEMPLATE = "Correct it, or delete it: the shipped one serves then."
    WORDING = "Add them to locale/{}.po in the templates folder; docs/reports.md shows how."
    SCOPES_UNKNOWN = "It needs `api` to write, `read_api` to look: a personal, group or project access token tells."
    READS_ONLY = "Fine for status, check and --dry-run; make one with scope `api` for psbot run."
    EXCESS = "Scope `api` alone is enough."
    EXPIRY = "Rotate it (the bot's user stays the same), do not make a new one."
    NAMESPACE = "Check the path, and that the bot's user is a member there."
    ROLE = "Give the bot's user Planner (GitLab 17.7 and newer) or Reporter there."
    LABELS = "psbot init --labels creates them."
    VISIBILITY = "Make it private, take them out, or declare it `customer`: money and internal risks would stand open."
    CHANNEL_LATER = "It matters once `reports.status.customer` is enabled; put it right before."
    CHANNEL = "Name another `customer_channel`, or allow this one as it says; nothing is written there until then."
    INTERNAL = "Name another `internal`, or make its place private; nothing is written there until then."
    PAGES_UNSEEN = "Make the bot's user a member of it, or look at Settings > General > Visibility > Pages yourself."
    PAGES_OPEN = (
        "Settings > General > Visibility > Pages: Only Project Members. The portfolio page holds money and names."
    )
    PAGES_OFF = "Settings > General > Visibility > Pages turns them on."
    TARGET_UNSEEN = "Name an issue, epic or project that the bot's user can see."
    TARGET_OPEN = "Name a project in an internal namespace, or declare its namespace internal if it is."
    NO_PROJECT = "Name a project under reports.{0}.project, or set enabled: false."
    NO_ENGAGEMENT = "Put the label {!r} on an epic (on Free: an issue) in these namespaces."
    FACTS = "Correct it in the description; `psbot schema --facts` lists all keys."
    MONEY_SEEN = "Move them from the description to `engagements:` in config.yml."
    FACTS_LACKING = (
        "Add them to the `ps-project` block of the description; until then they count as unknown, not green."
    )
    NO_PLACE = "psbot init --places {} makes an issue for each and names it in the config. Or name one yourself:\n{}"


@frozen
class CheckResult:
    """One thing that was looked at, and how to put it right."""

    level: CheckLevel
    text: str
    cure: Remedy | DigestRemedy | None = None
    filled: tuple[str, ...] = ()

    @property
    def remedy(self) -> str:
        """The remedy in words; empty where there is none to give."""
        return self.cure.value.format(*self.filled) if self.cure else ""
