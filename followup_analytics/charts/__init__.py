"""Charts on rows of numbers that are ready to be shown: nothing is computed, hidden or rounded a second time here."""

from followup_analytics.charts.curves import curve_alt, curve_chart
from followup_analytics.charts.drawn import Mark
from followup_analytics.charts.emulation import (
    balance_alt,
    balance_chart,
    overlap_alt,
    overlap_chart,
    risk_alt,
    risk_chart,
    weights_alt,
    weights_chart,
)
from followup_analytics.charts.forest import forest_alt, forest_chart, interval_words
from followup_analytics.charts.icons import icon_alt, icon_array
from followup_analytics.charts.light import light_rate_figure
from followup_analytics.charts.numbers import count_chart, number_alt, number_chart
from followup_analytics.charts.power import power_chart
from followup_analytics.charts.rates import rate_alt, rate_caption, rate_chart
from followup_analytics.charts.reliability import reliability_alt, reliability_chart
from followup_analytics.charts.style import Chart, add_fonts, contrast_ratio
from followup_analytics.charts.words import (
    claim_words,
    count,
    joined,
    key_title,
    of_hundred,
    percent,
    points,
    row_label,
    value_label,
)

__all__ = [
    "Chart",
    "Mark",
    "add_fonts",
    "balance_alt",
    "balance_chart",
    "claim_words",
    "contrast_ratio",
    "count",
    "count_chart",
    "curve_alt",
    "curve_chart",
    "forest_alt",
    "forest_chart",
    "icon_alt",
    "icon_array",
    "interval_words",
    "joined",
    "key_title",
    "light_rate_figure",
    "number_alt",
    "number_chart",
    "of_hundred",
    "overlap_alt",
    "overlap_chart",
    "percent",
    "points",
    "power_chart",
    "rate_alt",
    "rate_caption",
    "rate_chart",
    "reliability_alt",
    "reliability_chart",
    "risk_alt",
    "risk_chart",
    "row_label",
    "value_label",
    "weights_alt",
    "weights_chart",
]
