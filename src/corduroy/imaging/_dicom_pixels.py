"""Decoding of single frames to Hounsfield units."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813, the library's own customary name
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import iter_pixels
from scipy import ndimage

from corduroy.errors import CorduroyError, FileFormatError
from corduroy.imaging._dicom_files import Source
from corduroy.imaging._dicom_header import Frame, quiet, read_dataset

AIR_HU = -1024
# Padding at or below this is no tissue and is left as it is stored (author's choice: above it begins lung).
_PADDING_IS_AIR_HU = -1000


def stored_pixels(source: Source, indices: list[int]) -> Iterator[NDArray[Any]]:
    """The frames of one file as stored, without rescale; the file is read once.

    Raises
    ------
    FileFormatError
        If the pixels are missing, truncated, damaged or compressed in a way that nothing here can read.
    """
    try:
        with quiet():
            dataset = read_dataset(source.read())
            frames = iter(_decoded(dataset, indices))
            for _ in indices:
                yield next(frames)
    except CorduroyError:
        raise
    except Exception as error:  # decoders raise whatever a damaged byte leads to; it is told as one line
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(
            f"the pixels of {source.name} cannot be read ({reason})", "whole pixel data", "send the series again"
        ) from error


def _decoded(dataset: Dataset, indices: list[int]) -> Iterator[NDArray[Any]]:
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_compressed and not get_decoder(syntax).is_available:
        everything = _decoded_by_gdcm(dataset)
        return (everything[index] for index in indices)
    return iter_pixels(dataset, indices=indices)


def _decoded_by_gdcm(dataset: Dataset) -> NDArray[Any]:
    """What pydicom has no permissive decoder for (JPEG lossless), through the GDCM inside SimpleITK.

    GDCM applies the rescale while reading, so it is given a copy without one, in a file of its own.
    """
    bare = Dataset()
    bare.file_meta = dataset.file_meta
    for keyword in (
        "SOPClassUID", "SOPInstanceUID", "Modality", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel",
        "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelData",
    ):  # fmt: skip
        if keyword in dataset:
            bare[keyword] = dataset[keyword]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.dcm"
        bare.save_as(path, enforce_file_format=True)
        array: NDArray[Any] = sitk.GetArrayFromImage(sitk.ReadImage(str(path), imageIO="GDCMImageIO"))
    return array


def same_pixels(first: Frame, second: Frame) -> bool:
    """Whether two frames show the same Hounsfield units."""
    if (first.slope, first.intercept) != (second.slope, second.intercept):
        return False
    one = next(stored_pixels(first.source, [first.index]))
    two = next(stored_pixels(second.source, [second.index]))
    return np.array_equal(one, two)


def hounsfield(stored: NDArray[Any], frame: Frame, whole: bool) -> tuple[NDArray[Any], bool]:
    """Rescale one frame.

    Parameters
    ----------
    stored : ndarray, shape (rows, columns)
        As decoded.
    frame : Frame
        Whose rescale and padding apply.
    whole : bool
        Whether slopes and intercepts of the whole stack are whole numbers.

    Returns
    -------
    ndarray
        int32 where `whole`, else float32.
    bool
        Whether padding that would pass for tissue was set to air.
    """
    if stored.shape != frame.shape:
        raise FileFormatError(
            f"{frame.source.name} has pixels of shape {stored.shape}", f"{frame.shape} as its header says"
        )
    if whole:
        values = stored.astype(np.int32) * np.int32(frame.slope) + np.int32(frame.intercept)
    else:
        values = (stored * np.float64(frame.slope) + frame.intercept).astype(np.float32)
    if frame.padding is None or frame.padding * frame.slope + frame.intercept <= _PADDING_IS_AIR_HU:
        return values, False
    outside = _touching_border(stored == frame.padding)
    values[outside] = AIR_HU
    return values, bool(outside.any())


def _touching_border(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parts of a mask that reach the image's border: padding does, tissue of the same value rarely."""
    parts, _ = ndimage.label(mask)
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    return np.isin(parts, np.unique(border[border > 0]))
