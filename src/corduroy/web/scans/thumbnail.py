"""The small mid-sagittal picture of a scan for the list of cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corduroy.imaging import Volume
from corduroy.web.scans.sagittal import sagittal_picture

HEIGHT_PX = 176  # twice as high as it is shown, for fine screens
_MARGIN_MM = 12.0


def write_thumbnail(image: Volume, labels: Volume | None, path: Path) -> None:
    """Draw the sagittal slice through the middle of the labelled vertebrae, anterior on the left.

    Parameters
    ----------
    image : Volume
        HU.
    labels : Volume or None
        On any grid of the same patient; None: the middle of the scan, all of it.
    path : Path
    """
    places = None if labels is None else _places(image, labels)
    if places is None:
        index, anterior, superior = image.shape[0] // 2, slice(None), slice(None)
    else:
        index = round(float(np.median(places[:, 0])))
        anterior, superior = (_around(places[:, axis], _MARGIN_MM / image.spacing[axis]) for axis in (1, 2))
    picture = sagittal_picture(image, index, anterior, superior)
    across, up = picture.width * image.spacing[1], picture.height * image.spacing[2]
    picture.resize((max(1, round(HEIGHT_PX * across / up)), HEIGHT_PX)).save(path, "png")


def _places(image: Volume, labels: Volume) -> NDArray[np.float64] | None:
    """Voxels of the image at which something is labelled."""
    labelled = np.argwhere(labels.array > 0)
    if not len(labelled):
        return None
    found = image.voxel_from_world(labels.world_from_voxel(labelled))
    return np.clip(found, 0, np.array(image.shape) - 1)


def _around(values: NDArray[np.float64], margin: float) -> slice:
    return slice(max(0, int(values.min() - margin)), int(values.max() + margin) + 2)
