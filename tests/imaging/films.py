"""An invented lateral radiograph: one vertebral body of known height, drawn as a bright quadrilateral."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

SPACING_MM = (0.5, 0.4)  # from row to row, from column to column: not the same, so that an exchange is seen
ROWS, COLUMNS = 480, 500
MAGNIFICATION = 1.2
# Millimetres of the film, anterior on the left. 21.6, 25.2 and 28.8 mm high: 18, 21 and 24 mm in the patient.
POINTS_MM = {
    "sup_ant": (60.0, 107.2),
    "sup_mid": (80.0, 103.6),
    "sup_post": (100.0, 100.0),
    "inf_ant": (60.0, 128.8),
    "inf_mid": (80.0, 128.8),
    "inf_post": (100.0, 128.8),
}
HEIGHTS_MM = {"anterior": 18.0, "middle": 21.0, "posterior": 24.0}
WEDGE_DEG = 10.2  # atan(7.2 / 40)


def film(*, anterior: str = "left") -> NDArray[np.uint16]:
    """Stored values of 12 bits, bone high; shape (`ROWS`, `COLUMNS`)."""
    picture = Image.new("I", (COLUMNS, ROWS), 600)
    corners = [POINTS_MM[name] for name in ("sup_ant", "sup_post", "inf_post", "inf_ant")]
    down, across = SPACING_MM
    ImageDraw.Draw(picture).polygon([(x / across, y / down) for x, y in corners], fill=3000)
    noise = np.random.default_rng(1).normal(0, 60, (ROWS, COLUMNS))
    stored = np.clip(np.asarray(picture) + noise, 0, 4095).astype(np.uint16)
    return np.ascontiguousarray(stored if anterior == "left" else stored[:, ::-1])


def picture(array: NDArray[Any], form: str = "PNG") -> bytes:
    """As a file of 8 bits."""
    buffer = io.BytesIO()
    values = array if array.dtype == np.uint8 else (array >> 4).astype(np.uint8)
    Image.fromarray(values).save(buffer, form, **({"quality": 95} if form == "JPEG" else {}))
    return buffer.getvalue()


def dicom(array: NDArray[np.uint16], compressed: str | None = None, **changes: Any) -> bytes:
    """As a DX image at the detector; `changes` by keyword, None takes an attribute away."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["an invented radiograph"])  # the same bytes always
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.PatientName, data.Modality, data.ViewPosition, data.StudyDate = "Doe^Jane", "DX", "LL", "20260301"
    data.PatientOrientation, data.ImagerPixelSpacing = ["P", "F"], list(SPACING_MM)
    data.Rows, data.Columns, data.SamplesPerPixel = *array.shape, 1
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.PhotometricInterpretation = "MONOCHROME2"
    data.PixelData = array.tobytes()
    if compressed is not None:
        data.compress(compressed)
    for keyword, value in changes.items():
        if value is None:
            del data[keyword]
        else:
            setattr(data, keyword, value)
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
