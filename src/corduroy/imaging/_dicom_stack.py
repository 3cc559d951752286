"""Putting decoded frames into one array, as the plan of their stack says."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.errors import DicomSeriesError
from corduroy.imaging._dicom_geometry import Plan
from corduroy.imaging._dicom_pixels import AIR_HU, hounsfield, stored_pixels
from corduroy.imaging._nifti_header import MAX_BYTES
from corduroy.imaging._repairs import repaired
from corduroy.imaging.volume import FloatArray

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
Slices = NDArray[Any]


def assemble(plan: Plan, name: str) -> tuple[Slices, FloatArray]:
    """Decode all frames, each file once, into an array (slices, rows, columns).

    Returns
    -------
    ndarray, shape (slices, rows, columns)
        Hounsfield units: int16 where the rescale has whole numbers and they fit, int32 where they do not fit,
        float32 otherwise.
    ndarray, shape (4, 4)
        World (RAS+, mm) from (column, row, slice).

    Raises
    ------
    DicomSeriesError
        If the array would need more than 4 GiB.
    FileFormatError
        If a frame cannot be decoded.
    """
    corner, shape = _canvas(plan)
    even = bool(np.array_equal(plan.slots, np.rint(plan.slots)))
    n_slices = plan.n_slices if even else len(plan.frames)
    if n_slices * shape[0] * shape[1] * 4 > MAX_BYTES:
        raise DicomSeriesError(
            f"{name} has {n_slices} slices of {shape[0]} x {shape[1]} pixels",
            f"at most {MAX_BYTES >> 30} GiB",
            "crop it",
        )
    places = plan.slots.astype(int) if even else np.arange(n_slices)
    slices = _decode(plan, places, (n_slices, *shape), corner, name)
    slices = _fill_gaps(slices, places) if even else _evened(slices, plan)
    return slices, _affine(plan, corner)


def _canvas(plan: Plan) -> tuple[tuple[int, int], tuple[int, int]]:
    """First row and column, relative to the first frame, and size of an area that holds all shifted frames."""
    rows, columns = plan.frames[0].shape
    if plan.drift_mm is None:
        return (0, 0), (rows, columns)
    shift = _shift_in_pixels(plan)
    low, high = np.floor(shift.min(axis=0)).astype(int), np.ceil(shift.max(axis=0)).astype(int)
    return (int(low[0]), int(low[1])), (rows + int(high[0] - low[0]), columns + int(high[1] - low[1]))


def _shift_in_pixels(plan: Plan) -> FloatArray:
    """Rows and columns by which each frame lies beside the first, shape (n, 2)."""
    assert plan.drift_mm is not None
    along_row, along_column = plan.drift_mm.T
    row_mm, column_mm = plan.frames[0].spacing
    return np.column_stack([along_column / row_mm, along_row / column_mm])


def _decode(
    plan: Plan, places: NDArray[np.int_], shape: tuple[int, int, int], corner: tuple[int, int], name: str
) -> Slices:
    frames = plan.frames
    whole = all(f.slope.is_integer() and f.intercept.is_integer() for f in frames)
    shift = None if plan.drift_mm is None else _shift_in_pixels(plan) - corner
    slices: Slices = np.empty(shape, dtype=np.int16 if whole else np.float32)
    padded = 0
    order = sorted(range(len(frames)), key=lambda k: (id(frames[k].source), frames[k].index))
    for _, group in groupby(order, key=lambda k: id(frames[k].source)):
        members = list(group)
        stored = stored_pixels(frames[members[0]].source, [frames[k].index for k in members])
        for k, pixels in zip(members, stored, strict=True):
            values, was_padded = hounsfield(pixels, frames[k], whole)
            padded += was_padded
            if shift is not None:
                values = _shifted(values, shift[k], shape[1:])
            slices = _wide_enough(slices, values)
            slices[places[k]] = values
    if padded:
        repaired(f"{name} has padding that would pass for tissue in {padded} slices; set to air, {AIR_HU} HU")
    if not all(frame.rescale_known for frame in frames):
        repaired(f"{name} has slices without rescale slope and intercept; taken as 1 and 0")
    return slices


def _wide_enough(slices: Slices, values: Slices) -> Slices:
    """The array, widened to int32 where a value does not fit 16 bits."""
    if slices.dtype == np.int16:
        limits = np.iinfo(np.int16)
        if int(values.min()) < limits.min or int(values.max()) > limits.max:
            return slices.astype(np.int32)
    return slices


def _shifted(values: Slices, shift: FloatArray, shape: tuple[int, ...]) -> Slices:
    canvas = np.full(shape, AIR_HU, dtype=np.float32)
    canvas[: values.shape[0], : values.shape[1]] = values
    moved: Slices = ndimage.shift(canvas, shift, order=1, mode="constant", cval=AIR_HU)
    return np.rint(moved).astype(values.dtype) if values.dtype.kind == "i" else moved


def _fill_gaps(slices: Slices, places: NDArray[np.int_]) -> Slices:
    for hole in sorted(set(range(len(slices))) - set(places.tolist())):
        slices[hole] = _between(slices[hole - 1], slices[hole + 1], 0.5)
    return slices


def _evened(slices: Slices, plan: Plan) -> Slices:
    """Linear interpolation of unevenly spaced slices onto the plan's even ones."""
    target = np.empty((plan.n_slices, *slices.shape[1:]), dtype=slices.dtype)
    for place in range(plan.n_slices):
        right = min(int(np.searchsorted(plan.slots, place, side="right")), len(slices) - 1)
        left = right - 1
        weight = (place - plan.slots[left]) / (plan.slots[right] - plan.slots[left])
        target[place] = _between(slices[left], slices[right], float(np.clip(weight, 0, 1)))
    return target


def _between(first: Slices, second: Slices, weight: float) -> Slices:
    mixed = first * np.float32(1 - weight) + second * np.float32(weight)
    return np.rint(mixed).astype(first.dtype) if first.dtype.kind == "i" else mixed


def _affine(plan: Plan, corner: tuple[int, int]) -> FloatArray:
    row_mm, column_mm = plan.frames[0].spacing
    along_row, along_column = plan.frames[0].orientation
    affine = np.eye(4)
    affine[:3, 0] = _LPS_TO_RAS @ (along_row * column_mm)
    affine[:3, 1] = _LPS_TO_RAS @ (along_column * row_mm)
    affine[:3, 2] = _LPS_TO_RAS @ plan.slice_vector
    affine[:3, 3] = _LPS_TO_RAS @ plan.origin + affine[:3, :2] @ (corner[1], corner[0])
    return affine
