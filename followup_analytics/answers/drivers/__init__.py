"""What goes with hearing back, and differences between applicants and employers that can pass for it."""

from followup_analytics.answers.drivers.drivers import Drivers, what_drives
from followup_analytics.answers.drivers.later import LaterAttempts, later_attempts
from followup_analytics.statistics.firth import fit_firth
from followup_analytics.statistics.mixed import MixedFit, UnitCells, fit_random_intercept, unit_cells

__all__ = [
    "Drivers",
    "LaterAttempts",
    "MixedFit",
    "UnitCells",
    "fit_firth",
    "fit_random_intercept",
    "later_attempts",
    "unit_cells",
    "what_drives",
]
