"""Files that no program should choke on, one maker each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from corduroy.imaging import write_volume
from corduroy.phantom import random_spine

Arguments = list[str | Path]
_MIB = 1 << 20


def _nifti(path: Path, array: NDArray[np.generic]) -> Path:
    nib.save(nib.Nifti1Image(array, np.eye(4)), path)
    return path


def empty(folder: Path) -> Arguments:
    path = folder / "scan.nii.gz"
    path.write_bytes(b"")
    return [path]


def truncated(folder: Path) -> Arguments:
    noise = np.random.default_rng(1).integers(0, 25, (40, 40, 40)).astype(np.uint8)
    path = _nifti(folder / "labels.nii.gz", noise)
    path.write_bytes(path.read_bytes()[:-9000])
    return [path]


def wrong_dimension(folder: Path) -> Arguments:
    return [_nifti(folder / "scan.nii.gz", np.ones((30, 30), np.uint8))]


def four_dimensional(folder: Path) -> Arguments:
    return [_nifti(folder / "scan.nii.gz", np.ones((12, 12, 12, 4), np.uint8))]


def not_a_number(folder: Path) -> Arguments:
    array = np.zeros((20, 20, 20), np.float32)
    array[5:15, 5:15, 5:15] = 20
    array[10, 10, 10] = np.nan
    return [_nifti(folder / "labels.nii.gz", array)]


def fractional_labels(folder: Path) -> Arguments:
    array = np.zeros((20, 20, 20), np.float32)
    array[5:15, 5:15, 5:15] = 19.5
    return [_nifti(folder / "labels.nii.gz", array)]


def all_zero(folder: Path) -> Arguments:
    return [_nifti(folder / "labels.nii.gz", np.zeros((20, 20, 20), np.uint8))]


def labels_of_another_scan(folder: Path) -> Arguments:
    """A synthetic patient's CT with the labels of another one."""
    levels = ("T12", "L1", "L2")
    ct, _ = random_spine(np.random.default_rng(1), levels).render(np.random.default_rng(1), 3.0)
    others = random_spine(np.random.default_rng(2), levels).render_labels(3.0)
    write_volume(ct, folder / "ct.nii.gz")
    write_volume(others, folder / "labels.nii.gz")
    return [folder / "ct.nii.gz", "--labels", folder / "labels.nii.gz"]


def huge_header(folder: Path) -> Arguments:
    """A header of 352 bytes that promises 2.7e13 voxels."""
    header = nib.Nifti1Header()
    header.set_data_shape((30_000, 30_000, 30_000))
    header.set_data_dtype(np.int16)
    header["magic"] = b"n+1"
    header["vox_offset"] = 352
    path = folder / "scan.nii"
    path.write_bytes(header.binaryblock + b"\0" * 100)
    return [path]


def zip_that_climbs(folder: Path) -> Arguments:
    path = folder / "scan.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../escaped.dcm", b"x" * 200)
    return [path]


def zip_bomb(folder: Path) -> Arguments:
    """Under a megabyte that unpacks to 768."""
    path = folder / "scan.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("IM1", "w") as member:
        for _ in range(96):
            member.write(b"\0" * (8 * _MIB))
    return [path]


BAD_FILES: tuple[Callable[[Path], Arguments], ...] = (
    empty,
    truncated,
    wrong_dimension,
    four_dimensional,
    not_a_number,
    fractional_labels,
    all_zero,
    labels_of_another_scan,
    huge_header,
    zip_that_climbs,
    zip_bomb,
)
