"""From an HTTP request to the handler, and from a refusal to GitLab's JSON."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import unquote

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Request, Response

from fakegitlab.rest.call import Call, Moved
from fakegitlab.rest.paging import as_json
from fakegitlab.rest.routes import make_map
from fakegitlab.services.access import Actor
from fakegitlab.services.refusal import Refusal
from fakegitlab.store import Store

OPEN_TO_PROFILE_SCOPE = ("/api/v4/user", "/api/v4/personal_access_tokens/self")
WRITE_FREE = ("/api/v4/markdown",)


class RestApi:
    """GitLab's REST API over a world."""

    def __init__(self, world: Store) -> None:
        self.world = world
        self.map, self.handlers = make_map()

    def answer(self, request: Request, actor: Actor) -> Response:
        """Carry a request out."""
        path = str(request.environ.get("REQUEST_URI", request.path)).partition("?")[0]
        try:
            self._check_scope(request, path, actor)
            endpoint, found = self.map.bind("localhost").match(path, method=request.method)
            call = Call(request, actor, read_parameters(request))
            arguments = {key: unquote(v) if key == "thread" else v for key, v in found.items()}
            return with_etag(request, self.handlers[endpoint](call, **arguments))
        except Refusal as refusal:
            return refused(refusal)
        except Moved as moved:
            return Response(status=301, headers={"Location": moved.url})
        except MethodNotAllowed:
            return as_json({"error": "405 Method Not Allowed"}, 405)
        except (NotFound, RequestRedirect):
            return as_json({"error": "404 Not Found"}, 404)

    def _check_scope(self, request: Request, path: str, actor: Actor) -> None:
        reading = request.method in ("GET", "HEAD") or path in WRITE_FREE
        allowed = actor.may_read_api() if reading else actor.may_write_api()
        if allowed or (reading and path in OPEN_TO_PROFILE_SCOPE and "read_user" in actor.token.scopes):
            return
        why = "The request requires higher privileges than provided by the access token."
        wanted = "read_api" if reading else "api"
        raise Refusal(403, {"error": "insufficient_scope", "error_description": why, "scope": wanted})


def refused(refusal: Refusal) -> Response:
    """`{"message": …}`, or `{"error": …}` where GitLab says so."""
    message = refusal.message
    body = message if isinstance(message, dict) and "error" in message else {"message": message}
    return as_json(body, refusal.status)


def with_etag(request: Request, answer: Response) -> Response:
    """A weak ETag on what was read; 304 when the client has it."""
    if request.method == "GET" and answer.status_code == 200:
        answer.headers["Cache-Control"] = "max-age=0, private, must-revalidate"
        answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32], weak=True)
        answer.make_conditional(request)
    return answer


def read_parameters(request: Request) -> dict[str, Any]:
    """Query, form and JSON together; `iids[]=1` makes a list, `not[labels]=a` a dictionary."""
    found: dict[str, Any] = {}
    for source in (request.args, request.form):
        for key, value in source.items(multi=True):
            _put(found, key, value)
    if request.mimetype == "application/json" and request.get_data():
        try:
            body = json.loads(request.get_data())
        except ValueError as error:
            raise Refusal(400, {"error": "The body is not valid JSON"}) from error
        if not isinstance(body, dict):
            raise Refusal(400, {"error": "The body must be an object"})
        found |= body
    return found


def _put(found: dict[str, Any], key: str, value: str) -> None:
    name, bracket, rest = key.partition("[")
    inner = rest.rstrip("]").partition("]")[0]
    if not bracket:
        found[key] = value
    elif not inner:
        found.setdefault(name, []).append(value)
    else:
        found.setdefault(name, {})[inner] = value
