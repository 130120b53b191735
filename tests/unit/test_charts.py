"""Charts: what they draw, what they never draw, and the words that go with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from followup_analytics import charts
from followup_analytics.answers.curves.result import CurveRow
from followup_analytics.charts.style import BLUE, GREEN, GREY, INK, PURPLE, SERIES, VERMILLION, spread_apart
from followup_analytics.model.nested_rows import ReliabilityRow

SHOWN = charts.Mark(values={"timing": "2-3"}, estimate=0.2712, conf_low=0.21, conf_high=0.34, n=143)
HIDDEN = charts.Mark(values={"timing": "15+"}, estimate=None, status="suppressed")
COUNTS = {"n_interviews": 100, "n_applicants": 90, "n_events": 39}
PREDICTED = ReliabilityRow(
    bin=1, predicted=0.25, estimate=0.2712, conf_low=0.21, conf_high=0.34, n_attempts=143, **COUNTS
)
NOT_PREDICTED = PREDICTED.having(**dict.fromkeys(ReliabilityRow.hidden_with_row()))


def svg_of(axes: object) -> str:
    return charts.Chart.of(axes).svg()  # type: ignore[arg-type]


def test_the_same_rows_give_the_same_bytes() -> None:
    """Two drawings of the same rows, and two savings of one drawing, are the same to the byte."""
    first, second = (charts.Chart.of(charts.rate_chart([SHOWN, HIDDEN], keys=["timing"])) for _ in range(2))
    assert first.svg() == second.svg() == first.svg()
    assert first.png() == second.png()


def test_a_hidden_row_keeps_its_place_and_nothing_else() -> None:
    """A hidden row is named with the word hidden and has no dot, no interval and no n."""
    drawn = svg_of(charts.rate_chart([SHOWN, HIDDEN], keys=["timing"]))
    assert "day 15 or later" in drawn
    assert "hidden" in drawn
    assert drawn.count("n = ") == 1


def test_scale_of_rates_starts_at_zero() -> None:
    """The axis of shares starts at zero, upright and on its side."""
    upright = charts.rate_chart([SHOWN], keys=["timing"])
    many = [replace(SHOWN, values={"timing": str(day)}) for day in range(12)]
    sideways = charts.rate_chart(many, keys=["timing"])
    assert upright.get_ylim()[0] == 0
    assert sideways.get_xlim()[0] == 0


@pytest.mark.parametrize("draw", ["rate", "curve", "forest", "reliability"])
def test_every_chart_of_simulated_data_says_so(draw: str) -> None:
    """The words simulated data stand on each kind of chart and in its alt text."""
    made = {
        "rate": lambda: charts.rate_chart([SHOWN], keys=["timing"], simulated=True),
        "curve": lambda: charts.curve_chart(curve_rows(), simulated=True),
        "forest": lambda: charts.forest_chart(claim_rows(), simulated=True),
        "reliability": lambda: charts.reliability_chart([PREDICTED, NOT_PREDICTED], simulated=True),
    }[draw]()
    chart = charts.Chart.of(made)
    assert "simulated data" in chart.svg()
    assert "simulated" in chart.alt


def curve_row(day: int, estimate: float, low: float, high: float, n_at_risk: int, **by: str) -> CurveRow:
    """A day of a curve of those who heard back."""
    return CurveRow(
        by=by, outcome="response", event="response", day=day, estimate=estimate, conf_low=low, conf_high=high,
        n_at_risk=n_at_risk, n_interviews=50, n_applicants=50, n_events=1,
    )  # fmt: skip


def curve_rows() -> list[CurveRow]:
    return [curve_row(day, day / 40, day / 50, day / 30, 40 - 2 * day) for day in range(20)]


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict."""

    claim: str
    verdict: str
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    margin: float = 0.05
    status: str = "ok"
    deciding_limit: float | None = None


def claim_rows() -> list[Claim]:
    return [Claim("thank-you-note", "supported", 0.09, 0.06, 0.12), Claim("smile", "not_testable")]


def test_a_curve_stops_where_few_are_left() -> None:
    """Beyond the last day with enough people waiting nothing is drawn, since single people would show."""
    axes = charts.curve_chart(curve_rows(), least_at_risk=10)
    drawn = max(max(line.get_xdata()) for line in axes.lines if len(line.get_xdata()))
    assert drawn == 15


def test_alt_text_holds_numbers_and_names_what_is_missing() -> None:
    """Alt text is made from the rows: estimate, interval, and how many rows are not shown."""
    alt = charts.rate_alt([SHOWN, HIDDEN], ["timing"])
    assert "27% (21% to 34%)" in alt
    assert "Not shown: 1 of 2" in alt
    assert "15 predicted" not in alt


def test_markup_in_labels_is_text() -> None:
    """Dollar signs and angle brackets in a label are drawn as they are, and never as mathematics or tags."""
    rows = [replace(SHOWN, values={"employer": r"$\frac{1}$ & <b>"})]
    drawn = svg_of(charts.rate_chart(rows, keys=["employer"]))
    assert r"$\frac{1}$ &amp; &lt;b&gt;" in drawn


def test_a_chart_in_a_notebook_has_alt_text() -> None:
    """The notebook's face of axes is a figure with alt text and caption."""
    axes = charts.rate_chart([SHOWN], keys=["timing"])
    face = axes._repr_mimebundle_()  # type: ignore[attr-defined]
    assert 'alt="Dot chart' in face["text/html"]
    assert "<figcaption>" in face["text/html"]


def test_the_users_own_axes_are_drawn_on() -> None:
    """Given axes are used and given back, and nothing of matplotlib's settings is left changed."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    before = dict(mpl.rcParams)
    mine = Figure().add_subplot()
    assert charts.rate_chart([SHOWN], keys=["timing"], ax=mine) is mine
    assert dict(mpl.rcParams) == before


def test_pyplot_is_never_loaded() -> None:
    """Drawing leaves pyplot, and with it any window, alone."""
    import subprocess
    import sys

    code = (
        "import sys; from followup_analytics import charts;"
        "charts.Chart.of(charts.rate_chart([charts.Mark(values={'timing': '1'}, estimate=.2)], keys=['timing'])).svg();"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_colours_have_contrast() -> None:
    """Lines and points reach 3:1 on white (WCAG 1.4.11), ink and grey text 4.5:1 (1.4.3)."""
    assert all(charts.contrast_ratio(colour) >= 3 for colour in (BLUE, VERMILLION, GREEN, PURPLE))
    assert all(charts.contrast_ratio(colour) >= 4.5 for colour in (INK, GREY, BLUE))
    assert charts.contrast_ratio("#000000") == pytest.approx(21)


def test_series_differ_in_more_than_colour() -> None:
    """Each series has its own dashes and its own marker."""
    assert len({str(style.dashes) for style in SERIES}) == len({style.marker for style in SERIES}) == len(SERIES)


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.0004, "<1%"), (0.234, "23%"), (0.999, ">99%"), (1.0, "100%")]
)
def test_percentages_never_claim_none_or_all(share: float, text: str) -> None:
    """A small share is not rounded to nothing, nor a large one to all."""
    assert charts.percent(share) == text


@pytest.mark.parametrize(("difference", "text"), [(0.0321, "+3.2"), (-0.004, "−0.4"), (-0.0001, "0.0")])
def test_points_have_a_true_minus_and_no_negative_nought(difference: float, text: str) -> None:
    """Differences carry their sign, nought carries none."""
    assert charts.points(difference) == text


def by_cohort(**tops: float) -> list[CurveRow]:
    """Curves of cohorts that rise evenly to their tops on day 20."""
    return [
        curve_row(day, top * day / 20, 0.0, min(top * day / 20 + 0.1, 1.0), 50, cohort=name)
        for name, top in tops.items()
        for day in range(21)
    ]


def labels_of(axes: object) -> list[tuple[str, float]]:
    """The labels beside the ends of curves and their heights, from the top down."""
    found = [(text.get_text(), float(text.xy[1])) for text in axes.texts if "%" in text.get_text()]  # type: ignore[attr-defined]
    return sorted(found, key=lambda label: -label[1])


def test_labels_of_curves_stand_in_the_order_of_their_ends() -> None:
    """The higher curve has the higher label, also where the ends nearly meet, and none has moved far."""
    axes = charts.curve_chart(by_cohort(early=0.62, late=0.63, other=0.2), by="cohort")
    labels = labels_of(axes)
    assert [text for text, _ in labels] == ["late 63%", "early 62%", "other 20%"]
    assert labels[0][1] - labels[1][1] > 0.04
    assert (labels[0][1] + labels[1][1]) / 2 == pytest.approx(0.625)
    assert labels[2][1] == pytest.approx(0.2)


def test_a_curve_that_stops_early_says_when() -> None:
    """Its label has the day, and no line leads to it, which would look like the curve going on."""
    rows = [*by_cohort(long=0.6), *(row for row in by_cohort(short=0.9) if row.day <= 12)]
    assert {text for text, _ in labels_of(charts.curve_chart(rows, by="cohort"))} == {"long 60%", "short 54% by day 12"}


def test_a_hidden_curve_keeps_its_line_in_the_table_of_those_waiting() -> None:
    """The word hidden stands there, and the caption says why."""
    gone = dict.fromkeys(("estimate", "conf_low", "conf_high", "n_at_risk"))
    rows = [*by_cohort(shown=0.6), *(row.having(**gone, status="suppressed") for row in by_cohort(small=0.5))]
    chart = charts.Chart.of(charts.curve_chart(rows, by="cohort"))
    assert ">hidden<" in chart.svg()
    assert "protects small groups" in chart.caption


def test_the_scale_of_rates_names_the_window_and_charts_have_titles() -> None:
    """`.plot()` says within how many days; on axes of the user's own there is no title."""
    from log_builder import log_of_attempts
    from matplotlib.figure import Figure

    from followup_analytics.answers.rates import response_rates

    log = log_of_attempts([{"applicant": k, "answered_after": 2 if k % 3 else None} for k in range(30)])
    found = response_rates(log, by="channel", within=2.5)
    axes = found.plot()
    assert axes.get_ylabel() == "Response rate within 2.5 days"
    assert axes.get_title(loc="left") == "Response rate by channel of the attempt"
    assert found.plot(ax=Figure().add_subplot()).get_title(loc="left") == ""


def test_a_filled_square_beside_an_open_verdict_is_explained() -> None:
    """Its own interval leaves out zero; the verdict allows for many tests."""
    caption = charts.Chart.of(charts.forest_chart(claim_rows())).caption
    assert "own interval leaves out zero" in caption
    assert "allows for testing many claims" in caption


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([0.2, 0.8], [0.2, 0.8]),
        ([0.5, 0.5], [0.45, 0.55]),
        ([0.52, 0.5, 0.9], [0.56, 0.46, 0.9]),
        ([0.99, 1.0], [0.9, 1.0]),
        ([0.0, 0.01, 0.02], [0.0, 0.1, 0.2]),
        ([], []),
    ],
)
def test_labels_are_moved_as_little_as_possible(heights: list[float], expected: list[float]) -> None:
    """At least a tenth apart, inside nought and one, in the order of the heights."""
    assert spread_apart(heights, 0.1, 0.0, 1.0) == pytest.approx(expected)
