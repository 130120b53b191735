"""Cumulative incidence by Aalen and Johansen, on counted cells, with standard errors that know about clusters.

Times are any ordered numbers (days, hours, microseconds). A cause is 0 where the record stops (censored) and 1..K for
what happened. At equal times events go before censoring, all causes share one risk set, and an event at time 0 counts:
people who hear back on the day itself are not lost. Someone who enters late (left truncation) is at risk for events
after the entry only.

Sources: O. Aalen, S. Johansen (1978), Scandinavian J. Statistics 5, 141-150; P. Andersen and others (1993), Statistical
Models Based on Counting Processes, IV.4; T. Therneau (2023), survival package, vignette "Multi-state models" (ties,
influence).
"""

from followup_analytics.statistics.incidence.blocks import RiskBlocks, risk_blocks
from followup_analytics.statistics.incidence.curve import Incidence, aalen_johansen, jackknife_incidence
from followup_analytics.statistics.incidence.influence import clustered_se, influence
from followup_analytics.statistics.incidence.summaries import (
    difference,
    difference_limits,
    incidence_limits,
    quantile_limits,
    quantile_of,
)

__all__ = [
    "Incidence",
    "RiskBlocks",
    "aalen_johansen",
    "clustered_se",
    "difference",
    "difference_limits",
    "incidence_limits",
    "influence",
    "jackknife_incidence",
    "quantile_limits",
    "quantile_of",
    "risk_blocks",
]
