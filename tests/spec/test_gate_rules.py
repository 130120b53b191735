"""The gates before a verdict, as tables that stand on both sides of every limit, and what must be logged for a claim.

Unless a row says otherwise, 200 applicants with an interview each took the strategy and 200 others the alternative, all
were followed to the end, every second had the event, and everybody weighs the same.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from followup_analytics.claims import own_catalogue
from followup_analytics.claims.covariates import Covariate
from followup_analytics.claims.definition import Choice, Claim, Course, Moment
from followup_analytics.claims.gates import distances, farthest, missing_records, run_gates, too_uneven
from followup_analytics.claims.recording import rests_on
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.recording import RecordingFinding
from followup_analytics.trials.weighing import Arm

EACH = 200


def claim_of(identifier: str) -> Claim:
    """A claim of the package."""
    found = own_catalogue().claim(identifier)
    assert found is not None
    return found


def arm_of(weight: np.ndarray) -> Arm:
    """An arm with these weights."""
    nothing = np.zeros(0)
    return Arm(np.asarray(weight, dtype=float), (), nothing, nothing, nothing, nothing)


def trial(**changes: Any) -> SimpleNamespace:
    """The numbers that gates read; by keyword what differs: done, weights of both arms, happened and the like."""
    strategy = np.arange(2 * EACH) < EACH
    done = np.stack([strategy, ~strategy])
    made = {
        "done": done, "weights": done.astype(float), "happened": np.arange(2 * EACH) % 2 == 0,
        "followed": np.ones(2 * EACH, dtype=bool), "baseline": (), "applicant": np.arange(2 * EACH),
        "from_the_start": None,
    } | changes  # fmt: skip
    follow_up = SimpleNamespace(entry=made["from_the_start"])
    emulation = SimpleNamespace(followed=made["followed"], baseline=made["baseline"], follow_up=follow_up)
    arms = tuple(arm_of(weight) for weight in made["weights"])
    begun = np.ones(len(made["happened"]), dtype=bool) if made["from_the_start"] is None else made["from_the_start"]
    return SimpleNamespace(
        done=made["done"], arms=arms, happened=made["happened"], emulation=emulation, applicant=made["applicant"],
        from_the_start=begun, effective_size=lambda place: arms[place].effective_size(),
    )  # fmt: skip


def failing(min_cell: int = 10, **changes: Any) -> dict[tuple[str, str], str]:
    """The gates that do not hold, with their sentences."""
    made: Any = trial(**changes)
    gates = run_gates(claim_of("wait-2-3-days"), made, made.applicant, min_cell)
    assert [gate.passed for gate in gates] == [not gate.sentence or gate.passed for gate in gates]
    return {(gate.code, gate.arm): gate.sentence for gate in gates if not gate.passed}


def first(number: int, arm: int, total: int = 2 * EACH) -> np.ndarray:
    """The first so many interviews of an arm."""
    place = np.arange(total)
    return (place >= arm * EACH) & (place < arm * EACH + number)


ARMS = pytest.mark.parametrize(("arm", "name"), [(0, "strategy"), (1, "alternative")])


def test_a_sound_trial_passes_all_gates_in_their_order() -> None:
    """Who did it, who was followed, levels that nobody took, events, weights, and the distance from everybody."""
    made: Any = trial()
    gates = run_gates(claim_of("wait-2-3-days"), made, made.applicant)
    arms = ["strategy", "alternative"]
    assert [(gate.code, gate.arm) for gate in gates] == [
        *(("applicants", arm) for arm in arms), *(("followed", arm) for arm in arms), ("positivity", "both"),
        *(("events", arm) for arm in arms),
        *((code, arm) for arm in arms for code in ("effective_size", "largest_weight")), ("balance", "both"),
    ]  # fmt: skip
    assert all(gate.passed for gate in gates)
    assert [gate.value for gate in gates] == [200, 200, 200, 200, 0.0, 100, 100, 200, 0.005, 200, 0.005, 0.0]


@ARMS
def test_ten_applicants_must_have_done_it(arm: int, name: str) -> None:
    """Ten are enough and nine are not; two interviews of one person are one person's."""
    done = trial().done
    for number, fails in ((10, False), (9, True)):
        done[arm] = first(number, arm)
        assert (("applicants", name) in failing(done=done)) is fails
    done[arm] = first(10, arm)
    twice = np.arange(2 * EACH)
    twice[arm * EACH + 1] = arm * EACH
    assert ("applicants", name) in failing(done=done, applicant=twice)


@ARMS
def test_ten_of_them_must_have_been_followed(arm: int, name: str) -> None:
    """Whose record ends before the horizon does not count, whatever happened before."""
    for number, fails in ((10, False), (9, True)):
        found = failing(followed=first(number, arm) | first(EACH, 1 - arm))
        assert found.keys() == ({("followed", name)} if fails else set())
    assert "were followed for 14 days" in failing(followed=first(9, 0) | first(EACH, 1))["followed", "strategy"]


@ARMS
def test_the_records_of_ten_of_them_must_begin_in_time(arm: int, name: str) -> None:
    """Where records begin late, ten of an arm are needed that tell what happened before."""
    for number, fails in ((10, False), (9, True)):
        found = failing(from_the_start=first(number, arm) | first(EACH, 1 - arm))
        assert found.keys() == ({("from_the_start", name)} if fails else set())


@ARMS
def test_five_of_them_must_have_had_the_event(arm: int, name: str) -> None:
    """Five are enough and four are not; events of those who did something else don't count."""
    for number, fails in ((5, False), (4, True)):
        found = failing(happened=first(number, arm) | first(EACH, 1 - arm))
        assert found.keys() == ({("events", name)} if fails else set())


@ARMS
def test_an_arm_must_be_worth_ten_interviews(arm: int, name: str) -> None:
    """Ten equal weights are worth ten; a little unevenness makes them fewer. No weight is more than a tenth."""
    weights = trial().done.astype(float)
    weights[arm] = first(10, arm)
    assert failing(weights=weights) == {}
    weights[arm, arm * EACH] = 1.01
    assert failing(weights=weights).keys() == {("effective_size", name), ("largest_weight", name)}
    weights[arm] = first(11, arm)
    weights[arm, arm * EACH] = 1.12
    assert failing(weights=weights).keys() == {("largest_weight", name)}
    weights[arm] = 0.0
    assert {("effective_size", name), ("largest_weight", name)} <= failing(weights=weights).keys()


# ------------------------------------------------------------------------------------------------------------- balance


def rating(values: np.ndarray) -> Covariate:
    """Self-ratings from 1 to 5."""
    return Covariate.of("self_rating", values - 1, "12345", line=np.arange(1.0, 6.0))


def apart(share: float) -> dict[str, Any]:
    """Half of everybody rated 2, half 4; of the strategy's weight so much lies on the 4s."""
    made = np.where(np.arange(2 * EACH) % 2 == 0, 2, 4)
    weights = trial().done.astype(float)
    weights[0] *= np.where(made == 4, share, 1 - share)
    return {"baseline": (rating(made),), "weights": weights}


@pytest.mark.parametrize(
    ("share", "distance", "fails"),
    [(0.5, 0.0, False), (0.599, 0.198, False), (0.601, 0.202, True), (0.399, 0.202, True)],
)
def test_arms_may_be_a_fifth_of_a_deviation_from_everybody(share: float, distance: float, fails: bool) -> None:
    """Everybody's ratings are 2 or 4 with deviation 1, so that a share s of 4s is 2 s - 1 away, either way."""
    made: Any = trial(**apart(share))
    worst = farthest(made)
    assert worst is not None
    assert worst.distance == pytest.approx(distance)
    assert (("balance", "both") in failing(**apart(share))) is fails


def test_only_numbers_known_at_time_zero_can_be_set_side_by_side() -> None:
    """Names, the call history, and what comes to be known later have no distance; unknown ratings are left out."""
    codes = np.arange(2 * EACH) % 2
    made = rating(np.where(codes == 0, 2, 4))
    names = Covariate.of("industry", codes, ("care", "law"))
    later = replace(made, later=made.codes, since=made.codes)
    history = replace(made, history=True)
    constant = Covariate.of("year", codes * 0, ("1",), line=np.array([1.0]))
    found: Any = trial(baseline=(names, later, history, constant))
    assert distances(found) == []
    assert farthest(found) is None
    unknown = Covariate.of("self_rating", codes, ("(missing)", "4"), line=np.array([np.nan, 4.0]))
    assert distances(trial(baseline=(unknown,))) == []  # type: ignore[arg-type]
    thirds, places = np.arange(2 * EACH) % 3, np.array([np.nan, 2.0, 4.0])
    partly = Covariate.of("self_rating", thirds, ("(missing)", "2", "4"), line=places)
    weights = trial().done.astype(float)
    weights[0] = 0.0
    one_arm: Any = trial(baseline=(partly,), weights=weights)
    assert [(one.covariate, one.arm) for one in distances(one_arm)] == [("self_rating", "alternative")]


# ---------------------------------------------------------------------------------------------------------- positivity

STRATA = """
interviews | in level | took strategy elsewhere | applicants a level | fails
400        | 20       | half                    | own                | yes
400        | 19       | half                    | own                | no
1000       | 30       | half                    | own                | yes
1000       | 29       | half                    | own                | no
400        | 20       | 122                     | own                | yes
400        | 20       | 116                     | own                | no
"""


@pytest.mark.parametrize("row", [line.split("|") for line in STRATA.strip().splitlines()[1:]], ids="".join)
def test_levels_in_which_nobody_took_an_arm(row: list[str]) -> None:
    """Of twenty interviews or three in a hundred, where chance leaves it empty less often than once in a thousand.

    (1 - 122 / 400)^20 is .0007, (1 - 116 / 400)^20 .0011.
    """
    total, level = int(row[0]), int(row[1])
    took = np.zeros(total, dtype=bool)
    number = total // 2 if row[2].strip() == "half" else int(row[2])
    took[level : level + number] = True
    names = Covariate.of("job_level", (np.arange(total) < level).astype(int), ("senior", "junior"))
    found = failing(
        done=np.stack([took, ~took]), weights=np.stack([took, ~took]), happened=np.arange(total) % 2 == 0,
        followed=np.ones(total, dtype=bool), baseline=(names,), applicant=np.arange(total),
    )  # fmt: skip
    assert (("positivity", "both") in found) is (row[4].strip() == "yes")
    if found:
        assert found["positivity", "both"].startswith("Of those with job level junior nobody did this")


@pytest.mark.parametrize(
    ("people", "words"), [(10, "Of those with job level junior"), (9, "one job level of few applicants")]
)
def test_a_level_of_few_applicants_is_not_named(people: int, words: str) -> None:
    """Thirty interviews of nine people are told of, but not whose they are."""
    took = np.arange(400) >= 200
    codes = (np.arange(400) < 30).astype(int)
    applicant = np.where(codes == 1, np.arange(400) % people, np.arange(400))
    names = Covariate.of("job_level", codes, ("senior", "junior"))
    sentence = failing(
        done=np.stack([took, ~took]), weights=np.stack([took, ~took]), baseline=(names,), applicant=applicant
    )["positivity", "both"]
    assert words in sentence
    assert "nobody did this: first attempt on day 2 or 3" in sentence.lower()


# ----------------------------------------------------------------------------------------------------------- sentences

MORE = """
eligible | did it | hidden below | words
400      | 9      | 1            | some 330 more eligible interviews would be needed
400      | 9      | 10           | some 800 more eligible interviews would be needed
400      | 1      | 10           | some 800 more eligible interviews would be needed
400      | 0      | 10           | it hardly ever happens here
4500     | 9      | 1            | some 3,750 more eligible interviews would be needed
4510     | 9      | 1            | it hardly ever happens here
"""


@pytest.mark.parametrize("row", [line.split("|") for line in MORE.strip().splitlines()[1:]], ids="".join)
def test_how_many_more_interviews_are_needed(row: list[str]) -> None:
    """Half as many again as would bring ten; a number below the least that is shown counts as half of that.

    10 x 400 / 9 is 444, half as many again 670: at least half of these are to come.
    """
    total, number = int(row[0]), int(row[1])
    took = np.arange(total) < number
    rest = np.arange(total) >= total // 2
    found = failing(
        min_cell=int(row[2]), done=np.stack([took, rest]), weights=np.stack([took, rest]),
        happened=np.ones(total, dtype=bool), followed=np.ones(total, dtype=bool), applicant=np.arange(total),
    )  # fmt: skip
    assert row[3].strip() in found["applicants", "strategy"]


def test_how_many_more_interviews_a_heavy_weight_needs() -> None:
    """One with a fifth of the weight among 400 would have a tenth among 800; half as many again are 1,200."""
    weights = trial().done.astype(float)
    weights[0] = np.where(np.arange(2 * EACH) == 0, 199 / 4, weights[0])
    sentence = failing(weights=weights)["largest_weight", "strategy"]
    assert "more than 10% of the weight" in sentence
    assert "some 800 more eligible interviews" in sentence


def test_events_that_are_too_few_to_be_told_are_not_counted_in_the_sentence() -> None:
    """With one event or four the sentence is the same, where fewer than ten are never told apart."""
    said = {failing(happened=first(number, 0) | first(EACH, 1))["events", "strategy"] for number in (1, 4)}
    assert len(said) == 1
    assert "a response by day 14" in said.pop()


@pytest.mark.parametrize(
    ("size", "words"), [(9.99, "only 9.9 "), (9.5, "only 9.5 "), (9.4, "only 9 "), (0.0, "only 0 ")]
)
def test_a_size_is_never_rounded_up_to_its_limit(size: float, words: str) -> None:
    """9.99 is not "10, fewer than 10"."""
    assert words in too_uneven("a call", size)


# ------------------------------------------------------------------------------------------------- what must be logged

COLUMNS = ("direction", "channel", "party", "purpose", "tone", "duration_s", "smiled")


def logged(*contacts: tuple[str | None, ...], outcomes: bool = True) -> FollowUpLog:
    """A log of one interview with these contacts (in the order of COLUMNS)."""
    rows = [
        {
            "contact_id": f"c{place}", "interview_id": "i", "at": "2026-03-04T09:00",
            **dict(zip(COLUMNS, (*row, *(None,) * len(COLUMNS)), strict=False)),
        }
        for place, row in enumerate(contacts)
    ]  # fmt: skip
    schema = dict.fromkeys(("contact_id", "interview_id", "at", *COLUMNS), pl.String)
    ends = {"interview_id": ["i"], "outcome": ["offer"], "decided_at": ["2026-03-20T09:00"]}
    return build_log(
        interviews=pl.DataFrame({"interview_id": ["i"], "applicant_id": ["a"], "interviewed_at": ["2026-03-02T09:00"]}),
        contacts=pl.DataFrame(rows, schema=schema),
        outcomes=pl.DataFrame(ends) if outcomes else None,
        time_zone="UTC",
        data_date="2026-05-01",
    )


CALL = ("outbound", "phone")
TALK = ("outbound", "phone", "interviewer")
NEEDED = [
    ("wait-2-3-days", logged(CALL), None),
    ("wait-2-3-days", logged(("inbound", "email")), "what applicants did"),
    ("wait-2-3-days", logged(CALL, outcomes=False), None),
    ("not-pushy", logged(CALL, outcomes=False), "outcomes; record which interviews led to"),
    ("not-pushy", logged(CALL), None),
    ("thank-you-note", logged(CALL), "thank-you notes"),
    ("thank-you-note", logged(CALL, ("outbound", "email", None, "thank_you")), None),
    ("person-not-machine", logged(CALL), "party (who was reached)"),
    ("person-not-machine", logged(TALK), None),
    ("interviewer-not-other", logged(CALL), "party (who was reached)"),
    ("interviewer-not-other", logged(TALK), None),
    ("smile", logged(TALK), "smiled; record it with each contact"),
    ("smile", logged((*TALK, None, None, None, "yes")), None),
    ("smile", logged(CALL), "smiled and party (who was reached); record them with each contact"),
    ("ask-timeline", logged(TALK), "asked_timeline; record it"),
    ("tone-tells", logged(TALK), "tone (how they sounded)"),
    ("tone-tells", logged((*TALK, None, "positive")), None),
    ("ask-when-positive", logged(TALK), "asked_timeline, asked_status and tone (how they sounded)"),
    ("keep-it-brief", logged(TALK), "duration_s (talk time)"),
    ("keep-it-brief", logged((*TALK, None, None, "90")), None),
]


@pytest.mark.parametrize(("identifier", "log", "words"), NEEDED)
def test_what_must_be_logged_before_a_claim_can_be_tested(identifier: str, log: FollowUpLog, words: str | None) -> None:
    """What the claim reads and nobody wrote down is named, with where to record it."""
    found = missing_records(claim_of(identifier), log)
    assert found is None if words is None else words in str(found)


def test_what_else_a_claim_reads() -> None:
    """Columns to adjust for are the interviews'; who was reached and how they sounded may be the choice's own."""
    log = logged(CALL)
    asks = replace(claim_of("wait-2-3-days"), adjust=("grade",))
    assert missing_records(asks, log) == "Not logged: grade; record it with each interview."
    two = replace(asks, adjust=("grade", "year", "applicant_id"))
    assert missing_records(two, log) == "Not logged: grade and year; record them with each interview."
    chosen = replace(claim_of("wait-2-3-days"), choice=Choice(party="interviewer"))
    assert "party" in str(missing_records(chosen, log))
    assert "tone" in str(missing_records(replace(chosen, choice=Choice(tone="positive")), log))
    nobody = replace(claim_of("wait-2-3-days"), moment=Moment("attempt", nobody=True))
    assert "party" in str(missing_records(nobody, log))
    alternative = Course("a note", "thank_you", some_in=(0, 1))
    assert "thank-you notes" in str(missing_records(replace(claim_of("wait-2-3-days"), alternative=alternative), log))


# --------------------------------------------------------------------------------------------------- what bends a claim

BENT = """
claim               | act or column | events        | bent
wait-2-3-days       | phone         | reply         | yes
move-on             | phone         | reply         | yes
move-on             | contact       | reply         | yes
keep-following-up   | attempt       | reply         | no
not-pushy           | attempt       | reply         | no
not-pushy           | phone         | reply         | yes
person-not-machine  | phone         | reply         | no
max-two-voicemails  | phone         | reply         | no
smile               | phone         | reply         | no
keep-following-up   | phone         | reply         | yes
wait-2-3-days       | column cohort | outcome       | no
wait-2-3-days       | column cohort | reply outcome | yes
not-pushy           | column cohort | outcome       | yes
not-pushy           | column cohort | reply         | yes
"""


@pytest.mark.parametrize("row", [line.split("|") for line in BENT.strip().splitlines()[1:]], ids="".join)
def test_which_claims_rest_on_a_bent_record(row: list[str]) -> None:
    """One whose time zero presupposes the act on which the record depends does not; nor does one on other outcomes."""
    act, events = row[1].strip(), tuple(row[2].split())
    column = act.removeprefix("column ") if act.startswith("column ") else ""
    found = RecordingFinding("code", "sentence", events, act="" if column else act, column=column)
    assert rests_on(claim_of(row[0].strip()), found) is (row[3].strip() == "yes")
