"""The demo GitLab: a world behind real HTTP on the loopback interface."""

from __future__ import annotations

import json
import threading
import time
import traceback
from contextlib import nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from fakegitlab.editions import Edition
from fakegitlab.entities import Token, User, Write
from fakegitlab.faults import Dropped, Faults, cut
from fakegitlab.graphql.execute import GraphQLApi, operation_name
from fakegitlab.replica import Replica
from fakegitlab.rest.app import RestApi
from fakegitlab.rest.paging import as_json
from fakegitlab.services.access import Actor
from fakegitlab.world import World

RATE_LIMIT = 2000
WRITE_FREE = ("/api/v4/markdown",)
NOTE_MUTATIONS = ("createNote", "createDiscussion")
ISSUE_MUTATIONS = ("workItemCreate", "createIssue")


@dataclass
class RequestRecord:
    """One request as the server saw it."""

    number: int
    method: str
    path: str
    query: str
    operation: str | None
    is_write: bool
    body: bytes
    user: str = ""
    status: int = 0
    bytes: int = 0
    seconds: float = 0.0
    fault: str | None = None
    committed: int = 0

    @property
    def creates(self) -> str | None:
        """`notes` or `issues`, for the application limits."""
        if self.operation:
            text = self.body.decode(errors="replace")
            if any(name in text for name in NOTE_MUTATIONS):
                return "notes"
            return "issues" if any(name in text for name in ISSUE_MUTATIONS) else None
        last = self.path.rstrip("/").rpartition("/")[2]
        if self.method != "POST":
            return None
        return {"notes": "notes", "discussions": "notes", "issues": "issues", "epics": "issues"}.get(last)


class DemoGitLab:
    """`with DemoGitLab(world, edition="free", version="18.5") as gitlab: …gitlab.url, gitlab.token…`."""

    def __init__(
        self, world: World | None = None, edition: str = "ultimate", version: str = "19.3", port: int = 0
    ) -> None:
        self._anonymous = Token(0, "", User(0, "", "Anonymous"), ())
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._numbers = threading.Lock()
        self.become(world if world is not None else World(), edition, version)

    # --- life ---------------------------------------------------------------------------------------------------------

    def become(self, world: World, edition: str = "ultimate", version: str = "19.3") -> None:
        """Another GitLab at the same address, which nobody has asked anything yet."""
        self.world = world
        world.edition = Edition(edition, version)
        if self._server is not None:
            world.base_url = self.url
        self.faults = Faults()
        self.replica = Replica()
        self.requests: list[RequestRecord] = []
        self.errors: list[str] = []
        self.rest = RestApi(world)
        self.graphql = GraphQLApi(world)

    def start(self) -> DemoGitLab:
        """Listen on 127.0.0.1."""
        self._server = make_server("127.0.0.1", self._port, self, threaded=True, request_handler=_Handler)
        self.world.base_url = self.url
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> DemoGitLab:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    # --- what tests look at ---------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None, "not started"
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def token(self) -> str:
        """The value of the world's first token; one is made when there is none."""
        if not self.world.tokens:
            self.world.token()
        return next(iter(self.world.tokens))

    @property
    def writes(self) -> list[Write]:
        """Everything that was stored for clients, in order."""
        return self.world.writes

    @property
    def write_requests(self) -> list[RequestRecord]:
        """Requests that meant to write, stored or not."""
        return [record for record in self.requests if record.is_write]

    # --- at work ------------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        if self._server is None:
            cut(request)
            raise Dropped("stopped")
        began = time.perf_counter()
        record = self._record(request)
        try:
            response = self._answer(request, record)
        except Dropped:
            record.seconds = time.perf_counter() - began
            cut(request)
            raise
        except Exception:  # noqa: BLE001 - a server answers 500 and lives on
            self.errors.append(traceback.format_exc())
            response = as_json({"message": "500 Internal Server Error"}, 500)
        record.status = response.status_code
        record.bytes = len(response.get_data())
        record.seconds = time.perf_counter() - began
        self._add_headers(request, response, record)
        return response(environ, start_response)

    def _record(self, request: Request) -> RequestRecord:
        path = unquote(str(request.environ.get("REQUEST_URI", request.path)).partition("?")[0])
        body = request.get_data(cache=True)
        operation = _operation(path, body)
        writes = request.method not in ("GET", "HEAD", "OPTIONS") and path not in WRITE_FREE
        if path == "/api/graphql":
            writes = (operation or "").startswith("mutation ")
        query = request.query_string.decode(errors="replace")
        with self._numbers:
            record = RequestRecord(len(self.requests) + 1, request.method, path, query, operation, writes, body)
            self.requests.append(record)
        return record

    def _answer(self, request: Request, record: RequestRecord) -> Response:
        token = self._token(request)
        record.user = token.user.username if token else ""
        fault = self.faults.choose(record)
        record.fault = fault.kind if fault else None
        instead = self.faults.before(fault) or self.faults.limited(record)
        if instead is not None:
            return instead
        with self.world.lock:
            before = len(self.world.writes)
            with nullcontext() if record.is_write else self.replica.serving(self.world):
                response = self._route(request, record.path, token)
            record.committed = len(self.world.writes) - before
            if not record.is_write:
                self.faults.shift(self.world)
        return self.faults.after(fault, response) if fault is not None else response

    def _route(self, request: Request, path: str, token: Token | None) -> Response:
        graphql = path == "/api/graphql"
        if token is None or self._dead(token):
            return _unauthorised(graphql, token)
        actor = Actor(self.world, token.user, token)
        if graphql:
            return self.graphql.answer(request, actor)
        if path.startswith("/api/v4/"):
            return _unauthorised(False, None) if not token.user.id else self.rest.answer(request, actor)
        return Response("<h1>404</h1>", 404, content_type="text/html")

    def _token(self, request: Request) -> Token | None:
        """The token of the request; the anonymous one when none was sent, None when it is not known."""
        bearer = request.headers.get("Authorization", "")
        value = (
            request.headers.get("PRIVATE-TOKEN") or bearer.removeprefix("Bearer ") or request.args.get("private_token")
        )
        if request.headers.get("JOB-TOKEN"):
            return None
        return self.world.tokens.get(value) if value else self._anonymous

    def _dead(self, token: Token) -> bool:
        expired = token.expires_at is not None and token.expires_at <= self.world.today
        return token.revoked or expired or not token.user.active

    def _add_headers(self, request: Request, response: Response, record: RequestRecord) -> None:
        reset = int(time.time()) // 60 * 60 + 60
        used = min(record.number % RATE_LIMIT, RATE_LIMIT - 1)
        response.headers.setdefault("RateLimit-Limit", str(RATE_LIMIT))
        response.headers["RateLimit-Name"] = "throttle_authenticated_api"
        response.headers["RateLimit-Observed"] = str(used)
        response.headers.setdefault("RateLimit-Remaining", str(RATE_LIMIT - used))
        response.headers.setdefault("RateLimit-Reset", str(reset))
        response.headers["X-Request-Id"] = f"demo-{record.number}"


def _operation(path: str, body: bytes) -> str | None:
    if path != "/api/graphql":
        return None
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return None
    given = given[0] if isinstance(given, list) and given else given
    return (
        operation_name(str(given.get("query") or ""), given.get("operationName")) if isinstance(given, dict) else None
    )


def _unauthorised(graphql: bool, token: Token | None) -> Response:
    if graphql:
        return as_json({"errors": [{"message": "Invalid token"}]}, 401)
    if token is not None and token.value:
        why = "Token was revoked. You have to re-authorize from the user."
        if not token.revoked:
            why = "Token is expired. You can either do re-authorization or token refresh."
        return as_json({"error": "invalid_token", "error_description": why}, 401)
    return as_json({"message": "401 Unauthorized"}, 401)


class _Handler(WSGIRequestHandler):
    """Keeps connections alive and stays quiet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one system call
    timeout = 30

    def run_wsgi(self) -> None:
        """Werkzeug closes each connection after its answer; ours may stay, for the body was read to its end."""
        self.environ = self.make_environ()
        pieces, status, headers = run_wsgi_app(self.server.app, self.environ, buffered=True)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"".join(pieces))
        self.wfile.flush()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the records tell it all."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """Meant to be."""
        self.close_connection = True
