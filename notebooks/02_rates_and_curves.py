# %% [markdown]
# # Rates and curves, and how not to read them
#
# For the researcher: what exactly is counted, why a plain division misleads, and what the numbers can carry. The
# sample is simulated.

# %% tags=["parameters"]
import os

import polars as pl

import followup_analytics as fa

DATA = os.environ.get("FOLLOWUP_DATA") or fa.sample_data("log")
log = fa.read_log(DATA)
log

# %% [markdown]
# ## An attempt, its window, its response
#
# A window runs from an attempt to the earliest of seven days, the next attempt and the end of the story. A
# response in it belongs to that attempt alone. So the numbers of attempts and of responses add up, and nobody is
# counted twice.

# %%
by_channel = fa.response_rates(log, by="channel")
by_channel

# %%
by_channel.plot()

# %% [markdown]
# Frames come back as the kind that went in, with the same columns for every analysis: `estimate`, `conf_low`,
# `conf_high`, the numbers of interviews, applicants and events, and a `status`.

# %%
by_channel.to_frame().select("channel", "n_attempts", "n_events", "estimate", "conf_low", "conf_high", "status")

# %% [markdown]
# ## By number of attempts: a rate that falls by itself
#
# The rate of the second attempt is about those who did not hear after the first. It would fall even where every
# attempt were as good as the first, because those who are wanted hear back and leave. The *cumulative* share
# answers the question that people have: how many have heard by their third attempt?

# %%
by_attempt = fa.response_rates(log, by="attempt")
by_attempt

# %%
by_attempt.plot()

# %% [markdown]
# ## Combined keys
#
# Any keys and any column of the interviews can be combined. Small rows are hidden, and so is a further one where
# the total would give a hidden row away.

# %%
fa.response_rates(log, by=["attempt", "referral"], bins="attempt=1,2,3+").plot()

# %% [markdown]
# ## Time to a response
#
# Dividing responses by interviews ignores that some were held last week. The curve takes each interview for as
# long as its record runs; a post filled by someone else and a withdrawal end a story without a response.

# %%
curve = fa.incidence_curve(log)
curve.plot()

# %%
days = [1, 3, 7, 14, 30]
curve.to_frame().filter((pl.col("event") == "response") & pl.col("day").is_in(days)).select(
    "day", "n_at_risk", "estimate", "conf_low", "conf_high"
)

# %% [markdown]
# ## Privacy first
#
# With a threshold of 30 applicants instead of 10 more is hidden, in every face at once: table, chart, frame and
# JSON.

# %%
fa.response_rates(log, by="channel", min_cell=30).to_frame().select("channel", "n_attempts", "estimate", "status")
