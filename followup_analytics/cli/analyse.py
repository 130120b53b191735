"""Commands that answer from a log: rates, curve, silence, outcomes, model, predict, claims, plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from followup_analytics.cli.evidence import claims, plan
from followup_analytics.cli.options import LogPath, Shared, options_of, taking
from followup_analytics.cli.saying import say
from followup_analytics.cli.shared import counting_engine, finish, open_log, open_parted, writable

Outcome = Literal["response", "advanced"]
Within = Annotated[
    float, typer.Option("--within", metavar="DAYS", help="How long an attempt may wait for its response.")
]
ClusterOption = Annotated[
    Literal["applicant", "employer"],
    typer.Option("--cluster", help="Who may be alike: applicant, or employer for the wider interval of the two."),
]
OutcomeOption = Annotated[Outcome, typer.Option("--outcome", help="What counts: a response, or being advanced.")]


def rates(
    log: LogPath,
    context: typer.Context,
    by: Annotated[
        str,
        typer.Option(
            "--by", help="timing, channel, attempt, party, weekday, hour or any interview column; several with commas."
        ),
    ] = "timing",
    outcome: OutcomeOption = "response",
    within: Within = 7.0,
    bins: Annotated[str | None, typer.Option("--bins", help="Other bins, for instance  timing=0,1,2-3,4+.")] = None,
    working_days: Annotated[
        str | None,
        typer.Option(
            "--working-days", metavar="COUNTRY", help="Count timing in working days of this country, such as DE."
        ),
    ] = None,
    cluster: ClusterOption = "applicant",
) -> None:
    """Response rates by timing, channel, attempt and more, with clustered intervals.

    Example:  followup rates data/log --by timing,channel
    """
    from followup_analytics.answers.rates import response_rates

    shared = options_of(context, Shared)
    opened = open_parted(log, shared)
    finish(
        response_rates(
            opened, by=by, outcome=outcome, within=within, disclosure=shared.policy, bins=bins,
            working_days=working_days, cluster=cluster, engine=counting_engine(shared), seed=shared.seed,
        ),
        shared,
        opened,
    )  # fmt: skip


def curve(
    log: LogPath,
    context: typer.Context,
    by: Annotated[str | None, typer.Option("--by", help="An interview column.")] = None,
    outcome: OutcomeOption = "response",
    horizon: Annotated[int, typer.Option("--horizon", metavar="DAYS", min=0, help="The last day.")] = 30,
    entry: Annotated[
        str | None,
        typer.Option("--entry", metavar="COLUMN", help="When the record of an interview began, where that was later."),
    ] = None,
    cluster: ClusterOption = "applicant",
) -> None:
    """How many have heard back by each day, with competing ends counted as such.

    Example:  followup curve data/log --by cohort --horizon 21
    """
    from followup_analytics.answers.curves import incidence_curve

    shared = options_of(context, Shared)
    opened = open_parted(log, shared)
    made = incidence_curve(
        opened, by=by, outcome=outcome, horizon=horizon, entry=entry, cluster=cluster,
        disclosure=shared.policy, engine=counting_engine(shared), seed=shared.seed,
    )  # fmt: skip
    finish(made, shared, opened)


def silence(
    log: LogPath,
    context: typer.Context,
    days: Annotated[float, typer.Option("--days", metavar="DAYS", help="How long it has been silent.")],
    by: Annotated[str | None, typer.Option("--by", help="An interview column.")] = None,
    outcome: OutcomeOption = "response",
    horizon: Annotated[int, typer.Option("--horizon", metavar="DAYS", min=1, help="The last day looked at.")] = 60,
) -> None:
    """Whether so long a silence is normal: how many of those who heard back did so only later than that.

    Example:  followup silence data/log --days 12 --by cohort
    """
    from followup_analytics.answers.curves import silence as how_usual

    shared = options_of(context, Shared)
    opened = open_parted(log, shared)
    finish(how_usual(opened, days, by=by, outcome=outcome, horizon=horizon, disclosure=shared.policy), shared, opened)


def outcomes(
    log: LogPath,
    context: typer.Context,
    by: Annotated[str, typer.Option("--by", help="An interview column.")] = "cohort",
    against: Annotated[
        str | None, typer.Option("--against", metavar="COHORT", help="Compare with this cohort; --cohort keeps it too.")
    ] = None,
    cluster: ClusterOption = "applicant",
) -> None:
    """What became of each cohort, with the rates of the NACE standard where destinations are known.

    Example:  followup outcomes data/log --cohort 2026 --against 2025
    """
    from followup_analytics.answers.outcomes import cohort_outcomes

    shared = options_of(context, Shared)
    opened = open_parted(log, shared) if against is None else open_log(log, shared, beside=_beside(by, against))
    finish(cohort_outcomes(opened, by=by, against=against, disclosure=shared.policy, cluster=cluster), shared, opened)


def _beside(by: str, against: str) -> str | None:
    """The cohort that is kept beside that of --cohort."""
    return against if by == "cohort" else None


def model(
    log: LogPath,
    context: typer.Context,
    save: Annotated[Path | None, typer.Option("--save", help="Save the model as JSON.")] = None,
    card: Annotated[Path | None, typer.Option("--card", help="Write the model card (Markdown or HTML).")] = None,
    adjust: Annotated[
        str | None, typer.Option("--adjust", metavar="COLUMN[,..]", help="Interview columns to use; with commas.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Judge it beside the base rate, boosting and a random intercept instead.")
    ] = False,
    outcome: OutcomeOption = "response",
    within: Within = 7.0,
) -> None:
    """How likely an attempt is to be answered, and whether the model beats the base rate.

    Example:  followup model data/log --save model.json
    """
    from followup_analytics.errors import UsageError
    from followup_analytics.model import compare_models, fit_callback_model

    shared = options_of(context, Shared)
    if compare and (save is not None or card is not None):
        raise UsageError("--compare only judges models: ask for --save or --card without it.")
    opened, columns = open_log(log, shared), _listed(adjust)
    if compare:
        finish(
            compare_models(
                opened, within=within, outcome=outcome, adjust=columns, seed=shared.seed, disclosure=shared.policy
            ),
            shared,
            opened,
        )
        return
    fitted = fit_callback_model(
        opened, within=within, outcome=outcome, adjust=columns, seed=shared.seed, disclosure=shared.policy
    )
    finish(fitted, shared, opened)
    if save is not None:
        fitted.save(writable(save))
        say(f"The model is in {save.name}.")
    if card is not None:
        text = fitted.card().to_html() if card.suffix.lower() in (".html", ".htm") else fitted.card().to_markdown()
        writable(card).write_text(text, encoding="utf-8")
        say(f"The model card is in {card.name}.")


def predict(
    log: LogPath,
    context: typer.Context,
    model: Annotated[Path, typer.Option("--model", help="A model saved by `followup model --save`.")],
    within: Within = 7.0,
) -> None:
    """For each open interview, the chance of hearing back soon if nothing further is done (confidential).

    Example:  followup predict data/log --model model.json
    """
    from followup_analytics.model import load_callback_model, predict_callbacks

    shared = options_of(context, Shared)
    opened = open_log(log, shared, protect=False)
    finish(predict_callbacks(opened, load_callback_model(model), within=within), shared)


def _listed(columns: str | None) -> list[str] | None:
    """Names between commas, none of them empty; None where the option was not given."""
    return None if columns is None else [name.strip() for name in columns.split(",") if name.strip()]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for name, function in (
        ("rates", rates), ("curve", curve), ("silence", silence), ("outcomes", outcomes), ("model", model),
        ("predict", predict), ("claims", claims), ("plan", plan),
    ):  # fmt: skip
        app.command(name, cls=taking(Shared))(function)
