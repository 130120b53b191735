# %% [markdown]
# # Does the usual advice hold?
#
# "Wait two to three days", "leave no more than two voicemails": advice is a claim about what would happen if
# people did otherwise. A table of who heard back can't answer that. Here the truth is known, since the logs are
# simulated, so that you can see the naive number miss it and the verdict find it.

# %%
import polars as pl

import followup_analytics as fa

SHOWN = ["claim", "verdict", "estimate", "conf_low", "conf_high", "naive", "n_applicants"]

# %% [markdown]
# ## A world where the advice is right

# %%
right = fa.simulate_log(interviews=4_000, world="etiquette", seed=1)
found = fa.test_claims(right)
print(found.summary())

# %%
found.plot()

# %% [markdown]
# Beside each estimate stands the *naive* difference: what a plain tabulation of the same people would show.
# Strong applicants hear back before they would call, so that plain tables speak against following up.

# %%
tested = found.to_frame().filter(pl.col("verdict") != "not_testable").select(SHOWN)
tested.with_columns(pl.col("estimate", "conf_low", "conf_high", "naive").round(3))

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
fa.plan_study()
