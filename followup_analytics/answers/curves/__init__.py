"""Curves: the share of interviews that has heard back by the end of each local day, and what else became of them."""

from followup_analytics.answers.curves.answer import incidence_curve
from followup_analytics.answers.curves.exits import EVENTS, DayCurve, day_curve, exits_by_day
from followup_analytics.answers.curves.result import CurveResult
from followup_analytics.answers.curves.silence import SilenceResult, silence

__all__ = [
    "EVENTS",
    "CurveResult",
    "DayCurve",
    "SilenceResult",
    "day_curve",
    "exits_by_day",
    "incidence_curve",
    "silence",
]
