"""The researcher's pages: verdicts and their protocols, texts to register, rows to trace, and the next study."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UsageError
from followup_analytics.languages import spoken
from followup_analytics.web.analysis import command_of
from followup_analytics.web.faces import Face, face_of, pictures_of_claim
from followup_analytics.web.setting import go, house_of, page, telling_faults, worked

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.web.desk import Desk
    from followup_analytics.web.house import House

#: A log of more interviews is tested by a child process, with progress.
_AT_ONCE = 5_000
#: Files of a claim with rows of single interviews.
_TRACES = ("interviews.csv", "intervals.csv")
#: Ends of the sliders: share of those who hear back without the advice, and points of difference, both in percent.
BASELINES, EFFECTS = (5, 90), (2, 40)


@telling_faults
async def claims(request: Request) -> Response:
    """A verdict on each piece of the usual advice, or on those that were chosen: fewer questions, a fairer Holm."""
    from followup_analytics.claims import own_catalogue

    house = house_of(request)
    desk = house.desk
    chosen = _chosen(request)
    if (elsewhere := await _begun(house, chosen, _address("/claims", chosen))) is not None:
        return elsewhere
    tested = await worked(tested_on, desk, chosen)
    face = await worked(desk.answer, ("claims face", chosen, spoken()), lambda _: face_of(tested))
    options = () if chosen is None or len(chosen) > 1 else ("--claim", chosen[0])
    return page(
        request, "claims.html", title="Is the usual advice right?", face=face, groups=_grouped(_verdicts(tested)),
        advice=[(one.id, one.advice) for one in own_catalogue().claims], chosen=chosen or (),
        command=None if chosen is not None and len(chosen) > 1 else command_of(desk, "claims", *options),
    )  # fmt: skip


@telling_faults
async def claim(request: Request) -> Response:
    """One piece of advice taken apart: the target trial beside its emulation."""
    house, name = house_of(request), _known(request)
    desk = house.desk
    if (elsewhere := await _begun(house, None, f"/claims/{name}")) is not None:
        return elsewhere
    tested = await worked(tested_on, desk, None)
    verdict = next(row for row in _verdicts(tested) if row["id"] == name)
    pictures = await worked(desk.answer, ("claim pictures", name, spoken()), lambda _: pictures_of_claim(tested, name))
    return page(
        request, "claim.html", title=verdict["words"], verdict=verdict, protocol=await worked(_protocol, desk, name),
        pictures=pictures, simulated=tested.counts.simulated,
        command=command_of(desk, "claims", "--claim", name, "--protocol"),
    )  # fmt: skip


@telling_faults
async def text(request: Request) -> Response:
    """A claim's protocol, its text to register before the data are seen, and what R works its verdict out from."""
    from starlette.responses import Response as Plain

    from followup_analytics.claims import own_catalogue, preregistration_text, r_script

    desk, name, file = house_of(request).desk, _known(request), request.path_params["file"]
    made: dict[str, Any] = {
        "protocol.txt": lambda: _protocol(desk, name),
        "registration.txt": lambda: preregistration_text(name, own_catalogue(), record_ends=_ends(desk)),
        "interviews.csv": lambda: _traced(desk, name, by_interval=False),
        "intervals.csv": lambda: _traced(desk, name, by_interval=True),
        "verdict.R": r_script,
    }
    if file not in made:
        raise UsageError("There is no such file of a claim: choose one on its page.")
    if file in _TRACES and house_of(request).visitor.role == "analyst":
        # Whoever brings files in could find a person's code in them, and then the person's rows here.
        raise UsageError("Rows of single interviews are given where the store lies (`followup claims --trace`).")
    content = await worked(made[file])
    headers = {"Content-Disposition": f'attachment; filename="{name}-{file}"'}
    return Plain(content, media_type="text/plain; charset=utf-8", headers=headers)


@telling_faults
async def plan(request: Request) -> Response:
    """How many interviews a question needs."""
    asked = request.query_params
    baseline = _within(asked.get("baseline"), BASELINES, 30)
    effect = _within(asked.get("effect"), EFFECTS, 10)
    face = await worked(_planned, baseline, effect, spoken())
    return page(
        request, "plan.html", title="Plan the next study", face=face, baseline=baseline,
        effect=effect, baselines=BASELINES, effects=EFFECTS,
        command=f"followup plan --baseline {baseline / 100:g} --effect {effect}",
    )  # fmt: skip


async def _begun(house: House, chosen: tuple[str, ...] | None, then: str) -> Response | None:
    """The page of the work that tests claims, where the log is large and they were not tested yet."""
    desk = house.desk
    log = await worked(desk.log)
    if log.interviews.height <= _AT_ONCE or desk.kept(("claims", chosen)) is not None:
        return None

    def take(result: Any) -> None:
        desk.keep(("claims", chosen), result, log)

    work = house.works.begin(
        ("claims", desk.source, chosen), "Testing the advice", tested_elsewhere,
        (desk.source, desk.min_cell, chosen), then=then, take=take,
    )  # fmt: skip
    return go(f"/job/{work.id}")


@functools.lru_cache(maxsize=64)
def _planned(baseline: int, effect: int, _language: str) -> Face:
    """What a question needs, with its chart in the language that is spoken; sliders come back to the same places."""
    from followup_analytics import plan_study

    return face_of(plan_study(None, baseline=baseline / 100, effect=float(effect)))


def tested_elsewhere(source: str, min_cell: int, chosen: tuple[str, ...] | None, tell: Any) -> Any:
    """The verdicts, worked out in a child process: without what can't be carried between processes."""
    from dataclasses import replace

    from followup_analytics import read_log, test_claims

    tell("Reading the log", None)
    found = test_claims(read_log(source), claim=_asked(chosen), min_cell=min_cell, progress=counting(chosen, tell))
    return replace(found, behind=None)


def _asked(chosen: tuple[str, ...] | None) -> list[str] | None:
    return None if chosen is None else list(chosen)


def counting(chosen: tuple[str, ...] | None, tell: Any) -> Any:
    """What a run of claims calls after each one, so that `tell` is told how far it is."""
    from followup_analytics.claims import own_catalogue

    n, done = len(chosen or own_catalogue().claims), 0

    def advance(*_: Any) -> None:
        nonlocal done
        done += 1
        tell(f"{done} of {n} pieces of advice tested", done / n)

    return advance


def tested_on(desk: Desk, chosen: tuple[str, ...] | None) -> Any:
    """The verdicts, worked out once for the log as it is; of the claims that were chosen, None for all."""
    from followup_analytics import test_claims

    return desk.answer(("claims", chosen), lambda log: test_claims(log, claim=_asked(chosen), min_cell=desk.min_cell))


def _chosen(request: Request) -> tuple[str, ...] | None:
    """The claims that the address names, in the order of the catalogue; None for all of them."""
    from followup_analytics.claims import own_catalogue

    named = set(request.query_params.getlist("claim"))
    found = tuple(one.id for one in own_catalogue().claims if one.id in named)
    if len(found) < len(named):
        raise UsageError("There is no claim of this name: choose from the list.")
    return found or None


def _address(path: str, chosen: tuple[str, ...] | None) -> str:
    from urllib.parse import urlencode

    return path if chosen is None else f"{path}?{urlencode([('claim', one) for one in chosen])}"


def _protocol(desk: Desk, name: str) -> str:
    """The protocol with this log's numbers, as far as they may be shown."""
    from followup_analytics.claims import Run, own_catalogue, protocol_text

    found = tested_on(desk, None)
    return protocol_text(name, own_catalogue(), runs={name: Run(found.row(name), found.counts)})


def _ends(desk: Desk) -> str:
    from followup_analytics.results.result import LogCounts

    return LogCounts.of(desk.log()).data_date


def _traced(desk: Desk, name: str, *, by_interval: bool) -> str:
    """The interviews behind all verdicts (Holm is over all of them), or one claim's intervals, as CSV: confidential."""
    from followup_analytics import test_claims

    found = tested_on(desk, None)
    if found.behind is None:
        # Worked out by another process, which gives no rows of single interviews back.
        found = test_claims(desk.log(), claim=name if by_interval else None, min_cell=desk.min_cell)
    frame = found.trace(name if by_interval else None, by_interval=by_interval)
    return str(frame.write_csv() if hasattr(frame, "write_csv") else frame.to_csv(index=False))


def _known(request: Request) -> str:
    from followup_analytics.claims import own_catalogue

    name = str(request.path_params["claim"])
    if name not in {one.id for one in own_catalogue().claims}:
        raise UsageError("There is no claim of this name: choose one from the list.")
    return name


def _within(said: str | None, ends: tuple[int, int], usual: int) -> int:
    """A slider's number, kept between its ends."""
    if said is None or not said.isdecimal() or len(said) > 3:
        return usual
    return min(max(int(said), ends[0]), ends[1])


def _verdicts(result: Any) -> list[dict[str, Any]]:
    """The verdicts as cards: words of the advice, the verdict and its reason; numbers stay in the table."""
    from followup_analytics.claims import own_catalogue
    from followup_analytics.log.shared_words import VERDICT_WORDS

    by_id = {one.id: one for one in own_catalogue().claims}
    return [
        {
            "id": row["claim"],
            "words": by_id[row["claim"]].advice,
            "verdict": VERDICT_WORDS.get(row["verdict"], row["verdict"]),
            "reason": row["reason"],
        }
        for row in result.rows
    ]


def _grouped(verdicts: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The verdicts by what they say, in the order in which they first come; those that say something first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in verdicts:
        found.setdefault(str(one["verdict"]), []).append(one)
    return sorted(found.items(), key=lambda item: item[0].startswith("can"))
