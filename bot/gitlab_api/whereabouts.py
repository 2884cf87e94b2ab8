"""What became of an engagement that is not found any more: closed, renamed, out of the label, or gone."""

from __future__ import annotations

from collections.abc import Collection

from bot.config import Settings, is_within
from bot.domain.errors import AccessError, GitLabError, NotFoundError
from bot.domain.frozen import frozen
from bot.domain.vocabulary import ItemState
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import Place, resolve_place

_NOBODY = ("", "ghost")


@frozen
class Whereabouts:
    """Asks GitLab about single references; `found` are those that were read."""

    client: GitLabClient
    settings: Settings
    found: Collection[str]

    def explains(self, ref: str) -> bool:
        """Whether GitLab shows that nothing is lost: it goes by another name, it is closed, or somebody took the label off.

        An item that can't be read, or carries the label under another name, explains nothing. Raises UnreachableError.
        """
        try:
            place = resolve_place(self.client, ref)
        except (NotFoundError, AccessError, GitLabError):
            return False
        return place.ref in self.found or self._fell_out(place) or bool(self._label_taken_off(place))

    def _fell_out(self, place: Place) -> bool:
        """Closed so long ago that reports leave it out: it carries the label, in a namespace that is looked at."""
        inside = any(is_within(place.path, path) for path in self.settings.portfolio.namespaces)
        return place.state == ItemState.CLOSED and inside and self.settings.portfolio.label in place.labels

    def _label_taken_off(self, place: Place) -> str:
        """Who last took the label off; "" where it was renamed or deleted, or GitLab doesn't tell."""
        label = self.settings.portfolio.label
        if label in place.labels or not place.api:
            return ""
        try:
            events = list(self.client.get_all(f"{place.api}/resource_label_events"))
        except (NotFoundError, AccessError, GitLabError):
            return ""
        mine = [e for e in events if (e.get("label") or {}).get("name") == label]
        last = max(mine, key=lambda e: (str(e.get("created_at")), int(e["id"])), default=None)
        user = str(((last or {}).get("user") or {}).get("username") or "")
        return user if last and last.get("action") == "remove" and user not in _NOBODY else ""
