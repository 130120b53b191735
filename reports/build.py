"""Make the sample reports and the README's pictures from the sample log: `python -m reports.build`.

The sample is simulated, and every page says so. Same sample and version, same bytes.
"""

from __future__ import annotations

from pathlib import Path

import followup_analytics as fa
from followup_analytics.charts import Chart
from followup_analytics.report.findings import Options
from followup_analytics.report.press import press_pages
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.write import drafts

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SAMPLE = ROOT / "data" / "log"
PICTURES = ROOT / "docs" / "images"


def build_reports(log: fa.FollowUpLog) -> list[Path]:
    """One PDF of each kind."""
    claims = fa.test_claims(log)
    return [
        fa.write_report(log, HERE / f"sample_{kind}.pdf", kind=kind, claims=claims)
        for kind in ("cohort", "claims", "handout")
    ]


def build_pictures(log: fa.FollowUpLog) -> list[Path]:
    """A page of the report and a chart, for the README."""
    pages = press_pages(drafts(log, kind="cohort", options=Options(cohort=log.title), case=TypeCase())[0], TypeCase(), ppi=72)
    made = {"report_page.png": pages[0], "report_inside.png": pages[2]}
    charts = {"rate_chart": fa.response_rates(log, by="timing").plot(), "curve_chart": fa.incidence_curve(log).plot()}
    made |= {f"{name}.png": Chart.of(axes).png(dpi=110) for name, axes in charts.items()}
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, picture in made.items():
        (PICTURES / name).write_bytes(picture)
    return [PICTURES / name for name in made]


def main() -> None:
    """Build everything and name it."""
    log = fa.read_log(SAMPLE)
    for path in (*build_reports(log), *build_pictures(log)):
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
