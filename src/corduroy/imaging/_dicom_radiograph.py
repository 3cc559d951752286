"""A radiograph from a DICOM file: what its header says about size, side and magnification, and its pixels as shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame

from corduroy.errors import CorduroyError, FileFormatError
from corduroy.imaging._compressed_size import declared_size
from corduroy.imaging._dicom_files import Source
from corduroy.imaging._dicom_header import NotDicomError, UnfitError, acquired_on, quiet, read_dataset
from corduroy.imaging._dicom_pixels import stored_pixels
from corduroy.imaging.radiograph import Radiograph, require_size, shown_grey

# Only these are read beside the pixels: patients' names, numbers and birth dates never enter the program.
_TAGS = (
    "Modality", "ViewPosition", "PatientOrientation", "PixelSpacing", "PixelSpacingCalibrationType",
    "ImagerPixelSpacing", "EstimatedRadiographicMagnificationFactor", "Rows", "Columns", "NumberOfFrames",
    "SamplesPerPixel", "PhotometricInterpretation", "AcquisitionDate", "SeriesDate", "StudyDate",
)  # fmt: skip
_PROJECTIONS = ("CR", "DX", "RG", "RF", "XA")
# View Position of PS3.3 C.8.1.3: from the front or the back, lying on a side, oblique.
_NOT_LATERAL = ("AP", "PA", "LLD", "RLD", "LLO", "RLO")
_CALIBRATED = ("GEOMETRY", "FIDUCIAL")
_SPACING_MM = (0.01, 2.0)  # author's choice: finer than any detector, coarser than any film that can be measured
_MAGNIFICATION = (1.0, 3.0)  # author's choice: the spine lies between source and detector, nearer to the detector
_EXPECTED = "one lateral radiograph (CR, DX)"


def read_dicom_radiograph(path: Path, name: str) -> Radiograph:
    """See `corduroy.imaging.radiograph.read_radiograph`."""
    source = Source(name, lambda: path.open("rb"), path.stat().st_size)
    header = _header(source)
    try:
        return _radiograph(source, header)
    except CorduroyError:
        raise
    except Exception as error:  # pydicom raises whatever a damaged value leads to; it is told as one line
        raise FileFormatError(f"{name} is damaged ({type(error).__name__})", "a whole file", "send it again") from error


def _header(source: Source) -> Dataset:
    try:
        with source.open() as stream, quiet():
            return read_dataset(stream, stop_before_pixels=True, specific_tags=list(_TAGS))
    except (NotDicomError, UnfitError) as error:
        raise FileFormatError(f"{source.name} cannot be read ({error})", _EXPECTED) from error
    except Exception as error:  # likewise
        raise FileFormatError(
            f"{source.name} is damaged ({type(error).__name__})", "a whole file", "send it again"
        ) from error


def _radiograph(source: Source, header: Dataset) -> Radiograph:
    with quiet():
        _require_one_lateral(header, source.name)
        orientation = _orientation(header, source.name)
        size = int(header.Rows), int(header.Columns)
        require_size(*size, source.name)
        _require_same_size(source, size)
        spacing, magnification = _scale(header)
    stored = next(stored_pixels(source, [0]))
    if stored.shape != size:
        raise FileFormatError(f"{source.name} has pixels of shape {stored.shape}", f"{size} as its header says")
    grey = shown_grey(stored)
    if header.PhotometricInterpretation == "MONOCHROME1":  # the lowest value is shown white
        grey = np.asarray(255 - grey, dtype=np.uint8)
    if orientation is not None:
        grey, spacing = _turned(grey, spacing, orientation)
    return Radiograph(grey, spacing, magnification, orientation is not None, acquired_on(header))


def _require_one_lateral(header: Dataset, name: str) -> None:
    modality, view = str(header.get("Modality") or ""), str(header.get("ViewPosition") or "").upper()
    frames = int(header.get("NumberOfFrames") or 1)
    if "Rows" not in header or "Columns" not in header:
        raise FileFormatError(f"{name} is DICOM without an image", _EXPECTED)
    if frames != 1:
        raise FileFormatError(f"{name} has {frames} frames", _EXPECTED, "export the one that is to be measured")
    if int(header.get("SamplesPerPixel") or 1) != 1 or "MONOCHROME" not in str(header.get("PhotometricInterpretation")):
        raise FileFormatError(f"{name} is a picture in colour", _EXPECTED)
    if modality not in _PROJECTIONS:
        do = "load it as the image of a scan" if modality in ("CT", "MR") else "export it as PNG if it is a radiograph"
        raise FileFormatError(f"{name} is of modality '{modality}'", _EXPECTED, do)
    if view in _NOT_LATERAL:
        raise FileFormatError(f"{name} is not lateral, its view position is {view}", _EXPECTED, "load the lateral view")


def _orientation(header: Dataset, name: str) -> tuple[str, str] | None:
    """Whereto rows and columns run, one of A, P, H, F each; None where the file does not say so."""
    given = header.get("PatientOrientation") or ()
    letters = tuple(str(one)[:1].upper() for one in ([given] if isinstance(given, str) else given))
    if len(letters) == 2 and set(letters) & {"L", "R"}:
        told = "\\".join(str(one) for one in given)
        raise FileFormatError(
            f"{name} is not lateral, its patient orientation is {told}", _EXPECTED, "load the lateral view"
        )
    along, down = (*letters, "", "")[:2]
    one_of_each = bool(set("AP") & {along, down}) and bool(set("HF") & {along, down})
    return (along, down) if one_of_each else None


def _scale(header: Dataset) -> tuple[tuple[float, float] | None, float | None]:
    """Spacing from row to row and column to column, and its magnification.

    Pixel Spacing lies in the patient where its calibration is named or where it differs from the detector's.
    Otherwise the detector's counts, with the magnification that the file estimates.
    """
    detector, patient = (_spacing(header.get(keyword)) for keyword in ("ImagerPixelSpacing", "PixelSpacing"))
    is_named = str(header.get("PixelSpacingCalibrationType") or "").upper() in _CALIBRATED
    if patient is not None and (is_named or (detector is not None and not np.allclose(patient, detector, rtol=1e-3))):
        return patient, 1.0
    factor = header.get("EstimatedRadiographicMagnificationFactor")
    known = None if factor is None or factor == "" else float(factor)
    is_possible = known is not None and _MAGNIFICATION[0] <= known <= _MAGNIFICATION[1]
    return detector or patient, known if is_possible and detector is not None else None


def _spacing(given: Any) -> tuple[float, float] | None:
    if given is None or given == "" or isinstance(given, str) or len(given) != 2:
        return None
    down, across = float(given[0]), float(given[1])
    least, most = _SPACING_MM
    return (down, across) if least <= down <= most and least <= across <= most else None


def _turned(
    grey: NDArray[np.uint8], spacing: tuple[float, float] | None, orientation: tuple[str, str]
) -> tuple[NDArray[np.uint8], tuple[float, float] | None]:
    """Anterior on the left, superior at the top."""
    along, down = orientation
    if along in "HF":
        grey, along, down = grey.T, down, along
        spacing = None if spacing is None else (spacing[1], spacing[0])
    if along == "A":
        grey = grey[:, ::-1]
    if down == "H":
        grey = grey[::-1]
    return np.ascontiguousarray(grey), spacing


def _require_same_size(source: Source, size: tuple[int, int]) -> None:
    """A compressed picture tells its size itself: one that lies would fill the memory while it is decoded."""
    dataset = read_dataset(source.read())
    if not dataset.file_meta.TransferSyntaxUID.is_compressed or "PixelData" not in dataset:
        return
    declared = declared_size(get_frame(dataset.PixelData, 0, number_of_frames=1))
    if declared is None:
        syntax = dataset.file_meta.TransferSyntaxUID.name
        raise FileFormatError(f"{source.name} is compressed ({syntax})", "uncompressed, JPEG, JPEG-LS or JPEG 2000")
    if declared != size:
        raise FileFormatError(f"{source.name} holds a picture of {declared} pixels", f"{size} as its header says")
