"""Reports at the edges: few people and many, nothing that happened, long names and names in many scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from report_logs import HOSTILE, made_log

from followup_analytics import simulate_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.report import write_report

_LONG = "Faculty of Natural Sciences and Engineering, Department of Materials, Process and Environmental Technology, "
#: Twelve names of 160 letters that differ only near their ends.
LONG_NAMES = tuple(
    f"{_LONG}programme {number:02d} of the intake of ".ljust(156, "x") + str(2010 + number) for number in range(12)
)
CHINESE = ("二〇二四年秋季学期", "二〇二五年春季学期")
ARABIC = ("خريف ٢٠٢٤", "ربيع ٢٠٢٥")
EMOJI = ("autumn 🍂 2024", "spring 🌷 2025")
YEARS = ("autumn 2024", "autumn 2025")


def _simulated(interviews: int, world: str = "office", seed: int = 7) -> FollowUpLog:
    return simulate_log(interviews=interviews, world=world, seed=seed)


#: Logs by name.
LOGS: Mapping[str, Callable[[], FollowUpLog]] = {
    "twelve students": lambda: made_log(24, cohorts=YEARS[1:]),
    "600 interviews": lambda: _simulated(600),
    "5,000 interviews": lambda: _simulated(5000),
    "200 of a null world": lambda: _simulated(200, "null", 3),
    "one group": lambda: made_log(120, cohorts=YEARS[1:]),
    "no cohort": lambda: made_log(120),
    "zero events": lambda: made_log(120, answered=0.0, outcomes=(), cohorts=YEARS),
    "everybody answered": lambda: made_log(120, answered=1.0, cohorts=YEARS),
    "twelve long cohorts": lambda: made_log(480, cohorts=LONG_NAMES),
    "long employers": lambda: made_log(240, employers=LONG_NAMES, cohorts=YEARS),
    "Chinese": lambda: made_log(240, cohorts=CHINESE, employers=("王芳 株式会社", "上海贸易有限公司")),
    "Arabic": lambda: made_log(240, cohorts=ARABIC, employers=("شركة مرحبا", "مؤسسة النور")),
    "emoji": lambda: made_log(240, cohorts=EMOJI, employers=("Rocket 🚀", "Tea 🍵")),
    "hostile names": lambda: made_log(240, cohorts=YEARS, employers=HOSTILE),
    "no outcomes": lambda: made_log(240, outcomes=(), cohorts=YEARS),
    "one channel": lambda: made_log(240, channels=("email",), cohorts=YEARS),
    "a rare channel": lambda: made_log(240, rare_channel="letter", cohorts=YEARS),
    "real": lambda: made_log(240, simulated=False, cohorts=YEARS),
}


@dataclass(frozen=True)
class Edge:
    """A report at an edge: its log by name, and what is asked for."""

    log: str
    kind: str = "cohort"
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`Chinese, bulletin`."""
        return ", ".join([self.log, self.kind, *(f"{key} {value}" for key, value in self.asked.items())])

    def write(self, folder: Path) -> Path:
        """The report as a PDF in a folder."""
        given = dict(self.asked)
        if self.kind == "handout":
            given["applicant"] = str(_log(self.log).interviews["applicant_id"].sort()[0])
        path = folder / f"{self.name.replace(' ', '-').replace(',', '').replace('(', '').replace(')', '')}.pdf"
        return write_report(_log(self.log), path, kind=self.kind, **given)


@lru_cache(maxsize=len(LOGS))
def _log(name: str) -> FollowUpLog:
    return LOGS[name]()


_BY_EMPLOYER = {"by": ("timing", "employer")}
#: One of each difficulty, quick enough for every run of the tests.
FEW = (
    Edge("twelve students"),
    Edge("zero events"),
    Edge("twelve long cohorts", "bulletin"),
    Edge("Chinese", "cohort", _BY_EMPLOYER),
    Edge("long employers", "cohort", {**_BY_EMPLOYER, "paper": "letter"}),
    Edge("200 of a null world", "day-sheet", {"language": "de"}),
)
_ALL = [
    *(Edge(log) for log in LOGS),
    *(Edge(log, "bulletin") for log in LOGS),
    *(Edge(log, "cohort", _BY_EMPLOYER) for log in ("long employers", "Chinese", "Arabic", "emoji", "hostile names")),
    *(
        Edge(log, kind)
        for log in ("600 interviews", "Arabic", "zero events", "no outcomes")
        for kind in ("claims", "methods")
    ),
    *(Edge(log, kind) for log in ("600 interviews", "Chinese", "long employers") for kind in ("handout", "day-sheet")),
    *(Edge(log, "cohort", {"paper": "letter"}) for log in ("600 interviews", "twelve students", "twelve long cohorts")),
    *(Edge("600 interviews", kind, {"paper": "letter"}) for kind in ("bulletin", "handout")),
    *(
        Edge("600 interviews", kind, {"language": language})
        for kind in ("bulletin", "cohort", "claims", "methods", "handout", "day-sheet")
        for language in ("de", "es")
    ),
]
#: Some seventy reports for what may take minutes.
MANY = tuple(_ALL)
