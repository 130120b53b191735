"""The questions whose answers are frozen: names to command lines, and to calls of Python, for each log."""

from __future__ import annotations

from dataclasses import dataclass

from answer_logs import MESSY, SHEET_OPTIONS, TRACKED, WORLDS

Words = tuple[str, ...]
TODAY = ("--today", "{today}")

#: What is asked of every log of an office, with {log} for its place and {name} for its name. Without --json the answer
#: is what a person reads.
OF_EVERY_LOG: dict[str, Words] = {
    "rates by timing": ("rates", "{log}", "--json"),
    "rates by attempt": ("rates", "{log}", "--by", "attempt", "--json"),
    "rates by channel": ("rates", "{log}", "--by", "channel", "--json"),
    "rates by party": ("rates", "{log}", "--by", "party", "--json"),
    "rates by timing and channel": ("rates", "{log}", "--by", "timing,channel", "--json"),
    "rates by cohort, advanced": ("rates", "{log}", "--by", "cohort", "--outcome", "advanced", "--json"),
    "rates, nothing hidden": ("rates", "{log}", "--by", "attempt,party", "--min-cell", "1", "--json"),
    "curve": ("curve", "{log}", "--json"),
    "curve by cohort": ("curve", "{log}", "--by", "cohort", "--horizon", "21", "--json"),
    "curve, advanced": ("curve", "{log}", "--outcome", "advanced", "--cluster", "employer", "--json"),
    "silence": ("silence", "{log}", "--days", "12", "--json"),
    "silence by cohort": ("silence", "{log}", "--days", "5", "--by", "cohort", "--json"),
    "outcomes": ("outcomes", "{log}", "--json"),
    "model": ("model", "{log}", "--save", "{name}.json", "--card", "{name}.md", "--json"),
    "predict": ("predict", "{log}", "--model", "{name}.json", "--json"),
    "claims": ("claims", "{log}", "--json"),
    "claims in circulation": ("claims", "{log}", "--in-circulation", "--json"),
    "plan": ("plan", "{log}", "--json"),
    "next": ("next", "{log}", *TODAY, "--json"),
    "report": ("report", "{log}", "-o", "cohort.pdf"),
    "report on claims": ("report", "{log}", "--kind", "claims", "-o", "claims.pdf"),
    "handout": ("report", "{log}", "--kind", "handout", *TODAY, "-o", "handout.pdf"),
}

#: Files that an answer writes; their texts are part of it.
FILES: dict[str, Words] = {
    "model": ("{name}.json", "{name}.md"),
    "report": ("cohort.pdf",),
    "report on claims": ("claims.pdf",),
    "handout": ("handout.pdf",),
    "simulate": ("{name}_again/truth.json",),
    "next as a calendar": ("next.ics",),
    "rates with their rows": ("trace.csv",),
}

OF_FOLDERS: dict[str, Words] = {"check": ("check", "{log}", "--json")}
OF_SIMULATED: dict[str, Words] = {
    "simulate": ("simulate", "--interviews", "40", "--world", "{name}", "--seed", "3", "-o", "{name}_again", "--json"),
}

#: Further options and faces, on the sample alone.
OF_THE_SAMPLE: dict[str, Words] = {
    "rates by industry": ("rates", "{log}", "--by", "industry", "--cluster", "employer", "--json"),
    "rates by weekday and hour": ("rates", "{log}", "--by", "weekday,hour", "--json"),
    "rates in working days": ("rates", "{log}", "--working-days", "US", "--bins", "timing=0,1-2,3+", "--json"),
    "rates as it stood": ("rates", "{log}", "--as-of", "2025-06-30", "--within", "3", "--json"),
    "rates of one cohort": ("rates", "{log}", "--cohort", "autumn 2025", "--where", "job_level=entry", "--json"),
    "rates withheld": ("rates", "{log}", "--where", "employer=Employer 0042", "--json"),
    "rates with their rows": ("rates", "{log}", "--trace", "trace.csv", "--json"),
    "rates as CSV": ("rates", "{log}", "--by", "channel", "--format", "csv"),
    "outcomes against": ("outcomes", "{log}", "--cohort", "autumn 2025", "--against", "autumn 2024", "--json"),
    "outcomes by industry": ("outcomes", "{log}", "--by", "industry", "--json"),
    "models compared": ("model", "{log}", "--compare", "--json"),
    "claims, sensitivity": ("claims", "{log}", "--claim", "wait-2-3-days", "--sensitivity", "--json"),
    "claims, protocol": ("claims", "{log}", "--claim", "wait-2-3-days", "--protocol"),
    "claims, adjusted": ("claims", "{log}", "--claim", "follow-up-at-all", "--adjust", "job_level", "--json"),
    "plan without a log": ("plan", "--json"),
    "next as a calendar": ("next", "{log}", *TODAY, "--no-claims", "--ics", "next.ics", "--json"),
    "next, to read": ("next", "{log}", "--due", "--script", "--no-claims"),
    "day sheet, to read": ("next", "{log}", "--sheet", "--no-claims"),
    "rates, to read": ("rates", "{log}", "--by", "attempt"),
    "curve, to read": ("curve", "{log}"),
    "silence, to read": ("silence", "{log}", "--days", "12"),
    "outcomes, to read": ("outcomes", "{log}"),
    "model, to read": ("model", "{log}"),
    "claims, to read": ("claims", "{log}"),
    "plan, to read": ("plan", "--claim", "wait-2-3-days"),
    "check, to read": ("check", "{log}"),
}

OF_THE_MESSY_STORE: dict[str, Words] = {
    "check": ("check", "sheet.csv", *SHEET_OPTIONS, "--json"),
    "check, to read": ("check", "sheet.csv", *SHEET_OPTIONS),
    "ingest": ("ingest", "sheet.csv", *SHEET_OPTIONS, "--observed-until", "2026-04-30", "--into", MESSY, "--json"),
    "ingest again": ("ingest", "sheet.csv", *SHEET_OPTIONS, "--into", MESSY, "--json"),
}

OF_THE_TRACKED_STORE: dict[str, Words] = {
    "list": ("track", "{log}", "list", "--json"),
    "list, to read": ("track", "{log}", "list"),
    "history": ("track", "{log}", "history", "INTERVIEW 1", "--json"),
    "history of a corrected interview": ("track", "{log}", "history", "INTERVIEW 2"),
    "next": ("next", "{log}", *TODAY, "--json"),
    "rates": ("rates", "{log}", "--min-cell", "1", "--json"),
}

#: Answers that only Python gives: the name in the package, and its keywords.
OF_PYTHON: dict[str, dict[str, object]] = {
    "aapor_rates": {},
    "later_attempts": {},
    "level_of_effort": {},
    "what_drives": {},
}

#: Answers of fits whose search ends where its own tolerance says: another processor ends it a few steps away, after
#: which two neighbours in the order of the predictions may change places (1 in 1,000 of an area under the curve).
TOLERANCES: dict[str, float] = {"models compared": 3e-3, "later_attempts": 1e-6}

#: Answers that must have been given before: they write what this one reads.
NEEDS: dict[str, str] = {"predict": "model", "ingest again": "ingest"}


@dataclass(frozen=True)
class Asked:
    """What is asked of a log: where a command finds it, the day of its next steps, the questions."""

    place: str
    today: str
    questions: dict[str, Words]


QUESTIONS: dict[str, Asked] = {
    "sample": Asked("sample", "2026-01-02", OF_EVERY_LOG | OF_FOLDERS | OF_THE_SAMPLE),
    **{world: Asked(world, "2026-02-10", OF_EVERY_LOG | OF_FOLDERS | OF_SIMULATED) for world in WORLDS},
    "messy": Asked(MESSY, "2026-03-16", OF_THE_MESSY_STORE | OF_EVERY_LOG),
    "tracked": Asked(TRACKED, "2024-03-18", OF_THE_TRACKED_STORE),
}


def needed_before(log: str, name: str) -> str | None:
    """The question whose answer this one rests on: nothing is known of the messy store before `ingest` made it."""
    if log == "messy" and name not in NEEDS and name not in ("check", "check, to read", "ingest"):
        return "ingest"
    return NEEDS.get(name)
