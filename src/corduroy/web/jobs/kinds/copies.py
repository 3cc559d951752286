"""Copies of a scan's images that a browser can show: upright, in small numbers, not too large; and a small picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np

from corduroy.imaging import LabelMap, Volume, read_labels, read_scan, resample_to_spacing, write_volume
from corduroy.pipeline.files import replacing
from corduroy.web.jobs.kinds.kind import Task
from corduroy.web.scans import PartRole
from corduroy.web.scans.thumbnail import write_thumbnail
from corduroy.web.scans.view import thumbnail_file, view_file

# Author's choice: some 150 MB on the graphics card as 16 bit, which tablets still have.
_MOST_VOXELS = 80_000_000


def make_copies(task: Task, series: str | None, started: Callable[[str], object]) -> dict[PartRole, Volume]:
    """Copy what is there into what a browser can show, and draw the small picture for the list of cases.

    Parameters
    ----------
    task : Task
    series : str or None
        Where DICOM holds several.
    started : callable
        Told of each image as it is begun.

    Returns
    -------
    dict of PartRole to Volume
        The copies.
    """
    made: dict[PartRole, Volume] = {}
    for role in (PartRole.IMAGE, PartRole.LABELS, PartRole.LESION):
        source = task.part(role)
        if source is None:
            continue
        started(role)
        made[role] = _small(read_scan(source, series=series) if role is PartRole.IMAGE else read_labels(source))
        with replacing(view_file(task.derived(), role)) as temporary:
            _write(made[role], temporary)
    if PartRole.IMAGE in made:
        with replacing(thumbnail_file(task.derived())) as temporary:
            write_thumbnail(made[PartRole.IMAGE], made.get(PartRole.LABELS), temporary)
    return made


def _write(image: Volume, path: Path) -> None:
    """As NIfTI; a label map says that it is one, so that the viewer never blends two labels into a third."""
    if not isinstance(image, LabelMap):
        write_volume(image, path)
        return
    array = image.array.astype(np.uint8 if int(image.array.max()) < 256 else np.uint16)
    written = nib.Nifti1Image(array, image.affine)
    written.header.set_intent("label")
    written.header.set_xyzt_units("mm")
    nib.save(written, path)


def _small(image: Volume) -> Volume:
    """At most so many voxels; a coarser copy has the spacing in all directions that this takes."""
    if isinstance(image, LabelMap):
        return _coarser(image)
    coarser = _coarser(image)
    grey = np.clip(np.round(coarser.array), np.iinfo(np.int16).min, np.iinfo(np.int16).max)
    return Volume(grey.astype(np.int16), coarser.affine, image.name)


def _coarser(image: Volume) -> Volume:
    if image.array.size <= _MOST_VOXELS:
        return image
    extent = np.array(image.shape) * image.spacing
    spacing = float(np.cbrt(extent.prod() / _MOST_VOXELS))
    return resample_to_spacing(image, np.maximum(image.spacing, spacing).tolist())
