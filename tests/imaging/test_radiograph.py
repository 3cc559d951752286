"""Lateral radiographs: which way they hang, how large a pixel is, and what is no lateral radiograph."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from corduroy.errors import FileFormatError
from corduroy.imaging.radiograph import Radiograph, read_radiograph
from tests.imaging.films import COLUMNS, POINTS_MM, ROWS, SPACING_MM, dicom, film, picture


def read(content: bytes, folder: Path) -> Radiograph:
    path = folder / "film"
    path.write_bytes(content)
    return read_radiograph(path)


def brightness(found: Radiograph, x_mm: float, y_mm: float) -> float:
    down, across = found.spacing_mm or SPACING_MM
    row, column = round(y_mm / down), round(x_mm / across)
    return float(found.grey[row - 2 : row + 3, column - 2 : column + 3].mean())


def require_body_at_its_place(found: Radiograph) -> None:
    """Bright just inside the lower posterior corner and above the anterior slope only where the body is."""
    assert found.grey.shape == (ROWS, COLUMNS)
    x, y = POINTS_MM["sup_post"]
    assert brightness(found, x - 4, y + 4) > 200  # the high wall is on the right
    x, y = POINTS_MM["sup_ant"]
    assert brightness(found, x + 4, y - 4) < 60  # nothing there if anterior is on the left and superior at the top
    assert brightness(found, x + 4, y + 4) > 200


# What the file's rows and columns run to, and how a film with anterior left and superior up is stored then.
TURNS = {
    ("P", "F"): lambda a: a,
    ("A", "F"): lambda a: a[:, ::-1],
    ("P", "H"): lambda a: a[::-1],
    ("A", "H"): lambda a: a[::-1, ::-1],
    ("F", "P"): lambda a: a.T,
    ("F", "A"): lambda a: a[:, ::-1].T,
    ("H", "P"): lambda a: a[::-1].T,
    ("H", "A"): lambda a: a[::-1, ::-1].T,
}


@pytest.mark.parametrize("letters", TURNS, ids="-".join)
def test_however_it_is_stored_anterior_is_shown_on_the_left(letters: tuple[str, str], tmp_path: Path) -> None:
    stored = np.ascontiguousarray(TURNS[letters](film()))
    spacing = SPACING_MM if letters[0] in "AP" else SPACING_MM[::-1]
    found = read(dicom(stored, PatientOrientation=list(letters), ImagerPixelSpacing=list(spacing)), tmp_path)
    assert found.is_oriented
    assert found.spacing_mm == SPACING_MM
    require_body_at_its_place(found)


@pytest.mark.parametrize("orientation", [None, "", ["F", "H"], ["X", "F"]])
def test_without_an_orientation_it_stays_as_it_is_and_says_so(orientation: Any, tmp_path: Path) -> None:
    found = read(dicom(film(), PatientOrientation=orientation), tmp_path)
    assert not found.is_oriented
    require_body_at_its_place(found)


def test_bone_is_bright_in_both_forms_of_grey(tmp_path: Path) -> None:
    inverted = np.asarray(4095 - film(), dtype=np.uint16)
    require_body_at_its_place(read(dicom(inverted, PhotometricInterpretation="MONOCHROME1"), tmp_path))


@pytest.mark.parametrize(
    ("header", "spacing", "magnification"),
    [
        ({}, (0.5, 0.4), None),
        ({"EstimatedRadiographicMagnificationFactor": 1.15}, (0.5, 0.4), 1.15),
        ({"EstimatedRadiographicMagnificationFactor": 0.4}, (0.5, 0.4), None),
        ({"PixelSpacing": [0.5, 0.4]}, (0.5, 0.4), None),
        ({"PixelSpacing": [0.4, 0.32]}, (0.4, 0.32), 1.0),
        ({"PixelSpacing": [0.5, 0.4], "PixelSpacingCalibrationType": "FIDUCIAL"}, (0.5, 0.4), 1.0),
        ({"PixelSpacing": [0.5, 0.4], "ImagerPixelSpacing": None}, (0.5, 0.4), None),
        ({"ImagerPixelSpacing": None}, None, None),
        ({"ImagerPixelSpacing": [0.0, 0.4]}, None, None),
    ],
)
def test_the_scale_is_what_the_file_says_and_no_more(
    header: dict[str, Any], spacing: tuple[float, float] | None, magnification: float | None, tmp_path: Path
) -> None:
    found = read(dicom(film(), **header), tmp_path)
    assert found.spacing_mm == spacing
    assert found.magnification == magnification
    assert str(found.acquired) == "2026-03-01"


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless], ids=lambda uid: uid.name)
def test_compressed_films_are_the_same(syntax: str, tmp_path: Path) -> None:
    found = read(dicom(film(), compressed=syntax), tmp_path)
    assert np.array_equal(found.grey, read(dicom(film()), tmp_path).grey)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "PNG of 16 bits", "PNG in colour that shows grey"])
def test_pictures_have_no_scale_and_no_side(form: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    if form == "PNG of 16 bits":
        Image.fromarray(film()).save(buffer, "PNG")
    else:
        values = (film() >> 4).astype(np.uint8)
        shown = np.repeat(values[..., None], 3, axis=2) if "colour" in form else values
        Image.fromarray(shown).save(buffer, form.split()[0], dpi=(300, 300))
    found = read(buffer.getvalue(), tmp_path)
    assert (found.spacing_mm, found.magnification, found.is_oriented) == (None, None, False)
    require_body_at_its_place(found)


def larger_png(side: int) -> bytes:
    """A few bytes that promise many pixels."""
    body = b"IHDR" + struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + header + picture(film())[33:]


def lying_dicom() -> bytes:
    """A JPEG 2000 stream that says it is larger than the header does."""
    content = bytearray(dicom(film(), compressed=JPEG2000Lossless))
    at = content.find(b"\xff\x4f\xff\x51")
    struct.pack_into(">2I", content, at + 8, 60_000, 60_000)
    return bytes(content)


def bad_films() -> dict[str, tuple[bytes, str]]:
    """What is refused, and what the refusal names."""
    colour = np.random.default_rng(2).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    small = np.ascontiguousarray(film()[:90, :120])
    whole = dicom(film())
    return {
        "nothing": (b"", "neither DICOM nor PNG nor JPEG"),
        "a page": (b"<html>" * 60, "neither DICOM nor PNG nor JPEG"),
        "an archive": (b"PK\x03\x04" + b"\0" * 200, "take it out of the archive"),
        "several frames": (dicom(film(), NumberOfFrames=4), "4 frames"),
        "a picture in colour": (picture(colour), "in colour"),
        "too small": (picture(small), "120 x 90 pixels"),
        "too small in DICOM": (dicom(small), "120 x 90 pixels"),
        "from the front": (dicom(film(), ViewPosition="PA"), "view position is PA"),
        "from the front by its orientation": (dicom(film(), PatientOrientation=["L", "F"]), r"orientation is L\F"),
        "a CT": (dicom(film(), Modality="CT"), "as the image of a scan"),
        "colour in DICOM": (dicom(film(), PhotometricInterpretation="PALETTE COLOR"), "in colour"),
        "a promise of too many pixels": (larger_png(12_000), "12000 x 12000"),
        "a promise of far too many pixels": (larger_png(30_000), "hundreds of millions of pixels"),
        "a promise of too many pixels in DICOM": (dicom(film(), Rows=60_000, Columns=60_000), "at most 32 million"),
        "a compressed picture of another size": (lying_dicom(), "60000"),
        "run lengths": (dicom(film(), compressed=RLELossless), "RLE"),
        "a PNG cut off": (picture(film())[:9000], "cut off or damaged"),
        "a JPEG cut off": (picture(film(), "JPEG")[:9000], "cut off or damaged"),
        "DICOM cut off": (whole[: len(whole) // 2], "cannot be read"),
        "DICOM without an image": (b"\0" * 128 + b"DICM" + b"\0" * 100, "the radiograph"),
    }


@pytest.mark.parametrize("kind", bad_films())
def test_what_is_no_lateral_radiograph_is_refused_by_its_name(kind: str, tmp_path: Path) -> None:
    content, told = bad_films()[kind]
    with pytest.raises(FileFormatError) as refused:
        read(content, tmp_path)
    assert told in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_damaged_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    small = np.ascontiguousarray(film()[100:360, 100:360])
    source = data.draw(st.sampled_from(["dicom", "PNG", "JPEG"]))
    content = bytearray(dicom(small) if source == "dicom" else picture(small, source))
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, min(len(content), 900) - 1))  # where headers are
        content[where] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content
    with contextlib.suppress(FileFormatError):  # nothing else may be raised
        assert min(read(bytes(content), tmp_path).grey.shape) >= 256
