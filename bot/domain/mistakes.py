"""Mistakes in config.yml as sentences: where, what is wrong, the value that was given, the nearest right word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from bot.domain.errors import Fault
from bot.domain.yaml_text import YamlDocument

SECRET = re.compile(
    r"\b(?:gl(?:pat|rt|dt|oas|soat|ptt|ft|imt|agent|cbt)-[\w-]{16,}|(?:password|secret|token)\s*:\s*\S{8,})", re.I
)
_SECRET_NAME = re.compile(r"token|password|secret", re.I)
LIKENESS = 0.7
"""How alike two words must be for one to be a slip of the other: a wrong suggestion is worse than none."""
REVOKE = (
    "Whoever can read this file has it now: revoke it, make a new one, and set that as the environment variable "
    "GITLAB_TOKEN (in CI: a masked variable)."
)
_USER_IN_URL = re.compile(r"(?<=//)[^/@\s]*@")
_PLAIN: Mapping[str, str] = {
    "tuple_type": "must be a list, such as [first, second]",
    "dict_type": "must be a section: lines of `key: value` below it",
    "model_type": "must be a section: lines of `key: value` below it",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number, such as 0.05",
    "float_parsing": "must be a number, such as 0.05",
    "finite_number": "must be a number, such as 0.05",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
}


def explain(problem: Mapping[str, Any], document: YamlDocument, where: str, model: type[BaseModel]) -> Fault:
    """One of pydantic's problems with `document` as a sentence with its place."""
    path = _path_of(problem["loc"], document)
    line, column = document.place(path)
    name = ".".join(str(part) for part in path)
    if problem["type"] == "extra_forbidden" and _SECRET_NAME.search(str(path[-1])):
        return Fault(f"{name!r} does not belong into a file", where, line, column, REVOKE)
    if problem["type"] == "extra_forbidden":
        return Fault(f"unknown key {name!r}", where, line, column, nearest(str(path[-1]), _siblings(path, model)))
    if problem["type"] == "missing":
        return Fault(f"{name!r} is missing", where, line, column)
    if problem["type"] in ("literal_error", "enum"):
        allowed = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
        advice = _nearest_choice(str(problem["input"]), allowed)
        text = f"must be one of {', '.join(allowed)}"
    else:
        advice, text = "", _PLAIN.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        text = text.format_map(problem.get("ctx") or {}) if problem["type"] in _PLAIN else text
    return Fault(f"{name}: {text}{given(problem['input'], text)}", where, line, column, advice)


def _nearest_choice(word: str, allowed: list[str]) -> str:
    """The choice that was meant. Never for who reads somewhere: a wrong guess would show money to customers."""
    if "internal" in allowed:
        return "Say customer, unless only your own people can read there."
    near = _close(word, allowed)
    return f"Did you mean {near[0]!r}?" if near else ""


def given(value: Any, text: str = "") -> str:
    """The wrong value as ` (given: 'x')`: not where `text` names it or it is a whole section, and never a secret."""
    if isinstance(value, dict | list):
        return ""
    if value is None:
        return " (given: nothing)"
    shown = SECRET.sub("[MASKED]", _USER_IN_URL.sub("[MASKED]@", str(value)[:200]))[:60]
    return "" if repr(shown) in text else f" (given: {shown!r})"


def nearest(word: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?`, or the words that are known."""
    known = list(known)
    near = _close(word, known)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known: {', '.join(sorted(known)[:20])}." if known else ""


def out_of_order(given_values: Mapping[str, float], defaults: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """(threshold, sentence) of each red or high one that lies on the wrong side of its yellow or plain one.

    Which side is right is told by the defaults: red begins below yellow for an index, above it for a share.
    """
    values = {**defaults, **given_values}
    for worse, default in defaults.items():
        milder = re.sub(r"_high(?=_|$)", "", worse.replace("_red", "_yellow"))
        if milder == worse or milder not in defaults or not {worse, milder} & set(given_values):
            continue
        above = default >= defaults[milder]
        if (values[worse] < values[milder]) if above else (values[worse] > values[milder]):
            side = "below" if above else "above"
            told = worse if worse in given_values else milder
            yield told, f"{worse} ({values[worse]:g}) must not be {side} {milder} ({values[milder]:g})"


def _close(word: str, known: Iterable[str]) -> list[str]:
    """The known word that is nearest, whatever its case."""
    by_fold = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_fold, 1, LIKENESS) or [
        name for name in by_fold if len(name) > 2 and word.casefold().startswith(name)
    ]
    return [by_fold[name] for name in near[:1]]


def _path_of(loc: Iterable[Any], document: YamlDocument) -> tuple[str | int, ...]:
    """pydantic's location as the document has it: keys are text there, also those that look like numbers."""
    path: tuple[str | int, ...] = ()
    for part in loc:
        if part != "[key]":
            path = (*path, part if (*path, part) in document.places else str(part))
    return path


def _siblings(path: tuple[Any, ...], model: type[BaseModel]) -> list[str]:
    """The keys that may stand where the last one of `path` stands."""
    for part in path[:-1]:
        inner = model.model_fields[part].annotation if part in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)
