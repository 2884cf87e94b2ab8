"""The middles of reference classes: the organisation's, a kind of contract's, a customer's, each shrunk towards the wider one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from bot.derive.forecast.constants import PRIOR_WEIGHT
from bot.derive.forecast.history import Array
from bot.derive.forecast.reference import Middles

Members = NDArray[np.bool_]


def middles_of(logs: Array, wider: Middles) -> Middles:
    """Medians of the columns (a row an engagement, NaN: it can't tell), the wider class counting as PRIOR_WEIGHT engagements."""
    columns = zip(logs.T, astuple(wider), strict=True)
    return Middles(*(shrunk(column[~np.isnan(column)], prior) for column, prior in columns))


def shrunk(logs: Array | Sequence[float], prior: float) -> float:
    """exp of the median logarithm, the prior counting as PRIOR_WEIGHT observations."""
    if not len(logs):
        return prior
    return math.exp((len(logs) * float(np.median(logs)) + PRIOR_WEIGHT * math.log(prior)) / (len(logs) + PRIOR_WEIGHT))


def by_class(
    logs: Array, kinds: Sequence[str], customers: Sequence[str], base: Middles
) -> dict[tuple[str, str], Middles]:
    """By kind and customer (empty: all of them), from the widest class to the narrowest.

    Each engagement counts once, in the narrowest class of the chain that holds it: a customer that is the whole
    organisation makes nothing surer.
    """
    by_kind, by_customer = (_members(np.array(names)) for names in (kinds, customers))
    everyone = np.ones(len(logs), dtype=bool)
    found = {}
    for (kind, k), (customer, c) in itertools.product(
        [("", everyone), *by_kind.items()], [("", everyone), *by_customer.items()]
    ):
        middles = base
        for ring in (~k & ~c, k & ~c, c) if customer else (~k, k):
            middles = middles_of(logs[ring], middles)
        found[kind, customer] = middles
    return found


def _members(names: NDArray[np.str_]) -> dict[str, Members]:
    return {str(name): names == name for name in np.unique(names) if name}
