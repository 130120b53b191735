"""A public log of private messages as a follow-up log: who writes first, who writes again, and who is answered.

    python examples/college_messages.py CollegeMsg.txt

The file (59,835 messages `src dst time`; Panzarasa and others 2009) is found on GitHub in
advaithhl/temporal_graph_clustering. An ordered pair in which the other had never written first stands for an interview,
the first message for its clock zero, messages for attempts, the first message back for the response.
"""

import sys

import polars as pl

from followup_analytics.answers.rates import response_rates
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog


def read_messages(path: str) -> FollowUpLog:
    """Turn the file into three frames (there are no outcomes) and a log that ends with the last message."""
    messages = pl.read_csv(path, separator=" ").with_row_index("number").sort("time", "number")
    pair = [pl.min_horizontal("src", "dst").alias("low"), pl.max_horizontal("src", "dst").alias("high")]
    messages = messages.with_columns(*pair, at=pl.from_epoch("time").dt.replace_time_zone("UTC"))
    messages = messages.with_columns(starter=pl.col("src").first().over("low", "high"))
    messages = messages.with_columns(interview_id=pl.format("{}-{}-{}", "starter", "low", "high"))
    interviews = messages.group_by("interview_id", maintain_order=True).agg(
        applicant_id=pl.col("starter").first().cast(pl.String), interviewed_at=pl.col("at").first()
    )
    contacts = messages.select(
        "interview_id",
        "at",
        contact_id=pl.format("m{}", pl.col("number").cast(pl.String).str.zfill(6)),
        direction=pl.when(pl.col("src") == pl.col("starter")).then(pl.lit("outbound")).otherwise(pl.lit("inbound")),
        channel=pl.lit("text"),
    )
    return build_log(interviews=interviews, contacts=contacts)


if __name__ == "__main__":
    log = read_messages(sys.argv[1])
    for days in (3650, 7, 1, 1 / 24):
        print(response_rates(log, by="attempt", within=days), end="\n\n")
