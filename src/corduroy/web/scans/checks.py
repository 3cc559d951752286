"""Whether what was uploaded is what it should be: looked at as a whole, in a few megabytes of memory."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from corduroy.errors import FileFormatError
from corduroy.imaging.archive import opened_zip
from corduroy.web.scans.scan import PartRole

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_BLOCK = 1 << 20
_LARGEST_FACTS = 1 << 20
_SCANS = (PartRole.IMAGE, PartRole.CONTRAST)
_NIFTI_ENDINGS = (".nii", ".nii.gz")
# The most that a NIfTI image may unpack to, as the reader of images sets it for members of archives.
_LARGEST_UNPACKED = 4 << 30


def suffix_of(role: PartRole, path: Path) -> str:
    """The suffix that a file gets, by its content; everything about the file has been checked then.

    Parameters
    ----------
    role : PartRole
    path : Path
        What was uploaded.

    Raises
    ------
    InputError
        If it is not what its role says, damaged or cut off, or unsafe to open.
    """
    if role is PartRole.FACTS:
        from corduroy.planning.clinical_facts import read_clinical_facts

        if path.stat().st_size > _LARGEST_FACTS:
            raise FileFormatError("facts of more than 1 MB", "a YAML file of a few lines")
        read_clinical_facts(path)
        return ".yaml"
    with path.open("rb") as stream:
        start = stream.read(132)
    if role is PartRole.RADIOGRAPH:
        return _radiograph_suffix(path, start)
    if start[:2] == _GZIP:
        with gzip.open(path) as unpacked:
            _check_nifti(cast(BinaryIO, unpacked))
        return ".nii.gz"
    if role in _SCANS and start[:4] in _ZIP:
        _check_zip(path)
        return ".zip"
    if role in _SCANS and start[128:] == b"DICM":
        _check_dicom(path)
        return ".dcm"
    with path.open("rb") as plain:
        _check_nifti(plain)
    return ".nii"


def _radiograph_suffix(path: Path, start: bytes) -> str:
    """Decode it as a whole: a picture is sound when it has been seen."""
    from corduroy.imaging.radiograph import read_radiograph

    read_radiograph(path)
    if start[128:] == b"DICM":
        return ".dcm"
    return ".png" if start[1:4] == b"PNG" else ".jpg"


def _check_nifti(stream: BinaryIO) -> None:
    """Read it to its end: a header that holds, and as many voxels as it promises."""
    from corduroy.imaging._nifti_header import read_layout

    try:
        layout = read_layout(stream, "the upload")
        if np.prod(layout.shape, dtype=np.float64) * layout.dtype.itemsize > _LARGEST_UNPACKED:
            raise FileFormatError(f"an image of {layout.shape} voxels", "at most 4 GiB", "crop it to the spine")
        needed = layout.offset + int(np.prod(layout.shape, dtype=np.int64)) * layout.dtype.itemsize
        found = stream.tell()
        while found < needed and (block := stream.read(min(_BLOCK, needed - found))):
            found += len(block)
        rest = stream.read(1) if found >= needed else b""
        while rest and found <= _LARGEST_UNPACKED:
            found += len(rest)
            rest = stream.read(_BLOCK)
    except (EOFError, OSError, zlib.error) as error:
        raise FileFormatError(f"the upload is cut off or damaged ({error})", "a whole file", "send it again") from error
    if found < needed:
        raise FileFormatError(f"the upload is cut off: {found} of {needed} bytes", "a whole file", "send it again")
    if rest:
        raise FileFormatError("the upload unpacks to more than 4 GiB", "an image")


def _check_zip(path: Path) -> None:
    """Names, sizes and checksums of the members; then that they are one NIfTI image, or DICOM images."""
    with opened_zip(path) as (archive, members):
        for info in members:
            _check_member(archive, info)
        if any(info.filename.lower().endswith(_NIFTI_ENDINGS) for info in members):
            return
    _check_dicom(path)


def _check_dicom(path: Path) -> None:
    """Headers that make at least one series of images."""
    from corduroy.imaging import list_series

    if not list_series(path):
        raise FileFormatError("no DICOM images in the upload", "a zip of one examination's DICOM files, or NIfTI")


def _check_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    try:
        with archive.open(info) as stream:
            while stream.read(_BLOCK):
                pass
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise FileFormatError(
            f"a file of the archive is damaged ({error})", "a sound archive", "zip it again"
        ) from error
