"""Response rates by any keys, with intervals clustered on applicants and small groups hidden."""

from followup_analytics.answers.outreach.effort import EffortResult, level_of_effort
from followup_analytics.answers.rates.answer import response_rates
from followup_analytics.answers.rates.keys import DEFAULT_BINS
from followup_analytics.answers.rates.result import RatesResult

__all__ = ["DEFAULT_BINS", "EffortResult", "RatesResult", "level_of_effort", "response_rates"]
