"""Colours and type of all figures: one home, so that a colour means the same thing everywhere.

The palette is Okabe and Ito's, told apart with every common colour vision deficiency (jfly.uni-koeln.de/color).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib import rc_context
from matplotlib.figure import Figure

from corduroy.morphometry.results import VertebraMeasurement
from corduroy.reports.wording import marked_grade

POSITION_COLOURS = {"anterior": "#56B4E9", "middle": "#F0E442", "posterior": "#009E73"}
POSITION_INKS = {"anterior": "#0072B2", "middle": "#B07C00", "posterior": "#00795A"}
LOCAL_ANGLE = "#E69F00"
REGIONAL_ANGLE = "#CC79A7"
ENDPLATE = "#FFFFFF"
FRACTURE = "#E8690B"
DOUBT = "#E69F00"
CANAL = "#56B4E9"
BONE = "#D9CFBB"
VIEWER_BACKGROUND = "#0B0E13"
VIEWER_INK = "#E8ECF1"
INK = "#222222"
FAINT_INK = "#767676"
DPI = 200

# A fracture by Genant's grading is grade 1 and above (10.1002/jbmr.5650080915); grade 1 overlaps with normal
# variants and is shown in the colour of doubt.
_FRACTURE_GRADE = 2


def grade_colour(vertebra: VertebraMeasurement, intact: str) -> str:
    """The colour of a vertebra by `marked_grade`: fracture, doubtful, or `intact`."""
    grade = marked_grade(vertebra)
    if grade >= _FRACTURE_GRADE:
        return FRACTURE
    return DOUBT if grade == 1 else intact


@contextmanager
def figure_style() -> Iterator[None]:
    """Matplotlib without a screen, in the type that it ships with, its state put back afterwards."""
    settings: dict[Any, Any] = {
        "font.family": "DejaVu Sans",
        "font.size": 9.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": FAINT_INK,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        # Letters as shapes: the drawing looks the same where this type is not installed.
        "svg.fonttype": "path",
        "svg.hashsalt": "corduroy",
    }
    with rc_context(settings):
        yield


def new_figure(width_in: float, height_in: float, facecolor: str = "white") -> Figure:
    """A figure that no window knows of (no pyplot, so nothing is kept alive)."""
    matplotlib.use("Agg", force=False)
    return Figure(figsize=(width_in, height_in), dpi=DPI, facecolor=facecolor)
