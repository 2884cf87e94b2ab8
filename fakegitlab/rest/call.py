"""One REST request: its parameters, typed, and who sends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from werkzeug.wrappers import Request

from fakegitlab.editions import Edition
from fakegitlab.entities import Group, Item, Namespace, Project, User
from fakegitlab.services.access import Actor
from fakegitlab.services.refusal import Refusal, not_found
from fakegitlab.store import Store

S = TypeVar("S", bound=Namespace)


class Moved(Exception):
    """The path asked for has moved; `url` is where to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@dataclass
class Call:
    """A request with its actor and parameters."""

    request: Request
    actor: Actor
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def world(self) -> Store:
        """The world."""
        return self.actor.world

    @property
    def edition(self) -> Edition:
        """Edition and version."""
        return self.world.edition

    # --- parameters ---------------------------------------------------------------------------------------------------

    def text(self, name: str) -> str | None:
        """A text, or None."""
        value = self.params.get(name)
        return None if value is None else str(value)

    def need(self, name: str) -> str:
        """A text that must be there."""
        value = self.params.get(name)
        if value is None:
            raise Refusal(400, {"error": f"{name} is missing"})
        return str(value)

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self.params.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise Refusal(400, {"error": f"{name} is invalid"}) from error

    def flag(self, name: str) -> bool | None:
        """true, false, 1, 0."""
        value = self.params.get(name)
        if value is None:
            return None
        if str(value).lower() in ("true", "1", "yes"):
            return True
        if str(value).lower() in ("false", "0", "no"):
            return False
        raise Refusal(400, {"error": f"{name} is invalid"})

    def choice(self, name: str, values: tuple[str, ...], default: str | None = None) -> str | None:
        """One of the values."""
        value = self.text(name)
        if value is None:
            return default
        if value not in values:
            raise Refusal(400, {"error": f"{name} does not have a valid value"})
        return value

    def list(self, name: str) -> list[str] | None:
        """A list: `a,b`, `name[]=a&name[]=b`, or JSON."""
        value = self.params.get(name)
        if value is None:
            return None
        if isinstance(value, list):
            return [str(part) for part in value]
        return [part.strip() for part in str(value).split(",") if part.strip()]

    def day(self, name: str) -> date | None:
        """A date; empty clears."""
        value = self.params.get(name)
        if value in (None, ""):
            return None
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError as error:
            raise Refusal(400, {"error": f"{name} is invalid"}) from error

    def moment(self, name: str) -> datetime | None:
        """A point in time; a space stands where a `+` was not encoded, and is refused."""
        value = self.params.get(name)
        if value in (None, ""):
            return None
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise Refusal(400, {"error": f"{name} is invalid"}) from error
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    # --- things named in the path ---------------------------------------------------------------------------------------

    def group(self, key: str) -> Group:
        """The group of an id or encoded path, or 404, or 301."""
        return self._readable(self.world.find_group(unquote(key)), key, "Group")

    def project(self, key: str) -> Project:
        """The project of an id or encoded path, or 404, or 301."""
        return self._readable(self.world.find_project(unquote(key)), key, "Project")

    def _readable(self, found: S | None, key: str, kind: str) -> S:
        if found is None:
            self._check_moved(key, f"{kind.lower()}s")
        if found is None or not self.actor.can_read(found):
            raise not_found(kind)
        return found

    def _check_moved(self, key: str, kind: str) -> None:
        target: Namespace | None = self.world.redirects.get(unquote(key).lower())
        if target is None or not self.actor.can_read(target) or target.is_group != (kind == "groups"):
            return
        if self.request.method != "GET":
            raise Refusal(405, f"405 Non GET methods are not allowed for moved {kind}")
        raise Moved(self.request.full_path.rstrip("?").replace(f"/{kind}/{unquote(key)}", f"/{kind}/{target.id}", 1))

    def issue(self, key: str, iid: int) -> Item:
        """An issue that the user may see."""
        found = self.project(key).items.get(iid)
        return self.actor.require_visible(found)

    def epic_by_iid(self, key: str, iid: int) -> Item:
        """An epic by its number in the group."""
        return self.actor.require_visible(self.licensed_group(key).items.get(iid))

    def epic_by_id(self, key: str, number: int) -> Item:
        """An epic by its legacy id, as notes and events want it."""
        group = self.licensed_group(key)
        found = self.world.epics.get(number)
        return self.actor.require_visible(found if found and found.namespace is group else None)

    def licensed_group(self, key: str) -> Group:
        """A group that has epics; without licence 403."""
        group = self.group(key)
        if not self.edition.enterprise:
            raise not_found()
        if not self.edition.licensed:
            raise Refusal(403, "403 Forbidden")
        return group

    def user(self, value: object) -> User:
        """A user by id."""
        found = self.world.find_user(int(str(value)))
        if found is None:
            raise not_found("User")
        return found
