"""Response rates by any keys, with intervals clustered on applicants and small groups hidden."""

from followup_analytics.rates.answer import response_rates
from followup_analytics.rates.keys import DEFAULT_BINS
from followup_analytics.rates.result import RatesResult

__all__ = ["DEFAULT_BINS", "RatesResult", "response_rates"]
