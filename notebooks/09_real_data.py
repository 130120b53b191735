# %% [markdown]
# # Real data
#
# **The question.** Does the tool reach figures that others have published or worked out, on data that nobody simulated,
# and what do such data show about attempts, timing and channels?
#
# No public log of follow-ups after job interviews is known to us. These are the nearest: a bank's telephone campaign,
# an experiment with invitations by e-mail, and figures of two studies. They are about other people with other
# questions: nothing here says how employers behave. Origin and licences stand in `data/real/README.md`.

# %%
import polars as pl

import followup_analytics as fa
from followup_analytics.charts import Mark, rate_chart
from followup_analytics.notebook import Findings, answer
from followup_analytics.statistics import wilson

REAL = fa.sample_data("real")
figures = {row["what"]: row for row in pl.read_csv(REAL / "figures.csv").to_dicts()}

# %% [markdown]
# ## The bank's campaign as a log
#
# One row a client: how many calls, and whether the last one brought a yes. Each client stands for an interview, each
# call for an attempt. The file has no times of calls: they are put a day apart, which changes no figure by number, and
# nothing below is read from them. (The rows are public, so that nothing is hidden or rounded.)

# %%
counts = pl.read_csv(REAL / "bank_calls.csv.gz")
clients = (
    counts.select(pl.exclude("clients").repeat_by("clients").explode(empty_as_null=True))
    .with_row_index("client")
    .with_columns(yes=pl.col("y") == "yes")
)
start = pl.datetime(2026, 1, 5, 9, time_zone="UTC")
people = clients.select(
    interview_id=pl.format("i{}", "client"),
    applicant_id=pl.format("a{}", "client"),
    interviewed_at=start,
    device="contact",
    earlier="poutcome",
    last_weekday="day_of_week",
)
calls = clients.select("client", "campaign", "yes", nth=pl.int_ranges(1, pl.col("campaign") + 1)).explode("nth")
at = start + pl.duration(days=pl.col("nth"))
contacts = pl.concat(
    [
        calls.select("client", at=at, direction=pl.lit("outbound")),
        calls.filter(pl.col("yes"), pl.col("nth") == pl.col("campaign")).select(
            "client", at=at + pl.duration(hours=1), direction=pl.lit("inbound")
        ),
    ]
).with_row_index("number")
contacts = contacts.select(
    "at",
    "direction",
    contact_id=pl.format("c{}", "number"),
    interview_id=pl.format("i{}", "client"),
    channel=pl.lit("phone"),
)
bank = fa.read_log(people, contacts, time_zone="UTC", data_date="2026-06-01")
bank

# %% [markdown]
# ## The answer

# %%
by_call = fa.response_rates(bank, by="attempt", bins="attempt=1,2,3,4,5,6,7+", min_cell=1)
rate = {row.by["attempt"]: row for row in by_call.rows}
made = clients.group_by(calls=pl.col("campaign").clip(upper_bound=7)).agg(yes=pl.col("yes").mean()).sort("calls")
naive = {f"{calls}+" if calls == 7 else str(calls): share for calls, share in made.iter_rows()}


def percent(share):
    """A share as a percentage."""
    return f"{100 * share:.2f}%"


groups = pl.read_csv(REAL / "invitations.csv")
yes_on = {device: part["yes"].mean() for (device,), part in clients.group_by("contact", maintain_order=True)}
answered_by = dict(groups.select("wave", pl.col("responded") / pl.col("sent")).iter_rows())
by_package = {
    "bank: answered at call 1": rate["1"].estimate,
    "bank: answered at call 2": rate["2"].estimate,
    "bank: answered at call 3": rate["3"].estimate,
    "bank: yes by call 3": rate["3"].cumulative,
}
by_table = {
    "bank: clients who said yes": clients["yes"].mean(),
    "bank: yes, cellular": yes_on["cellular"],
    "bank: yes, telephone": yes_on["telephone"],
    "bank: yes of those called once": naive["1"],
    "bank: yes of those called twice": naive["2"],
    "bank: yes of those called three times": naive["3"],
    "invitations: answered": groups["responded"].sum() / groups["sent"].sum(),
    "invitations: analysts in Europe": answered_by["survey"],
    "invitations: managers in North America": answered_by["is_task"],
}
ours = by_package | by_table
reached = [what for what, figure in ours.items() if abs(figure - figures[what]["figure"]) < 0.00006]


def how_many(of):
    """How many of these figures are reached, in words."""
    return f"{sum(what in reached for what in of)} of {len(of)}"


one, two, three = (rate[number] for number in "123")
in_short = answer(
    None,
    f"{how_many(by_package)} rates of the package are those of a script without it, to a hundredth of a point;",
    f"{how_many(by_table)} shares by a plain table are what was published or what that script counted, so that the",
    "rows are the right ones.",
    f"In the bank's campaign {percent(one.estimate)} of first calls brought a yes, {percent(two.estimate)} of second",
    f"and {percent(three.estimate)} of third ones; {percent(three.cumulative)} would have said yes by the third, were",
    "those whose calls ended no different from those called on.",
    f"The table by calls made says {percent(naive['1'])}, {percent(naive['2'])} and {percent(naive['3'])}, which",
    "answers another question.",
)
in_short

# %% [markdown]
# ## Attempts: fewer of the later calls brought a yes
#
# The share of calls with a yes falls from call to call. Whether later calls work less, or clients who are easily won
# say yes early and leave, these rows can't tell: nobody's readiness is known.

# %%
by_call

# %%
rate_chart(
    [
        Mark(values={"attempt": number, "reading": name}, estimate=share)
        for number in rate
        for name, share in (
            ("of these calls, yes", rate[number].estimate),
            ("of clients called so often, yes", naive[number]),
        )
    ],
    keys=("attempt", "reading"),
    what="Share with a yes",
    n_of="",
    title="The bank's calls, read in two ways",
)

# %% [markdown]
# ## Channels: mobiles or fixed lines?
#
# Clients on mobiles said yes far more often. But the campaign changed over the years, and so did who was called on
# what: part of the difference goes when clients of the same month are compared, and nobody was given a telephone by
# lot. It is an association.

# %%
by_device = fa.response_rates(bank, by="device,attempt", bins="attempt=1,2,3,4+", min_cell=1)
by_device.plot()

# %%
within_month = (
    clients.group_by("month", "contact")
    .agg(pl.col("yes").mean(), n=pl.len())
    .pivot("contact", index="month", values=["yes", "n"])
    .drop_nulls()
    .with_columns(weight=pl.min_horizontal("n_cellular", "n_telephone"))
)
weight = within_month["weight"] / within_month["weight"].sum()
same_month = ((within_month["yes_cellular"] - within_month["yes_telephone"]) * weight).sum()
Findings(
    "Mobile less fixed line, in points",
    [
        {"reading": "all clients together", "difference": yes_on["cellular"] - yes_on["telephone"]},
        {"reading": "within the same month", "difference": same_month},
    ],
    {"difference": "points"},
)

# %% [markdown]
# ## Timing: the weekday of the last call
#
# The best and the worst weekday are further apart than these intervals give to chance. But they take clients for
# strangers to one another, the file has only the day of the *last* call, and who was called on which day was not left
# to chance: no rule for the best day follows.

# %%
DAY = "weekday_of_the_last_call"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
by_weekday = {
    day: (part["yes"].mean(), part.height) for (day,), part in clients.group_by("day_of_week") if day in weekdays
}
marks = []
for day in weekdays:
    estimate, n = by_weekday[day]
    low, high = (float(end) for end in wilson(estimate, n))
    marks.append(Mark(values={DAY: day.title()}, estimate=estimate, conf_low=low, conf_high=high, n=n))
rate_chart(
    marks,
    keys=(DAY,),
    what="Share of clients with a yes",
    n_of="clients",
    title="Clients with a yes, by the day of the last call",
)

# %% [markdown]
# ## The interval that forgets what hangs together
#
# Clients of one month are alike, since each month had its own campaign. An interval that takes them for strangers is
# far too narrow for the overall share. The same goes, more weakly as a rule, for the interviews of one applicant.

# %%
from followup_analytics.statistics import jackknife

overall = ours["bank: clients who said yes"]
yes = clients["yes"].cast(pl.Float64).to_numpy()
month = (clients["month"].rank("dense") - 1).cast(pl.Int64).to_numpy()
by_month = jackknife(lambda w: float(w @ yes / w.sum()), month)
alone = (overall * (1 - overall) / clients.height) ** 0.5
Findings(
    "Error of the overall share",
    [
        {"clients are": "strangers to each other", "error in points": 100 * alone},
        {
            "clients are": f"alike within {clients['month'].n_unique()} months",
            "error in points": 100 * float(by_month.se),
        },
    ],
    {"error in points": "fine"},
)

# %% [markdown]
# ## Invitations by e-mail: most answers come at once
#
# Sent on a few days, to several groups. Answers follow the days of sending closely: how few came after the last of them
# stands over the chart.

# %%
days = pl.read_csv(REAL / "invitations_by_day.csv")
last_sent = days.filter(pl.col("sent") > 0)["day"].max()
late = days.filter(pl.col("day") > last_sent)["answers"].sum() / days["answers"].sum()
rate_chart(
    [
        Mark(values={"day": row["day"][5:]}, estimate=row["answers"] / days["answers"].sum())
        for row in days.iter_rows(named=True)
    ],
    keys=("day",),
    what="Share of all answers",
    n_of="",
    title=f"Answers by day; {percent(late)} came after the last day of sending",
)

# %%
names = {
    "is_study": "managers, rest of the world",
    "is_survey": "managers, Europe",
    "is_task": "managers, North America",
    "study": "analysts, rest of the world",
    "survey": "analysts, Europe",
    "task": "analysts, North America",
}
invited = []
for row in groups.iter_rows(named=True):
    low, high = (float(end) for end in wilson(row["responded"] / row["sent"], row["sent"]))
    invited.append(
        {
            "group": names[row["wave"]],
            "sent": row["sent"],
            "answered": row["responded"] / row["sent"],
            "95% interval": (low, high),
        }
    )
Findings("Invitations", invited, {"sent": "count", "answered": "share", "95% interval": "share_interval"})

# %% [markdown]
# ## Figures known from elsewhere, beside ours
#
# Where a licence keeps the rows out of this package the figure stands alone; tests reach it from the rows. The Swedish
# survey shows the same shape as the bank: the first call reaches few, and many calls not all.

# %%
Findings(
    "Known and ours",
    [
        {
            "figure": what,
            "known": percent(row["figure"]),
            "ours": percent(ours[what]) if what in ours else "",
            "ours by": "the package" if what in by_package else "a plain table" if what in ours else "",
            "same": "" if what not in ours else "yes" if what in reached else "NO",
            "known from": row["source"],
        }
        for what, row in figures.items()
    ],
    {"known": "number", "ours": "number", "known from": "sentence"},
)

# %% [markdown]
# ## In a sentence

# %%
in_short
