"""The lesion's own texture: dots in the axial view, stripes in the sagittal one, outlined and not tinted."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.frame import Frame
from corduroy.morphometry.results import VertebraLandmarks
from corduroy.pipeline.plan_outputs import PlanImages
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.lesion_parts import CODES
from corduroy.planning.surgical_plan import SurgicalPlan
from corduroy.reports.plan.draw import LESION, write_words
from corduroy.reports.planes import Sheet
from corduroy.reports.style import VIEWER_INK, figure_style
from corduroy.reports.viewer import add_letters, add_scale_bar, viewer_figure

FloatArray = NDArray[np.float64]

_PIXEL_MM = 0.25
_HALF_MM = {"axial": (42.0, 42.0), "sagittal": (48.0, 36.0)}  # across and up the picture
_SIDE_IN = 5.0
# Narrower than for bone: fat is dark, muscle grey, columns of bone are bright. Author's choice.
_WINDOW_HU = (-150.0, 450.0)
_BLUR_PX = 2.0
_CLOSED_PX = 4  # gaps of a voxel between bone and canal are those of two masks


def draw_lesion(plan: SurgicalPlan, images: PlanImages, view: str) -> Figure | None:
    """The lesion in a plane of the vertebra through the middle of its part in the bone; None without CT or lesion.

    Parameters
    ----------
    plan : SurgicalPlan
    images : PlanImages
    view : str
        ``"axial"`` or ``"sagittal"``.
    """
    marks, lesion, ct = plan.measured.landmarks, images.lesion, images.case.ct
    if marks is None or lesion is None or ct is None:
        return None
    sheet = lesion_sheet(marks, lesion, view)
    with figure_style():
        figure, axes = viewer_figure(sheet.extent, _SIDE_IN)
        low, high = _WINDOW_HU
        grey = sheet.grey(ct)
        axes.imshow(grey, cmap="gray", vmin=low, vmax=high, extent=sheet.extent, interpolation="bilinear", zorder=0)
        _outline(axes, sheet, lesion)
        add_letters(axes, *(("R", "L", "A", "P") if view == "axial" else ("A", "P", "S", "I")))
        add_scale_bar(axes)
        write_words(axes, plan.level, [(line, VIEWER_INK) for line in _texture_words(plan)])
    return figure


def lesion_sheet(marks: VertebraLandmarks, lesion: LesionMask, view: str) -> Sheet:
    """The plane through the middle of the lesion's part in the bone, along the vertebra's own axes.

    Axial: seen from below, the patient's right on the left. Sagittal: anterior on the left.
    """
    frame = Frame(lesion.points("in bone").mean(axis=0), marks.axes)
    across, up = (np.arange(-half, half, _PIXEL_MM) + _PIXEL_MM / 2 for half in _HALF_MM[view])
    local = np.zeros((up.size, across.size, 3))
    # Pictures grow to the right and downwards; both views have the axis that is drawn to the right reversed.
    local[..., 0 if view == "axial" else 1] = across[::-1][None, :]
    local[..., 1 if view == "axial" else 2] = up[::-1][:, None]
    half_across, half_up = _HALF_MM[view]
    return Sheet(frame, frame.world(local), (-half_across, half_across, -half_up, half_up))


def _outline(axes: Axes, sheet: Sheet, lesion: LesionMask) -> None:
    """The border of the whole lesion, and where it leaves the bone dashed."""
    parts = sheet.labels(lesion.parts)
    for codes, style in ((CODES.values(), "solid"), ((CODES["in bone"],), "dashed")):
        closed = ndimage.binary_closing(np.isin(parts, list(codes)), iterations=_CLOSED_PX)
        inside = ndimage.gaussian_filter(closed.astype(float), _BLUR_PX)
        if inside.max() > 0.5 and (style == "solid" or (parts > CODES["in bone"]).any()):
            axes.contour(
                inside,
                [0.5],
                colors=[LESION],
                linewidths=1.1,
                linestyles=[style],
                extent=sheet.extent,
                origin="upper",
                zorder=3,
            )


def _texture_words(plan: SurgicalPlan) -> list[str]:
    if plan.character is None:
        return []
    texture = plan.character.texture
    words = [f"stroma {texture.stroma_hu.value:.0f} HU, columns {texture.column_hu.value:.0f} HU"]
    if texture.spacing_mm is not None:
        words.append(f"columns {texture.spacing_mm.value:.1f} mm apart")
    return words
