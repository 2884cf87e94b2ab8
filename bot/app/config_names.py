"""Every name that config.yml may use: what derive declares, and the reports' own sections."""

from __future__ import annotations

from dataclasses import replace

from bot.config import Vocabulary
from bot.derive.catalog import vocabulary
from bot.report.registry import config_sections


def full_vocabulary() -> Vocabulary:
    return replace(vocabulary(), reports=config_sections())
