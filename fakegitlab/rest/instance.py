"""The server itself, users and tokens, Markdown."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from fakegitlab.entities import User
from fakegitlab.markdown import PARSER
from fakegitlab.rest.call import Call
from fakegitlab.rest.paging import as_json, paginated
from fakegitlab.rest.shapes import day, moment, user_json
from fakegitlab.services.refusal import not_found
from fakegitlab.store import Store

REVISION = "0123456789a"


def local_time(world: Store, user: User) -> str | None:
    """What the clock says where the user is, by the profile's time zone; all that REST tells of it."""
    if user.timezone is None:
        return None
    return world.now.astimezone(ZoneInfo(user.timezone)).strftime("%-I:%M %p")


def show_metadata(call: Call) -> Response:
    """GET /metadata."""
    kas = {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None}
    shape = {"version": call.edition.full_version, "revision": REVISION, "kas": kas}
    return as_json(shape | {"enterprise": call.edition.enterprise})


def show_version(call: Call) -> Response:
    """GET /version."""
    return as_json({"version": call.edition.full_version, "revision": REVISION})


def _own_profile(call: Call, user: User) -> dict[str, Any]:
    shape = user_json(call.world, user) or {}
    return (
        shape
        | {
            "created_at": moment(user.created_at),
            "bio": "",
            "bot": user.bot,
            "location": None,
            "email": f"{user.username}@example.com",
            "public_email": "",
            "organization": "",
            "job_title": "",
            "linkedin": "",
            "twitter": "",
            "website_url": "",
            "commit_email": f"{user.username}@example.com",
            "last_sign_in_at": None,
            "confirmed_at": moment(user.created_at),
            "current_sign_in_at": None,
            "color_scheme_id": 1,
            "projects_limit": 100_000,
            "identities": [],
            "can_create_group": False,
            "can_create_project": False,
            "two_factor_enabled": True,
            "external": user.external,
            "private_profile": False,
        }
        | ({"is_admin": True} if user.admin else {})
    )


def show_me(call: Call) -> Response:
    """GET /user."""
    return as_json(_own_profile(call, call.actor.user))


def list_users(call: Call) -> Response:
    """GET /users, by username or search; who is external is told, and asked for, by administrators only."""
    name, word = call.text("username"), (call.text("search") or "").lower()
    users = list(call.world.users.values())
    if name is not None:
        users = [user for user in users if user.username.lower() == name.lower()]
    users = [user for user in users if word in user.username.lower() or word in user.name.lower()]
    if not call.actor.user.admin:
        return paginated(call, users, lambda user: user_json(call.world, user))
    if call.flag("external"):
        users = [user for user in users if user.external]
    return paginated(call, users, lambda user: (user_json(call.world, user) or {}) | {"external": user.external})


def show_user(call: Call, user_id: int) -> Response:
    """GET /users/:id."""
    found = call.world.users.get(user_id)
    if found is None:
        raise not_found("User")
    return as_json(
        (user_json(call.world, found) or {})
        | {"bio": "", "bot": found.bot, "local_time": local_time(call.world, found)}
    )


def show_token(call: Call) -> Response:
    """GET /personal_access_tokens/self."""
    token = call.actor.token
    return as_json(
        {
            "id": token.id,
            "name": token.name,
            "revoked": token.revoked,
            "created_at": moment(token.created_at),
            "description": "",
            "scopes": list(token.scopes),
            "user_id": token.user.id,
            "last_used_at": moment(call.world.now),
            "active": not token.revoked,
            "expires_at": day(token.expires_at),
        }
    )


def render_markdown(call: Call) -> Response:
    """POST /markdown."""
    return as_json({"html": PARSER.render(call.need("text"))}, 201)
