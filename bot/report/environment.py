"""The templates: plain Jinja that lays out and never computes, in a sandbox whose output is neutralised by default.

Whatever a template prints goes through `finalize`: text that came from GitLab is made inert there, and only what our own
code marked as `SafeMarkdown` passes as it is. A template can't forget it, and has no filter to switch it off.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from dataclasses import Field, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

import bot
from bot.config import Settings
from bot.domain.errors import ConfigError, Fault
from bot.report.charts import forecast_money, forecast_words
from bot.report.compiled import Compiled
from bot.report.text.safe_text import SafeMarkdown, code
from bot.report.text.wording import Words, load_words
from bot.report.worth import is_worth

SUFFIX = ".md.j2"
UNSAFE_FILTERS = ("safe", "escape", "e", "forceescape", "urlize", "xmlattr", "tojson", "pprint", "striptags")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_END = re.compile(r"[ \t]+\n")
COMPILED = Compiled()


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's own sandbox, which judges by the kind of a value and a name alone: each pair once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._judged: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may name `attr` of such an object."""
        key = type(obj), attr
        if key not in self._judged:
            self._judged[key] = super().is_safe_attribute(obj, attr, value)
        return self._judged[key]


@dataclass(frozen=True)
class Templates:
    """The shipped templates and the user's that replace them (same file name), in the words of one locale."""

    words: Words
    folder: Path | None = None
    """The user's folder; None for the shipped templates alone."""
    shipped: Path = field(default_factory=lambda: shipped_folder())

    @cached_property
    def environment(self) -> Sandbox:
        folders = [str(path) for path in (self.folder, self.shipped) if path is not None]
        environment = Sandbox(
            loader=jinja2.FileSystemLoader(folders),
            undefined=jinja2.StrictUndefined,
            finalize=jinja2.pass_context(lambda _, value: self.words.output(value)),
            autoescape=False,
            optimized=False,
            auto_reload=False,
            bytecode_cache=COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in UNSAFE_FILTERS:
            del environment.filters[name]
        environment.filters.update(_filters(self.words))
        environment.globals["t"] = self.words.text
        return environment

    def names(self) -> list[str]:
        """The reports' templates, without the partials (`_*.md.j2`) that they include."""
        return [
            name for name in self.environment.list_templates() if name.endswith(SUFFIX) and not name.startswith("_")
        ]

    def render(self, name: str, *views: View) -> SafeMarkdown:
        """The template's text for these views together. Raises ConfigError that names file and line."""
        try:
            text = self.environment.get_template(name).render(names_of(*views))
        except Exception as problem:  # a template may fail in any way; each is told by file and line
            fault = self._fault(name, problem)
            raise ConfigError("a report template can't be used", fault.where, faults=(fault,)) from problem
        return SafeMarkdown(_BLANK_LINES.sub("\n\n", _LINE_END.sub("\n", text)).strip("\n") + "\n")

    def _fault(self, name: str, problem: Exception) -> Fault:
        if isinstance(problem, jinja2.TemplateSyntaxError):
            return Fault(str(problem.message), problem.filename or name, problem.lineno)
        if isinstance(problem, jinja2.TemplateNotFound):
            return Fault(f"template {problem.message} is missing", name)
        where, line = self._place(name, problem)
        kind = "" if isinstance(problem, jinja2.TemplateError) else f"{type(problem).__name__}: "
        return Fault(f"{kind}{problem}", where, line)

    def _place(self, name: str, problem: Exception) -> tuple[str, int]:
        """File and line of the last template frame: Jinja rewrites tracebacks so that they point into templates."""
        frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename.endswith(SUFFIX)]
        return (frames[-1].filename, frames[-1].lineno or 0) if frames else (name, 0)


class View(Protocol):
    """A frozen dataclass whose fields are what a template may name."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def names_of(*views: View) -> dict[str, object]:
    """What a template may name, and what it is; a later view's word counts."""
    return {name: getattr(view, name) for view in views for name in view.__dataclass_fields__}


def shipped_folder() -> Path:
    """Where the shipped templates lie: inside the installed package, else at the root of a checkout."""
    inside = Path(bot.__file__).parent / "templates"
    return inside if inside.is_dir() else Path(bot.__file__).parent.parent / "templates"


def load_templates(settings: Settings, base: Path) -> Templates:
    """Templates and wording as the config asks; `base` is the config's folder. Raises ConfigError."""
    folder = base / settings.templates.folder
    own = folder if folder.is_dir() and folder.resolve() != shipped_folder().resolve() else None
    words = load_words(settings.reports.locale, settings.finance.currency, own / "locale" if own else None)
    return Templates(words, own)


def _filters(words: Words) -> dict[str, Any]:
    """Formats for templates; each gives Markdown that is safe as it stands."""
    formats = (
        "date",
        "day",
        "day_beside",
        "month",
        "number",
        "ratio",
        "percent",
        "percent_beside",
        "hours",
        "signed",
        "money",
        "rag",
        "dot",
        "dots",
    )

    def join(values: Iterable[Any], separator: str = ", ") -> SafeMarkdown:
        return SafeMarkdown(separator.join(words.output(value) for value in values))

    return {name: getattr(words, name) for name in formats} | {
        "unbroken": lambda text: SafeMarkdown(words.output(text).replace(" ", "\u00a0")),
        "about": lambda value: forecast_money(words, value),
        "expected": lambda revenue: forecast_words(words, revenue),
        "worth": lambda revenue: is_worth(revenue.upside, revenue.forecast),
        "join": join,
        "code": code,
        "word": lambda v, g: words.name(g, v),
    }
