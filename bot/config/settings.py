"""config.yml → one frozen, validated `Settings`. Reading it does nothing else.

Thresholds and risk rules are declared beside the code that uses them; whoever loads the config hands their names in,
so that an unknown one is an error here and this file knows none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from math import isfinite
from typing import Any

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    create_model,
    field_validator,
)

from bot.config.facts import EngagementFiles, FactSettings
from bot.config.label_settings import AcceptanceLabels as AcceptanceLabels
from bot.config.label_settings import ChangeOrderLabels as ChangeOrderLabels
from bot.config.label_settings import HealthLabels as HealthLabels
from bot.config.label_settings import LabelSettings as LabelSettings
from bot.config.label_settings import PriorityLabels as PriorityLabels
from bot.config.label_settings import RaidLabels as RaidLabels
from bot.config.label_settings import SentimentLabels as SentimentLabels
from bot.config.people import Channel, OrderSettings, Person
from bot.config.reports import IssueSection as IssueSection
from bot.config.reports import ReportSection as ReportSection
from bot.config.reports import ReportSettings, extended
from bot.config.section import Origin, Section
from bot.config.values import (
    Amount,
    ClockTimes,
    Currency,
    FiscalQuarter,
    Holiday,
    NamespacePath,
    Number,
    Reference,
    TimeZone,
    Username,
    WorkingDays,
)
from bot.domain.calendar import WEEKDAYS, WorkCalendar, holiday_days
from bot.domain.errors import ConfigError, Fault
from bot.domain.frozen import frozen
from bot.domain.mistakes import explain, given, nearest, out_of_order
from bot.domain.paths import is_within
from bot.domain.vocabulary import Audience, Severity
from bot.domain.yaml_text import YamlDocument, YamlProblem, load_yaml


@frozen
class Threshold:
    """A number that a rule or a colour uses: default, unit, and what it means in one sentence."""

    default: float
    unit: str
    meaning: str


class GitLabSettings(Section):
    url: str | None = Field(
        None, description="Base URL of the instance; GITLAB_URL wins, else CI_SERVER_URL, else GitLab.com"
    )
    timeout: float = Field(30, gt=0, le=600, description="Seconds to wait for one answer")
    concurrency: int = Field(8, ge=1, le=32, description="Requests under way at once when reading")
    cache: str = Field(".psbot-cache", description="Cache file; deleting it changes nothing but the time")
    max_requests: int = Field(100_000, ge=100, description="Ceiling of requests of one run, whatever the server says")
    max_minutes: float = Field(60, gt=0, le=1440, description="Ceiling of time in which one run asks GitLab")
    former_users: tuple[Username, ...] = Field(
        (), description="psbot's users under earlier tokens: what they posted counts as psbot's own"
    )
    allow_http: bool = Field(False, description="Allow http:// to another host than this machine (not recommended)")

    @field_validator("url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", value):
            raise ValueError("must be a URL such as https://gitlab.example.com, without user, query or fragment")
        return value.rstrip("/") if value else value


class PortfolioSettings(Section):
    namespaces: dict[NamespacePath, Audience] = Field(
        description="Where to look, and who can read there; the longest path wins"
    )
    label: str = Field("PSProject", min_length=1, description="Marks an engagement")
    closed_within_days: int = Field(120, ge=0, description="Completed engagements stay in reports that long")
    staff: tuple[NamespacePath, ...] = Field(
        (), description="Groups whose members are our own people: an internal namespace that others can read is refused"
    )

    @field_validator("namespaces")
    @classmethod
    def _paths(cls, value: dict[str, Audience]) -> dict[str, Audience]:
        if not value:
            raise ValueError("name at least one namespace, such as `acme/customers: customer`")
        folded = [path.casefold() for path in value]
        for path in value:
            if folded.count(path.casefold()) > 1:
                raise ValueError(f"{path!r} is given more than once: GitLab's paths ignore case")
        return value


class CalendarSettings(Section):
    timezone: TimeZone = "UTC"
    working_days: WorkingDays = ("mon", "tue", "wed", "thu", "fri")
    holidays: tuple[Holiday, ...] = Field(
        (), description="Countries (US), their regions (DE-BY), single days (2026-12-24)"
    )
    fiscal_year_start: int = Field(2, ge=1, le=12, description="First month of the fiscal year (GitLab: 2)")
    hours_per_day: float = Field(8, gt=0, le=24)
    absences: tuple[str, ...] = Field(
        (), description="CSV (user,first,last) or iCalendar files of absences, added to those under `people`"
    )


class FinanceSettings(Section):
    currency: Currency = "USD"
    targets: dict[FiscalQuarter, Amount] = Field({}, description="Revenue target by fiscal quarter, FY27-Q4: 450000")
    tolerance: float = Field(0.05, gt=0, lt=1, description="Error of the quarterly forecast that counts as met")
    rates: dict[str, Amount] = Field({}, description="Hourly rates; `default` where the facts give none")
    timesheets: str | None = Field(
        None, description="CSV of hours; replaces GitLab's time logs where it names an engagement"
    )
    bookings: str | None = Field(None, description="CSV of hard and soft bookings")
    columns: dict[str, str] = Field({}, description="Your export's names of columns: {engagement: Project Name}")


class RiskSettings(Section):
    disable: tuple[str, ...] = ()
    severity: dict[str, Severity] = Field({})


class TemplateSettings(Section):
    folder: str = "templates"


class ServeSettings(Section):
    at: ClockTimes = ("06:00",)


class Settings(Section):
    """The whole of config.yml."""

    gitlab: GitLabSettings = GitLabSettings()
    portfolio: PortfolioSettings
    calendar: CalendarSettings = CalendarSettings()
    finance: FinanceSettings = FinanceSettings()
    labels: LabelSettings = LabelSettings()
    thresholds: dict[str, Number] = Field({})
    risks: RiskSettings = RiskSettings()
    reports: ReportSettings = ReportSettings()
    templates: TemplateSettings = TemplateSettings()
    facts: FactSettings = FactSettings()
    engagements: dict[Reference, dict[str, Any]] = Field(
        {}, description="Facts by reference; they win over the description's"
    )
    engagement_files: EngagementFiles | None = Field(
        None, description="Files that hold the facts instead; `engagements: {path: …, project: …}` is the same"
    )
    serve: ServeSettings = ServeSettings()
    people: dict[Username, Person] = Field({}, description="Who is who, by username")
    orders: OrderSettings = OrderSettings()
    notify: dict[str, Channel] = Field({}, description="Digests outside GitLab, by a name of yours")

    _origin: Origin = PrivateAttr(default_factory=Origin)
    _written: tuple[str, ...] = PrivateAttr(default=())

    @property
    def written_namespaces(self) -> tuple[str, ...]:
        """The namespaces as the config writes them, by which its portfolio is known: GitLab may call them otherwise."""
        return self._written or tuple(self.portfolio.namespaces)

    def following(self, moved: Mapping[str, str]) -> Settings:
        """The settings with paths that GitLab redirects under their names of today.

        What was moved to where customers read is no internal place any more, whatever was said of the former one.
        """

        def now(path: str | None) -> str | None:
            return moved.get(path, path) if path else path

        spaces = {moved.get(path, path): self._audience_moved(path, moved) for path in self.portfolio.namespaces}
        reports = {
            kind: section.model_copy(update={"project": now(section.project)})
            for kind, section in self.reports.issues()
        }
        sections = {
            "portfolio": self.portfolio.model_copy(update={"namespaces": spaces}),
            "reports": self.reports.model_copy(update=reports),
        }
        followed = self.model_copy(update=sections)
        followed._written = self.written_namespaces
        return followed

    def _audience_moved(self, path: str, moved: Mapping[str, str]) -> Audience:
        known = any(is_within(moved[path], place) for place in self.portfolio.namespaces) if path in moved else False
        return self.audience_of(moved[path]) if known else self.portfolio.namespaces[path]

    def place_of(self, *path: str | int) -> tuple[str, int]:
        """The file and line of a key; line 0 where the settings were not read from a file."""
        return self._origin.where, self._origin.places.get(path, (0, 0))[0]

    def work_calendar(self, years: Iterable[int]) -> WorkCalendar:
        """The calendar with the holidays of `years`."""
        c = self.calendar
        return WorkCalendar(
            timezone=c.timezone,
            working_weekdays=tuple(sorted({WEEKDAYS.index(d) for d in c.working_days})),
            holidays=holiday_days(c.holidays, years),
            fiscal_year_start=c.fiscal_year_start,
            hours_per_day=c.hours_per_day,
        )

    def audience_of(self, path: str) -> Audience:
        """Who can read in the namespace `path`: the longest declared prefix wins; undeclared counts as customer."""
        best = max((p for p in self.portfolio.namespaces if is_within(path, p)), key=len, default=None)
        return self.portfolio.namespaces[best] if best is not None else Audience.CUSTOMER


@frozen
class Vocabulary:
    """The names that other rooms declare: thresholds with defaults, rule ids, and how facts are read."""

    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    check_facts: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]] = lambda facts: ()
    """(key, what is wrong) of each fact that can't be read."""
    reports: Mapping[str, type[ReportSection]] = field(default_factory=dict)
    """The section of each kind of report under `reports:`."""


def settings_model(vocabulary: Vocabulary) -> type[Settings]:
    """The model of config.yml, with a section for every report that is declared."""
    further = {kind: model for kind, model in vocabulary.reports.items() if kind not in ReportSettings.model_fields}
    if not further:
        return Settings
    reports = extended(further)
    return create_model("Settings", __base__=Settings, reports=(reports, reports()))


def parse_config(text: str, where: str, vocabulary: Vocabulary) -> Settings:
    """Settings with all defaults filled in. Raises ConfigError that lists every mistake with line and column."""
    try:
        document = load_yaml(text, ("engagements",))
    except YamlProblem as problem:
        fault = Fault(f"not readable as YAML: {problem}", where, problem.line, problem.column)
        raise ConfigError("config.yml can't be used", where, faults=(fault,)) from problem
    if not isinstance(document.value, dict):
        raise ConfigError(
            "config.yml can't be used", where, faults=(Fault("must be a list of `key: value` lines", where, 1),)
        )
    faults = list(_named_faults(document, where, vocabulary))
    model, settings = settings_model(vocabulary), None
    try:
        settings = model.model_validate(_files_apart(document.value))
    except ValidationError as error:
        faults = [explain(problem, document, where, model) for problem in error.errors()] + faults
    if faults or settings is None:
        faults.sort(key=lambda fault: (fault.line, fault.column))
        advice = "Nothing was read or written; correct these and run `psbot check`."
        raise ConfigError(
            f"{len(faults)} mistake{'s' if len(faults) > 1 else ''} in the configuration", where, advice, tuple(faults)
        )
    defaults = {name: threshold.default for name, threshold in vocabulary.thresholds.items()}
    settings = settings.model_copy(update={"thresholds": defaults | settings.thresholds})
    settings._origin = Origin(where, document.places)
    return settings


def _files_apart(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """`engagements: {path: facts/}` says where the facts are: no reference is called so."""
    engagements = value.get("engagements")
    if isinstance(engagements, dict) and isinstance(engagements.get("path"), str):
        return {**value, "engagements": {}, "engagement_files": engagements}
    return value


def _named_faults(document: YamlDocument, where: str, vocabulary: Vocabulary) -> Iterable[Fault]:
    """Thresholds, rules and facts that nobody declared, or whose values can't be."""
    yield from _threshold_faults(document, where, vocabulary)
    risks = document.value.get("risks")
    for key in ("disable", "severity"):
        named = risks.get(key) if isinstance(risks, dict) else None
        for index, rule in enumerate(named if isinstance(named, list | dict) else ()):
            if rule not in vocabulary.rules:
                line, column = document.place(("risks", key, index if isinstance(named, list) else rule))
                yield Fault(f"unknown risk rule {rule!r}", where, line, column, nearest(str(rule), vocabulary.rules))
    engagements = document.value.get("engagements")
    for ref, facts in engagements.items() if isinstance(engagements, dict) else ():
        for key, message in vocabulary.check_facts(facts) if isinstance(facts, dict) else ():
            yield Fault(f"engagements.{ref}.{key}: {message}", where, *document.place(("engagements", ref, key)))


def _threshold_faults(document: YamlDocument, where: str, vocabulary: Vocabulary) -> Iterable[Fault]:
    named = document.value.get("thresholds")
    named = named if isinstance(named, dict) else {}
    for name, value in named.items():
        place = document.place(("thresholds", name))
        if name not in vocabulary.thresholds:
            yield Fault(f"unknown threshold {name!r}", where, *place, nearest(str(name), vocabulary.thresholds))
        elif isinstance(value, int | float) and value < 0 <= vocabulary.thresholds[name].default:
            yield Fault(f"thresholds.{name}: must not be negative{given(value)}", where, *place)
    numbers = {k: v for k, v in named.items() if isinstance(v, int | float) and not isinstance(v, bool) and isfinite(v)}
    defaults = {name: threshold.default for name, threshold in vocabulary.thresholds.items()}
    known = {name: value for name, value in numbers.items() if name in defaults}
    for name, message in out_of_order(known, defaults):
        yield Fault(f"thresholds.{name}: {message}", where, *document.place(("thresholds", name)))
