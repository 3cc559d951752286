"""From a DICOM file to its `Frame`s: what geometry, grouping and decoding need to know, and no patient's name.

Attribute names and units are those of DICOM PS3.3 (CT Image Module C.8.2.1, Image Plane Module C.7.6.2,
Enhanced CT C.8.15); positions are in the patient's LPS frame, millimetres.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import ImplicitVRLittleEndian

from corduroy.imaging._dicom_files import Source
from corduroy.imaging.volume import FloatArray

# Only these are read: patients' names, numbers and birth dates never enter the program.
_TAGS = (
    "ImageType", "SOPClassUID", "Modality", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber",
    "AcquisitionNumber", "InstanceNumber", "AcquisitionDate", "SeriesDate", "StudyDate", "PatientPosition",
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "NumberOfFrames",
    "SamplesPerPixel", "PixelRepresentation", "BitsAllocated", "PixelPaddingValue", "RescaleSlope",
    "RescaleIntercept", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
)  # fmt: skip
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_START_BYTES = 4096
_MAX_PIXELS = 1 << 26  # author's choice: 8192 x 8192, four times the side of the largest CT matrix in use
_MAX_FRAMES = 1 << 16


class NotDicomError(Exception):
    """The file is something else; never leaves this package."""


class UnfitError(Exception):
    """DICOM, but no slice of a volume; the text says what it is. Never leaves this package."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One slice: where its pixels are, what turns them into Hounsfield units, where it lies."""

    source: Source
    index: int
    series_uid: str
    series_number: int | None
    description: str
    modality: str
    acquisition: int | None
    instance: int | None
    position: FloatArray
    orientation: FloatArray
    spacing: tuple[float, float]
    shape: tuple[int, int]
    slope: float
    intercept: float
    rescale_known: bool
    padding: int | None
    patient_position: str
    acquired: date | None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep pydicom's remarks on single values away from the user; what matters is checked and told here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_dataset(stream: BinaryIO, **options: Any) -> Dataset:
    """Parse a DICOM stream; one without the preamble too, where its first element shows what it is.

    Raises
    ------
    NotDicomError
        If it is something else.
    UnfitError
        If it is deflated: its size once inflated cannot be known before.
    """
    start = stream.read(_START_BYTES)
    stream.seek(0)
    if _DEFLATED in start:
        raise UnfitError("deflated DICOM, save it in another transfer syntax")
    bare = start[:2] == b"\x08\x00"
    if start[128:132] != b"DICM" and not bare:
        raise NotDicomError
    try:
        dataset = pydicom.dcmread(stream, force=bare, **options)
    except InvalidDicomError as error:
        raise NotDicomError from error
    if bare and "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    return dataset


def frames_of(source: Source) -> list[Frame]:
    """All frames of a file.

    Raises
    ------
    NotDicomError
        If the file is not DICOM.
    UnfitError
        If it holds no slice of a volume, or its header cannot be understood.
    """
    try:
        with source.open() as stream, quiet():
            dataset = read_dataset(stream, stop_before_pixels=True, specific_tags=list(_TAGS))
            return list(_frames(source, dataset))
    except (NotDicomError, UnfitError):
        raise
    except Exception as error:  # pydicom raises whatever a damaged byte leads to; it is told as one line
        raise UnfitError(f"damaged ({type(error).__name__})") from error


def _frames(source: Source, dataset: Dataset) -> Iterator[Frame]:
    _check_is_slice(dataset)
    count = int(dataset.get("NumberOfFrames") or 1)
    if not 1 <= count <= _MAX_FRAMES:
        raise UnfitError(f"an image of {count} frames")
    groups = dataset.get("PerFrameFunctionalGroupsSequence")
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    if groups is None and count > 1:
        raise UnfitError("a multi-frame image without positions")
    if groups is not None and len(groups) != count:
        raise UnfitError(f"an image of {count} frames with {len(groups)} positions")
    for index in range(count):
        places = [dataset] if groups is None else [groups[index], shared, dataset]
        yield _frame(source, index, dataset, places)


def _check_is_slice(dataset: Dataset) -> None:
    if "Rows" not in dataset or "Columns" not in dataset:
        raise UnfitError("an object without an image")
    if any(str(word).upper() in ("LOCALIZER", "SCOUT", "TOPOGRAM") for word in _many(dataset.get("ImageType"))):
        raise UnfitError("localizer image")
    if int(dataset.get("SamplesPerPixel") or 1) != 1:
        raise UnfitError("colour image or screen capture")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    if min(rows, columns) < 2 or rows * columns > _MAX_PIXELS:
        raise UnfitError(f"an image of {rows} x {columns} pixels")


def _frame(source: Source, index: int, top: Dataset, places: list[Dataset]) -> Frame:
    slope = _find(places, "PixelValueTransformationSequence", "RescaleSlope")
    intercept = _find(places, "PixelValueTransformationSequence", "RescaleIntercept")
    acquisition = _find(places, "FrameContentSequence", "FrameAcquisitionNumber")
    rescale = _finite([1.0 if slope is None else slope, 0.0 if intercept is None else intercept], 2, "rescale")
    if rescale[0] == 0:
        raise UnfitError("an image with a rescale slope of 0")
    row_mm, column_mm = _finite(_find(places, "PixelMeasuresSequence", "PixelSpacing"), 2, "pixel spacing")
    if min(row_mm, column_mm) <= 0:
        raise UnfitError("an image with a pixel spacing of 0 or below")
    uid, number = str(top.get("SeriesInstanceUID") or ""), _whole(top.get("SeriesNumber"))
    description = " ".join(str(top.get("SeriesDescription") or "").split())
    return Frame(
        source=source,
        index=index,
        series_uid=uid or f"series {number} {description}".strip(),
        series_number=number,
        description=description,
        modality=str(top.get("Modality") or ""),
        acquisition=_whole(top.get("AcquisitionNumber") if acquisition is None else acquisition),
        instance=_whole(top.get("InstanceNumber")) if len(places) == 1 else index,
        position=_finite(_find(places, "PlanePositionSequence", "ImagePositionPatient"), 3, "position"),
        orientation=_orientation(_find(places, "PlaneOrientationSequence", "ImageOrientationPatient")),
        spacing=(float(row_mm), float(column_mm)),
        shape=(int(top.Rows), int(top.Columns)),
        slope=float(rescale[0]),
        intercept=float(rescale[1]),
        rescale_known=slope is not None and intercept is not None,
        padding=_padding(top),
        patient_position=str(top.get("PatientPosition") or "").upper(),
        acquired=acquired_on(top),
    )


def _find(places: list[Dataset], sequence: str, keyword: str) -> Any:
    """An attribute of this frame, of all frames, or of the file, whichever speaks first."""
    for place in places:
        inner = place.get(sequence)
        value = inner[0].get(keyword) if inner else place.get(keyword)
        if value is not None and value != "":
            return value
    return None


def _finite(values: Any, count: int, what: str) -> FloatArray:
    numbers = np.array([float(v) for v in _many(values)])
    if numbers.shape != (count,) or not np.isfinite(numbers).all() or np.abs(numbers).max() > 1e6:
        raise UnfitError(f"an image without a valid {what}")
    return numbers


def _orientation(values: Any) -> FloatArray:
    axes = _finite(values, 6, "orientation").reshape(2, 3)
    lengths = np.linalg.norm(axes, axis=1)
    if np.abs(lengths - 1).max() > 0.01 or abs(float(axes[0] @ axes[1])) > 0.01:
        raise UnfitError("an image without a valid orientation")
    return np.asarray(axes / lengths[:, None], dtype=np.float64)


def _many(value: Any) -> list[Any]:
    if value is None or isinstance(value, str | int | float):
        return [] if value is None else [value]
    return list(value)


def _whole(value: Any) -> int | None:
    return None if value is None or value == "" else int(value)


def _padding(dataset: Dataset) -> int | None:
    """The stored value of pixels outside the reconstruction; many files give a negative one as unsigned."""
    value = _whole(dataset.get("PixelPaddingValue"))
    if value is None:
        return None
    bits = int(dataset.get("BitsAllocated") or 16)
    signed = int(dataset.get("PixelRepresentation") or 0) == 1
    return value - (1 << bits) if signed and value >= 1 << (bits - 1) else value


def acquired_on(dataset: Dataset) -> date | None:
    """The day of the image, as far as the file tells."""
    for keyword in ("AcquisitionDate", "SeriesDate", "StudyDate"):
        text = str(dataset.get(keyword) or "").replace(".", "")[:8]
        with contextlib.suppress(ValueError):  # an unreadable date is an unknown one
            return datetime.strptime(text, "%Y%m%d").date()
    return None
