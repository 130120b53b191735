"""What a claim is: frozen dataclasses that a catalogue file fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["response", "advanced", "conversation"]
Design = Literal["clone-censor-weight", "attempt-contrast", "randomised", "prediction"]
#: The smallest difference worth changing behaviour, where a claim names none.
MARGIN = 0.05
Direction = Literal["more", "gain_below_margin", "harm_below_margin"]
Act = Literal["attempt", "thank_you", "phone", "voicemail"]

OUTCOMES = ("response", "advanced", "conversation")
DESIGNS = ("clone-censor-weight", "attempt-contrast", "randomised", "prediction")
DIRECTIONS = ("more", "gain_below_margin", "harm_below_margin")
ACTS = ("attempt", "thank_you", "phone", "voicemail")
MOMENTS = ("interview", "attempt", "silence")
#: What is known of the call history when a decision is taken. number, day, channel: of the moment; tone: of the last
#: answer; attempts: made since time zero; thanked: a thank-you note has been sent.
HISTORY = ("number", "day", "channel", "tone", "attempts", "thanked")
CONTROLS = ("reply_elsewhere", "earlier_reply", "later_reply")
#: Columns of interviews that identify them: levels of these are no covariates.
NO_COVARIATES = ("interview_id", "applicant_id", "previous_interview_id", "time_zone")


@dataclass(frozen=True)
class Moment:
    """Time zero of a claim: the interview, the first (nth) attempt of a kind, or so many days of silence.

    Attributes:
        kind: interview, attempt or silence.
        channels, parties: of the attempt; empty for any.
        nobody: an attempt that reached nobody: phone with party none, or voicemail.
        number: the attempt with this number within its interview; None for any.
        nth: the nth such attempt.
        tone: of the attempt; None for any.
        days: of silence after the last attempt.
        after_interview: silence after an interview without any attempt counts too.
    """

    kind: str
    channels: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    nobody: bool = False
    number: int | None = None
    nth: int = 1
    tone: str | None = None
    days: int = 0
    after_interview: bool = False


@dataclass(frozen=True)
class Choice:
    """What tells strategy from alternative in the moment's own contact; exactly one of these is set.

    Attributes:
        items: recorded items, any of them equal to `value` for the strategy (for true: any; for false: none).
        value: see `items`.
        channel, party, tone: the strategy's; any other that the moment allows is the alternative's.
        seconds_at_most: talk time of the strategy.
    """

    items: tuple[str, ...] = ()
    value: bool = True
    channel: str | None = None
    party: str | None = None
    tone: str | None = None
    seconds_at_most: float | None = None


@dataclass(frozen=True)
class Course:
    """What is done from time zero on, until the response; whatever is not named stays as people do it.

    Attributes:
        words: the strategy in plain words.
        act: which act it is about; None where the choice at the moment is all.
        none_in: intervals, first and last, without such an act (beyond `at_most`).
        some_in: intervals by whose end `at_least` such acts have been made.
        at_most, at_least: numbers of acts.
    """

    words: str
    act: Act | None = None
    none_in: tuple[int, int] | None = None
    some_in: tuple[int, int] | None = None
    at_most: int = 0
    at_least: int = 1

    @property
    def last(self) -> int:
        """The last interval that the course says anything about; -1 for none."""
        return max((span[1] for span in (self.none_in, self.some_in) if span), default=-1)


@dataclass(frozen=True)
class Assigned:
    """That arms were assigned at random, and where that is recorded.

    Attributes:
        column: of the interviews; strategy, alternative: what it holds of either arm; None: a usual word (strategy,
            treatment, true, 1; alternative, control, false, 0).
        share: of the units that were to have the strategy.
    """

    column: str
    strategy: str | None = None
    alternative: str | None = None
    share: float = 0.5


@dataclass(frozen=True)
class SecondLine:
    """A further outcome that is shown beside a claim's own, without a verdict."""

    outcome: Outcome
    horizon: int


@dataclass(frozen=True)
class Claim:
    """One piece of advice as something that data can support or contradict.

    `horizon` is in days: with moment "interview" by the end of that local day, else so many times 24 hours after the
    moment. `association`: why the label can never be causal; empty where it can. See docs/claims.md for every field.
    """

    id: str
    advice: str
    source: str
    population: str
    moment: Moment
    strategy: Course
    alternative: Course
    outcome: Outcome
    horizon: int
    margin: float
    direction: Direction
    design: Design
    choice: Choice | None = None
    adjust: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    association: str = ""
    second_line: SecondLine | None = None
    second_way: bool = False
    contradicts: tuple[str, ...] = ()
    assigned: Assigned | None = None

    @property
    def decided_at_once(self) -> bool:
        """Whether it is settled at time zero whose arm is which: by a choice in it, or by assignment."""
        return self.choice is not None or self.assigned is not None

    @property
    def one_sided(self) -> bool:
        """Whether the claim is that a gain or a harm is below the margin."""
        return self.direction != "more"

    @property
    def by_local_days(self) -> bool:
        """Whether intervals are local days (time zero is the interview) or 24 hours each."""
        return self.moment.kind == "interview"

    @property
    def intervals(self) -> int:
        """Intervals up to the horizon: local days 0..horizon, or horizon times 24 hours."""
        return self.horizon + 1 if self.by_local_days else self.horizon

    @property
    def window(self) -> int:
        """Intervals in which anything is decided."""
        return max(self.strategy.last, self.alternative.last) + 1

    def outcome_words(self) -> str:
        """The outcome with its horizon, as people say it."""
        what = {
            "response": "a response",
            "advanced": "a further round or an offer",
            "conversation": "a contact with an interviewer or the hiring team",
        }[self.outcome]
        when = f"by day {self.horizon}" if self.by_local_days else f"within {self.horizon} days after it"
        return f"{what} {when}"


@dataclass(frozen=True)
class Catalogue:
    """A file of claims, with the hash of its bytes.

    Attributes:
        title, version: as the file says.
        claims: in the order of the file.
        sha256: of the file's bytes.
        name: the file's name.
    """

    title: str
    version: str
    claims: tuple[Claim, ...]
    sha256: str
    name: str

    def claim(self, identifier: str) -> Claim | None:
        """The claim of that id, None where there is none."""
        return next((claim for claim in self.claims if claim.id == identifier), None)

    def told(self) -> dict[str, str]:
        """What an answer says of the catalogue behind it."""
        return {"title": self.title, "version": self.version, "sha256": self.sha256}
