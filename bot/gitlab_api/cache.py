"""What was read before: one SQLite file, safe under concurrent runs and kill -9. Losing it costs time and nothing else.

Keyed by instance and token user (two tokens see different things) and by the shape of the query. It never holds the
token, and only its owner can read it. What can't be used is put aside with a message, never an error.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

log = logging.getLogger("psbot.gitlab")
APPLICATION_ID = 0x70736274  # "psbt"
VERSION = 6
MOST_CONTENTS = 2
"""Of so many readings what was derived is kept: a config's last two."""
MOST_RULES = 3
"""By so many sets of rules what past days said is kept: configs that share a cache, and one that was just changed."""
BUSY_SECONDS = 10.0
_SCHEMA = """
CREATE TABLE place (owner TEXT, path TEXT, state BLOB NOT NULL, PRIMARY KEY (owner, path)) WITHOUT ROWID;
CREATE TABLE item (owner TEXT, path TEXT, id INTEGER, body BLOB NOT NULL, PRIMARY KEY (owner, path, id)) WITHOUT ROWID;
CREATE TABLE history (owner TEXT, kind TEXT, id INTEGER, stamp TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (owner, kind, id)) WITHOUT ROWID;
CREATE TABLE derived (owner TEXT, content TEXT, name TEXT, body BLOB NOT NULL, PRIMARY KEY (owner, content, name));
CREATE TABLE past (owner TEXT, rules TEXT, ref TEXT, body BLOB NOT NULL, PRIMARY KEY (owner, rules, ref));
"""


class Cache:
    """The cache of one instance and user. A fault of the file turns it off for the rest of the run."""

    def __init__(self, connection: sqlite3.Connection | None, owner: str) -> None:
        self._connection = connection
        self._owner = owner
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, url: str, user_id: int) -> Cache:
        """The cache file `path`, made if need be. What is broken or foreign is put aside as `<name>.dropped`."""
        owner = f"{url}|{user_id}"
        deadline = time.monotonic() + BUSY_SECONDS
        while time.monotonic() < deadline:
            try:
                return cls(_opened(path), owner)
            except (OSError, sqlite3.Error) as problem:
                if not _is_busy(problem):
                    why = getattr(problem, "strerror", None) or problem
                    log.warning("cache %s can't be used (%s): reading without it", path, why)
                    return cls(None, owner)
                time.sleep(0.05)
        log.warning("cache %s is in use by another run: reading without it", path)
        return cls(None, owner)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- places: all items below a path, and how they were read

    def load_place(self, path: str) -> tuple[dict[str, Any], dict[int, Any]] | None:
        """The state and the items by id that were stored for `path`; None when there are none."""
        with self._using() as connection:
            if connection is None:
                return None
            rows = connection.execute(
                "SELECT state FROM place WHERE owner=? AND path=?", (self._owner, path)
            ).fetchall()
            if not rows:
                return None
            items = connection.execute("SELECT id, body FROM item WHERE owner=? AND path=?", (self._owner, path))
            return _unpack(rows[0][0]), {number: _unpack(body) for number, body in items}
        return None

    def store_place(
        self, path: str, state: Mapping[str, Any], items: Mapping[int, Any], base: Mapping[str, Any] | None = None
    ) -> None:
        """Keep all items of a place and its state; with the state `base` that they are changes to, only those.

        Changes to what another run has stored meanwhile are not kept: they would not fit together.
        """
        with self._using() as connection:
            if connection is None:
                return
            key = (self._owner, path)
            if base is None:
                connection.execute("DELETE FROM item WHERE owner=? AND path=?", key)
            elif connection.execute("SELECT state FROM place WHERE owner=? AND path=?", key).fetchone() != (
                _pack(base),
            ):
                return
            rows = ((self._owner, path, number, _pack(body)) for number, body in items.items())
            connection.executemany("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)", rows)
            connection.execute("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", (self._owner, path, _pack(state)))

    # -- histories: of one item each, valid while the item's `updated_at` is the stamp

    def load_histories(self, kind: str, stamps: Mapping[int, str]) -> dict[int, Any]:
        """The histories of those items that did not change since."""
        found: dict[int, Any] = {}
        with self._using() as connection:
            if connection is None:
                return {}
            rows = connection.execute(
                "SELECT id, stamp, body FROM history WHERE owner=? AND kind=?", (self._owner, kind)
            )
            for number, stamp, body in rows:
                if stamps.get(number) == stamp:
                    found[number] = _unpack(body)
        return found

    def store_histories(self, kind: str, stamps: Mapping[int, str], bodies: Mapping[int, Any]) -> None:
        """Keep histories that were just read."""
        rows = [(self._owner, kind, number, stamps[number], _pack(body)) for number, body in bodies.items()]
        with self._using() as connection:
            if connection is not None:
                connection.executemany("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?)", rows)

    # -- what was derived from what was read, by a digest of that

    def load_derived(self, content: str, name: str) -> bytes | None:
        """What is kept of this content under this name."""
        return self._body("SELECT body FROM derived WHERE owner=? AND content=? AND name=?", content, name)

    def store_derived(self, content: str, name: str, body: bytes) -> None:
        """Keep something of this content; what is kept of contents of long ago goes."""
        with self._using() as connection:
            if connection is None:
                return
            connection.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?)", (self._owner, content, name, body))
            self._keep_newest(connection, "derived", "content", MOST_CONTENTS)

    # -- what past days said of an engagement, by a digest of the rules that say so

    def load_past(self, rules: str, ref: str) -> bytes | None:
        """What is kept of the engagement's past by these rules."""
        return self._body("SELECT body FROM past WHERE owner=? AND rules=? AND ref=?", rules, ref)

    def store_past(self, rules: str, bodies: Mapping[str, bytes]) -> None:
        """Keep the past of these engagements; what rules of long ago said of any goes."""
        rows = [(self._owner, rules, ref, body) for ref, body in bodies.items()]
        with self._using() as connection:
            if connection is not None:
                connection.executemany("INSERT OR REPLACE INTO past VALUES (?, ?, ?, ?)", rows)
                self._keep_newest(connection, "past", "rules", MOST_RULES)

    def _keep_newest(self, connection: sqlite3.Connection, table: str, column: str, most: int) -> None:
        """Of what is the owner's, only the rows of the column's last written values stay."""
        newest = f"SELECT {column} FROM {table} WHERE owner=? GROUP BY {column} ORDER BY max(rowid) DESC LIMIT ?"  # noqa: S608 - constants
        old = f"DELETE FROM {table} WHERE owner=? AND {column} NOT IN ({newest})"  # noqa: S608 - constants
        connection.execute(old, (self._owner, self._owner, most))

    def _body(self, query: str, *names: str) -> bytes | None:
        """The one body that the query finds among what is the owner's."""
        with self._using() as connection:
            row = connection.execute(query, (self._owner, *names)).fetchone() if connection is not None else None
            return row[0] if row and isinstance(row[0], bytes) else None
        return None

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection | None]:
        """The connection in one transaction; after a fault of the file there is none any more."""
        with self._lock:
            connection = self._connection
            if connection is None:
                yield None
                return
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except (sqlite3.Error, ValueError, zlib.error) as problem:
                log.warning("cache fault (%s): reading without it from here on", problem)
                self._connection = None
                connection.close()


def _is_busy(problem: Exception) -> bool:
    return isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem)


class _UnusableError(Exception):
    """The file is not a cache of this version."""


def _opened(path: Path) -> sqlite3.Connection:
    """The file as it is; anew where it is broken or foreign. A full disk or a fault of the machine is none of its own."""
    try:
        return _connect(path)
    except (sqlite3.OperationalError, sqlite3.ProgrammingError):
        raise
    except (sqlite3.DatabaseError, _UnusableError) as problem:
        _put_aside(path, problem)
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    fresh = not path.exists() or path.stat().st_size == 0
    # SQLite gives its -wal and -shm files the mode of the database: make that one private first.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, fresh)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, fresh: bool) -> None:
    if not fresh and _pragma(connection, "application_id") not in (0, APPLICATION_ID):
        raise _UnusableError("not made by psbot")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not tables:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")
    if _pragma(connection, "application_id") != APPLICATION_ID or _pragma(connection, "user_version") != VERSION:
        raise _UnusableError("of another version, or not made by psbot")
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise _UnusableError("damaged")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _put_aside(path: Path, problem: Exception) -> None:
    aside = path.with_name(path.name + ".dropped")
    log.warning("cache %s can't be used (%s): put aside as %s, everything is read again", path, problem, aside.name)
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _pack(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _unpack(body: bytes) -> Any:
    return json.loads(zlib.decompress(body))
