"""Values → HTML: strict templates that escape everything, with style and script inside and nothing loaded from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from bot.domain.messages import Phrase, Series
from bot.report.compiled import Compiled
from bot.report.environment import Sandbox, View, names_of, shipped_folder
from bot.report.site.plainwords import PlainWords

COMPILED = Compiled()
FORMATS = ("date", "day", "number", "percent", "ratio", "hours", "signed", "money", "about", "whole")


@dataclass(frozen=True)
class PageRenderer:
    """The page templates in the words of one locale."""

    words: PlainWords

    @cached_property
    def folder(self) -> Path:
        return shipped_folder() / "site"

    @cached_property
    def environment(self) -> Sandbox:
        environment = Sandbox(
            loader=jinja2.FileSystemLoader(str(self.folder)),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            finalize=jinja2.pass_context(lambda _, value: self._visible(value)),
            optimized=False,
            auto_reload=False,
            bytecode_cache=COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update({name: getattr(self.words, name) for name in FORMATS})
        environment.filters["word"] = lambda value, group: self.words.name(group, value)
        environment.filters["said"] = self.words.value
        environment.globals["t"] = self.words.text
        environment.globals["locale"] = str(self.words.words.locale).replace("_", "-")
        environment.globals.update(self._inlined())
        return environment

    def render(self, name: str, view: View) -> str:
        """The page for `view`."""
        return self.environment.get_template(name).render(names_of(view))

    def _inlined(self) -> dict[str, str]:
        """Style and script as they stand in every page, and the policy that allows exactly these two."""
        style, script = ((self.folder / name).read_text(encoding="utf-8") for name in ("site.css", "site.js"))
        policy = (
            f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        # Our own files, not text from GitLab.
        return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704

    def _visible(self, value: Any) -> Any:
        """Text without control and bidirectional characters, a dash for None; what templates made themselves stays."""
        if value is None or (isinstance(value, str | Phrase | Series) and not hasattr(value, "__html__")):
            return self.words.value(value)
        return value


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
