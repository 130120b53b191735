"""The researcher's page that simulates: rates and verdicts of a log whose truth is known, made anew from its seed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followup_analytics.errors import UsageError
from followup_analytics.languages import catalogue, speaking, spoken
from followup_analytics.web.faces import Face, face_of
from followup_analytics.web.research import counting
from followup_analytics.web.setting import Fault, go, house_of, page, telling_faults, worked

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

#: A page is no place for a log that takes minutes; the command makes larger ones.
MOST_INTERVIEWS, MOST_SEED = 20_000, 999_999
_USUAL = {"world": "office", "interviews": "600", "seed": "1"}


@dataclass(frozen=True)
class Asked:
    """Which simulated log is meant, and how it is looked at."""

    world: str
    interviews: int
    seed: int
    min_cell: int
    language: str


@dataclass(frozen=True)
class Simulation:
    """What a simulated log says: the share answered by day, and the verdicts."""

    rates: Face
    verdicts: Face


@telling_faults
async def simulate(request: Request) -> Response:
    """The form, and once it is sent the answers of the log that it names."""
    house, said = house_of(request), {**_USUAL, **request.query_params}
    if "seed" not in request.query_params:
        return _shown(request, said)
    numbers = {name: _number(said[name], most) for name, most in _MOST.items()}
    wrong = next((name for name, number in numbers.items() if number is None), None)
    if wrong is not None:
        return _shown(request, said, fault=Fault(f"Give a whole number up to {_MOST[wrong]}.", wrong))
    if said["world"] not in dict(_worlds()):
        raise UsageError("There is no world of this name: choose from the list.")
    asked = Asked(
        said["world"], int(numbers["interviews"] or 1), int(numbers["seed"] or 0), house.desk.min_cell, spoken()
    )
    if asked not in house.simulations:
        work = house.works.begin(
            ("simulate", asked), "Simulating", simulated, (asked,), then=f"/simulate?{request.url.query}",
            take=functools.partial(house.keep_simulation, asked),
        )  # fmt: skip
        return go(f"/job/{work.id}")
    return _shown(request, said, made=house.simulations[asked])


@telling_faults
async def truth(request: Request) -> Response:
    """What is true in a world, as `truth.json` of the command has it."""
    import json

    from starlette.responses import Response as Plain

    name = request.path_params["world"]
    if name not in dict(_worlds()):
        raise UsageError("There is no world of this name: choose from the list.")
    content = await worked(lambda: json.dumps(_truth(name), indent=2))
    headers = {"Content-Disposition": 'attachment; filename="truth.json"'}
    return Plain(content, media_type="application/json", headers=headers)


def simulated(asked: Asked, tell: Callable[..., None]) -> Simulation:
    """Make the log and its answers, in a child process."""
    from followup_analytics import response_rates, simulate_log, test_claims

    with speaking(catalogue(asked.language)):
        tell("Making the log", None)
        log = simulate_log(interviews=asked.interviews, world=asked.world, seed=asked.seed)
        rates = face_of(response_rates(log, by="timing", min_cell=asked.min_cell))
        found = test_claims(log, min_cell=asked.min_cell, progress=counting(None, tell))
        return Simulation(rates, face_of(found))


def _shown(
    request: Request, said: Mapping[str, str], *, fault: Fault | None = None, made: Simulation | None = None
) -> Response:
    options = "".join(f" --{name} {said[name]}" for name in ("interviews", "world", "seed"))
    return page(
        request, "simulate.html", title="Simulate", status=400 if fault else 200, worlds=_worlds(), said=said,
        fault=fault, made=made, command=None if fault else f"followup simulate{options} -o world",
    )  # fmt: skip


@functools.cache
def _worlds() -> tuple[tuple[str, str], ...]:
    """The worlds that ship with the package, with what holds in each."""
    from followup_analytics.simulate.world import load_world, world_names

    return tuple((name, load_world(name).title) for name in world_names())


def _truth(name: str) -> object:
    from followup_analytics import simulate_log

    return simulate_log(interviews=50, world=name, seed=0).truth


#: The numbers of the form, with the largest that each may be.
_MOST = {"interviews": MOST_INTERVIEWS, "seed": MOST_SEED}


def _number(said: str, most: int) -> int | None:
    """A whole number of the form; None where it is none or too large."""
    return int(said) if said.isdecimal() and len(said) < 9 and int(said) <= most else None
