"""The flow diagram: from all cases of the registry to those analysed, and who fell out where."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.study.results import Flow, FlowStep

_WIDTH_IN = 7.2
_ROW_IN = 0.95
_MAIN = (0.02, 0.5)
_SIDE = (0.6, 0.99)
_NAMED_AT_MOST = 10


def draw_flow(flow: Flow) -> Figure:
    """Boxes from above to below; to the right of each the cases that were left out there."""
    rows = len(flow.steps) + 1
    with figure_style():
        figure = new_figure(_WIDTH_IN, rows * _ROW_IN + 0.1)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0, 1), ylim=(rows - 0.45, -0.55))
        axes.set_axis_off()
        _box(axes, 0, _MAIN, f"Registry: {_cases(flow.registry_cases)}, {_patients(flow.registry_patients)}")
        for row, step in enumerate(flow.steps, start=1):
            last = row == len(flow.steps)
            end = f"\nAnalysed: {_cases(step.after)}, {_patients(flow.patients)}" if last else f"\n{_cases(step.after)}"
            text = _wrapped(step.criterion.words, 46) + end
            _arrow(axes, (sum(_MAIN) / 2, row - 1), (sum(_MAIN) / 2, row - 0.1 - 0.095 * (text.count("\n") + 1)))
            _box(axes, row, _MAIN, text, bold=last)
            if step.before > step.after:
                _arrow(axes, (sum(_MAIN) / 2, row - 0.5), (_SIDE[0], row - 0.5))
                _box(axes, row - 0.5, _SIDE, _left_out(step), faint=True)
    return figure


def _left_out(step: FlowStep) -> str:
    lines = []
    for words, cases in (("does not hold", step.not_met), ("not recorded", step.not_recorded)):
        if cases:
            names = f" ({', '.join(cases)})" if len(cases) <= _NAMED_AT_MOST else ""
            lines.append(_wrapped(f"{words}: {len(cases)}{names}", 38))
    return "\n".join(lines)


def _box(axes: Axes, row: float, span: tuple[float, float], text: str, bold: bool = False, faint: bool = False) -> None:
    lines = text.count("\n") + 1
    height = 0.2 + 0.19 * lines
    edge, size = (FAINT_INK, 8.2) if faint else (INK, 9.0)
    corner = (span[0], row - height / 2)
    box = FancyBboxPatch(
        corner, span[1] - span[0], height, boxstyle="round,pad=0,rounding_size=0.01", fc="white", ec=edge
    )
    axes.add_patch(box)
    weight = "bold" if bold else "normal"
    axes.text(
        sum(span) / 2, row, text, ha="center", va="center", fontsize=size, fontweight=weight, color=INK, linespacing=1.3
    )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": FAINT_INK, "lw": 1.0, "shrinkA": 0.0, "shrinkB": 0.0}
    axes.annotate("", xy=end, xytext=start, arrowprops=style, zorder=0)


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width))


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"


def _patients(count: int) -> str:
    return f"{count} patient" if count == 1 else f"{count} patients"
