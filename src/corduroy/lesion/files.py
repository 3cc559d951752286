"""A lesion's mask and probability as NIfTI files, to be edited outside and read back."""

from __future__ import annotations

from pathlib import Path

from corduroy.errors import GeometryError, LabelError
from corduroy.imaging import LabelMap, Volume, read_labels, resample_like, write_volume
from corduroy.lesion.delineate import Delineation


def write_delineation(delineation: Delineation, folder: Path) -> tuple[Path, Path]:
    """Write ``lesion-LEVEL_msk.nii.gz`` and ``lesion-LEVEL_probability.nii.gz``.

    Parameters
    ----------
    delineation : Delineation
    folder : Path
        Made if it is not there.

    Returns
    -------
    mask, probability : Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    mask = folder / f"lesion-{delineation.level}_msk.nii.gz"
    probability = folder / f"lesion-{delineation.level}_probability.nii.gz"
    write_volume(delineation.mask, mask)
    write_volume(delineation.probability, probability)
    return mask, probability


def read_mask(path: Path, ct: Volume) -> LabelMap:
    """Read a mask that a person edited or painted, onto the grid of the CT.

    Parameters
    ----------
    path : Path
        NIfTI; everything above 0 counts as lesion.
    ct : Volume

    Returns
    -------
    LabelMap
        0 and 1, for `corduroy.lesion.delineate` (as ``painted``) or `corduroy.lesion.as_painted`.

    Raises
    ------
    FileFormatError, LabelError
        If it is no label map.
    GeometryError
        If nothing of it lies on the CT.
    """
    labels = read_labels(path)
    if not labels.labels:
        raise LabelError(f"{labels.name} is empty", "a mask with at least one voxel")
    flat = LabelMap((labels.array > 0).astype("uint8"), labels.affine, labels.name, labels.meta)
    placed = resample_like(flat, ct)
    if not placed.labels:
        raise GeometryError(f"{labels.name} does not lie on {ct.name}", "a mask of the same scan")
    return placed
