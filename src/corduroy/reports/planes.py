"""Reformations: the sheets through the patient that the figures show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.imaging.volume import Volume
from corduroy.morphometry.results import VertebraLandmarks, VertebraMeasurement

FloatArray = NDArray[np.float64]

OUTSIDE_HU = -1024.0
_ABOVE_MM = 28.0
_BELOW_MM = 34.0
# Room ahead of the spine for the names of the levels; a long spine is drawn smaller, so its names take more of it.
_AHEAD_MM = 40.0
_AHEAD_PER_HEIGHT = 0.12
_BEHIND_MM = 74.0
_LEAST_HIGH_MM = 130.0


@dataclass(frozen=True)
class Sheet:
    """A reformatted image in a plane, or a sheet bent from left to right only.

    Parameters
    ----------
    frame : Frame
        Axes of the sheet.
    points : ndarray, shape (rows, columns, 3)
        World RAS+ mm of each pixel.
    extent : tuple of float
        Left, right, bottom, top of the image in mm, as matplotlib's ``imshow`` takes it.
    """

    frame: Frame
    points: FloatArray
    extent: tuple[float, float, float, float]

    def grey(self, ct: Volume) -> FloatArray:
        """Hounsfield units of each pixel, shape (rows, columns)."""
        return ct.sample(self.points, order=1, fill=OUTSIDE_HU)

    def labels(self, volume: Volume) -> NDArray[np.int64]:
        """Label of each pixel, shape (rows, columns)."""
        return volume.sample(self.points, order=0).astype(np.int64)


def mid_sagittal(vertebrae: list[VertebraMeasurement], pixel_mm: float = 0.4) -> Sheet:
    """The sheet through the middle of all vertebral bodies, bent to follow a lateral curve.

    The bend is from left to right only, so that lengths and angles in the sagittal plane stay true. Drawn as a
    radiologist sees it from the patient's left: anterior on the image's left.

    Parameters
    ----------
    vertebrae : list of VertebraMeasurement
        Those with landmarks, cranial to caudal; at least one.
    pixel_mm : float
        Pixel size.
    """
    frame = spine_frame(vertebrae)
    centres = frame.local([_marks(v).centre for v in vertebrae])
    spare = max(0.0, (_LEAST_HIGH_MM - np.ptp(centres[:, 2])) / 2 - _BELOW_MM)
    top, bottom = centres[:, 2].max() + _ABOVE_MM + spare, centres[:, 2].min() - _BELOW_MM - spare
    ahead = centres[:, 1].max() + _AHEAD_MM + _AHEAD_PER_HEIGHT * (top - bottom)
    behind = centres[:, 1].min() - _BEHIND_MM
    y = np.arange(ahead, behind, -pixel_mm)
    z = np.arange(top, bottom, -pixel_mm)
    order = np.argsort(centres[:, 2])
    x = np.interp(z, centres[order, 2], centres[order, 0])
    local = np.empty((z.size, y.size, 3))
    local[..., 0], local[..., 1], local[..., 2] = x[:, None], y[None, :], z[:, None]
    return Sheet(frame, frame.world(local), (-ahead, -behind, bottom, top))


def across_canal(vertebra: VertebraMeasurement, half_width_mm: float = 55.0, pixel_mm: float = 0.35) -> Sheet:
    """The plane of a vertebra's canal contour, seen from below: the patient's right on the image's left.

    Parameters
    ----------
    vertebra : VertebraMeasurement
        With a canal contour.
    half_width_mm : float
        Half the side of the square image.
    pixel_mm : float
        Pixel size.
    """
    marks = _marks(vertebra)
    assert marks.canal_contour is not None
    middle = marks.canal_contour.mean(axis=0)
    normal = np.linalg.svd(marks.canal_contour - middle)[2][2]
    up = normal if normal @ marks.axes[:, 2] > 0 else -normal
    frame = Frame.from_directions(middle, up, marks.axes[:, 1])
    # The body lies ahead of the canal: shift the window so that both are in view.
    forward = float(frame.local(marks.centre)[1]) * 0.5
    side = np.arange(-half_width_mm, half_width_mm, pixel_mm)
    local = np.zeros((side.size, side.size, 3))
    local[..., 0], local[..., 1] = -side[None, :], forward - side[:, None]
    extent = (-half_width_mm, half_width_mm, forward - half_width_mm, forward + half_width_mm)
    return Sheet(frame, frame.world(local), extent)


def spine_frame(vertebrae: list[VertebraMeasurement]) -> Frame:
    """The mean axes of all vertebrae, about the middle of their centres."""
    axes = np.mean([_marks(v).axes for v in vertebrae], axis=0)
    centre = np.mean([_marks(v).centre for v in vertebrae], axis=0)
    return Frame.from_directions(centre, axes[:, 2], axes[:, 1])


def _marks(vertebra: VertebraMeasurement) -> VertebraLandmarks:
    assert vertebra.landmarks is not None
    return vertebra.landmarks
