"""The command for assistants: derived facts over the Model Context Protocol, on standard input and output."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from bot.cli.app import AsOf, Only, Readers, Snapshot, app, require_audience
from bot.cli.views import read
from bot.domain.errors import PsbotError, UsageError

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from bot.app.assistant import Assistant


@app.command(epilog="Example: psbot mcp --snapshot portfolio.json")
def mcp(
    audience: Readers = "internal",
    only: Only = None,
    snapshot: Snapshot = None,
    as_of: AsOf = None,
) -> None:
    """Serve derived facts to an assistant (MCP), read-only, until standard input closes."""
    reader = require_audience(audience, only, "a customer's assistant speaks of")
    from bot.app.assistant import Assistant

    make_server(Assistant(read(snapshot, only, as_of), reader)).run("stdio")


def make_server(assistant: Assistant) -> MCPServer:
    """A server with one tool for each question. Raises UsageError where the extra is not installed."""
    try:
        from mcp.server import MCPServer
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise UsageError("needs the extra `mcp`", "psbot mcp", "Install it: pip install 'psbot[mcp]'.") from error
    from bot import __version__
    from bot.app.assistant import INSTRUCTIONS

    server = MCPServer("psbot", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    for name, answer in assistant.tools().items():
        server.tool(name, annotations=reads)(_in_words(answer))
    return server


def _in_words(answer: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """`answer`, its refusals as sentences that an assistant can act on; other faults are told without their insides."""
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(answer)
    def told(*args: Any, **named: Any) -> dict[str, Any]:
        try:
            return answer(*args, **named)
        except PsbotError as refused:
            raise ToolError(str(refused)) from refused

    return told
