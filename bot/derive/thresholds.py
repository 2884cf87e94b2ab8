"""Every number that a colour uses, with default, unit and meaning. A risk rule declares its own beside its function."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.config import Threshold

# Defaults: published practice (EVM bands .95/.85; tell the client at 80 % of budget).
RAG_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "spi_yellow": Threshold(0.95, "ratio", "Schedule is yellow below this SPI"),
        "spi_red": Threshold(0.85, "ratio", "Schedule is red below this SPI"),
        "slip_yellow_days": Threshold(
            5, "working days", "Schedule is yellow when a milestone slips at least this far from its baseline"
        ),
        "slip_red_days": Threshold(
            10, "working days", "Schedule is red when a milestone is or will be this long after its due date"
        ),
        "on_time_yellow": Threshold(
            0.8, "probability", "Schedule is yellow below this chance to finish by the SOW end"
        ),
        "on_time_red": Threshold(0.5, "probability", "Schedule is red below this chance to finish by the SOW end"),
        "cpi_yellow": Threshold(
            0.95,
            "ratio",
            "Budget is yellow below this ratio of budget to hours at completion (without a forecast: CPI)",
        ),
        "cpi_red": Threshold(
            0.91, "ratio", "Budget is red below this ratio of budget to hours at completion: an overrun of a tenth"
        ),
        "burn_yellow": Threshold(
            0.8, "ratio", "Budget is yellow when hours used reach this share of budget before that share is done"
        ),
        "burn_red": Threshold(
            1.0, "ratio", "Budget is red when hours used exceed this share of budget with work still open"
        ),
        "growth_yellow": Threshold(0.1, "ratio", "Scope is yellow when it grew by this share without a change order"),
        "growth_red": Threshold(0.25, "ratio", "Scope is red when it grew by this share without a change order"),
        "index_min_share": Threshold(
            0.1, "ratio", "CPI and SPI decide no colour before this share of the duration and of the value"
        ),
        "colour_dead_band": Threshold(
            0.05, "ratio", "A colour gets better only this far past its threshold (of days: that share of 20)"
        ),
        "utilisation_target": Threshold(0.7, "ratio", "Billable utilisation that counts as met"),
    }
)
