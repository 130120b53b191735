"""Files as they really come, made into the tables of the follow-up log: read, linked, checked and stored.

Where things are: `registry` knows the kinds of file (and says how to add one), `sources/` has a module for each,
`calls` is the neutral call that they yield, `linking` ties calls to interviews, `pipeline` runs it all.
"""

from __future__ import annotations

from followup_analytics.ingest.pipeline import check_files, ingest_files
from followup_analytics.ingest.result import CheckResult, IngestResult

__all__ = ["CheckResult", "IngestResult", "check_files", "ingest_files"]
