"""What a NIfTI header may say before one voxel is read: every field is checked, nothing is allocated.

The layout is that of the NIfTI-1 standard (nifti1.h, https://nifti.nimh.nih.gov/nifti-1); nibabel parses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from corduroy.errors import FileFormatError, GeometryError
from corduroy.imaging._repairs import repaired
from corduroy.imaging.volume import FloatArray

# Author's choice: 1024 x 1024 x 2048 voxels of 16 bits, a metre of patient at 0.5 mm.
MAX_BYTES = 4 << 30
_HEADERS = {348: nib.Nifti1Header, 540: nib.Nifti2Header}
_MM_PER_UNIT = {1: 1000.0, 2: 1.0, 3: 0.001}
_UNIT_NAMES = {1: "metres", 3: "micrometres"}
_TEMPLATE_CODES = (3, 4)  # Talairach and MNI: the patient was stretched to fit a template
_CONFLICT_MM = 0.1  # author's choice, a tenth of a fine voxel
_PIXDIM_TOLERANCE = 0.01  # author's choice; float32 headers agree to 1e-6


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the voxels are in the stream, how to read them and where they lie in the patient."""

    dtype: np.dtype[Any]
    shape: tuple[int, int, int]
    offset: int
    slope: float
    intercept: float
    affine: FloatArray

    @property
    def n_bytes(self) -> int:
        """Bytes of voxel data."""
        return self.shape[0] * self.shape[1] * self.shape[2] * self.dtype.itemsize


def read_layout(stream: BinaryIO, name: str) -> Layout:
    """Read and check the header at the start of `stream`.

    Raises
    ------
    FileFormatError
        If this is no single-file NIfTI of scalar numbers.
    GeometryError
        If dimensions, voxel size or orientation do not describe an image of a patient.
    """
    header = _parse(stream, name)
    shape = _shape(header, name)
    dtype = _dtype(header, name)
    slope, intercept = _scaling(header, name)
    affine = _affine(header, shape, name)
    layout = Layout(dtype, shape, _offset(header, name), slope, intercept, affine)
    if layout.n_bytes > MAX_BYTES:
        claim = " x ".join(str(n) for n in shape)
        raise GeometryError(
            f"{name} claims {claim} voxels, {layout.n_bytes / 2**30:.0f} GiB",
            f"at most {MAX_BYTES / 2**30:.0f} GiB",
            "crop or resample the image, or check that its header is not damaged",
        )
    return layout


def _parse(stream: BinaryIO, name: str) -> Any:
    start = stream.read(4)
    if not start:
        raise FileFormatError(f"{name} is empty", "a NIfTI image", "copy the file again")
    sizes = {int.from_bytes(start, "little"), int.from_bytes(start, "big")} & set(_HEADERS)
    if len(start) < 4 or not sizes:
        raise FileFormatError(f"{name} is not a NIfTI file", "a .nii or .nii.gz image")
    size = sizes.pop()
    block = start + stream.read(size - 4)
    if len(block) < size:
        raise FileFormatError(
            f"{name} ends after {len(block)} bytes, inside its header", f"{size} bytes", "copy it again"
        )
    header: Any = _HEADERS[size](block, check=False)  # type: ignore[no-untyped-call]
    if bytes(header["magic"])[:3] not in (b"n+1", b"n+2"):
        raise FileFormatError(
            f"{name} is not a single-file NIfTI",
            "the mark 'n+1'",
            "convert Analyze or .hdr/.img pairs to .nii.gz",
        )
    return header


def _shape(header: Any, name: str) -> tuple[int, int, int]:
    count = int(header["dim"][0])
    if not 1 <= count <= 7:
        raise FileFormatError(f"{name} claims {count} dimensions", "3", "the header is damaged; copy it again")
    claimed = tuple(int(n) for n in header["dim"][1 : count + 1])
    text = " x ".join(str(n) for n in claimed)
    if min(claimed) < 1:
        raise GeometryError(f"{name} claims a size of {text} voxels", "at least 2 voxels along each axis")
    if count > 3 and max(claimed[3:]) > 1:
        raise GeometryError(f"{name} has {count} dimensions ({text})", "a 3D image", "split off one of its volumes")
    if count < 3 or min(claimed[:3]) < 2:
        raise GeometryError(f"{name} is a single slice ({text})", "a 3D image, 2 voxels or more along each axis")
    if count > 3:
        repaired(f"{name} has {count} dimensions ({text}); the axes of length 1 were dropped")
    return claimed[0], claimed[1], claimed[2]


def _offset(header: Any, name: str) -> int:
    offset, least = float(header["vox_offset"]), int(header.single_vox_offset)
    if offset == 0:
        repaired(f"{name} does not say where its voxels begin; taken as right after the header")
        return least
    if not least <= offset <= MAX_BYTES:
        raise FileFormatError(f"{name} claims that its voxels begin at byte {offset:g}", "a byte after its header")
    return int(offset)


def _dtype(header: Any, name: str) -> np.dtype[Any]:
    code = int(header["datatype"])
    try:
        dtype: np.dtype[Any] = np.dtype(header.get_data_dtype())
    except (nib.spatialimages.HeaderDataError, KeyError, TypeError) as error:
        raise FileFormatError(f"{name} has the unknown data type {code}", "integers or floats") from error
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        kind = "RGB colours" if dtype.fields else str(dtype)
        raise FileFormatError(f"{name} holds {kind}", "one integer or float per voxel", "export the grey values")
    return dtype


def _scaling(header: Any, name: str) -> tuple[float, float]:
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or (np.isnan(slope) and not np.isinf(intercept)):
        return 1.0, 0.0  # the standard's way to say "not scaled"
    if not np.isfinite(slope):
        raise FileFormatError(f"{name} has scl_slope {slope} and scl_inter {intercept}", "finite numbers")
    if not np.isfinite(intercept):
        repaired(f"{name} has scl_inter {intercept}; taken as 0")
        intercept = 0.0
    return slope, intercept


def _affine(header: Any, shape: tuple[int, int, int], name: str) -> FloatArray:
    pixdim = np.asarray(header["pixdim"][1:4], dtype=np.float64)
    if not np.isfinite(pixdim).all() or pixdim.min() <= 0:
        raise GeometryError(
            f"{name} has voxel sizes {' x '.join(f'{p:g}' for p in pixdim)}",
            "three numbers above 0",
            "export it again from its source; its size and side cannot be trusted",
        )
    with np.errstate(all="ignore"):
        affine = _choose(header, pixdim, shape, name)
        scaled: FloatArray = affine * np.array([[_unit_in_mm(header, name)]] * 3 + [[1.0]])
        sizes = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.isfinite(scaled).all():
        raise GeometryError(f"{name} has NaN or infinite numbers in its affine", "a finite affine")
    if not np.allclose(sizes, pixdim, rtol=_PIXDIM_TOLERANCE):
        repaired(
            f"{name} has voxel sizes {_triple(pixdim)} in pixdim and {_triple(sizes)} in its affine; "
            "the affine was used"
        )
    return scaled


def _choose(header: Any, pixdim: FloatArray, shape: tuple[int, int, int], name: str) -> FloatArray:
    """The orientation to believe: sform before qform, scanner before template, pixdim alone at last."""
    s_code, q_code = int(header["sform_code"]), int(header["qform_code"])
    if s_code <= 0 and q_code <= 0:
        repaired(
            f"{name} has neither sform nor qform; its axes were taken as right, anterior, superior, "
            "and left and right cannot be told"
        )
        return np.diag([*pixdim, 1.0])
    if s_code <= 0:
        return _qform(header, name)
    sform = np.asarray(header.get_sform(), dtype=np.float64)
    if q_code <= 0:
        return sform
    qform = _qform(header, name)
    gap = _largest_gap(sform, qform, shape)
    if gap <= _CONFLICT_MM:
        return sform
    use_qform = s_code in _TEMPLATE_CODES and q_code not in _TEMPLATE_CODES
    chosen = "qform (the sform points into a template)" if use_qform else "sform"
    repaired(f"{name} has an sform and a qform that differ by up to {gap:.3g} mm; the {chosen} was used")
    return qform if use_qform else sform


def _qform(header: Any, name: str) -> FloatArray:
    try:
        return np.asarray(header.get_qform(), dtype=np.float64)
    except (nib.spatialimages.HeaderDataError, ValueError, FloatingPointError) as error:
        raise GeometryError(f"{name} has a qform that is no rotation", "a unit quaternion") from error


def _largest_gap(first: FloatArray, second: FloatArray, shape: tuple[int, int, int]) -> float:
    corners = np.array([(i, j, k, 1) for i in (0, shape[0]) for j in (0, shape[1]) for k in (0, shape[2])])
    gap = float(np.abs(corners @ (first - second)[:3].T).max())
    return np.inf if np.isnan(gap) else gap


def _unit_in_mm(header: Any, name: str) -> float:
    code = int(header["xyzt_units"]) & 7
    if code not in _MM_PER_UNIT:
        repaired(f"{name} does not say its unit of length; taken as mm")
        return 1.0
    if code in _UNIT_NAMES:
        repaired(f"{name} is measured in {_UNIT_NAMES[code]}; turned into mm")
    return _MM_PER_UNIT[code]


def _triple(values: NDArray[np.float64]) -> str:
    return " x ".join(f"{v:.4g}" for v in values)
