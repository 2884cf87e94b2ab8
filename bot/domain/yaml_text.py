"""YAML that strangers wrote, read safely: no objects, no tags, no aliases, no duplicate keys, bounded depth and size.

PyYAML alone keeps the last of two equal keys, reads `NO` as false and expands alias bombs. Here `no` and `yes` stay
text (country codes), dates become `date`, and every value's line is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import yaml

from bot.domain.frozen import frozen

MAX_CHARACTERS = 200_000
MAX_DEPTH = 20
MAX_DIGITS = 30


class YamlProblem(ValueError):
    """The text is not YAML that we read; `line` and `column` are 1-based (0 = unknown)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class _Dumper(yaml.SafeDumper):
    """SafeDumper that writes a word of the vocabulary as the text that it is."""


_Dumper.add_multi_representer(StrEnum, lambda dumper, word: dumper.represent_str(str(word)))


def dump_yaml(value: Any, width: int = 80) -> str:
    """YAML in the order of the keys, text as typed."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=width)


class _Loader(yaml.SafeLoader):
    """SafeLoader with only true/false as booleans, decimal integers, and no merge keys or binary."""


def _construct_day(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    """A day that does not exist (2026-02-30) stays text: its key is refused by whoever reads it, not the whole text."""
    try:
        return loader.construct_yaml_timestamp(node)
    except (ValueError, OverflowError):
        return node.value


def _construct_whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    """A number of so many digits that none is meant stays text, for the same reason."""
    return loader.construct_yaml_int(node) if len(node.value) <= MAX_DIGITS else node.value


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] not in ("bool", "int", "merge")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _construct_day)
_Loader.add_constructor("tag:yaml.org,2002:int", _construct_whole)
# Decimal only: `06:00` is a time of day and `012` a text, not 360 and 10.
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))


_OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


@frozen
class YamlDocument:
    """A parsed text: its value, and the 1-based (line, column) of each value by its path of keys and indices."""

    value: Any
    places: Mapping[tuple[str | int, ...], tuple[int, int]]

    def place(self, path: tuple[str | int, ...]) -> tuple[int, int]:
        """Line and column of `path`, or of its nearest parent that has one."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def load_yaml(text: str, text_below: tuple[str, ...] | None = None, most: int = MAX_CHARACTERS) -> YamlDocument:
    """Parse one YAML document of at most so many characters. Raises YamlProblem with line and column.

    Values below the keys `text_below` (`()`: all) stay text as typed: `2026.10`, `0123` and `1e5` are names there.
    """
    if len(text) > most:
        raise YamlProblem(f"more than {most:,} characters")
    _refuse_depth(text)
    if found := _Loader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise YamlProblem(
            f"the character {found[0]!r} can't stand in YAML", line, found.start() - text.rfind("\n", 0, found.start())
        )
    loader = _Loader(text)
    try:
        if not _is_flat(text):
            _refuse_tokens(text)
        node = loader.get_single_node()
        places: dict[tuple[str | int, ...], tuple[int, int]] = {}
        if node is not None:
            _note_places(node, (), places)
            _keep_text(node, text_below)
        value = loader.construct_document(node) if node is not None else None
        return YamlDocument(value, places)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "quoted scalar" in str(error.context) and error.context_mark:
            mark = error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise YamlProblem(in_words(error.problem or "not YAML"), line, column) from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error, YamlProblem):
            raise
        raise YamlProblem(str(error).splitlines()[0] if str(error) else "not YAML") from error
    finally:
        loader.dispose()


def _is_flat(text: str) -> bool:
    """Whether a glance shows that nothing stands in it that `_refuse_tokens` could find."""
    return not _NOT_FLAT.search(text)


def _refuse_tokens(text: str) -> None:
    """Refuses what is nested too deep, anchors, aliases and tags. Raises YamlProblem, and what the scanner raises."""
    depth = 0
    for token in yaml.scan(text, Loader=_Loader):
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            raise YamlProblem(f"nested deeper than {MAX_DEPTH}", token.start_mark.line + 1, token.start_mark.column + 1)
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
            mark, what = token.start_mark, "tags" if isinstance(token, yaml.TagToken) else "anchors and aliases"
            raise YamlProblem(f"{what} are not read here", mark.line + 1, mark.column + 1)


def _refuse_depth(text: str) -> None:
    """What is nested too deep is refused before the parser spends time on it."""
    if found := _DASHES.search(text):
        raise YamlProblem(f"nested deeper than {MAX_DEPTH}", text.count("\n", 0, found.start()) + 1)
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth = depth + 1 if found[0] in "[{" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            raise YamlProblem(f"nested deeper than {MAX_DEPTH}", text.count("\n", 0, found.start()) + 1)


def _keep_text(node: yaml.Node, below: tuple[str, ...] | None) -> None:
    """Plain scalars below those keys become text; nothing (`~`, an empty value) stays nothing."""
    if below is None:
        return
    if isinstance(node, yaml.ScalarNode) and not below and not node.tag.endswith(":null"):
        node.tag = "tag:yaml.org,2002:str"
    if isinstance(node, yaml.SequenceNode) and not below:
        for child in node.value:
            _keep_text(child, below)
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            if not below or key.value == below[0]:
                _keep_text(child, below[1:])


_BRACKETS = re.compile(r"[\[\]{}]")
_NOT_FLAT = re.compile(rf"[&*!\[{{\r\x85\u2028\u2029]|^[ \t?:-]{{{MAX_DEPTH - 1}}}", re.MULTILINE)
"""Each block inside another begins in a column further right; other line breaks than a newline are looked at closely."""
_DASHES = re.compile(rf"(?:[-?:][ \t]+){{{MAX_DEPTH + 1}}}")
_IN_WORDS = {
    r"found character '\\t'.*": "a tab stands where YAML wants spaces",
    r"found character ('.') that cannot start any token": r"text that begins with \1 needs quotes",
    "mapping values are not allowed.*": "a colon is out of place: check the indentation, and quote text that holds one",
    "found unexpected end of stream": "a quote is opened here and never closed",
    "but found another document": "a second document begins here (`---`)",
    "could not find expected ':'": "a key without its `:`",
    "expected <block end>.*": "the indentation is wrong: lines of one section begin in the same column",
    "expected ',' or '[]}]'.*": "a comma or the closing bracket is missing before this",
}


def in_words(problem: str) -> str:
    """The parser's message as its reader would say it."""
    for pattern, words in _IN_WORDS.items():
        if match := re.fullmatch(pattern, problem):
            return match.expand(words)
    return problem


def _note_places(
    node: yaml.Node, path: tuple[str | int, ...], places: dict[tuple[str | int, ...], tuple[int, int]]
) -> None:
    places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if len(path) > MAX_DEPTH:
        raise YamlProblem(f"nested deeper than {MAX_DEPTH}", node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _note_places(child, (*path, index), places)
    if isinstance(node, yaml.MappingNode):
        _note_mapping(node, path, places)


def _note_mapping(
    node: yaml.MappingNode, path: tuple[str | int, ...], places: dict[tuple[str | int, ...], tuple[int, int]]
) -> None:
    seen: dict[str, int] = {}
    for key, child in node.value:
        line, column = key.start_mark.line + 1, key.start_mark.column + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlProblem("a key must be plain text", line, column)
        if key.value in seen:
            raise YamlProblem(f"{key.value!r} is given twice (first on line {seen[key.value]})", line, column)
        seen[key.value] = line
        places[(*path, key.value)] = (line, column)
        _note_places(child, (*path, key.value), places)
