"""Copies of a scan's images that a browser can show: upright, in small numbers, not too large; and a small picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from corduroy.errors import CaseError
from corduroy.imaging import LabelMap, Volume, read_labels, read_scan, resample_to_spacing, write_volume
from corduroy.pipeline.files import replacing
from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.scans import PartRole
from corduroy.web.scans.thumbnail import thumbnail_file, write_thumbnail
from corduroy.web.scans.view import view_file

# Author's choice: some 150 MB on the graphics card as 16 bit, which tablets still have.
_MOST_VOXELS = 80_000_000
_STEPS = tuple(str(role) for role in (PartRole.IMAGE, PartRole.LABELS, PartRole.LESION))


class PrepareRequest(BaseModel):
    """What the making of copies may be told."""

    model_config = ConfigDict(extra="forbid")

    series: str | None = Field(default=None, max_length=200)
    """Number, description or UID of a series, where DICOM holds several."""


def run(task: Task) -> str:
    """Make the copies of all images that are there."""
    request = PrepareRequest.model_validate(task.job.request)
    made = make_copies(task, request.series, task.on_step(_STEPS))
    if not made:
        raise CaseError("a scan without images", "an image or labels", "load them first")
    return f"can be shown: {', '.join(made)}"


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


PREPARE = Kind("prepare", "Make a scan ready to be shown", True, PrepareRequest, run)
