"""Outreach: contact and cooperation rates as survey researchers have them, and what trying once more brings."""

from followup_analytics.answers.outreach.aapor import aapor_rates
from followup_analytics.answers.outreach.effort import EffortResult, level_of_effort

__all__ = ["EffortResult", "aapor_rates", "level_of_effort"]
