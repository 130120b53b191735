"""Reports and handouts: accessible PDF files with the findings, verdicts and next steps."""

from followup_analytics.report.each import Written, write_each
from followup_analytics.report.validation import check_pdf, require_checker
from followup_analytics.report.write import KINDS, WORKING_PAPERS, write_report

__all__ = ["KINDS", "WORKING_PAPERS", "Written", "check_pdf", "require_checker", "write_each", "write_report"]
