"""Response rates by any keys, with intervals clustered on applicants and small groups hidden."""

from followup_analytics.answers.rates.answer import response_rates
from followup_analytics.answers.rates.keys import DEFAULT_BINS
from followup_analytics.answers.rates.result import RatesResult

__all__ = ["DEFAULT_BINS", "RatesResult", "response_rates"]
