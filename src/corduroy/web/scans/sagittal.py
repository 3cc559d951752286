"""A sagittal slice as a picture: anterior on the left, superior at the top, bone in the window."""

from __future__ import annotations

import numpy as np
from PIL import Image

from corduroy.imaging import Volume
from corduroy.web.scans.view import BONE_WINDOW_HU

_ALL = slice(None)


def sagittal_picture(image: Volume, index: int, anterior: slice = _ALL, superior: slice = _ALL) -> Image.Image:
    """Cut it out of a CT.

    Parameters
    ----------
    image : Volume
        HU.
    index : int
        From the patient's left to right.
    anterior, superior : slice
        The part of the slice, in voxels.
    """
    low, high = BONE_WINDOW_HU
    grey = np.clip((image.array[index, anterior, superior].astype(np.float64) - low) / (high - low), 0.0, 1.0) * 255
    return Image.fromarray(grey.astype(np.uint8)[::-1, ::-1].T.copy())
