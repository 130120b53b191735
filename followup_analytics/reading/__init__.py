"""The one way in: `read_log` and `write_log`, whatever a log lies in."""

from followup_analytics.reading.logs import read_log
from followup_analytics.reading.writing import write_log

__all__ = ["read_log", "write_log"]
