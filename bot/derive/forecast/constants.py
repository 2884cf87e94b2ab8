"""Every structural constant of the forecast, in one table: meaning and source. What finished work can teach is in `reference.py`.

How much a quarter more or less of each does to the measured figures stands in docs/forecast-accuracy.md
(`python bench/forecast_sensitivity.py` makes that table). "Assumed" says that no records tell.
"""

from __future__ import annotations

# -- learning from finished engagements

PRIOR_WEIGHT = 4
"""What is built in counts as much as this many finished engagements (of bookings: booked weeks). Assumed."""
SPREAD_WEIGHT = 30
"""The built-in ranges count as much as this many replayed forecasts: spreads need more evidence than middles. Assumed."""
ELASTICITY_SD = 0.1
"""How far firms differ in the exponent of the law of size, around 1/3 (published exponents lie between .25 and .45)."""

# -- hours

PARTIAL_CREDIT = 0.9
"""A started item earns at most this share of its estimate until it is closed. The baselines' own."""
RATIO_WEIGHT = 0.1
"""Past projects' actual ÷ estimate counts as much as this share of the budget being done. The baseline's own."""
BUDGET_WEIGHT = 2.0
"""The same of the budget where no hours are estimated: as much as the items twice (218 engagements cut from records)."""
BUDGET_SD = 0.2
"""Sd of hours at completion ÷ budget where only the budget is known (78 projects of a services firm)."""
EFFORT_SD = 0.12
"""Sd of effort at completion ÷ forecast, × √(share left): tasks err independently, variances add up (19 projects)."""

# -- dates

OWN_SD = 0.4
"""Sd of ln(total duration by the own pace) = this × √((1 − p) / p) at progress p, where hours are logged (19 projects)."""
CLOSING_SD = 0.5
"""Sd of ln(time to go) where only closings are known, before the engagement's own volatility (22 series)."""
SCOPE_SD = 1.0
"""Added (in squares) where only closings are known and scope comes and goes (31 releases)."""
MOVING = 3.0
"""Scope counts as coming and going in full when a third of it arrived after the start (31 releases)."""
SKEW = 1.2
"""The upper side of a range by the own pace is that much wider: work drags on more than it speeds up (all sets: P80 held 74 %)."""
BOOKED_SD = 0.25
"""Sd of ln(total duration ÷ until bookings cover the work): people are named, so surer than dates. Assumed."""
DATES_SD = (0.40, 0.60)
"""Sd of ln(remaining ÷ what dates leave), below and above the median, before finished work tells (62 projects, weekly dates)."""
SLIP_REACH = 0.1
"""Sd of the bell by which dates asked at another share of the time count less (62 projects)."""
LEAST_REST_SD = 0.3
"""Sd of ln(time to go) at least, however much is known: the last bits drag on or are dropped. Assumed."""
STALLED_SD = 1.2
"""Nothing logged and nothing closed for four weeks: the pace is unknown, the range is wide. Assumed."""
STALL_WEEKS = 4
"""So many weeks without a trace of work are a standstill. Assumed."""
PACE_WEEKS = (4, 8, 13, 26, 52)
"""Windows whose mean paces are pooled, each counting alike: no single one is best everywhere (22 series)."""

# -- capacity and revenue

BURN_WEEKS = 8
"""The burn of late is a mean of at most so many weeks. The baseline's own."""
BURN_DECAY = 0.8
"""Each older week counts that much less. The baseline's own."""
BURN_SD = 0.3
"""Sd of ln(hours ahead ÷ the burn): people are ill, on holiday, on other work, or all here (19 projects)."""
BOOKED_HOURS_SD = 0.2
"""The same for hours as booked. Assumed (the kit's own planners err by .25 a week)."""
COMPLETE_PRACTICE = 0.8
"""Share of the hours worked lately that must have been booked for a missing booking to mean a week elsewhere. Assumed."""
COVERED = 0.5
"""Share of the burn that the first week of a plan must hold: one person's booking is no plan of the team. Assumed."""
OWN_WEEKS = 4
"""With so many weeks of its own an engagement runs on at its burn; the spending curve of others is for what comes before."""
SPEND_EXPONENT = 1.25
"""Share of the remaining effort spent in a share x of the remaining time = 1 − (1 − x)^this (19 projects)."""
CLOSE_OUT = 1.0
"""Where the burn has not used a trial's hours by its finish, the rest comes within so many times its days. Assumed."""
EFFORT_TIME_CORRELATION = 0.5
"""What costs more also takes longer. Assumed."""
COMMON_SHARE = 0.15
"""Share of the variance that engagements of a portfolio have in common. Assumed: the records can't tell."""
BILLABLE_PRIOR_HOURS = 40.0
"""Future hours count as billable like the past ones, which weigh against this many fully billable hours. Assumed."""
