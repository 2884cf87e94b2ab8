"""What the two weekly status reports share: one kind, one section of the config. Each says for whom it is, and how it is made."""

from __future__ import annotations

from bot.config.reports import StatusReport
from bot.derive.decisions.due import WEEKLY
from bot.report.registry import Report

WEEKLY_STATUS = Report(kind="status", rhythm=WEEKLY, config=StatusReport)
