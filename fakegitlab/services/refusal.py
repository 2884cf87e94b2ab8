"""How a service says no; each API puts it in its own words."""

from __future__ import annotations


class Refusal(Exception):
    """Why not, with the REST status."""

    def __init__(self, status: int, message: object) -> None:
        super().__init__(str(message))
        self.status = status
        self.message = message


def not_found(what: str = "Not") -> Refusal:
    """404; also what a user gets who may not see it."""
    return Refusal(404, "404 Not Found" if what == "Not" else f"404 {what} Not Found")


def forbidden(why: str = "") -> Refusal:
    """403: known, but not allowed."""
    return Refusal(403, f"403 Forbidden - {why}" if why else "403 Forbidden")


def invalid(field: str, problem: str) -> Refusal:
    """400: the record did not validate."""
    return Refusal(400, {field: [problem]})


def conflict(why: str) -> Refusal:
    """409: somebody was faster."""
    return Refusal(409, f"409 Conflict: {why}")
