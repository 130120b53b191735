"""Write docs/claims.md from the catalogues and the rule's own numbers.  Run: python docs/make_claims_page.py."""

from __future__ import annotations

from pathlib import Path

from followup_analytics.claims import IN_CIRCULATION, Claim, own_catalogue
from followup_analytics.claims.estimates import CREDIBLE, MAY_DIFFER, PRODUCTS_FROM
from followup_analytics.claims.gates import (
    FAR,
    MAX_SHARE,
    MIN_APPLICANTS,
    MIN_EFFECTIVE,
    MIN_EVENTS,
    MIN_FOR_VERDICT,
    TOO_FAR,
)
from followup_analytics.claims.verdict import BY_CHANCE, LEAST_BELOW, LEAST_E_VALUE
from followup_analytics.statistics.clusters import FEW_CLUSTERS

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
    ("`design`", "`clone-censor-weight`, `attempt-contrast`, `prediction` or, with `assigned`, `randomised` (above)"),
    ("`adjust`", "columns of the interviews, besides what every log holds; a rating counts from when it was made"),
    ("`history`", "of what was known before each decision: number, day, channel, tone, attempts, thanked"),
    ("`controls`", "negative controls: `reply_elsewhere`, `earlier_reply`, `later_reply`"),
    ("`association`", "why the difference can never be called an effect, where it can't"),
    ("`second_line`", "a further `outcome` with its `horizon`, shown without a verdict"),
    ("`second_way`", "`sequential`: also by sequential trials, which must agree within their errors"),
    ("`contradicts`", "ids of claims that can't hold at the same time"),
    (
        "`assigned`",
        (
            "arms that were assigned at random: `column` of the interviews, `strategy` and `alternative` (its values), "
            "`share` (of the strategy, .5)"
        ),
    ),
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
is weighted by the inverse of the probability of staying, given the covariates and the call history so far. Acting is
modelled in each interval, its coefficients drawn towards those that all intervals have in common: what makes people
call on the first day need not make them call on the third ([decision
080](decisions/080-acting-interval-by-interval.md)). What happened within a day is ordered by true times, and a decision
that a reply cut short counts for the part of the day's usual times of acting that had passed. Whoever acts decides anew
whether to act again in the same interval, where an arm limits or asks for several acts. After each decision the weights
are calibrated: those who stay are brought back to the totals, of every covariate, of all who were there.

**Grace periods** are conditional: a strategy that asks for an act within a window means the mix of days of those alike
who act within it, so that a window in which all act on one day can be tested. The protocol says so of each arm.

**Beside the weights stands an outcome model**: from the last decision back, what follows is regressed on what was
known, among those who stayed, with their weights, and predicted for all. Either model may then be wrong
(`estimate_doubly_robust`, which is `estimate`); `estimate_weighted` is the Aalen-Johansen incidence by weights alone.

**Sequential trials**, the second way of three claims: on each day those who might still act enter a trial of "today"
against "not any more"; put together by who starts when, the trials give what cloning gives.

**Attempt contrast.** A choice made within one contact: the same with one decision. Records that end early are weighted
arm by arm by the inverse probability of going on so far ([decision 056](decisions/056-records-end-arm-by-arm.md)).

**Arms assigned at random.** With `assigned = {{ column = "arm" }}` in a claim the arms are those of an experiment: the
column holds strategy or alternative (or treatment and control, yes and no; `strategy` and `alternative` name other
values), `share` says what part was to have the strategy (half). The first line is by intention to treat, adjusted for
what chance shared unevenly; `diagnostics.per_protocol` is what the difference would be had everybody kept to the arm,
which rests on the assumptions of a log. Numbers of the arms that chance would bring in fewer than 1 of 1,000 trials
(chi-square; of applicants, where all interviews of each share an arm) make the claim `not_testable`: somebody is
missing, or was assigned otherwise. The label is `causal by design`, whatever the rating and the E-value say.

**Prediction.** Two groups compared as they are; the label is never more than association.

**What is adjusted for.** What the claim names, and what every log holds: when the interview was (a line, from 300
interviews on a curve), the weekday of each day, and how far off the promised day of decision is as days go by.
`--adjust COLUMN` adds interview columns, times among them; `--adjust-only COLUMN` puts them in place of all of these.
From {products} applicants on, products of two covariates are taken in where acting, or the outcome, follows them beyond
chance ([decision 081](decisions/081-products-where-they-matter.md)); `diagnostics.products` names them.

**What is known when.** Only what was known before a decision enters its weight. A self-rating counts from when it was
made: on the interview's own day at once, else from the day after, and for claims about a moment only if it was made
before it ([decision 057](decisions/057-ratings-count-from-when-they-are-made.md)).

**Errors** are by influence functions of all the equations behind an estimate (acting, calibration, outcome model), each
person's part corrected for leverage, summed by applicant and, where the employer is recorded for most interviews, by
employer too: the largest of V(applicant), V(employer) and V(applicant) + V(employer) - V(both), with Student's t of the
smaller number of clusters less one. `--cluster applicant|employer|both` chooses. No error of a verdict is believed
below that of as many independent interviews with the same weights, and none of an interval below {credible:g} of it
([decision 082](decisions/082-errors-by-influence.md)).
"""


RULE = """## The verdict

1. *Gates*, before an estimate is looked at; a claim that fails one is `not_testable`, and `reason` says what to log,
   which stratum is empty, or how many more interviews it takes: what the claim needs is logged; {applicants} applicants
   in each arm, {applicants} followed to the horizon, {events} events; nobody's stratum without either arm; each arm
   worth {effective:g} interviews after weighting; no weight above {share:.0%} of its arm; weighted means of
   self-rating, calendar time and other numbers within {too_far:g} standard deviations of everybody's. With fewer than
   {people} applicants, means more than {far:g} off, or two estimates that differ by more than {differ:.0%}
   beyond their errors, nothing but `inconclusive` can follow; the sentence names what it was.
2. The 90% interval lies within the margins: `no_meaningful_difference`.
3. Holm's adjusted p is below .05 and the difference at least the margin: `supported`, or `contradicted` the other way.
4. Else `inconclusive`, with the smallest difference that this rule would find in 8 of 10 such logs: beyond chance at
what
   the family leaves of .05, and beyond the margin.

Claims that a gain or a harm is small are one-sided: `supported` when the 90% limit lies inside the margin,
`contradicted` when p, adjusted, is below .05 and the difference at or beyond it. Tables and charts show that limit
(`deciding_limit`).

*Negative controls can only downgrade.* A call here can't have caused the replies in the applicant's other interviews.
Where an arm is followed by more of them than foretold, the arms differ in something unmeasured: the claim is
`inconclusive`. Where {below} or more of a log's controls are below .05 by themselves, and chance would bring so many in
fewer than {by_chance:.0f} of 1,000 logs (5 of 18, say), so are all claims that name controls
([decision 054](decisions/054-one-control-and-the-whole-log.md)).

*Label.* `causal by design` where arms were assigned at random (below). `causal under stated assumptions` only with a
self-rating among the adjustments that was made in time, for half of the claim's interviews or more, {few} clusters of
each kind or more, controls that pass and an E-value of the limit of {e_value:g} or more; else `association`.

## By group

`--by COLUMN` (in Python `by=`) asks each claim of every group of an interview column by itself, with models of its own,
and then whether its effect is the same in all groups: `interactions` holds one test a claim (Wald's, with who hangs
together across groups), of two groups with how far they are apart. All claims in all groups are one Holm family; the
comparisons are another. A verdict in one group beside none in another is no difference between them: that is for the
comparison to say (`differs`, `inconclusive`, or `not_testable` where fewer than two groups could be tested). A group of
too few applicants is hidden, and with it another, so that its numbers can't be had from those of the whole log.

## Records that begin late

Where an office hears of interviews only after a while, whoever was answered at once is in no log, and what is left
seems slower than it is. `--entry COLUMN` (in Python `entry=`) names the time at which each record begins: an
interview is at risk from then on (on that day for the part that is left of it), models of acting and calibration
learn from decisions alone that came after, and the outcome model lets those whose record had begun by a step stand
for all who came to it. What was done before is taken as it is recorded. An interview whose story was over before its
record began counts nowhere (a note says how many); where fewer than {applicants} applicants of an arm were followed
from the start the claim is `not_testable`. When records begin must have nothing to do with what comes of them. There
is no second way then.

## What would change it

`followup claims LOG --claim ID --sensitivity` gives one table by the same rule, Holm's adjustment over the log's other
claims included: other horizons and margins, responses before attempts within a day and the other way round, weights cut
or not balanced, with and without products, covariates left out one at a time, other clusters; where records end early,
their ends weighted for by what was known of each (a proportional hazards fit), and both extremes of what may have come
of them; where self-ratings or referrals are missing, ten ways in which they may have been put together by Rubin's rules
(filled in from what was done, what came of it, and the applicant's other ratings); and, where acting is set
against not acting and the difference reaches the margin, how many forgotten failures would bring it below. In Python
the diagnostics of every claim are frames (`result.table("balance")`, distances, overlap, weights, flow, curves,
controls, second_way, tipping, gates) and charts (`result.plot_balance(claim)`, `plot_overlap`, `plot_weights`,
`plot_risks`). `result.trace(claim, by_interval=...)` (confidential) holds what a verdict was worked out from, and
[reproduce_verdict.R](../followup_analytics/claims/reproduce_verdict.R) works it out again in R;
`person_periods(log)` lays a log out for programs of sequential trials.

`--protocol` prints the target trial beside its emulation with the 39 parts of TARGET 2025 and this log's
numbers; `--preregister` a text to be registered, with the hash of the file, the date, the end of the record and what
`--adjust`, `--adjust-only` and `--cluster` choose, against which `--registration FILE` checks later
([decision 053](decisions/053-post-hoc-by-the-registration.md)).

## How large a study

`followup plan LOG` runs this rule on drawn studies whose errors hang together as in the log, at growing sizes, until a
claim is supported as often as wanted; the other claims have the effects that the log shows of them, shrunk and drawn,
and parts of the log tell how much larger errors are in small studies
([decision 086](decisions/086-plans-from-a-log.md)). Without a log it plans by formula, each claim tested alone, and
says so. A difference that is no larger than the margin can't be planned for.
"""


def designs() -> str:
    """How claims are estimated, with the numbers of the code."""
    return DESIGNS.format(products=PRODUCTS_FROM, credible=CREDIBLE)


def rule() -> str:
    """The gates and the rule, with the numbers of the code."""
    return RULE.format(
        applicants=MIN_APPLICANTS,
        events=MIN_EVENTS,
        effective=MIN_EFFECTIVE,
        share=MAX_SHARE,
        far=FAR,
        too_far=TOO_FAR,
        differ=MAY_DIFFER,
        few=FEW_CLUSTERS,
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
            designs(),
            fields(),
            f"## {own.title}\n\n{table(own.claims)}\n",
            f"## {other.title}\n\n{table(other.claims)}\n\n{sources}\n",
        ]
    )


if __name__ == "__main__":
    (Path(__file__).parent / "claims.md").write_text(page(), encoding="utf-8")
