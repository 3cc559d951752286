"""`read_radiograph`: a lateral radiograph as a picture, the size of its pixels and the way it hangs.

A radiograph is a shadow, no volume: it has no affine. Which way it hangs is a question of axes all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from corduroy.errors import CorduroyError, FileFormatError
from corduroy.imaging._dicom_header import quiet

MAX_PIXELS = 1 << 25
"""Author's choice: a film of the whole spine, stitched, has some 3000 x 10000."""

_MAX_BYTES = 256 << 20
_LEAST_SIDE = 256  # author's choice: on a film 400 mm high a lumbar body is then 17 pixels high, where a grade ends
_PNG, _JPEG, _ZIP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"
# Author's choice: red, green and blue of a grey pixel may differ so much after JPEG; a coloured mark may cover so much.
_GREY_WITHIN, _MARKED_SHARE = 24, 0.02
_EXPECTED = "a lateral radiograph: DICOM of one frame (CR, DX), PNG or JPEG"


@dataclass(frozen=True, eq=False)
class Radiograph:
    """A lateral radiograph as it is shown: bone bright.

    Parameters
    ----------
    grey : ndarray of uint8, shape (rows, columns)
        Rows from the top. Between the half and the 99.5th hundredth of the stored values.
    spacing_mm : tuple of float or None
        From row to row and from column to column; None where the file does not say.
    magnification : float or None
        Size in millimetres of `spacing_mm` over true size: 1 where the file's spacing is calibrated in the patient,
        the file's estimate where it has one, None where it is not known.
    is_oriented : bool
        Whether the file says which way it hangs. It was then turned: anterior on the left, superior at the top.
    acquired : date or None
    """

    grey: NDArray[np.uint8]
    spacing_mm: tuple[float, float] | None
    magnification: float | None
    is_oriented: bool
    acquired: date | None


def read_radiograph(path: Path, name: str = "the radiograph") -> Radiograph:
    """Read a lateral radiograph.

    Parameters
    ----------
    path : Path
        DICOM of one frame, PNG or JPEG; told by its content, not by its name.
    name : str
        What messages call it.

    Returns
    -------
    Radiograph
        The spacing of a PNG or JPEG is not taken from it: what such files say is the size on paper.

    Raises
    ------
    FileFormatError
        If it is damaged, of another kind, in colour, too small or too large, of several frames, or by its own words
        no lateral radiograph.

    Notes
    -----
    Sources: DICOM PS3.3 10.7.1 (Pixel Spacing, its calibration), C.8.11.4 (Imager Pixel Spacing), C.7.6.1.1.1
    (Patient Orientation).

    When this misleads: the file's estimate of the magnification holds at one depth of the patient; who stood
    farther from the detector is enlarged more.
    """
    n_bytes = path.stat().st_size
    if n_bytes > _MAX_BYTES:
        raise FileFormatError(f"{name} has {n_bytes >> 20} MB", f"at most {_MAX_BYTES >> 20} MB")
    with path.open("rb") as stream:
        start = stream.read(132)
    if start[128:] == b"DICM":
        from corduroy.imaging._dicom_radiograph import read_dicom_radiograph

        return read_dicom_radiograph(path, name)
    if start.startswith((_PNG, _JPEG)):
        return Radiograph(shown_grey(_stored_picture(path, name)), None, None, False, None)
    do = "take it out of the archive" if start.startswith(_ZIP) else None
    raise FileFormatError(f"{name} is neither DICOM nor PNG nor JPEG", _EXPECTED, do)


def require_size(rows: int, columns: int, name: str) -> None:
    """Refuse what is too small to be measured, and what would fill the memory, before anything is decoded.

    Raises
    ------
    FileFormatError
    """
    if min(rows, columns) < _LEAST_SIDE:
        raise FileFormatError(
            f"{name} has {columns} x {rows} pixels", f"at least {_LEAST_SIDE} on each side", "export it in full size"
        )
    if rows * columns > MAX_PIXELS:
        raise _too_large(f"{name} has {columns} x {rows} pixels")


def _too_large(got: str) -> FileFormatError:
    return FileFormatError(got, f"at most {MAX_PIXELS >> 20} million", "cut it to the spine")


def shown_grey(stored: NDArray[Any]) -> NDArray[np.uint8]:
    """Stored values as grey, the brightest and the darkest half of a hundredth cut off."""
    low, high = (float(value) for value in np.percentile(stored, (0.5, 99.5)))
    scaled = (stored.astype(np.float32) - low) / max(high - low, 1.0)
    return np.asarray(np.clip(scaled, 0.0, 1.0) * 255, dtype=np.uint8)


def _stored_picture(path: Path, name: str) -> NDArray[Any]:
    try:
        with quiet(), Image.open(path, formats=("PNG", "JPEG")) as picture:
            require_size(picture.height, picture.width, name)
            upright = ImageOps.exif_transpose(picture)
            return _grey(upright, name)
    except CorduroyError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(f"{name} promises hundreds of millions of pixels") from error
    except Exception as error:  # decoders raise whatever a damaged byte leads to; it is told as one line
        reason = str(error).splitlines()[0].replace(str(path), name) if str(error) else type(error).__name__
        raise FileFormatError(f"{name} is cut off or damaged ({reason})", "a whole file", "send it again") from error


def _grey(picture: Image.Image, name: str) -> NDArray[Any]:
    """Stored values of a grey picture; of one in colour that shows nothing but grey, its middle channel."""
    if picture.mode.startswith(("I", "L", "1")):
        return np.asarray(picture if picture.mode.startswith("I") else picture.convert("L"))
    channels = np.asarray(picture.convert("RGB"))
    coloured = np.ptp(channels, axis=2) > _GREY_WITHIN
    if coloured.mean() > _MARKED_SHARE:
        raise FileFormatError(f"{name} is a picture in colour", _EXPECTED, "export it in grey")
    return channels[..., 1]
