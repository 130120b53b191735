"""Write docs/verdicts.md from the study of verdicts.  Run: python docs/make_verdicts_page.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "claims_study.json"
Found = dict[str, Any]

INTRODUCTION = """# How often verdicts are right

**The figures of this page are of the estimators before 29 November 2026**, and were not made again. Those had one model
of acting for all days, and were wrong in worlds by other hands: in logs of 20,000 interviews in which nothing matters,
`wait-2-3-days` was contradicted in 3 of 3. The present ones (acting day by day, calibrated weights, an outcome model
beside them, errors by employer) are held against worlds that nobody made in [random-worlds.md](random-worlds.md), and
against eight foreign worlds, on one claim, in `benchmarks/results/foreign_worlds.json`. The truths below for acting
within several days are for the rule before conditional grace. The shipped truths are of the present one, on 200,000
interviews for these claims, but for `not-pushy`: there its four attempts are made at the latest when as many are
missing as days are left, while the estimator's are on the mix of days of those who make four; in `persistent` it finds
11.2 on average where that truth is 9.6.

Of 200 studies of `etiquette` of just the size that `plan LOG` asks for (power .8), 76% (69 to 81) support
`wait-2-3-days` at its true difference, and 90% (85 to 94) `vary-approach`: a plan takes the other claims of the family
to have no effect, and where they have one Holm's adjustment leaves more of .05 (`benchmarks/planned_power.py`).

Still open: in six logs of 12,000 interviews of `persistent` the two claims on waiting are found about 1.3 points above
their truths on average (one standard error of such a log), and `interviewer-not-other`, an association by its label, 2
points above what intervening would give. At 600 interviews intervals of two foreign worlds (rating x referral, Friday
batches) cover 88 to 89%.

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
    parts = [INTRODUCTION, false_verdicts(studies), designs(studies), controls(studies)]
    return "\n".join([*parts, *(claims(one) for one in studies)])


if __name__ == "__main__":
    (Path(__file__).parent / "verdicts.md").write_text(page(), encoding="utf-8")
