"""config.yml → one frozen, validated settings object."""

from bot.config.schema import config_schema
from bot.config.settings import (
    FinanceSettings,
    HealthLabels,
    IssueSection,
    LabelSettings,
    ReportSection,
    SentimentLabels,
    Settings,
    Threshold,
    Vocabulary,
    parse_config,
    settings_model,
)
from bot.domain.paths import is_within

__all__ = [
    "FinanceSettings",
    "HealthLabels",
    "IssueSection",
    "LabelSettings",
    "ReportSection",
    "SentimentLabels",
    "Settings",
    "Threshold",
    "Vocabulary",
    "config_schema",
    "is_within",
    "parse_config",
    "settings_model",
]
