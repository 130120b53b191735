"""Commands that test the advice on a log, and plan how large a log must be for it: claims, plan."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from followup_analytics.cli.advise import keep_verdicts
from followup_analytics.cli.options import LogPath, Shared, options_of
from followup_analytics.cli.shared import finish, open_log, show_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from followup_analytics.claims import Catalogue, Choices, Run
    from followup_analytics.claims.sensitivity import SensitivityRow
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.result import Result


def claims(
    log: LogPath,
    context: typer.Context,
    claim: Annotated[str | None, typer.Option("--claim", metavar="ID", help="Show this claim alone.")] = None,
    claims: Annotated[
        Path | None, typer.Option("--claims", metavar="FILE", help="Test the claims of this TOML file.")
    ] = None,
    in_circulation: Annotated[
        bool,
        typer.Option("--in-circulation", help="Test the advice in circulation that contradicts itself."),
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="COLUMN", help="A verdict in each group of this interview column, and compare them."
        ),
    ] = None,
    adjust: Annotated[
        str | None,
        typer.Option("--adjust", metavar="COLUMN[,..]", help="Adjust for these interview columns too."),
    ] = None,
    adjust_only: Annotated[
        str | None,
        typer.Option("--adjust-only", metavar="COLUMN[,..]", help="Adjust for these interview columns and no others."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="applicant|employer|both",
            help="What hangs together; by default both where the employer is recorded for most interviews.",
        ),
    ] = None,
    entry: Annotated[
        str | None,
        typer.Option("--entry", metavar="COLUMN", help="When the record of an interview began, where that was later."),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Show what would change the verdict on --claim, in one table.")
    ] = False,
    registration: Annotated[
        Path | None,
        typer.Option(
            "--registration",
            metavar="FILE",
            help="A text from --preregister; verdicts it doesn't fit are post hoc.",
        ),
    ] = None,
    protocol: Annotated[bool, typer.Option("--protocol", help="Print the target trial beside its emulation.")] = False,
    preregister: Annotated[
        bool, typer.Option("--preregister", help="Print a preregistration text with the claim file's hash.")
    ] = False,
    seen: Annotated[
        str | None,
        typer.Option("--seen", metavar="TEXT", help="With --preregister: what you have seen of the data so far."),
    ] = None,
) -> None:
    """A verdict on each piece of advice, or that these data can't tell.

    Example:  followup claims data/log --claim wait-2-3-days --protocol
    """
    from followup_analytics import claims as testing
    from followup_analytics.errors import UsageError
    from followup_analytics.progress import progress_bar

    shared = options_of(context, Shared)
    if claims is not None and in_circulation:
        raise UsageError("--claims and --in-circulation each name a catalogue; give one of them.")
    if sensitivity and claim is None:
        raise UsageError("--sensitivity is about one claim: name it with --claim ID.")
    texts = {"--protocol": protocol, "--preregister": preregister, "--sensitivity": sensitivity}
    chosen = [name for name, wanted in texts.items() if wanted]
    if by is not None and chosen:
        raise UsageError(f"--by and {chosen[0]} are answers of their own; ask for one at a time.")
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]} and {chosen[1]} are answers of their own; ask for one at a time.")
    catalogue = testing.own_catalogue(testing.IN_CIRCULATION) if in_circulation else testing.choose_catalogue(claims)
    if adjust is not None and adjust_only is not None:
        raise UsageError("--adjust adds to what is adjusted for, --adjust-only takes its place; give one of them.")
    columns = None if adjust is None else _names(adjust)
    only = None if adjust_only is None else _names(adjust_only)
    choices = testing.Choices(tuple(columns or ()), None if only is None else tuple(only), cluster, entry)
    if seen is not None and not preregister:
        raise UsageError("--seen is what you have seen of the data before --preregister; give both.")
    if preregister:
        ends = _record_ends(log, shared)
        show_text(testing.preregistration_result(claim, catalogue, choices, record_ends=ends, seen=seen), shared)
        if ends is not None and ends < f"{dt.datetime.now(dt.UTC):%Y-%m-%d}":
            said = f"The record ended on {ends}, before this was written: verdicts on it will be called post hoc."
            typer.echo(f"· {said}", err=True)
        return
    opened = open_log(log, shared)
    if protocol:
        from followup_analytics.results.result import LogCounts

        runs = _runs(opened, claim, catalogue, choices, shared)
        show_text(testing.protocol_result(claim, catalogue, LogCounts.of(opened), choices, runs), shared)
        return
    made: Result
    if sensitivity:
        with progress_bar("Runs of the claim", None) as progress:
            made = testing.claim_sensitivity(
                opened, str(claim), claims=catalogue, adjust=columns or (), adjust_only=only, cluster=cluster,
                entry=entry, disclosure=shared.policy, progress=progress,
            )  # fmt: skip
    else:
        with progress_bar("Claims", len(catalogue.claims)) as progress:
            made = testing.test_claims(
                opened, claim=claim, claims=catalogue, by=by, adjust=columns, adjust_only=only, cluster=cluster,
                entry=entry, disclosure=shared.policy, seed=shared.seed, registration=registration, progress=progress,
            )  # fmt: skip
        if (
            catalogue == testing.own_catalogue()
            and claim is None
            and registration is None
            and not (by or columns or only or cluster or entry)
        ):
            keep_verdicts(log, shared, opened, made)
    finish(made, shared, opened)


def _record_ends(log: str, shared: Shared) -> str | None:
    """The date on which a log's record ends, all that is read of it; None where there is no log yet."""
    from followup_analytics.errors import UnreadableError
    from followup_analytics.results.result import LogCounts

    try:
        return LogCounts.of(open_log(log, shared)).data_date
    except UnreadableError:
        return None


def _runs(
    log: FollowUpLog, claim: str | None, catalogue: Catalogue, choices: Choices, shared: Shared
) -> dict[str, Run]:
    """The numbers of a log that a protocol is filled with; none where the log is too small to show any."""
    from followup_analytics import claims as testing
    from followup_analytics.errors import WithheldError

    adjust, only, cluster = choices.adjust or None, choices.only, choices.cluster
    try:
        found = testing.test_claims(
            log, claim=claim, claims=catalogue, adjust=adjust, adjust_only=only, cluster=cluster,
            entry=choices.entry, disclosure=shared.policy,
        )  # fmt: skip
    except WithheldError:
        return {}
    rows: Sequence[SensitivityRow] = ()
    if claim is not None and found.rows[0].estimate is not None:
        rows = testing.claim_sensitivity(
            log, claim, claims=catalogue, adjust=choices.adjust, adjust_only=only, cluster=cluster,
            entry=choices.entry, disclosure=shared.policy,
        ).rows  # fmt: skip
    return {row.claim: testing.Run(row, found.counts, rows) for row in found.rows}


def _names(columns: str) -> list[str]:
    return [name.strip() for name in columns.split(",") if name.strip()]


def plan(
    context: typer.Context,
    log: Annotated[
        str | None, typer.Argument(metavar="[LOG]", help="A log whose base rates and design effects to plan with.")
    ] = None,
    baseline: Annotated[
        float, typer.Option("--baseline", metavar="P", help="Probability of the outcome without the advice.")
    ] = 0.3,
    effect: Annotated[
        float, typer.Option("--effect", metavar="POINTS", help="The difference to detect, in percentage points.")
    ] = 10.0,
    claim: Annotated[str | None, typer.Option("--claim", metavar="ID", help="Plan for this claim alone.")] = None,
    simulate: Annotated[
        str | None,
        typer.Option(
            "--simulate", metavar="WORLD", help="Run the claims on simulated logs of this world (a name or a file)."
        ),
    ] = None,
    sizes: Annotated[
        str, typer.Option("--sizes", metavar="N[,..]", help="Interviews of the simulated logs.")
    ] = "300,1500,5000",
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="Simulated logs of each size.")] = 20,
) -> None:
    """How many interviews and applicants each claim needs.

    Example:  followup plan --effect 10
    """
    from followup_analytics.claims import plan_study
    from followup_analytics.errors import UsageError

    shared = options_of(context, Shared)
    if simulate is not None and log is not None:
        raise UsageError("plan: --simulate makes its own logs; leave LOG out, or leave --simulate out.")
    if simulate is not None:
        finish(_simulated_power(simulate, sizes, repeats, claim, shared.seed), shared)
        return
    opened = None if log is None else open_log(log, shared)
    made = plan_study(opened, claim=claim, baseline=baseline, effect=effect, disclosure=shared.policy, seed=shared.seed)
    finish(made, shared, opened)


def _simulated_power(world: str, sizes: str, repeats: int, claim: str | None, seed: int) -> Result:
    """Verdicts on simulated logs of several sizes, on both cores."""
    from functools import partial

    from followup_analytics.claims import power_curve
    from followup_analytics.errors import UsageError
    from followup_analytics.progress import progress_bar
    from followup_analytics.simulate.world import load_world

    numbers = [one.strip().replace("_", "") for one in sizes.split(",") if one.strip()]
    if not numbers or not all(one.isascii() and one.isdigit() and int(one) > 0 for one in numbers):
        raise UsageError(f"--sizes {sizes} is no list of numbers of interviews; give, say, 300,1500,5000.")
    load_world(world)
    make = partial(simulated_log, world)
    counted = [int(one) for one in numbers]
    with progress_bar("Simulated logs", len(set(counted)) * repeats) as progress:
        shown = [] if claim is None else [claim]
        return power_curve(make, counted, claims=shown, repeats=repeats, seed=seed, workers=2, progress=progress)


def simulated_log(world: str, interviews: int, seed: int) -> FollowUpLog:
    """One log of a world; a function of this module, so that other processes can find it."""
    from followup_analytics.simulate import simulate_log

    return simulate_log(interviews=interviews, world=world, seed=seed)
