"""Where a run stands: the settings, which GitLab, which token, which day. Read from files and environment, once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.app.absences import read_absences, with_absences
from bot.app.config_names import full_vocabulary
from bot.app.csv_sheet import decode
from bot.config import Settings, parse_config
from bot.config.engagement_files import SUFFIXES, FactFile, with_files
from bot.domain.calendar import WorkCalendar
from bot.domain.errors import AccessError, ConfigError, UsageError

if TYPE_CHECKING:
    from bot.gitlab_api.client import GitLabClient

COUNTING = "docs/counting.md"
DEFAULT_URL = "https://gitlab.com"
RETRY_BUDGET = 120.0
"""Seconds that all tries of one read may take together."""
_API = re.compile(r"/api/(v4|graphql)$")
"""People paste the address of the API where that of GitLab is asked for."""
HOLIDAY_YEARS_BACK, HOLIDAY_YEARS_AHEAD = 4, 4


def _now() -> datetime:
    return datetime.now(UTC)


def instance_url(text: str) -> str:
    """GitLab's own address, also where somebody gave that of its API."""
    return _API.sub("", text.strip().rstrip("/"))


@dataclass(frozen=True)
class Session:
    """One run's surroundings. `today` is the calendar's day in its zone; `as_of` what is derived."""

    settings: Settings
    config_path: Path
    today: date
    as_of: date
    environment: Mapping[str, str]
    faults: tuple[str, ...] = ()
    """What of the files that the config names for people could not be read."""
    clock: Callable[[], datetime] = _now
    """What time it is: for what is sent to people at some hours only."""

    @cached_property
    def calendar(self) -> WorkCalendar:
        years = range(self.as_of.year - HOLIDAY_YEARS_BACK, max(self.today, self.as_of).year + HOLIDAY_YEARS_AHEAD + 1)
        return self.settings.work_calendar(years)

    @property
    def folder(self) -> Path:
        """The folder that relative paths of the config start from."""
        return self.config_path.parent

    @property
    def url(self) -> str:
        """GITLAB_URL, else the config's, else CI_SERVER_URL, else GitLab.com."""
        found = (
            self.environment.get("GITLAB_URL")
            or self.settings.gitlab.url
            or self.environment.get("CI_SERVER_URL")
            or DEFAULT_URL
        )
        return instance_url(found)

    @property
    def token(self) -> str:
        """The access token. Raises AccessError when there is none."""
        token = self.environment.get("GITLAB_TOKEN", "").strip()
        if not token:
            advice = (
                "Set it to a token with scope `api` (`read_api` is enough for reading); in CI as a masked variable."
            )
            raise AccessError("GITLAB_TOKEN is not set", advice=advice)
        return token

    @cached_property
    def client(self) -> GitLabClient:
        """The connection to GitLab; made at first use."""
        from bot.gitlab_api.client import Ceiling, GitLabClient

        g = self.settings.gitlab
        return GitLabClient(
            self.url,
            self.token,
            timeout=g.timeout,
            concurrency=g.concurrency,
            allow_http=g.allow_http,
            retry_budget=RETRY_BUDGET,
            ceiling=Ceiling(g.max_requests, g.max_minutes * 60),
        )

    @cached_property
    def live(self) -> Session:
        """The same for reading GitLab: paths that it redirects stand under their names of today."""
        from bot.gitlab_api.former_paths import followed_settings

        settings = followed_settings(self.client, _with_project_facts(self))
        if settings is self.settings:
            return self
        followed = replace(self, settings=settings)
        followed.__dict__["client"] = self.client  # one connection, one count of requests
        return followed


def open_session(
    config: Path | None, environment: Mapping[str, str] = os.environ, as_of: date | None = None
) -> Session:
    """Read the config and find out the day. Raises ConfigError or UsageError."""
    path = config or Path(environment.get("PSBOT_CONFIG") or "config.yml")
    return session_of(read_text(path, "`psbot init` writes a commented starter."), path, environment, as_of)


def session_of(
    text: str, path: Path, environment: Mapping[str, str] = os.environ, as_of: date | None = None
) -> Session:
    """The session of a config's text, which stands at `path` or will. Raises ConfigError or UsageError."""
    settings = parse_config(text, str(path), full_vocabulary())
    settings = _with_own_facts(settings, path.parent)
    settings = with_portfolio_page(with_counting_page(settings, path.parent, environment), environment)
    today = datetime.now(ZoneInfo(settings.calendar.timezone)).date()
    return with_absence_files(Session(settings, path, today, as_of or today, environment))


def _with_own_facts(settings: Settings, folder: Path) -> Settings:
    """The settings with the facts of the files beside the config, where it names some."""
    files = settings.engagement_files
    if files is None or files.project:
        return settings
    place = folder / files.path
    names = sorted(p for p in place.iterdir() if p.suffix in SUFFIXES) if place.is_dir() else [place]
    advice = "`engagements: {path: …}` names a file of facts, or a folder of *.yml files."
    found = [FactFile(str(name), read_text(name, advice)) for name in names]
    return with_files(settings, found, full_vocabulary())


def _with_project_facts(session: Session) -> Settings:
    """The settings with the facts of the project's repository, where the config names one."""
    from bot.gitlab_api.repository import read_files

    files = session.settings.engagement_files
    if files is None or not files.project:
        return session.settings
    found = read_files(session.client, files.project, files.path, SUFFIXES)
    named = [FactFile(f"{files.project}: {name}", text) for name, text in found]
    return with_files(session.settings, named, full_vocabulary())


def with_absence_files(session: Session) -> Session:
    """The session whose people are away as the files of the config say too. Raises UsageError or ConfigError."""
    settings = session.settings
    if not settings.calendar.absences:
        return session
    people, zone = dict(settings.people), ZoneInfo(settings.calendar.timezone)
    faults: list[str] = []
    for name in settings.calendar.absences:
        found = read_absences(read_sheet(session.folder / name), name, settings.people, zone, settings.finance.columns)
        people = with_absences(people, found.away)
        faults += found.faults
    return replace(session, settings=settings.model_copy(update={"people": people}), faults=tuple(faults))


def with_counting_page(settings: Settings, folder: Path, environment: Mapping[str, str]) -> Settings:
    """The settings with the address of docs/counting.md, where the pipeline's project holds it and nobody named another."""
    project, branch = environment.get("CI_PROJECT_URL"), environment.get("CI_DEFAULT_BRANCH")
    if settings.reports.counting or not project or not branch or not (folder / COUNTING).is_file():
        return settings
    reports = settings.reports.model_copy(update={"counting": f"{project}/-/blob/{branch}/{COUNTING}"})
    return settings.model_copy(update={"reports": reports})


def with_portfolio_page(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings with the address of the portfolio page, where the pipeline publishes it and nobody named another."""
    page = environment.get("CI_PAGES_URL") if environment.get("PSBOT_PAGES") == "true" else None
    if settings.reports.page or not page:
        return settings
    return settings.model_copy(update={"reports": settings.reports.model_copy(update={"page": page})})


def read_sheet(path: Path) -> str:
    """The text of a CSV file in the encoding it has. Raises UsageError in words."""
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise UsageError(f"can't be read ({error.strerror})", str(path)) from error


def read_text(path: Path, advice: str = "") -> str:
    """The text of a file that a user named. Raises UsageError in words."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        kind = ConfigError if path.name.endswith((".yml", ".yaml")) else UsageError
        raise kind(f"can't be read ({reason})", str(path), advice) from error
