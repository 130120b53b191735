"""Write docs/verdicts.md from the study of verdicts.  Run: python docs/make_verdicts_page.py."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import fill
from typing import Any

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "claims_study.json"
Found = dict[str, Any]

TODAY = """## Today's estimators

What stands here of random worlds and of worlds in plain numpy judges them: nothing was chosen on those. The eight
foreign worlds helped to choose (products of covariates, errors), and are told for completeness.

**Random worlds**, drawn from seeds ([random-worlds.md](random-worlds.md); round {round}, fresh seeds, each used
once): {logs:,} logs in which nothing has an effect and every cause of acting is recorded, {false} with any false
verdict over all 24 claims, {coverage} plain 95% intervals that hold the truth. The study is not complete: it was to
have 200 logs of 500 interviews, 100 of 2,000 and 20 of 20,000 of each of 15 families, and has {sizes}. So little is
known of each single family, whose goal is at most 8.5% of its logs: the highest is {worst}. Where an unmeasured
chance of success makes people act (`diligence`, not counted above), {diligence} logs have a false verdict: no method
knows what is not in the record, and negative controls are too weak to tell. {effects} Later changes of that code
changed no frozen verdict. An earlier round, with the code of its day and seeds of its own: 1.1% (0.6 to 1.9) of 1,307
logs, 97.5% of 19,303 intervals.

Errors are not too small: the root mean square of (estimate less truth) / error is {spread_500} at 500 interviews,
{spread_2000} at 2,000 and {spread_20000} at 20,000, so that errors are larger than they need be in small logs, which
costs power. Relabelling applicants moves no estimate and no half-width by more than 1e-12 (errors are by influence
functions, not by groups).

**Five worlds in plain numpy** (`tests/truth/numpy_worlds.py`), which share nothing with the simulator: calling in
fits by weekday, by plans that are clipped at day 0, by season, by rating and referral together, with effects either
way. In logs of 6,000 interviews four claims (note, waiting, following up at all, two voicemails at most) were within
1.7 standard errors of their truths in 19 of 19 cases; the twentieth can't be tested and says so.

**Eight foreign worlds** on one claim (`benchmarks/results/foreign_worlds.json`): at 600 interviews intervals of two
of them (rating x referral, Friday batches; some 27 logs each) cover 88 to 89%, at 2,000 all cover 92% or more.

**Planning.** Studies of just the size that `plan LOG` asks for (power .8), planned from {pilots} pilot logs of 6,000
interviews of `etiquette` each, are supported in {planned} (`benchmarks/planned_power.py`; limits by pilot; fresh
seeds, of the world in which the fault was found). Before, plans took the other claims of the family to have no
effect, and errors to go by the square root of the size alone: 76% (69 to 81) and 90% (85 to 94) from one pilot. Now
the others have the effects that the pilot shows of them, shrunk and drawn, which leaves more of .05; and parts of the
pilot of the size that is planned tell how much larger errors are in small studies (a tenth for waiting at 1,600
interviews). The goal is 75 to 85%.

**Still open.** In random worlds of 2,000 interviews in which nothing matters `wait-not-longer` lies 1.3 points below
nought on average, most in families in which few logs can test it, `wait-2-3-days` and `keep-following-up` half a
point above; their intervals hold the truth as often as they say. It fits that an arm that few take passes its gate (5
events) where it happens to have many, so that its risk is too high; that was not tested. In six logs of 12,000
interviews of `persistent` the two claims on waiting were found about 1.3 points above their truths on average (one
standard error of such a log), and `interviewer-not-other`, an association by its label, 2 points above what
intervening would give. Large logs were hardly judged ({large} of 20,000 interviews).
"""

INTRODUCTION = """# How often verdicts are right

{today}

**The tables below are of the estimators before 29 November 2026**, and were not made again. Those had one model
of acting for all days, and were wrong in worlds by other hands: in logs of 20,000 interviews in which nothing matters,
`wait-2-3-days` was contradicted in 3 of 3. The truths below for acting within several days are for the rule before
conditional grace. The shipped truths are of the present one, on 200,000 interviews for these claims, but for
`not-pushy`: there its four attempts are made at the latest when as many are missing as days are left, while the
estimator's are on the mix of days of those who make four; in `persistent` it finds 11.2 on average where that truth is
9.6.

Simulated logs of worlds whose truth is known, by `benchmarks/claims_study.py`; the figures are in
`benchmarks/results/claims_study.json`, and this page is made from them by `python docs/make_verdicts_page.py`. Truths
are worked out by intervening in the same simulation; where nothing has an effect they are exactly nought. Applicants
have about three interviews each. A verdict is *false* when it says what is not so: supported where the difference is
nought or the other way, contradicted where it is nought or as claimed, no meaningful difference where it reaches the
margin.

The goals: in worlds where nothing matters at most 5% of logs with any false verdict over all 24 claims together, and
93 to 97.5% of plain 95% intervals that hold the truth, by design. The worlds: `null` (nothing matters, but those who
feel strong act differently), `persistent_null` (the same, and people keep calling), `etiquette` (all advice is right,
and the weak keep to it, so that plain tables speak against it), `contrary` (most of it is wrong), `unmeasured` (nothing
matters, and a trait that was not written down moves both what is done and what comes back).

Seeds run from 1,000,000 on: no choice of method was made on these logs, but for one. The study ran with the code of
27 November 2026; afterwards two gates were added (nobody followed to the horizon; nobody does what an arm asks at
last), and the rule by which all controls of a log together downgrade its verdicts was made sharper after its first
version had let 88 of the 100 `unmeasured` logs pass; verdicts are counted by the present rule. The model of calling
again on the same day, which only `not-pushy` has, knows less of the history now, to save memory. Of 66 logs that were
run again with the gates every number was the same, and 2 of 1,584 verdicts changed, from inconclusive to not
testable.

What to read from it beside the shares:

- Errors are a little larger than the estimates' spread at 500 applicants, so that intervals hold the truth somewhat
  more often than they say; at 5,000 the two agree.
- Where confounding is strong and logs are small (`etiquette`, 500 applicants) the ridge penalty of the weights leaves
  a part of it: the note's estimate is too low, towards the plain table. At 5,000 it is not.
- `interviewer-not-other` is an association by its label. What intervening would give is a point less in `etiquette`:
  who asked a receptionist before reaches an interviewer more often, and that is not among the covariates.
- Claims that few logs can test at a size are told apart by luck: a rare arm passes its gates where it happens to have
  events enough, so that its risk is too high (`move-on` in `etiquette`, `max-two-voicemails` in `null` and
  `contrary`). Truths count moments up to three months after the interview, and records of these logs end after two to
  three: what comes late weighs a little less in logs, which is worth some tenths of a point.
- `unmeasured` is here to show what no method can do for sure: those who are wanted act differently, and nothing that
  was written down says who they are. The negative controls of all claims together betray most such logs of 500
  applicants ([decision 054](decisions/054-one-control-and-the-whole-log.md)), and all larger ones that were tried; in
  the others verdicts are false. The tipping table of each verdict says how strong such a trait would have to be.
"""


def today() -> str:
    """What the studies of today's estimators say, from their committed figures."""
    worlds = json.loads(RESULTS.with_name("random_worlds.json").read_text(encoding="utf-8"))
    plans = json.loads(RESULTS.with_name("planned_power.json").read_text(encoding="utf-8"))
    pooled, by_size = worlds["pooled"], worlds["pooled_by_size"]
    counted = {family: row for family, row in worlds["families"].items() if family not in ("where_called", "diligence")}
    worst = max(counted, key=lambda family: counted[family]["with_a_false_verdict"]["share"] or 0.0)
    sizes = {n: sorted(row["null_logs"][n] for row in counted.values()) for n in ("500", "2000", "20000")}
    told = [f"{one[0] if one[0] == one[-1] else f'{one[0]} to {one[-1]}'} of {int(n):,}" for n, one in sizes.items()]
    effects = ""
    if pooled["logs_with_effects"]:
        effects = (
            f"With effects, in {pooled['logs_with_effects']} logs of 2,000 interviews, "
            f"{_plain(pooled, 'coverage', of=True)} intervals hold the truth, estimates are off by "
            f"{pooled['with_effects_bias']:+.1f} points on average, {_plain(pooled, 'a_false_verdict')} logs have a "
            f"false verdict, and {_plain(pooled, 'found', of=True)} differences of 5 points or more are found: most "
            "are smaller than what such a log can find."
        )
    planned = " and ".join(
        f"{100 * one['supported']:.0f}% ({100 * one['low']:.0f} to {100 * one['high']:.0f}) of {one['studies']} "
        f"(`{one['claim']}`, {one['interviews'][1]:,} interviews in the middle)"
        for one in plans
    )
    text = TODAY.format(
        round=worlds["round"],
        logs=pooled["with_a_false_verdict"]["of"],
        false=share(pooled["with_a_false_verdict"]),
        coverage=f"{share(pooled['coverage'])} of {pooled['coverage']['of']:,}",
        sizes=", ".join(told),
        worst=f"{share(counted[worst]['with_a_false_verdict'])} of {counted[worst]['with_a_false_verdict']['of']} "
        f"(`{worst}`)",
        diligence=f"{share(worlds['families']['diligence']['with_a_false_verdict'])} of its",
        effects=effects,
        spread_500=by_size["500"]["errors_against_spread"],
        spread_20000=by_size["20000"]["errors_against_spread"],
        spread_2000=by_size["2000"]["errors_against_spread"],
        large=sum(row["null_logs"]["20000"] for row in counted.values()),
        pilots=plans[0]["pilots"],
        planned=planned,
    )
    return "\n\n".join(fill(part, 120, break_on_hyphens=False) for part in text.strip().split("\n\n"))


def _plain(pooled: Found, name: str, *, of: bool = False) -> str:
    found = pooled[f"with_effects_{name}"]
    return share(found) + (f" of {found['of']:,}" if of else " of the")


def share(found: Found | None, digits: int = 1) -> str:
    """A share with its limits, as percentages."""
    if not found or found["share"] is None:
        return "–"
    low, high = (f"{100 * found[name]:.{digits}f}" for name in ("low", "high"))
    return f"{100 * found['share']:.{digits}f}% ({low} to {high})"


def false_verdicts(studies: list[Found]) -> str:
    """Logs with any false verdict, by world and size."""
    rows = [
        f"| {one['world']} | {one['applicants']:,} | {one['logs']:,} | {one['logs_with_a_false_verdict']['number']} "
        f"| {share(one['logs_with_a_false_verdict'])} | {_counted(one['verdicts'], one['logs'])} |"
        for one in studies
    ]
    head = (
        "| world | applicants | logs | with a false verdict | share (95% limits) | verdicts in a log, on average |\n"
        "|---|---|---|---|---|---|\n"
    )
    return "## False verdicts\n\n" + head + "\n".join(rows) + "\n"


def _counted(verdicts: dict[str, int], logs: int) -> str:
    return ", ".join(f"{number / logs:.1f} {name.replace('_', ' ')}" for name, number in verdicts.items())


def designs(studies: list[Found]) -> str:
    """Coverage by design."""
    names = sorted({name for one in studies for name in one["designs"]})
    head = f"| world | applicants | {' | '.join(names)} |\n|---|---|{'---|' * len(names)}\n"
    rows = [
        f"| {one['world']} | {one['applicants']:,} | "
        + " | ".join(f"{share(one['designs'].get(name))} of {_of(one['designs'].get(name))}" for name in names)
        + " |"
        for one in studies
    ]
    words = (
        "Share of intervals that hold the truth, of how many. Limits take intervals of one log as independent, which\n"
        "they are not quite.\n\n"
    )
    return f"## Coverage by design\n\n{words}{head}" + "\n".join(rows) + "\n"


def _of(found: Found | None) -> str:
    return f"{found['of']:,}" if found else "0"


def claims(one: Found) -> str:
    """Coverage, bias and errors by claim, in one world and size."""
    head = (
        f"## By claim: {one['world']}, {one['applicants']:,} applicants, {one['logs']:,} logs\n\n"
        "| claim | truth | logs in which tested | mean estimate | spread of estimates | mean error | coverage |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    rows = [
        f"| {name} | {_points(claim['truth'])} | {claim['tested']} | {_points(claim.get('mean'))} "
        f"| {_points(claim.get('spread'))} | {_points(claim.get('mean_error'))} | {share(claim.get('coverage'))} |"
        for name, claim in one["claims"].items()
    ]
    return head + "\n".join(rows) + "\n\nDifferences in percentage points.\n"


def _points(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def controls(studies: list[Found]) -> str:
    """How often negative controls fall below .05 by themselves."""
    rows = [
        f"| {one['world']} | {one['applicants']:,} | "
        + " | ".join(share(one["controls_below_05"].get(name)) for name in _CONTROLS)
        + f" | {share(one['taken_for_confounded'])} |"
        for one in studies
    ]
    names = [*_CONTROLS, "logs taken for confounded"]
    head = f"| world | applicants | {' | '.join(names)} |\n|---|---|{'---|' * len(names)}\n"
    words = (
        "Share of controls with p below .05 before any adjustment; the catalogue uses the first. Last, the share of\n"
        "logs in which so many of the first are that no claim with controls is more than inconclusive.\n\n"
    )
    return f"## Negative controls\n\n{words}{head}" + "\n".join(rows) + "\n"


_CONTROLS = ("reply_elsewhere", "earlier_reply", "later_reply")


def page() -> str:
    """The whole page."""
    studies = json.loads(RESULTS.read_text(encoding="utf-8"))
    introduction = INTRODUCTION.replace("{today}", today() + "\n\n## Former estimators")
    parts = [introduction, false_verdicts(studies), designs(studies), controls(studies)]
    return "\n".join([*parts, *(claims(one) for one in studies)])


if __name__ == "__main__":
    (Path(__file__).parent / "verdicts.md").write_text(page(), encoding="utf-8")
