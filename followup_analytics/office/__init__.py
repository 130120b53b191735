"""An office's folder: a workbook to fill in, the store, and each term's reports."""

from followup_analytics.office.folder import WORKBOOK, OfficeFiles, init_office, store_url
from followup_analytics.office.term import run_office

__all__ = ["WORKBOOK", "OfficeFiles", "init_office", "run_office", "store_url"]
