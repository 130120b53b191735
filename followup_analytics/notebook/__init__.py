"""What the notebooks need besides the analyses: data, answers and tables that show themselves, the explorer, copies."""

from followup_analytics.notebook.copying import copy_notebooks
from followup_analytics.notebook.data import DATA_VARIABLE, own_or_sample
from followup_analytics.notebook.explorer import Choice, Explorer, explore_rates
from followup_analytics.notebook.faces import Answer, Findings, answer, picture, text_box

__all__ = [
    "DATA_VARIABLE",
    "Answer",
    "Choice",
    "Explorer",
    "Findings",
    "answer",
    "copy_notebooks",
    "explore_rates",
    "own_or_sample",
    "picture",
    "text_box",
]
