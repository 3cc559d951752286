"""The axial view across the narrowest canal, in radiological convention."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy import ndimage

from corduroy.morphometry.results import SpineMeasurement, VertebraMeasurement
from corduroy.pipeline.images import CaseImages
from corduroy.reports.planes import Sheet, across_canal
from corduroy.reports.style import BONE, CANAL, VIEWER_INK, figure_style, grade_colour
from corduroy.reports.viewer import OUTLINE, add_letters, add_scale_bar, add_text, show_grey, viewer_figure
from corduroy.reports.wording import with_uncertainty

_SIDE_IN = 4.2
_BLUR_PX = 1.5


def narrowest_canal(measurement: SpineMeasurement) -> VertebraMeasurement | None:
    """The vertebra whose canal is narrowed most against its neighbours; the smallest area if none is compared."""
    drawn = [
        v
        for v in measurement.vertebrae
        if v.landmarks is not None and v.landmarks.canal_contour is not None and v.canal.area is not None
    ]
    compared = [v for v in drawn if v.canal.compromise is not None]
    if compared:
        return max(compared, key=lambda v: v.canal.compromise.value if v.canal.compromise else 0.0)
    return min(drawn, key=lambda v: v.canal.area.value if v.canal.area else np.inf, default=None)


def draw_axial(measurement: SpineMeasurement, images: CaseImages) -> Figure | None:
    """The axial figure at the narrowest canal; None if no canal was measured."""
    vertebra = narrowest_canal(measurement)
    if vertebra is None or images.labels is None:
        return None
    assert vertebra.landmarks is not None
    assert vertebra.landmarks.canal_contour is not None
    sheet = across_canal(vertebra)
    with figure_style():
        figure, axes = viewer_figure(sheet.extent, _SIDE_IN)
        _draw_ground(axes, sheet, vertebra, images)
        contour = sheet.frame.local(vertebra.landmarks.canal_contour)
        closed = np.vstack([contour, contour[:1]])
        axes.fill(-closed[:, 0], closed[:, 1], facecolor=CANAL, alpha=0.22, zorder=3)
        axes.plot(-closed[:, 0], closed[:, 1], color=CANAL, lw=2, zorder=4, path_effects=OUTLINE)
        # Radiological convention: the reader looks up from the feet, the patient's right is on the left.
        add_letters(axes, "R", "L", "A", "P")
        add_scale_bar(axes)
        _draw_numbers(axes, vertebra)
    return figure


def _draw_ground(axes: Axes, sheet: Sheet, vertebra: VertebraMeasurement, images: CaseImages) -> None:
    if images.ct is not None:
        show_grey(axes, sheet.grey(images.ct), sheet)
        return
    assert images.labels is not None
    mask = sheet.labels(images.labels) == images.label_of.get(vertebra.level, -1)
    picture = np.empty((*mask.shape, 4))
    picture[...] = (*to_rgb(grade_colour(vertebra, BONE)), 0.0)
    picture[..., 3] = 0.6 * ndimage.gaussian_filter(mask.astype(float), _BLUR_PX)
    axes.imshow(picture, extent=sheet.extent, interpolation="bilinear", zorder=0)


def _draw_numbers(axes: Axes, vertebra: VertebraMeasurement) -> None:
    canal = vertebra.canal
    lines = [f"area {with_uncertainty(canal.area, 0)} mm²"]
    if canal.ap is not None:
        lines.append(f"AP {with_uncertainty(canal.ap)} mm")
    if canal.transverse is not None:
        lines.append(f"transverse {with_uncertainty(canal.transverse)} mm")
    if canal.compromise is not None:
        lines.append(f"narrowed by {with_uncertainty(canal.compromise, 0)} %")
    title_colour = grade_colour(vertebra, VIEWER_INK)
    add_text(
        axes,
        0.035,
        0.955,
        str(vertebra.level),
        size=14,
        weight="bold",
        colour=title_colour,
        align="left",
        relative=True,
    )
    for index, line in enumerate(lines):
        add_text(axes, 0.035, 0.895 - 0.05 * index, line, size=9.5, align="left", relative=True)
