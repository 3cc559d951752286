"""Synthetic images with a mark that tells left from right, and a maker of DICOM series with chosen defects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    generate_uid,
)

from corduroy.imaging import Volume

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"
AXES = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@pytest.fixture
def shared_data() -> Path:
    """The real scans, which are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real scans (../shared/data) are not here")
    return SHARED_DATA


def rotation(degrees: Sequence[float]) -> NDArray[np.float64]:
    """Rotation about x, then y, then z."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        i, j = [k for k in range(3) if k != axis]
        turn = np.eye(3)
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix


@pytest.fixture
def patient() -> Callable[..., Volume]:
    """A maker of volumes whose every voxel is different, so that no flip or swap can hide."""

    def make(oblique: Sequence[float] = (0, 0, 0), dtype: Any = np.int16) -> Volume:
        shape = (5, 6, 7)
        array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
        affine = np.eye(4)
        affine[:3, :3] = rotation(oblique) @ np.diag([0.75, 1.0, 2.5])
        affine[:3, 3] = (-31.5, 12.25, -140.0)
        return Volume(array, affine, "patient")

    return make


def turned(volume: Volume, codes: str) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The same image stored along other axes, made by nibabel alone."""
    start = nib.io_orientation(np.diag([1.0, 1, 1, 1]))
    change = nib.orientations.ornt_transform(start, nib.orientations.axcodes2ornt(codes))
    array = nib.apply_orientation(volume.array, change)
    affine = volume.affine @ nib.orientations.inv_ornt_aff(change, volume.shape)
    return np.asarray(array), np.asarray(affine)


@dataclass
class DicomMaker:
    """Writes series of CT slices; each call gives the files in the order of the stored slices."""

    folder: Path
    series_uid: str = field(default_factory=generate_uid)
    frame_uid: str = field(default_factory=generate_uid)

    def __call__(
        self,
        stored: NDArray[Any],
        positions: Sequence[Sequence[float]] | None = None,
        *,
        axes: NDArray[np.float64] = AXES,
        spacing: tuple[float, float] = (1.0, 1.0),
        syntax: str = ExplicitVRLittleEndian,
        bits_stored: int = 16,
        prefix: str = "slice",
        change: Callable[[int, Dataset], None] | None = None,
        **tags: Any,
    ) -> list[Path]:
        places = [(0.0, 0.0, 2.0 * k) for k in range(len(stored))] if positions is None else positions
        files = []
        for k, (pixels, place) in enumerate(zip(stored, places, strict=True)):
            dataset = self._slice(k, pixels, place, axes, spacing, bits_stored)
            for keyword, value in tags.items():
                setattr(dataset, keyword, value)
            if change:
                change(k, dataset)
            if syntax != ExplicitVRLittleEndian:
                dataset.compress(syntax, generate_instance_uid=False)
            path = self.folder / f"{prefix}{k:03d}.dcm"
            dataset.save_as(path, enforce_file_format=True)
            files.append(path)
        return files

    def _slice(
        self,
        k: int,
        pixels: NDArray[Any],
        place: Sequence[float],
        axes: NDArray[np.float64],
        spacing: tuple[float, float],
        bits_stored: int,
    ) -> FileDataset:
        dataset = self._image(pixels, bits_stored, CTImageStorage)
        dataset.InstanceNumber = k + 1
        dataset.ImagePositionPatient = [float(p) for p in place]
        dataset.ImageOrientationPatient = [float(a) for a in axes.ravel()]
        dataset.PixelSpacing = list(spacing)
        dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
        return dataset

    def _image(self, pixels: NDArray[Any], bits_stored: int, sop_class: str) -> FileDataset:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = sop_class
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
        dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = "Secret^Name", "SECRET-1", "19500101"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = self.frame_uid, self.series_uid
        dataset.Modality, dataset.SeriesNumber, dataset.SeriesDescription = "CT", 3, "spine soft"
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.PatientPosition, dataset.AcquisitionDate = "HFS", "20240229"
        dataset.Rows, dataset.Columns = pixels.shape[-2:]
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits_stored, bits_stored - 1
        dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
        dataset.PixelData = np.ascontiguousarray(pixels).tobytes()
        return dataset

    def enhanced(self, stored: NDArray[Any], order: Sequence[int], step_mm: float = 2.0) -> Path:
        """One multi-frame file whose frames come in the given order."""
        dataset = self._image(stored[list(order)], 16, EnhancedCTImageStorage)
        dataset.NumberOfFrames = len(stored)
        dataset.SharedFunctionalGroupsSequence = DicomSequence(
            [
                _nested("PixelMeasuresSequence", PixelSpacing=[0.5, 0.75]),
            ]
        )
        shared = dataset.SharedFunctionalGroupsSequence[0]
        shared.PlaneOrientationSequence = [_plain(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])]
        shared.PixelValueTransformationSequence = [_plain(RescaleSlope=1, RescaleIntercept=-1024)]
        dataset.PerFrameFunctionalGroupsSequence = [
            _nested("PlanePositionSequence", ImagePositionPatient=[0, 0, step_mm * k]) for k in order
        ]
        path = self.folder / "enhanced.dcm"
        dataset.save_as(path, enforce_file_format=True)
        return path


def _plain(**tags: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    return dataset


def _nested(sequence: str, **tags: Any) -> Dataset:
    dataset = Dataset()
    setattr(dataset, sequence, [_plain(**tags)])
    return dataset


@pytest.fixture
def maker(tmp_path: Path) -> DicomMaker:
    folder = tmp_path / "series"
    folder.mkdir()
    return DicomMaker(folder)


@pytest.fixture
def stored() -> NDArray[np.int16]:
    """Six slices of 32 x 40 stored values, linear along z, different towards each side."""
    rows, columns = np.mgrid[0:32, 0:40]
    return np.stack([(7 * rows + 90 * columns + 30 * k + 100) for k in range(6)]).astype(np.int16)


def hounsfield_ras(stored: NDArray[Any]) -> NDArray[Any]:
    """What an axial series of `stored` must become: columns and rows point left and back, RAS does not."""
    return (stored.astype(np.int32) - 1024).transpose(2, 1, 0)[::-1, ::-1].astype(np.int16)


@pytest.fixture
def expected_ras() -> Callable[[NDArray[Any]], NDArray[Any]]:
    return hounsfield_ras


@pytest.fixture
def turn() -> Callable[[Volume, str], tuple[NDArray[Any], NDArray[np.float64]]]:
    return turned


@pytest.fixture
def rotate() -> Callable[[Sequence[float]], NDArray[np.float64]]:
    return rotation


def edit(path: Path, **tags: Any) -> None:
    """Change attributes of a written file."""
    dataset = pydicom.dcmread(path)
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)


@pytest.fixture
def edit_dicom() -> Callable[..., None]:
    return edit
