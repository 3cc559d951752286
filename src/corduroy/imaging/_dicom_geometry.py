"""From a heap of frames to a regular grid: order, doubles, gaps, spacing and gantry tilt.

All here is geometry in DICOM's LPS frame, millimetres; no pixel is touched except to compare doubles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corduroy.errors import DicomSeriesError
from corduroy.imaging._dicom_header import Frame
from corduroy.imaging._repairs import repaired
from corduroy.imaging.volume import FloatArray

SamePixels = Callable[[Frame, Frame], bool]

# All author's choices.
_SAME_PLACE_MM = 0.01
_UNEVEN = 0.05  # of a step: slices this near to a regular grid are on it
_MOST_GAPS = 3
_MAX_STEP_MM = 10.0
_MAX_STEP_RATIO = 4.0
_STRAIGHT = 1e-3  # tangent of a tilt that needs no correction: 0.3 mm over 300 mm
_MAX_TILT = 0.9  # tangent; gantries tilt by up to 30 degrees
_MAX_STRAY_MM = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """How a stack becomes a grid.

    Parameters
    ----------
    frames : list of Frame
        In order along `normal`, one per place.
    slots : ndarray of float, shape (n,)
        Place of each frame along the output's slice axis; whole numbers, except where spacing varies.
    n_slices : int
        Length of the output's slice axis.
    origin : ndarray, shape (3,)
        Centre of the first pixel of the first output slice.
    slice_vector : ndarray, shape (3,)
        From one output slice to the next.
    drift_mm : ndarray, shape (n, 2) or None
        How far each frame must move along the row and column directions, where the gantry was tilted.
    """

    frames: list[Frame]
    slots: FloatArray
    n_slices: int
    origin: FloatArray
    slice_vector: FloatArray
    drift_mm: FloatArray | None


def plan_stack(frames: list[Frame], same_pixels: SamePixels, name: str) -> Plan:
    """Sort frames by where they lie and decide what must be repaired.

    Raises
    ------
    DicomSeriesError
        If frames contradict each other, too many are missing, or they do not lie in a stack.

    Warns
    -----
    RepairWarning
        For doubles, gaps, varying spacing and gantry tilt.
    """
    normal = np.cross(*frames[0].orientation)
    frames = _one_per_place(frames, normal, same_pixels, name)
    if len(frames) < 2:
        raise DicomSeriesError(f"{name} shows one place only", "two or more slices", "give the whole series")
    if not _even(_depth(frames, normal)):
        frames = _largest_acquisition(frames, normal, name)
    slots = _slots(frames, _depth(frames, normal), name)
    n_slices = round(float(slots[-1])) + 1
    positions = np.array([frame.position for frame in frames])
    drift = _drift(positions, normal, frames[0].orientation, name)
    way = positions[-1] - positions[0]
    vector = (way if drift is None else normal * (way @ normal)) / (n_slices - 1)
    return Plan(frames, slots, n_slices, positions[0], vector, drift)


def _depth(frames: list[Frame], normal: FloatArray) -> FloatArray:
    depth = np.array([frame.position @ normal for frame in frames])
    return np.asarray(depth - depth[0])


def _one_per_place(frames: list[Frame], normal: FloatArray, same: SamePixels, name: str) -> list[Frame]:
    ordered = sorted(frames, key=lambda f: (float(f.position @ normal), f.acquisition or 0, f.instance or 0))
    places: list[list[Frame]] = [[ordered[0]]]
    for frame in ordered[1:]:
        if (frame.position - places[-1][0].position) @ normal <= _SAME_PLACE_MM:
            places[-1].append(frame)
        else:
            places.append([frame])
    doubles = 0
    for frames_here in places:
        for frame in frames_here[:0:-1]:
            if any(same(other, frame) for other in frames_here if other is not frame):
                frames_here.remove(frame)
                doubles += 1
    if doubles:
        repaired(f"{name} has {doubles} slices twice with the same pixels; one of each was kept")
    if all(len(frames_here) == 1 for frames_here in places):
        return [frames_here[0] for frames_here in places]
    return _one_acquisition_per_place(places, name)


def _one_acquisition_per_place(places: list[list[Frame]], name: str) -> list[Frame]:
    """Of frames that show one place differently, keep those of the acquisition with the most slices."""
    size: dict[int | None, int] = defaultdict(int)
    for frame in (f for frames_here in places for f in frames_here):
        size[frame.acquisition] += 1
    kept, clashes = [], 0
    for frames_here in places:
        if len({frame.acquisition for frame in frames_here}) < len(frames_here):
            raise DicomSeriesError(
                f"{name} has {len(frames_here)} different slices at {_at(frames_here[0])}",
                "one slice at each place",
                "separate the phases or reconstructions of this series and give one",
            )
        clashes += len(frames_here) > 1
        kept.append(max(frames_here, key=lambda f: (size[f.acquisition], -(f.acquisition or 0))))
    used = "; ".join(f"{n} of acquisition {a}" for a, n in _acquisitions(kept).items())
    repaired(f"{name} shows {clashes} places in several acquisitions with different pixels; kept {used}")
    return kept


def _largest_acquisition(frames: list[Frame], normal: FloatArray, name: str) -> list[Frame]:
    """Where acquisitions interleave into uneven steps, the largest of them if it is even by itself."""
    counts = _acquisitions(frames)
    if len(counts) < 2:
        return frames
    largest = max(counts, key=lambda a: counts[a])
    chosen = [frame for frame in frames if frame.acquisition == largest]
    depth = np.array([frame.position @ normal for frame in chosen])
    others = [frame for frame in frames if frame.acquisition != largest]
    inside = any(depth[0] < frame.position @ normal < depth[-1] for frame in others)
    if len(chosen) < 2 or not inside or not _even(depth - depth[0]):
        return frames
    repaired(f"{name} interleaves {len(counts)} acquisitions; kept the {len(chosen)} slices of acquisition {largest}")
    return chosen


def _acquisitions(frames: list[Frame]) -> dict[int | None, int]:
    counts: dict[int | None, int] = defaultdict(int)
    for frame in frames:
        counts[frame.acquisition] += 1
    return dict(counts)


def _even(depth: FloatArray) -> bool:
    regular = np.linspace(0, depth[-1], len(depth))
    return bool(np.abs(depth - regular).max() <= _UNEVEN * depth[-1] / (len(depth) - 1))


def _slots(frames: list[Frame], depth: FloatArray, name: str) -> FloatArray:
    """The place of each slice on a regular grid that begins and ends with a slice."""
    if _even(depth):
        return np.arange(len(frames), dtype=np.float64)
    steps = np.diff(depth)
    step = float(np.sort(steps)[(len(steps) - 1) // 2])
    whole = np.rint(steps / step)
    n_gaps = int(np.count_nonzero(whole > 1))
    on_grid = bool(np.abs(steps / step - whole).max() <= _UNEVEN and whole.min() >= 1)
    if on_grid and (n_gaps <= _MOST_GAPS or _numbers_jump(frames, whole)):
        return _with_gaps(frames, whole, name)
    return _varying(steps, step, name)


def _numbers_jump(frames: list[Frame], whole: FloatArray) -> bool:
    """Whether instance numbers jump where slices do: then slices were lost, not spaced wider."""
    numbers = [frame.instance for frame in frames]
    known = [number for number in numbers if number is not None]
    return len(known) == len(numbers) and np.array_equal(np.abs(np.diff(known)), whole)


def _with_gaps(frames: list[Frame], whole: FloatArray, name: str) -> FloatArray:
    gaps = np.flatnonzero(whole > 1)
    lost = int(whole.sum()) - len(whole)
    where = ", ".join(_at(frames[gap]) for gap in gaps[:_MOST_GAPS])
    if len(gaps) > _MOST_GAPS or whole.max() > 2:
        raise DicomSeriesError(
            f"{name} lacks {lost} slices in {len(gaps)} places, after {where}",
            f"at most {_MOST_GAPS} missing slices, no two side by side",
            "send the whole series again",
        )
    repaired(f"{name} lacks {lost} slices, after {where}; interpolated between their neighbours")
    return np.concatenate([[0.0], np.cumsum(whole)])


def _varying(steps: FloatArray, step: float, name: str) -> FloatArray:
    if steps.max() > _MAX_STEP_MM or steps.max() / steps.min() > _MAX_STEP_RATIO:
        raise DicomSeriesError(
            f"{name} has steps of {steps.min():.3g} to {steps.max():.3g} mm between slices",
            f"at most {_MAX_STEP_MM:g} mm, and {_MAX_STEP_RATIO:g} times the smallest",
            "separate its stacks, or send the whole series again",
        )
    length = float(steps.sum())
    even_step = length / max(1, round(length / step))
    repaired(
        f"{name} has steps of {steps.min():.3g} to {steps.max():.3g} mm between slices; resampled to {even_step:.4g} mm"
    )
    return np.concatenate([[0.0], np.cumsum(steps)]) / even_step


def _drift(positions: FloatArray, normal: FloatArray, axes: FloatArray, name: str) -> FloatArray | None:
    """Movement of the slices along their own plane, if they drift enough to be a tilt."""
    depth = (positions - positions[0]) @ normal
    drift: FloatArray = (positions - positions[0]) @ axes.T
    rate = depth @ drift / (depth @ depth)
    stray = float(np.abs(drift - np.outer(depth, rate)).max())
    tangent = float(np.linalg.norm(rate))
    if stray > _MAX_STRAY_MM or tangent > _MAX_TILT:
        raise DicomSeriesError(
            f"{name} has slices that lie up to {max(stray, float(np.abs(drift).max())):.1f} mm beside each other",
            "slices in one straight stack",
            "separate its stacks and give one",
        )
    if tangent <= _STRAIGHT:
        return None
    angle = np.degrees(np.arctan(tangent))
    repaired(f"{name} was scanned with a gantry tilt of {angle:.1f} degrees; its slices were shifted straight")
    return drift


def _at(frame: Frame) -> str:
    x, y, z = frame.position
    return f"({x:.1f}, {y:.1f}, {z:.1f}) mm"
