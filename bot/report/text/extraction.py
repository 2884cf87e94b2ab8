"""What Babel extracts for translators (`babel.cfg`): the messages of the code and the reports' own wording.

python -m babel.messages.frontend extract -F babel.cfg -o messages.pot .
python -m babel.messages.frontend update -i messages.pot -d . -o bot/report/text/locale/de.po -l de
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from bot.domain.messages import plural_pair
from bot.domain.yaml_text import load_yaml
from bot.report.text.catalogs import flatten

Found = tuple[int, str, str | tuple[str, ...], list[str]]
"""Line, gettext function, its arguments, comments: what Babel wants."""


def extract_messages(
    file: IO[bytes], keywords: Sequence[str], tags: Sequence[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """The templates of all `Phrase("…")`. A template that is no literal would escape translation: ValueError."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Phrase" and node.args:
            yield from _message(node.args[0])


def _message(argument: ast.expr) -> Iterator[Found]:
    if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
        raise ValueError(f"line {argument.lineno}: the template of a Phrase must be a literal")
    pair = plural_pair(argument.value)
    if pair.number:
        yield argument.lineno, "ngettext", (pair.singular, pair.plural), []
    elif pair.singular:
        yield argument.lineno, "gettext", pair.singular, []


def extract_wording(
    file: IO[bytes], keywords: Sequence[str], tags: Sequence[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """The reports' own texts; the key is the context."""
    for key, wording in flatten(load_yaml(file.read().decode()).value or {}):
        if wording.plural:
            yield 0, "npgettext", (key, wording.singular, wording.plural), []
        else:
            yield 0, "pgettext", (key, wording.singular), []
