# %% [markdown]
# # How often do people hear back?
#
# **The question.** How often is an attempt to follow up answered, and by which attempt has one heard? The data are a
# list of attempts and answers, and there are easy ways to read it wrongly. Each stands here beside the right one.
#
# To ask it of your own log, set `FOLLOWUP_DATA` to its folder, workbook or store before you start JupyterLab. Without
# it a log is simulated: large enough to tell readings apart, with a truth that is known.

# %%
import datetime as dt

import polars as pl

import followup_analytics as fa
from followup_analytics.charts import Mark, rate_chart, value_label
from followup_analytics.log.subsets import as_of
from followup_analytics.notebook import Choice, Findings, answer, explore_rates, own_or_sample

log = own_or_sample(interviews=3_000)
log


# %% [markdown]
# ## The answer


# %%
def percent(share):
    """A share as a percentage."""
    return "hidden" if share is None else f"{100 * share:.1f}%"


by_attempt = fa.response_rates(log, by="attempt", bins="attempt=1,2,3,4,5+")
rows = [row for row in by_attempt.rows if row.estimate is not None]
first, last = rows[0], rows[-1]

made = (
    log.contacts.filter((pl.col("direction") == "outbound") & (pl.col("purpose").fill_null("follow_up") == "follow_up"))
    .group_by("interview_id")
    .agg(attempts=pl.len().clip(upper_bound=5))
)
heard = pl.concat(
    [
        log.contacts.filter(pl.col("direction") == "inbound").select("interview_id"),
        log.outcomes.filter(pl.col("outcome").is_in(["advanced", "offer", "rejected"])).select("interview_id"),
    ]
).unique()
in_the_end = {
    f"{attempts}+" if attempts == 5 else str(attempts): share
    for attempts, share, interviews in made.join(heard.with_columns(heard=True), on="interview_id", how="left")
    .group_by("attempts")
    .agg(pl.col("heard").fill_null(value=False).mean(), interviews=pl.len())
    .sort("attempts")
    .iter_rows()
    if interviews >= 30
}
few, many = next(iter(in_the_end)), list(in_the_end)[-1]


def times(attempts):
    """How often somebody tried, in words."""
    return "once" if attempts == "1" else f"{attempts.rstrip('+')} times{' or more' if attempts.endswith('+') else ''}"


nth = value_label("attempt", last.by["attempt"])
in_short = answer(
    log,
    f"{percent(first.estimate)} of first attempts are answered within a week, {percent(last.estimate)} of those that",
    f"are the {nth}; {percent(last.cumulative)} would hear by then if those who stopped trying had gone on and were no",
    "different from those who did. The naive table says something else:",
    f"{percent(in_the_end[few])} of those who tried {times(few)} heard in the end,",
    f"{percent(in_the_end[many])} of those who tried {times(many)}. They went on because nothing had come.",
)
in_short

# %% [markdown]
# ## What is counted
#
# A window runs from an attempt to the earliest of three: a week later, the next attempt, the end of the story. An
# answer in it belongs to that attempt alone. So attempts and answers add up, and nobody is counted twice.

# %%
by_attempt

# %%
by_attempt.plot()

# %% [markdown]
# ## First wrong reading: by how often people tried
#
# Take everybody by the number of attempts that they made, and ask how many heard in the end. Whoever tried often looks
# unlucky, or their calls a nuisance: but they went on *because* nothing came. That table answers no question about an
# attempt. Where the log is simulated, the last column is the truth of its world. The reading by attempt can lie above
# it, even beyond its interval: as in any office, some attempts were never written down, and an answer to one of them is
# counted to the one before. No interval covers what was not logged.

# %%
truth = {
    row["attempt"]: row["estimate"] for row in getattr(log, "truth", {}).get("rates", []) if row["by"] == "attempt"
}
beside = [
    {
        "attempts": row.by["attempt"],
        "naive: heard in the end": in_the_end.get(row.by["attempt"]),
        "by attempt: this one answered": row.estimate,
        "95% interval": (row.conf_low, row.conf_high),
        "truth": truth.get(row.by["attempt"]),
    }
    for row in rows
]
kinds = {name: "share_interval" if name == "95% interval" else "share" for name in list(beside[0])[1:]}
Findings("The same log, read in two ways", beside, kinds)

# %%
readings = list(beside[0])[1:3]
rate_chart(
    [
        Mark(values={"attempt": row["attempts"], "reading": name}, estimate=row[name])
        for row in beside
        for name in readings
    ],
    keys=("attempt", "reading"),
    what="Share",
    n_of="",
    simulated=log.simulated,
    title="Two readings by number of attempts",
)

# %% [markdown]
# ## Second wrong reading: later attempts wear out
#
# Rates by number can fall although no attempt is worse than the first, since those who are wanted answer early and
# leave. Within one applicant the comparison is fairer: their own attempts, side by side. Where the first ratio lies
# below one, and the second nearer to it, part of the fall was easy cases leaving. Where both intervals hold one, no
# fall is shown at all.

# %%
fa.later_attempts(log)

# %%
fa.later_attempts(log).plot()

# %% [markdown]
# ## Third wrong reading: answers divided by interviews
#
# Some interviews were held last week and had no time to be answered. The curve takes each for as long as its record
# runs, and ends it where the post is filled or the applicant withdraws.
#
# To see who is right, the latest cohort is looked at as it stood a month after its first interview, and once more with
# all that has become known since: what a reading says of the interviews so far should come true.

# %%
curve = fa.incidence_curve(log)
curve.plot()

# %%
cohort = fa.subset(log, cohort=sorted(set(log.interviews["cohort"].drop_nulls()))[-1:])
a_month_in = as_of(cohort, cohort.interviews["interviewed_at"].min() + dt.timedelta(days=30))
since = {row.day: row.estimate for row in fa.incidence_curve(cohort).rows if row.event == "response"}
Findings(
    "Heard within so many days, in the latest cohort a month after its first interview",
    [
        {
            "days": row.day,
            "naive: of all interviews": row.n_events / a_month_in.interviews.height,
            "right: the curve": row.estimate,
            "95% interval": (row.conf_low, row.conf_high),
            "known since": since.get(row.day),
        }
        for row in fa.incidence_curve(a_month_in).rows
        if row.event == "response" and row.day in (7, 14, 21) and row.estimate is not None
    ],
    {
        "days": "count",
        "naive: of all interviews": "share",
        "right: the curve": "share",
        "95% interval": "share_interval",
        "known since": "share",
    },
)

# %% [markdown]
# ## By timing and channel
#
# Associations, all of them: who calls when, and how, is not left to chance.

# %%
fa.response_rates(log, by="timing").plot()

# %%
fa.response_rates(log, by="channel").plot()

# %% [markdown]
# ## Explore it yourself
#
# Choose a cohort, a channel, a day and a window. Everything was counted beforehand, so that a choice is answered at
# once; Tab goes from list to list, arrow keys choose. Groups of few applicants are hidden in each table. Tables of
# several windows and cohorts are not checked against one another, as those of a report are: explore your own log, and
# publish a report.

# %%
explorer = explore_rates(log)
explorer.widgets()

# %% [markdown]
# Without widgets, in print or in a shared file, the same stands still:

# %%
choice = Choice(cohort=explorer.cohorts[-1], channel=explorer.channels[1])
explorer.table(choice)

# %%
explorer.chart(choice)

# %% [markdown]
# ## In a sentence

# %%
in_short
