"""Response rates by any keys, with intervals clustered on applicants and small groups hidden."""

from followup_analytics.rates.answer import response_rates
from followup_analytics.rates.effort import EffortResult, level_of_effort
from followup_analytics.rates.keys import DEFAULT_BINS
from followup_analytics.rates.result import RatesResult

__all__ = ["DEFAULT_BINS", "EffortResult", "RatesResult", "level_of_effort", "response_rates"]
