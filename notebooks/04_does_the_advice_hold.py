# %% [markdown]
# # Does the advice hold?
#
# **The question.** "Send a card", "wait two to three days", "leave no more than two voicemails": advice is a claim
# about what would happen if people did otherwise. Which of it holds, and how can a log of who did what tell?
#
# To ask it of your own log, set `FOLLOWUP_DATA` to its folder, workbook or store before you start JupyterLab. Without
# it a log is simulated in a world where the truth is known, so that you can see a naive number miss it.

# %%
import followup_analytics as fa
from followup_analytics.charts import Mark, number_chart
from followup_analytics.claims import claim_sensitivity, own_catalogue
from followup_analytics.claims.target_trial import components
from followup_analytics.notebook import Findings, answer, own_or_sample

log = own_or_sample(interviews=2_000, world="etiquette", seed=1)
log

# %% [markdown]
# ## The answer

# %%
claims = fa.test_claims(log)
tested = [row for row in claims.rows if row.estimate is not None]
taken = max(tested, key=lambda row: (abs(row.naive - row.estimate), row.claim))


def points(value):
    """A difference in interviews of a hundred, with a true minus sign."""
    return f"{100 * value:+.0f}".replace("-", "\N{MINUS SIGN}") + " in 100"


in_short = answer(
    log,
    claims.summary(),
    f"The naive difference is furthest off for “{taken.advice.rstrip('.')}”: {points(taken.naive)} by a plain table,",
    f"{points(taken.estimate)} once people are compared who are alike in what was recorded.",
)
in_short

# %% [markdown]
# ## All claims
#
# Each piece of advice is laid out as the trial that would settle it: who could have taken part, what is compared with
# what, from when on, and what counts as an answer. A claim that this log can't test is told so, with what is missing.

# %%
claims

# %%
claims.plot()

# %% [markdown]
# ## What a plain table would have said
#
# The naive difference sets those who did it beside those who didn't. They differ in more than that. Where the log is
# simulated, the truth is known: the same people were let live through both courses of action.

# %%
truth = {name: one["estimate"] for name, one in getattr(log, "truth", {}).get("claims", {}).items()}
Findings(
    "Naive difference, estimate, and truth, in points",
    [
        {
            "advice": row.advice,
            "naive": row.naive,
            "estimate": row.estimate,
            "95% interval": (row.conf_low, row.conf_high),
            "truth": truth.get(row.claim),
        }
        for row in tested
    ],
    {"naive": "points", "estimate": "points", "95% interval": "points_interval", "truth": "points"},
)

# %%
known = [row for row in tested if row.claim in truth]
misses = {
    name: sum(abs(getattr(row, name) - truth[row.claim]) for row in known) / len(known) if known else None
    for name in ("naive", "estimate")
}
held = sum(row.conf_low <= truth[row.claim] <= row.conf_high for row in known)
Findings(
    "How far from the truth, on average over the claims tested",
    [
        {"reading": words, "mean distance in points": 100 * misses[name], "intervals that hold the truth": intervals}
        for words, name, intervals in (
            ("naive difference", "naive", ""),
            ("estimate", "estimate", f"{held} of {len(known)}"),
        )
        if known
    ],
    {"mean distance in points": "number", "intervals that hold the truth": "number"} if known else {},
)

# %% [markdown]
# ## One claim taken apart: the protocol
#
# The claim for which the naive number is furthest off. Beside each part of the trial that one would run stands how it
# is emulated in the log. None of it depends on the data: it can be registered before there are any.

# %%
claim = next(one for one in own_catalogue().claims if one.id == taken.claim)
Findings(
    f"Protocol: {taken.advice}",
    [
        {"part": one.name, "the trial one would run": one.target, "in the log": one.emulation}
        for one in components(claim)
    ],
    {"the trial one would run": "sentence", "in the log": "sentence"},
)

# %% [markdown]
# ## Are the two groups alike?
#
# Before weighting the groups differ in what goes before the decision; after it they should not.

# %%
claims.plot_balance(taken.claim)

# %%
claims.plot_overlap(taken.claim)

# %% [markdown]
# ## What weighting leaves
#
# Weights cost: many interviews count for little, and a few for much. A claim in which one interview carries a tenth of
# its group is not judged.

# %%
claims.plot_weights(taken.claim)

# %% [markdown]
# ## Two ways to the same number
#
# By weights alone, and by weights together with a model of the outcome: where the two part ways the verdict is taken
# back.

# %%
Findings(
    "The difference by three readings, in points",
    [
        {"reading": "naive", "difference": taken.naive},
        {"reading": "by weights alone", "difference": taken.estimate_weighted},
        {"reading": "by weights and outcome model", "difference": taken.estimate_doubly_robust},
        {"reading": "the truth of this world", "difference": truth.get(taken.claim)},
    ],
    {"difference": "points"},
)

# %%
claims.plot_risks(taken.claim)

# %% [markdown]
# ## What would change the verdict?
#
# Other horizons, margins, orders within a day, covariates and clusters; and how many attempts would have to have been
# forgotten.

# %%
claim_sensitivity(log, taken.claim)

# %% [markdown]
# ## A world where nothing matters
#
# The same advice, the same kind of people, and no effect of anything that they do. A table of who heard back finds
# effects all the same, since those who follow advice are others. A sound method finds next to none.

# %%
nothing = fa.test_claims(fa.simulate_log(interviews=2_000, world="null", seed=1))
judged = [row for row in nothing.rows if row.estimate is not None]
fooled = [row for row in judged if abs(row.naive) > row.margin]
wrong = [row for row in judged if row.verdict in ("supported", "contradicted")]
answer(
    log,
    f"Where nothing matters, the plain table shows a difference beyond the margin for {len(fooled)} of {len(judged)}",
    f"claims; a verdict that the advice, or its contrary, holds is given for {len(wrong)}.",
)

# %%
most = sorted(judged, key=lambda row: -abs(row.naive))[:6]
Findings(
    "Where the plain table is fooled most; the truth is nought in every row",
    [
        {
            "advice": row.advice,
            "naive": row.naive,
            "estimate": row.estimate,
            "95% interval": (row.conf_low, row.conf_high),
            "verdict": row.verdict_words,
        }
        for row in most
    ],
    {"naive": "points", "estimate": "points", "95% interval": "points_interval"},
)

# %%
number_chart(
    [
        Mark(values={"claim": f"{row.claim.replace('-', ' ')}, {name}"}, estimate=abs(getattr(row, name)) * 100)
        for row in most
        for name in ("naive", "estimate")
    ],
    what="Distance from the truth in points, where nothing matters",
    simulated=True,
    title="Naive difference and estimate in a world without effects",
)

# %% [markdown]
# ## In a sentence

# %%
in_short
