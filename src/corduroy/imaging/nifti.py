"""NIfTI in and out: lenient in, with a warning that names each repair; strict out, whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import io
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from corduroy.errors import FileFormatError, GeometryError, LabelError
from corduroy.imaging._nifti_header import Layout, read_layout
from corduroy.imaging._paths import existing
from corduroy.imaging._repairs import repaired
from corduroy.imaging.volume import MAX_LABEL, LabelMap, Volume

_GZIP_MAGIC = b"\x1f\x8b"
# DEFLATE cannot shrink by more than this (https://zlib.net/zlib_tech.html): a larger claim is a lie.
_DEFLATE_LIMIT = 1032
_CHUNK_BYTES = 16 << 20
_GZIP_LEVEL = 4  # author's choice: label maps as small as at 9, a CT in a third of the time


def read_volume(path: Path) -> Volume:
    """Read a NIfTI image as a `Volume` in canonical RAS+.

    Parameters
    ----------
    path : Path
        A ``.nii`` or ``.nii.gz`` file; whether it is compressed is told by its content.

    Returns
    -------
    Volume
        Grey values in the type on disk; scaled values as int16 where slope and intercept are whole numbers
        and the result fits, else as float32.

    Raises
    ------
    FileFormatError
        If the file is missing, empty, truncated, damaged, or no NIfTI of scalar numbers.
    GeometryError
        If it is not three-dimensional, claims more than 4 GiB, or its geometry is no patient's.

    Warns
    -----
    RepairWarning
        For every defect that was repaired; `docs/imaging.md` lists them.
    """
    path = Path(path)
    with _opened(path) as file:
        return volume_from_stream(file, path.stat().st_size, path.name)


def read_labels(path: Path) -> LabelMap:
    """Read a NIfTI label map in canonical RAS+, in the smallest of uint8 and uint16 that holds its labels.

    Raises
    ------
    LabelError
        If the voxels are not whole numbers from 0 to 65535, or all are 0.
    FileFormatError, GeometryError
        As in `read_volume`.

    Warns
    -----
    RepairWarning
        For every defect that was repaired, such as whole numbers stored as floats.
    """
    path = Path(path)
    with _opened(path) as file, _told_as_errors(path.name):
        stream, n_bytes = _unpacked(file, path.stat().st_size)
        layout = read_layout(stream, path.name)
        voxels = _read_voxels(stream, layout, n_bytes, path.name)
    return LabelMap.from_any(_as_labels(voxels, layout, path.name), layout.affine, path.name)


def volume_from_stream(file: BinaryIO, n_bytes: int, name: str) -> Volume:
    """Read a NIfTI image, compressed or not, from `n_bytes` of a seekable stream, such as an archive's member.

    Raises and warns as `read_volume`.
    """
    with _told_as_errors(name):
        stream, n_bytes = _unpacked(file, n_bytes)
        layout = read_layout(stream, name)
        voxels = _read_voxels(stream, layout, n_bytes, name)
    return Volume.from_any(_as_grey(voxels, layout, name), layout.affine, name)


def write_volume(volume: Volume, path: Path) -> None:
    """Write an image or a label map as NIfTI-1, whole or not at all.

    Parameters
    ----------
    volume : Volume
        Written as it lies in memory; 64-bit integers as 32-bit ones, boolean as uint8.
    path : Path
        Ends in ``.nii`` or ``.nii.gz``; an existing file is replaced. The same image gives the same bytes.

    Raises
    ------
    FileFormatError
        If the name has another ending, the folder cannot be written to, or the image holds NaN or infinity.
    GeometryError
        If an axis has fewer than 2 or more than 32767 voxels.
    """
    path = Path(path)
    if not path.name.endswith((".nii", ".nii.gz")):
        raise FileFormatError(f"{path.name} as a name to write", "one that ends in .nii or .nii.gz")
    if min(volume.shape) < 2 or max(volume.shape) > np.iinfo(np.int16).max:
        raise GeometryError(f"{volume.name} has the shape {volume.shape}", "2 to 32767 voxels along each axis")
    image = nib.Nifti1Image(_writable(volume), volume.affine)
    image.header.set_xyzt_units("mm")
    image.set_sform(volume.affine, code="scanner")
    image.set_qform(volume.affine, code="scanner", strip_shears=True)
    with _replacing(path) as raw:
        if path.suffix != ".gz":
            image.to_stream(cast(io.IOBase, raw))
            return
        with gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as packed:
            image.to_stream(packed)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if existing(path, "a .nii or .nii.gz file").is_dir():
        raise FileFormatError(f"{path.name} is a folder", "a .nii or .nii.gz file")
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileFormatError(f"{path.name} cannot be opened ({error.strerror})", "a readable file") from error
    with file:
        yield file


@contextlib.contextmanager
def _told_as_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise FileFormatError(f"{name} is truncated or damaged ({error})", "a whole file", "copy it again") from error


def _unpacked(file: BinaryIO, n_bytes: int) -> tuple[BinaryIO, int]:
    start = file.read(2)
    file.seek(0)
    if start == _GZIP_MAGIC:
        return cast(BinaryIO, gzip.GzipFile(fileobj=file)), n_bytes * _DEFLATE_LIMIT
    return file, n_bytes


def _read_voxels(stream: BinaryIO, layout: Layout, n_bytes: int, name: str) -> NDArray[Any]:
    needed = layout.offset + layout.n_bytes
    if needed > n_bytes:
        raise FileFormatError(
            f"{name} claims {' x '.join(map(str, layout.shape))} voxels of {layout.dtype.itemsize} bytes, "
            f"more than the file can hold",
            f"at least {needed} bytes",
            "the file is truncated or its header damaged; copy it again",
        )
    stream.seek(layout.offset)
    try:
        flat = np.empty(layout.n_bytes, dtype=np.uint8)
    except MemoryError as error:
        raise GeometryError(f"{name} needs {needed / 2**30:.1f} GiB of memory", "less", "crop it") from error
    view = flat.data
    filled = 0
    while filled < len(view):
        got = cast(io.BufferedIOBase, stream).readinto(view[filled : filled + _CHUNK_BYTES])
        if not got:
            raise FileFormatError(
                f"{name} ends after {filled} bytes of voxels", f"{len(view)} bytes", "copy the file again"
            )
        filled += got
    stream.read(1)  # at its end a gzip stream checks its sum
    voxels = flat.view(layout.dtype).reshape(layout.shape, order="F")
    return voxels if layout.dtype.isnative else voxels.astype(layout.dtype.newbyteorder("="))


def _as_grey(voxels: NDArray[Any], layout: Layout, name: str) -> NDArray[Any]:
    if (layout.slope, layout.intercept) != (1.0, 0.0):
        voxels = _scaled(voxels, layout)
    if voxels.dtype.kind != "f":
        return voxels
    if voxels.dtype.itemsize == 8:
        with np.errstate(over="ignore"):
            voxels = voxels.astype(np.float32)
    bad = ~np.isfinite(voxels)
    n_bad = int(np.count_nonzero(bad))
    if n_bad == voxels.size:
        raise FileFormatError(f"{name} holds nothing but NaN", "grey values")
    if n_bad:
        floor = float(np.min(voxels, where=~bad, initial=np.inf))
        voxels[bad] = floor
        repaired(f"{name} has {n_bad} NaN or infinite voxels; set to its lowest value, {floor:g}")
    return voxels


def _scaled(voxels: NDArray[Any], layout: Layout) -> NDArray[Any]:
    slope, intercept = layout.slope, layout.intercept
    if voxels.dtype.kind in "iu" and slope.is_integer() and intercept.is_integer():
        ends = [float(end) * slope + intercept for end in (voxels.min(), voxels.max())]
        if min(ends) >= np.iinfo(np.int16).min and max(ends) <= np.iinfo(np.int16).max:
            return (voxels.astype(np.int64) * int(slope) + int(intercept)).astype(np.int16)
    with np.errstate(over="ignore", invalid="ignore"):
        return (voxels * np.float64(slope) + intercept).astype(np.float32)


def _as_labels(voxels: NDArray[Any], layout: Layout, name: str) -> NDArray[Any]:
    if (layout.slope, layout.intercept) != (1.0, 0.0):
        with np.errstate(over="ignore", invalid="ignore"):
            voxels = voxels * np.float64(layout.slope) + layout.intercept
        repaired(f"{name} stores its labels scaled by {layout.slope:g} and {layout.intercept:g}; scaled back")
    low, high = voxels.min(), voxels.max()  # NaN, where there is one, comes through both
    if np.isnan(low):
        raise LabelError(f"{name} holds voxels that are not a number", f"labels of 0 to {MAX_LABEL}")
    if not (low >= 0 and high <= MAX_LABEL):
        raise LabelError(f"{name} holds values from {low:g} to {high:g}", f"labels of 0 to {MAX_LABEL}")
    if high == 0:
        raise LabelError(f"{name} has no label: all voxels are 0", "a label map", "check which file was meant")
    target = np.uint8 if high <= np.iinfo(np.uint8).max else np.uint16
    if voxels.dtype == target:
        return voxels
    labels = voxels.astype(target)
    if voxels.dtype.kind == "f":
        if not np.array_equal(labels, voxels):
            odd = voxels[labels != voxels].ravel()[0]
            raise LabelError(
                f"{name} holds {odd:g} among its labels",
                "whole numbers",
                "is it an image, or was it interpolated?",
            )
        repaired(f"{name} stores its labels as {voxels.dtype}; all are whole numbers, turned into {labels.dtype}")
    return labels


def _writable(volume: Volume) -> NDArray[Any]:
    array = volume.array
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise FileFormatError(f"{volume.name} holds NaN or infinite values", "finite values to write")
        return array.astype(np.float32) if array.dtype.itemsize == 2 else array
    if array.dtype.kind == "b":
        return array.view(np.uint8)
    if array.dtype.kind not in "iu":
        raise FileFormatError(f"{volume.name} holds {array.dtype} values", "integers or floats to write")
    if array.dtype.itemsize < 8:
        return array
    if int(array.min()) < np.iinfo(np.int32).min or int(array.max()) > np.iinfo(np.int32).max:
        raise FileFormatError(f"{volume.name} holds integers beyond 32 bits", "integers of 32 bits to write")
    return array.astype(np.int32)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream into a new file beside `path` that takes its place only when all went well."""
    beside = path.with_name(f".{secrets.token_hex(6)}-{path.name}")
    try:
        with beside.open("xb") as stream:
            yield stream
        beside.replace(path)
    except OSError as error:
        raise FileFormatError(
            f"{path.name} cannot be written to {path.parent} ({error.strerror or error})",
            "a folder with room that can be written to",
        ) from error
    finally:
        beside.unlink(missing_ok=True)
