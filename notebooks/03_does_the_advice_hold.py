# %% [markdown]
# # Does the usual advice hold?
#
# "Wait two to three days", "leave no more than two voicemails": advice is a claim about what would happen if
# people did otherwise. A table of who heard back can't answer that. Here the truth is known, since the logs are
# simulated, so that you can see the naive number miss it and the verdict find it.

# %%
import polars as pl
from IPython.display import display

import followup_analytics as fa

# %% [markdown]
# ## A world where the advice is right

# %%
right = fa.simulate_log(interviews=4_000, world="etiquette", seed=1)
found = fa.test_claims(right)
print(found.summary())

# %%
found.plot()

# %% [markdown]
# Beside each estimate stand the *truth*, found by letting the same people live through both courses of action, and the
# *naive* difference that a plain tabulation would show. Those who follow advice differ from those who don't; the
# estimate takes out what was recorded of that, and its interval should hold the truth in 19 of 20 cases.

# %%
truth = pl.DataFrame([{"claim": name, "truth": one["estimate"]} for name, one in right.truth["claims"].items()])
beside = (
    found.to_frame()
    .filter(pl.col("verdict") != "not_testable")
    .join(truth, on="claim", how="left", maintain_order="left")
    .select("claim", "verdict", "truth", "estimate", "conf_low", "conf_high", "naive")
)
with pl.Config(tbl_rows=30):
    display(beside.with_columns(pl.selectors.float().round(3)))

# %%
covered = beside.filter(pl.col("truth").is_between("conf_low", "conf_high")).height
naive_miss, miss = (float((beside[name] - beside["truth"]).abs().mean()) for name in ("naive", "estimate"))
print(f"{covered} of {beside.height} intervals hold the truth.")
print(f"Mean distance to the truth: {100 * miss:.1f} points, of the naive difference {100 * naive_miss:.1f}.")

# %% [markdown]
# ## A world where nothing matters
#
# The same advice, the same kind of people, and no effect of anything that they do. A good method says so.

# %%
nothing = fa.test_claims(fa.simulate_log(interviews=4_000, world="null", seed=1))
print(nothing.summary())
nothing.to_frame()["verdict"].value_counts().sort("verdict")

# %% [markdown]
# ## Sixty people can't settle it
#
# Below a hundred applicants no verdict is given at all, and each claim says what would be needed.

# %%
few = fa.test_claims(fa.simulate_log(interviews=120, world="etiquette", seed=1))
print(few.summary())
few.to_frame()["verdict"].value_counts().sort("verdict")

# %% [markdown]
# ## How many interviews would it take?

# %%
for effect in (8, 10, 15):
    print(fa.plan_study(effect=effect).summary())
