"""All tables of a term in one workbook: rates, curve, outcomes of cohorts, verdicts, with what they rest on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.errors import FollowUpError
from followup_analytics.office.settings import OfficeSettings
from followup_analytics.results.exports import safe_frame
from followup_analytics.results.result import LogCounts
from followup_analytics.sheets.workbook import write_workbook

if TYPE_CHECKING:
    from followup_analytics.claims.result import ClaimsResult
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.result import Result


def write_tables(
    path: Path, log: FollowUpLog, part: FollowUpLog, settings: OfficeSettings, claims: ClaimsResult | None
) -> None:
    """Write the workbook. log: everybody, for cohorts side by side. part: the people whom the report is about.

    claims: the verdicts on the part; None where they may not be shown, which a note then says.

    A table that these data can't give (or that would show too few people) is left out and named in the sheet notes.
    """
    from followup_analytics import cohort_outcomes, incidence_curve, response_rates, test_claims

    least = settings.min_cell
    against: dict[str, Any] = {"against": settings.against} if settings.against is not None else {}
    wanted: dict[str, Callable[[], Result]] = {
        "rates by timing": lambda: response_rates(part, by="timing", min_cell=least),
        "rates by channel": lambda: response_rates(part, by="channel", min_cell=least),
        "rates by attempt": lambda: response_rates(part, by="attempt", min_cell=least),
        "curve": lambda: incidence_curve(part, min_cell=least),
        "outcomes": lambda: cohort_outcomes(log, min_cell=least, **against),
        "claims": lambda: claims or test_claims(part, min_cell=least),
    }
    sheets: dict[str, pl.DataFrame] = {"log": _about(part)}
    notes: list[tuple[str, str]] = []
    for name, make in wanted.items():
        try:
            result = make()
        except FollowUpError as error:
            notes.append((name, str(error)))
            continue
        sheets[name] = safe_frame(result)
        notes += [(name, note.text) for note in result.notes]
    sheets["notes"] = pl.DataFrame(notes, schema={"table": pl.String, "note": pl.String}, orient="row")
    write_workbook(path, sheets)


def _about(log: FollowUpLog) -> pl.DataFrame:
    counts = LogCounts.of(log).to_json()
    return pl.DataFrame({"name": list(counts), "value": [str(value) for value in counts.values()]})
