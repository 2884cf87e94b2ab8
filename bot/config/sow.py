"""SOW.yml: a sold engagement in one short file, which `psbot new` sets up in GitLab."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import Field, ValidationError, model_validator

from bot.config.section import Section
from bot.config.values import Amount, Currency, NamespacePath, ProjectPath, Username
from bot.domain.errors import ConfigError, Fault
from bot.domain.mistakes import explain
from bot.domain.vocabulary import BillingType
from bot.domain.yaml_text import YamlProblem, load_yaml

Parsed = TypeVar("Parsed", bound=Section)


class SowMilestone(Section):
    """One milestone of the SOW: a date, and the amount that its acceptance is worth."""

    title: str = Field(min_length=1, max_length=255)
    due: date
    amount: Amount | None = None


class Sow(Section):
    """What was sold, and where it shall stand."""

    customer: str = Field(min_length=1)
    sow: str = Field(
        min_length=1, max_length=100, description="The SOW's number; it also tells one set-up from another"
    )
    title: str = ""
    project: ProjectPath = Field(description="The GitLab project of this SOW; made if its group may be written to")
    group: NamespacePath | None = Field(
        None,
        description="The group whose epic is the engagement (Premium, Ultimate); else it is an issue of the project",
    )
    billing: BillingType
    hours: Amount | None = None
    value: Amount | None = None
    rate: Amount | None = None
    currency: Currency | None = None
    start: date
    end: date
    milestones: tuple[SowMilestone, ...] = ()
    pm: Username | None = None
    architect: Username | None = None
    region: str | None = None
    partner: str | None = None
    internal: ProjectPath | None = Field(None, description="The project in which the internal status issue is made")
    customer_channel: bool = Field(
        False, description="Also make the issue in which the customer reads the weekly status"
    )
    template: str | None = Field(None, description="First items: a file of templates/engagements, without .yml")

    @model_validator(mode="after")
    def _in_order(self) -> Sow:
        if self.end < self.start:
            raise ValueError(f"`end` ({self.end}) is before `start` ({self.start})")
        titles = [" ".join(m.title.split()).casefold() for m in self.milestones]
        twice = next(
            (m.title for m, title in zip(self.milestones, titles, strict=True) if titles.count(title) > 1), None
        )
        if twice is not None:
            raise ValueError(f"the milestone {twice!r} is given more than once")
        return self

    @property
    def name(self) -> str:
        """The engagement's title."""
        return self.title or f"{self.customer}: {self.sow}"

    @property
    def home(self) -> str:
        """The group or project that holds the engagement itself."""
        return self.group or self.project


class FirstItem(Section):
    """One item of a template. `at`: when it is due, as a share of the time from start to end; or with a milestone."""

    title: str = Field(min_length=1, max_length=255)
    milestone: str | None = None
    at: float | None = Field(None, ge=0, le=1)
    estimate: float | None = Field(None, gt=0, le=10_000, description="Hours")
    labels: tuple[str, ...] = ()


class EngagementTemplate(Section):
    """The first items of an engagement of one kind."""

    description: str = ""
    items: tuple[FirstItem, ...]


def parse_sow(text: str, where: str) -> Sow:
    """A SOW from its file. Raises ConfigError that lists every mistake with line and column."""
    return _parsed(text, where, Sow)


def parse_template(text: str, where: str) -> EngagementTemplate:
    """A template of first items. Raises ConfigError that lists every mistake with line and column."""
    return _parsed(text, where, EngagementTemplate)


def _parsed(text: str, where: str, kind: type[Parsed]) -> Parsed:
    try:
        document = load_yaml(text)
    except YamlProblem as problem:
        fault = Fault(f"not readable as YAML: {problem}", where, problem.line, problem.column)
        raise ConfigError("can't be used", where, faults=(fault,)) from problem
    if not isinstance(document.value, dict):
        raise ConfigError("can't be used", where, faults=(Fault("must be `key: value` lines", where, 1),))
    try:
        return kind.model_validate(_with_text_keys(document.value))
    except ValidationError as error:
        faults = tuple(explain(problem, document, where, kind) for problem in error.errors())
        raise ConfigError("can't be used", where, "Nothing was written; correct these.", faults) from error


def _with_text_keys(value: Mapping[str, Any]) -> dict[str, Any]:
    """A SOW's number is text, also where YAML takes it for a number (`sow: 2163`)."""
    text = ("sow", "customer", "title", "region", "partner")
    return {
        k: str(v) if k in text and isinstance(v, int | float) and not isinstance(v, bool) else v
        for k, v in value.items()
    }
