"""Write docs/claims.md from the catalogues and the rule's own numbers.  Run: python docs/make_claims_page.py."""

from __future__ import annotations

from pathlib import Path

from followup_analytics.claims import IN_CIRCULATION, Claim, own_catalogue
from followup_analytics.claims.gates import (
    LEAST_MEAN,
    MAX_SHARE,
    MEAN_OFF,
    MIN_APPLICANTS,
    MIN_EFFECTIVE,
    MIN_EVENTS,
    MIN_FOR_VERDICT,
)
from followup_analytics.claims.verdict import BY_CHANCE, LEAST_BELOW, LEAST_E_VALUE

INTRODUCTION = """# Claims

A claim is one piece of advice written as a trial that could have been run: who could take part, what they would have
done under the advice and what instead, from when on, what is looked for, and until when. `followup claims LOG` puts
every claim of a catalogue to a log and gives each one verdict. The package's own catalogue is
[claims.toml](../followup_analytics/claims/claims.toml); `--claims FILE` tests yours, which has the same form, and
`--in-circulation` tests [advice that contradicts itself](../followup_analytics/claims/claims-in-circulation.toml).

This page is made from the code by `python docs/make_claims_page.py`. How often the verdicts are right is in
[verdicts.md](verdicts.md).
"""

FIELDS = (
    ("`id`", "its name in commands, once in the file"),
    ("`advice`, `source`, `population`", "in plain words: the advice, where it stands, who is eligible"),
    (
        "`moment`",
        (
            "time zero: `kind` is `interview`, `attempt` (the first that fits `channels`, `parties`, `nobody`, "
            "`number`, `tone`; the `nth` one) or `silence` (so many `days` after the last attempt; with "
            "`after_interview` also after "
            "an interview without one)"
        ),
    ),
    (
        "`strategy`, `alternative`",
        (
            "`words`, and unless the choice at the moment is all: `act` (attempt, thank_you, phone, voicemail), "
            "`none_in` = [first, last] interval without it (beyond `at_most`), `some_in` = [first, last] interval by "
            "whose end `at_least` have been made"
        ),
    ),
    (
        "`choice`",
        (
            "what tells the arms apart in the moment's own contact: one of `items` (with `value`), `channel`, `party`, "
            "`tone`, `seconds_at_most`"
        ),
    ),
    ("`outcome`, `horizon`", "response, advanced or conversation, within so many days"),
    ("`margin`", "the smallest difference worth changing behaviour, as a share (.05: five in 100)"),
    (
        "`direction`",
        "`more`; `gain_below_margin` (the claim is that there is no gain to speak of), `harm_below_margin`",
    ),
    ("`design`", "`clone-censor-weight`, `attempt-contrast` or `prediction` (above)"),
    ("`adjust`", "columns of the interviews; a rating counts from when it was made"),
    ("`history`", "of what was known before each decision: number, day, channel, tone, attempts, thanked"),
    ("`controls`", "negative controls: `reply_elsewhere`, `earlier_reply`, `later_reply`"),
    ("`association`", "why the difference can never be called an effect, where it can't"),
    ("`second_line`", "a further `outcome` with its `horizon`, shown without a verdict"),
    ("`second_way`", "`sequential`: also by sequential trials, which must agree within their errors"),
    ("`contradicts`", "ids of claims that can't hold at the same time"),
)
FILE = """## A file of claims

TOML, in UTF-8. `[catalogue]` holds `title` and `version`; `[defaults]` any fields that claims share; then one
`[[claim]]` for each. What is wrong is refused with line and field, and a field that does not exist with the nearest.

"""
INTERVALS = """
With moment `interview`, intervals are local days: 0 is the day of the interview. Else they are 24 hours each from the
moment, so that "within 7 days" is `[0, 6]`. Strategies bind until the first response. A contact in which an item was
not recorded is left out of the claims on that item: not recorded is never "no".
"""

DESIGNS = """## Designs

**Clone-censor-weight.** Everybody is in both arms from time zero and leaves an arm on doing what it excludes; who stays
is weighted by the inverse of the probability of staying, given the covariates and the call history so far. The model of
acting is a ridge logistic regression that draws the levels of a number towards a straight line
([decision 055](decisions/055-numbers-lie-on-a-line.md)); what happened within a day is ordered by true times, and a
decision that a reply cut short counts for the part of the day's usual times of acting that had passed. Whoever acts
decides anew whether to act again in the same interval, where an arm limits or asks for several acts. Risks are weighted
Aalen-Johansen incidences with competing events; the interval in which a record ends counts as seen.

**Sequential trials**, the second way of three claims: on each day those who might still act enter a trial of "today"
against "not any more"; put together by who starts when, the trials give what cloning gives.

**Attempt contrast.** A choice made within one contact: inverse-probability weights, then an outcome model weighted by
them and averaged over everybody (doubly robust). Who was followed to the end stands for those of the same arm whose
record ended before ([decision 056](decisions/056-records-end-arm-by-arm.md)).

**Prediction.** Two groups compared as they are; the label is never more than association.

**What is known when.** Only what was known before a decision enters its weight. A self-rating counts from when it was
made: on the interview's own day at once, else from the day after, and for claims about a moment only if it was made
before it ([decision 057](decisions/057-ratings-count-from-when-they-are-made.md)).

In all of them everything, the weights included, is fitted again without each of 50 groups of applicants. Intervals are
the plain 95% ones, with Student's t. No standard error of a verdict is believed below that of as many independent
interviews with the same weights, and none of an interval below four fifths of it
([decision 052](decisions/052-the-least-standard-error.md)).
"""


RULE = """## The verdict

1. *Gates*, before an estimate is looked at; a claim that fails one is `not_testable`, and `reason` says what to log,
   which stratum is empty, or how many more interviews it takes: what the claim needs is logged; {applicants} applicants
   in each arm, {applicants} followed to the horizon, {events} events; nobody's stratum without either arm; effective
   sample at least {effective:.0%} of those who kept to the arm; no weight above {share:.0%} of its arm; where weights
   were cut to the cap, their mean within {off:.0%} of 1, elsewhere {mean:g} or more. With fewer than {people}
   applicants nothing but `inconclusive` can follow.
2. The 90% interval lies within the margins: `no_meaningful_difference`.
3. Holm's adjusted p is below .05 and the difference at least the margin: `supported`, or `contradicted` the other way.
4. Else `inconclusive`, with the smallest difference that these data would have found.

Claims that a gain or a harm is small are one-sided: `supported` when the 90% limit lies inside the margin,
`contradicted` when p, adjusted, is below .05 and the difference at or beyond it.

*Negative controls can only downgrade.* A call here can't have caused the replies in the applicant's other interviews.
Where an arm is followed by more of them than foretold, the arms differ in something unmeasured: the claim is
`inconclusive`. Where {below} or more of a log's controls are below .05 by themselves, and chance would bring so many in
fewer than {by_chance:.0f} of 1,000 logs (5 of 18, say), so are all claims that name controls
([decision 054](decisions/054-one-control-and-the-whole-log.md)).

*Label.* `causal under stated assumptions` only with a self-rating among the adjustments that was made in time, for
half of the claim's interviews or more, controls that pass and an E-value of the limit of {e_value:g} or more; else
`association`.

## What would change it

`followup claims LOG --claim ID --sensitivity` gives one table: other horizons and margins, responses before attempts
within a day and the other way round, weights cut elsewhere, covariates left out one at a time, employers as clusters,
and, where acting is set against not acting and the difference reaches the margin, how many forgotten failures would
bring it below. In Python the diagnostics of every claim are frames (`result.table("balance")`, overlap, weights,
flow, curves, controls, second_way, tipping, gates) and charts (`result.plot_balance(claim)`, `plot_overlap`,
`plot_weights`, `plot_risks`).

`--protocol` prints the target trial beside its emulation with the 21 items of TARGET 2025; `--preregister` a text to
be registered, with the hash of the file, the date and what `--adjust` adds, against which `--registration FILE`
checks later ([decision 053](decisions/053-post-hoc-by-the-registration.md)).
"""


def rule() -> str:
    """The gates and the rule, with the numbers of the code."""
    return RULE.format(
        applicants=MIN_APPLICANTS,
        events=MIN_EVENTS,
        effective=MIN_EFFECTIVE,
        share=MAX_SHARE,
        off=MEAN_OFF,
        mean=LEAST_MEAN,
        people=MIN_FOR_VERDICT,
        below=LEAST_BELOW,
        by_chance=1000 * BY_CHANCE,
        e_value=LEAST_E_VALUE,
    )


def fields() -> str:
    """What a file of claims holds."""
    rows = "\n".join(f"| {names} | {words} |" for names, words in FIELDS)
    return f"{FILE}| field | holds |\n|---|---|\n{rows}\n{INTERVALS}"


def table(claims: tuple[Claim, ...]) -> str:
    """The claims of a catalogue as a table."""
    head = "| id | advice | population; strategy against alternative | outcome | design |\n|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| {one.id} | {one.advice} | {one.population}; {one.strategy.words} against {one.alternative.words} "
        f"| {one.outcome_words()} | {one.design}{', one-sided' if one.one_sided else ''} |"
        for one in claims
    )


def page() -> str:
    """The whole page."""
    own, other = own_catalogue(), own_catalogue(IN_CIRCULATION)
    sources = "\n".join(f"- *{one.advice}* {one.source}" for one in other.claims)
    return "\n".join(
        [
            INTRODUCTION,
            rule(),
            DESIGNS,
            fields(),
            f"## {own.title}\n\n{table(own.claims)}\n",
            f"## {other.title}\n\n{table(other.claims)}\n\n{sources}\n",
        ]
    )


if __name__ == "__main__":
    (Path(__file__).parent / "claims.md").write_text(page(), encoding="utf-8")
