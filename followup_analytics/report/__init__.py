"""Reports that may be published: from a log's findings to an accessible PDF."""

from followup_analytics.report.write import KINDS, write_report

__all__ = ["KINDS", "write_report"]
