"""Sagittal slices of a scan as pictures. They are cut in the desk's process, which keeps the last scan."""

from __future__ import annotations

import base64
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from corduroy.imaging import Volume, read_scan
from corduroy.web.conversation.answers import SagittalSlice
from corduroy.web.scans.sagittal import sagittal_picture


def sagittal_slice(path: Path, index: int | None) -> SagittalSlice:
    """Cut a slice.

    Parameters
    ----------
    path : Path
        The scan's copy for the viewer.
    index : int or None
        None: the middle one.
    """
    volume = _volume(path)
    count = volume.shape[0]
    at = count // 2 if index is None else min(max(index, 0), count - 1)
    stream = BytesIO()
    sagittal_picture(volume, at).save(stream, "png")
    _, across, up = (float(size) for size in volume.spacing)
    middle = volume.world_from_voxel([at, volume.shape[1] / 2, volume.shape[2] / 2])
    return SagittalSlice(
        at,
        count,
        float(middle[0]),
        volume.shape[1] * across,
        volume.shape[2] * up,
        f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}",
    )


@lru_cache(maxsize=1)
def _volume(path: Path) -> Volume:
    return read_scan(path)
