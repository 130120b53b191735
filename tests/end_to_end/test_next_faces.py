"""`followup next` and `followup track` as a coach types them in the morning."""

from __future__ import annotations

import csv
import io


def test_due_and_sheet_show_the_day(followup, simulated_folder):
    """--due leaves what is to be done by the day; --sheet puts client, employer and what to do side by side."""
    everything = followup("next", simulated_folder, "--no-claims", "--today", "2025-11-20", "--json").results
    due = followup("next", simulated_folder, "--no-claims", "--today", "2025-11-20", "--due", "--json").results
    assert 0 < len(due) < len(everything)
    assert all(row["due"] for row in due)
    assert [row for row in everything if row["due"]] == due
    sheet = followup(
        "next", simulated_folder, "--no-claims", "--today", "2025-11-20", "--due", "--sheet", "--format", "csv"
    )
    rows = list(csv.DictReader(io.StringIO(sheet.out)))
    assert [row["interview_id"] for row in rows] == [row["interview_id"] for row in due]
    assert {row["when"] for row in rows} == {"today"}


def test_a_call_is_logged_and_the_next_step_said(followup, tmp_path):
    """track prints the new id alone on stdout and says the next step; next names the interview by its employer."""
    store = f"sqlite:///{tmp_path / 'mine.db'}"
    made = followup("track", store, "interview", "--applicant", "ada", "--employer", "Acme Ltd")
    assert made.code == 0, made.err
    interview = made.out.strip()
    assert "Next: thank-you note today." in made.err
    called = followup("track", store, "contact", interview, "--channel", "phone", "--party", "none")
    assert called.code == 0, called.err
    assert called.out.strip() not in ("", interview)
    told = followup("next", store, "--no-claims", "--due")
    assert "Acme Ltd" in told.out
    assert "thank-you note" in told.out
