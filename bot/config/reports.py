"""The section `reports:` of config.yml: what each report lets people set. A new report brings its own section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, create_model

from bot.config.section import Section
from bot.config.values import ProjectPath, Reference, Username, WebAddress, Weekday
from bot.domain.vocabulary import ApprovalMode


class ReportSection(Section):
    """What every report has."""

    enabled: bool = True

    @property
    def is_wanted(self) -> bool:
        """Whether the config asks for this report."""
        return self.enabled


class IssueSection(ReportSection):
    """Of a report that is an issue."""

    project: ProjectPath | None = Field(None, description="Project in which the issue is written; none = not written")
    labels: tuple[str, ...] = Field((), description="Labels of the issue")

    @property
    def is_wanted(self) -> bool:
        """It needs a project to stand in."""
        return self.enabled and bool(self.project)


class CustomerStatusSettings(Section):
    enabled: bool = False
    approval: ApprovalMode = ApprovalMode.REQUIRED
    approvers: tuple[Username, ...] = ()
    shared_channels: tuple[Reference, ...] = Field(
        (), description="Customer channels that more than one customer may read"
    )


class StatusReport(ReportSection):
    enabled: bool = Field(True, description="Write the internal weekly status (and the customer's, where enabled)")
    day: Weekday = Field("thu", description="Day of the week on which it is first written")
    set_health: bool = Field(False, description="Also set the engagement's health label to the published status")
    notify_owners: bool = Field(
        False, description="Mention whom an ask is asked of, once an ask, below the status note"
    )
    quiet_hours: str = Field(
        "18:00-08:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description="No mention in these hours of the person's day, nor on a day off",
    )
    most_mentions: int = Field(10, ge=0, le=1000, description="At most so many mentions a day")
    customer: CustomerStatusSettings = CustomerStatusSettings()


class PortfolioReport(IssueSection):
    enabled: bool = Field(True, description="Write the weekly portfolio")
    day: Weekday = Field("tue", description="Day of the week on which it is first written")


class MonthlyReport(IssueSection):
    enabled: bool = Field(True, description="Write the monthly summary")
    day: int = Field(1, ge=1, le=28, description="Day of the month on which the month that ended is reported")
    labels: tuple[str, ...] = Field(("ps-monthly-summary",), description="Labels of the issue")


class QuarterlyReport(IssueSection):
    enabled: bool = Field(True, description="Write the quarterly roll-up")
    labels: tuple[str, ...] = Field(("ps-quarterly-rollup",), description="Labels of the issue")


class CloseoutReport(ReportSection):
    enabled: bool = Field(True, description="Write the closeout when an engagement completes")
    csat: bool = Field(
        False, description="Ask the approvers of the fact `acceptance` for a rating from 1 to 5, on a note of its own"
    )


class ReportSettings(Section):
    status: StatusReport = StatusReport()
    portfolio: PortfolioReport = PortfolioReport()
    monthly: MonthlyReport = MonthlyReport()
    quarterly: QuarterlyReport = QuarterlyReport()
    closeout: CloseoutReport = CloseoutReport()
    locale: str = Field("en_US", description="Wording, dates, numbers and money, such as de_DE")
    counting: WebAddress | None = Field(
        None, description="Address of the page on how psbot counts; default docs/counting.md of the pipeline's project"
    )
    page: WebAddress | None = Field(
        None,
        description="Address of the portfolio page, to which internal notes link; default GitLab Pages of the pipeline's "
        "project where PSBOT_PAGES is true",
    )

    def sections(self) -> Iterator[tuple[str, ReportSection]]:
        """Kind and section of each report."""
        for name in type(self).model_fields:
            section = getattr(self, name)
            if isinstance(section, ReportSection):
                yield name, section

    def section(self, kind: str) -> ReportSection:
        return dict(self.sections())[kind]

    def issues(self) -> Iterator[tuple[str, IssueSection]]:
        """Those whose reports are issues in a project."""
        return ((kind, section) for kind, section in self.sections() if isinstance(section, IssueSection))


def extended(further: Mapping[str, type[ReportSection]]) -> type[ReportSettings]:
    """The section `reports:` with those of further reports."""
    fields: dict[str, Any] = {kind: (model, model()) for kind, model in further.items()}
    return create_model("ReportSettings", __base__=ReportSettings, **fields)
