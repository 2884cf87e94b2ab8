"""Facts that customers must not read, put where config.yml keeps them: under its `engagements:`, or in a file of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from bot.app.session import read_text
from bot.config.engagement_files import SUFFIXES
from bot.domain.errors import UsageError

Facts = Mapping[str, Mapping[str, Any]]
NEW_FILE = "new.yml"
"""In a folder of facts: what `psbot new` adds."""


def put_apart(config: Path, facts: Facts, write: Callable[[Path, str], None]) -> str:
    """Write facts that are not there yet; what a person wrote stays. Where they are now.

    Raises UsageError where they are kept in another project's repository.
    """
    text = read_text(config)
    named = facts_place(text)
    if named is None:
        write(config, filled_in(text, facts, over=False))
        return str(config)
    project, path = named
    if project:
        raise UsageError(f"the facts are kept in {project}: {path}", str(config))
    place = config.parent / path
    if place.is_dir():
        facts = {ref: values for ref, values in facts.items() if not _stands(place, ref)}
        place = place / NEW_FILE
    if facts:
        stands = read_text(place) if place.exists() else ""
        write(place, filled(stands, facts, over=False))
    return str(place)


def _stands(folder: Path, ref: str) -> bool:
    """Whether a file of the folder has facts of that engagement."""
    files = [path for path in folder.iterdir() if path.suffix in SUFFIXES and path.name != NEW_FILE]
    return any(_key(YAML(typ="safe").load(read_text(path)) or {}, ref) is not None for path in files)


def facts_place(config: str) -> tuple[str | None, str] | None:
    """(project, path) of the facts, where config.yml says that they are kept in files of their own."""
    document = YAML(typ="safe").load(config) or {}
    for key in ("engagement_files", "engagements"):
        files = document.get(key)
        if isinstance(files, dict) and isinstance(files.get("path"), str):
            return files.get("project"), files["path"]
    return None


def filled_in(config: str, facts: Facts, *, over: bool = True) -> str:
    """config.yml with these facts; comments and everything else stay as they are. `over`: also what is there."""
    yaml = _editor()
    document = yaml.load(config)
    if not document.get("engagements"):
        document["engagements"] = CommentedMap()
    _fill(document["engagements"], facts, over)
    return _written(yaml, document)


def filled(text: str, facts: Facts, *, over: bool) -> str:
    """A file of facts by reference with these."""
    yaml = _editor()
    document = yaml.load(text)
    document = CommentedMap() if document is None else document
    _fill(document, facts, over)
    return _written(yaml, document)


def _fill(there: CommentedMap, facts: Facts, over: bool) -> None:
    for ref, values in facts.items():
        name = _key(there, ref) or ref
        if there.get(name) is None:
            there[name] = CommentedMap()
        for key, value in values.items():
            if over or key not in there[name]:
                there[name][key] = value


def _key(there: Mapping[str, Any], ref: str) -> str | None:
    """The engagement's key as it is written there."""
    return next((key for key in there if str(key).casefold() == ref.casefold()), None)


def _editor() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def _written(yaml: YAML, document: Any) -> str:
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()
