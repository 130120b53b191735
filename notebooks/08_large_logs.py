# %% [markdown]
# # Large logs
#
# **The question.** A platform's log lies in many files and doesn't stop growing. Does the tool still answer, on one
# machine or on a cluster, and does it give the same numbers?
#
# To try it on your own log, set `FOLLOWUP_DATA` to its folder before you start JupyterLab. Without it a log is
# simulated, large enough to be cut into parts and small enough for any machine; times for far larger ones stand in
# `docs/performance.md`.

# %%
import tempfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl

import followup_analytics as fa
from followup_analytics.charts import Mark, rate_chart
from followup_analytics.errors import MissingExtraError
from followup_analytics.notebook import Findings, answer, own_or_sample

log = own_or_sample(interviews=20_000, seed=7)
log

# %% [markdown]
# ## The answer
#
# Every engine that is installed counts the same log; the counts are compared to the last digit.

# %%
engines = ("polars", "pandas", "duckdb")


def counted(engine):
    """The response rates by timing as this engine counts them; None where it isn't installed."""
    try:
        return fa.response_rates(log, by="timing", engine=engine)
    except MissingExtraError:
        return None


found = {engine: counted(engine) for engine in engines}
there = {engine: rates for engine, rates in found.items() if rates is not None}


def figures(rates):
    """All figures of an answer, to be compared."""
    fields = ("n_attempts", "n_events", "estimate", "conf_low", "conf_high")
    return [(row.by["timing"], *(row[name] for name in fields)) for row in rates.rows]


numbers = {engine: figures(rates) for engine, rates in there.items()}
same = all(rows == numbers["polars"] for rows in numbers.values())

in_short = answer(
    log,
    f"{len(there)} engines counted {log.contacts.height:,} contacts after {log.interviews.height:,} interviews and",
    "gave the same numbers to the last digit." if same else "did not give the same numbers.",
)
in_short

# %%
there["polars"]

# %%
there["polars"].plot()

# %% [markdown]
# ## A log in parts
#
# A table may be a folder of Parquet files, one for each month or each machine that wrote it. Only the columns that a
# question needs are read. Order and number of the parts change nothing.

# %%
folder = Path(tempfile.mkdtemp()) / "log"
fa.write_log(log, folder, format="parquet")
PARTS = 4
for table in ("interviews", "contacts", "outcomes"):
    whole = folder / f"{table}.parquet"
    rows = pl.read_parquet(whole)
    whole.unlink()
    (folder / table).mkdir()
    for part in range(PARTS):
        rows.gather_every(PARTS, part).write_parquet(folder / table / f"part-{part}.parquet")
in_parts = fa.read_log(folder)
in_parts

# %%
again = fa.response_rates(in_parts, by="timing")
Findings(
    "The whole, and the same in parts",
    [
        {
            "day of the attempt": whole.by["timing"],
            "attempts, whole": whole.n_attempts,
            "attempts, in parts": part.n_attempts,
            "rate, whole": whole.estimate,
            "rate, in parts": part.estimate,
        }
        for whole, part in zip(there["polars"].rows, again.rows, strict=True)
    ],
    {
        "attempts, whole": "count",
        "attempts, in parts": "count",
        "rate, whole": "share",
        "rate, in parts": "share",
    },
)

# %%
gives = "gives" if figures(again) == numbers["polars"] else "does not give"
answer(log, f"The log in {PARTS} parts {gives} what the whole gives, to the last digit.")

# %% [markdown]
# ## Side by side
#
# One dot for each engine: they lie on one another.

# %%
rate_chart(
    [
        Mark(values={"timing": row.by["timing"], "engine": engine}, estimate=row.estimate)
        for engine, rates in there.items()
        for row in rates.rows
    ],
    keys=("timing", "engine"),
    what="Response rate within a week",
    n_of="",
    simulated=log.simulated,
    title="The same rates from each engine",
)

# %% [markdown]
# ## On Spark
#
# Where the extra `spark` and Java are installed, `engine="spark"` counts on a cluster's machines, and the numbers stay
# the same. Set `FOLLOWUP_SPARK` to try it here; it takes a while to start.

# %%
import os

wanted = bool(os.environ.get("FOLLOWUP_SPARK")) and find_spec("pyspark") is not None
if wanted:
    on_spark = fa.response_rates(log, by="timing", engine="spark")
    equal = [(row.n_attempts, row.n_events) for row in on_spark.rows] == [
        (row.n_attempts, row.n_events) for row in there["polars"].rows
    ]
    told = "Spark counted the same." if equal else "Spark did not count the same."
else:
    told = "Spark was not asked for here; the tests compare it with the other engines."
answer(log, told)

# %% [markdown]
# How long it takes, by size and engine, is measured by scripts in the folder `benchmarks`; their results lie beside
# them.

# %% [markdown]
# ## In a sentence

# %%
in_short
