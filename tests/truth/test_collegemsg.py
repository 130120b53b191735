"""A real log of attempts the whole way: private messages of students (Panzarasa and others 2009), CollegeMsg.txt.

No licence is stated, so the rows stay out of the repository: name the file in FOLLOWUP_COLLEGEMSG to run this test.
An ordered pair in which the other had never written first is an interview; messages are attempts, the first message
back is the response; the record ends at the last message of the file.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from followup_analytics.cells.counted import attempts
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.statistics.incidence import aalen_johansen

HOUR = 3_600_000_000


@pytest.fixture(scope="module")
def messages() -> FollowUpLog:
    """The messages as a follow-up log."""
    given = os.environ.get("FOLLOWUP_COLLEGEMSG")
    if not given:
        pytest.skip("FOLLOWUP_COLLEGEMSG names no file: the real log of messages is not analysed.")
    rows = pl.read_csv(Path(given), separator=" ", new_columns=["src", "dst", "t"]).with_row_index("k")
    first = rows.group_by("src", "dst").agg(start=pl.col("t").min(), order=pl.col("k").min())
    back = first.select(src="dst", dst="src", other="order")
    pairs = first.join(back, on=["src", "dst"], how="left").filter(
        pl.col("other").is_null() | (pl.col("order") < pl.col("other"))
    )
    name = pl.format("{}-{}", "src", "dst")
    last = pl.from_epoch(pl.lit(int(rows["t"].max()))).dt.replace_time_zone("UTC")
    interviews = pairs.select(
        interview_id=name,
        applicant_id=pl.col("src").cast(pl.String),
        interviewed_at=pl.from_epoch("start").dt.replace_time_zone("UTC"),
        observed_until=last,
    )
    sent = rows.join(pairs.select("src", "dst"), on=["src", "dst"]).select("k", "t", id=name, way=pl.lit("outbound"))
    came = rows.join(pairs.select(src="dst", dst="src"), on=["src", "dst"]).select(
        "k", "t", id=pl.format("{}-{}", "dst", "src"), way=pl.lit("inbound")
    )
    contacts = pl.concat([sent, came]).select(
        contact_id=pl.col("k").cast(pl.String).str.zfill(6),
        interview_id="id",
        at=pl.from_epoch("t").dt.replace_time_zone("UTC"),
        direction="way",
        channel=pl.lit("text"),
    )
    return build_log(interviews=interviews, contacts=contacts, time_zone="UTC")


def test_answers_before_the_next_attempt(messages: FollowUpLog) -> None:
    """5370 / 13838, 524 / 3237, 192 / 1615, 103 / 1001, 59 / 703 by attempt number; 13,838 pairs, 1,151 senders."""
    found = attempts(messages, within=5_000)
    table = found.group_by("attempt").agg(y=pl.col("y").sum(), n=pl.len()).sort("attempt").head(5)
    assert table.select("y", "n").rows() == [(5_370, 13_838), (524, 3_237), (192, 1_615), (103, 1_001), (59, 703)]
    assert (messages.interviews.height, messages.interviews["applicant_id"].n_unique()) == (13_838, 1_151)
    assert found.height == 23_709


def test_incidences_after_the_first_attempt(messages: FollowUpLog) -> None:
    """Answer and writing again: 1 h .161194 and .115501, 24 h .311144 and .175120, 168 h .368919 and .211657."""
    first = attempts(messages, within=5_000).filter(pl.col("attempt") == 1)
    cause = first["closed_by"].replace_strict(
        {"response": 1, "next_attempt": 2, "censored": 0, "window": 0, "end": 0}, return_dtype=pl.Int64
    )
    found = aalen_johansen(first["elapsed_us"].to_numpy(), cause.to_numpy(), [HOUR, 24 * HOUR, 168 * HOUR])
    np.testing.assert_allclose(found.estimate[0], [0.161194, 0.311144, 0.368919], atol=5e-7)
    np.testing.assert_allclose(found.estimate[1], [0.115501, 0.175120, 0.211657], atol=5e-7)
