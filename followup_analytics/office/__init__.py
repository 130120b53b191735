"""An office's folder: a workbook to fill in, the store, and each term's reports."""

from followup_analytics.office.folder import OfficeFiles, init_office
from followup_analytics.office.term import run_office

__all__ = ["OfficeFiles", "init_office", "run_office"]
