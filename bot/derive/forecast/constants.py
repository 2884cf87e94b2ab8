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

LEAST_ITEMS = 5
"""A finished engagement with fewer items (and no milestones) teaches nothing. Assumed."""
FARTHEST_SCORE = 3.0
"""One replay that missed by more sds than this widens the ranges no further. Assumed."""
YIELD_WITHIN = (0.5, 2.0)
"""Hours worked ÷ hours booked beyond these are bookings of something else. Assumed."""
OWN_ENOUGH = 0.25
"""With this weight of the own pace (and eight weeks of it) the finish is said to rest on throughput. Words only."""

# -- hours

BASIS_SHARE = 0.8
"""Share of the work that needs estimates (weights) for hours (weights) to be the basis. Assumed."""
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

LEAST_LEFT = 0.01
"""Share of the work that counts as left for the spread until the engagement is over: late hours are still logged. Assumed."""
LEAST_REST = 0.1
"""No trial costs less than what is spent and this share of the rest. Assumed."""
LATE_FROM = 0.1
"""What arrives after this share of the time gone is growth, not the first plan. Assumed."""
GROWTH_ITEMS = 10
"""The growth of finished engagements counts as much as so many items of one's own. Assumed."""
ARRIVING = 0.5
"""What still arrives ÷ what arrived so far, at the start (31 releases: 59, 82, 91 % of the items known at 25, 50, 75 %)."""
GROWTH_SD = 0.5
"""Sd of the total from scope to come, as a share of it. Assumed."""
MAX_GROWTH = 0.5
"""Scope to come by the trend of arrivals is at most this share of the scope known. Assumed."""
UNPLANNED = (1.1, 5.0)
"""A budget beyond the first times the estimates has work that no item stands for yet, up to the second times. Assumed."""

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
UNEVEN_WEEKS = (10, 26)
"""The usual unevenness of weeks counts as the first number of weeks, one's own is that of the second number of late. Assumed."""
MOST_UNEVEN = 2.0
"""Weeks more uneven than so many times the usual make the range no wider. Assumed."""
LEAST_PROGRESS = 0.02
"""Progress and what is left count as this share at least: the law of the own pace has no ends. Assumed."""
CLASS_SD = 0.4
"""Sd of ln(time to go) by class alone, at least; half as much again where only the typical duration is known. Assumed."""
TYPICAL_WIDER = 1.5
"""See `CLASS_SD`. Assumed."""
TAIL_SCORE = 2.6
"""Standard normal score of the last trial that needs a quarter of its own: one in two hundred comes later. Assumed."""
PACE_WEEKS = (4, 8, 13, 26, 52)
"""Windows over which the pace is a mean, each counting alike: no single one is best everywhere (22 series)."""

# -- capacity and revenue

BURN_WEEKS = 8
"""The burn of late is a mean of at most so many weeks. The baseline's own."""
BURN_FROM = 2
"""With fewer full weeks than this nothing is said of a burn. The baseline's own."""
BURN_DECAY = 0.8
"""Each older week counts that much less. The baseline's own."""
BULK_DAYS = 2.0
"""More hours on a day than this many working days have are a timesheet of several days. Assumed."""
LONGEST_SHEET = 5
"""Weeks that a timesheet covers at most: it is written once a month at least. Assumed."""
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
CLOSE_OUT = 1.0
"""Where the burn has not used a trial's hours by its finish, the rest comes within so many times its days. Assumed."""
EFFORT_TIME_CORRELATION = 0.5
"""What costs more also takes longer. Assumed."""
RAMP_UP_WEEKS = 1.5
"""A newcomer's first weeks at a quarter, a half and three quarters of the pace: so many weeks are lost to them. Assumed."""
POSSIBLE = 0.05
"""A chance below this is told neither as upside nor as a cap. Words only."""
COMMON_SHARE = 0.15
"""Share of the variance that engagements of a portfolio have in common. Assumed: the records can't tell."""
BILLABLE_PRIOR_HOURS = 40.0
"""Future hours count as billable like the past ones, which weigh against this many fully billable hours. Assumed."""
