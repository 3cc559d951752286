"""How long a vertebra of about half a millimetre takes, linear and to failure."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.data import MissingDataError, present
from benchmarks.figures import Row, Target, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.errors import RepairWarning
from corduroy.simulation import Conditions, Solver, VoxelModel, platens, visible_nodes
from corduroy.simulation.plasticity import StrengthCurve, StrengthSettings, compress_to_failure

_FOLDER = "fe-verse004-l2"
_FINER = 2.3
_HEIGHT_MM = 29.0
_CAPS = 4  # labels above are caps
_ROWS = (
    Row("voxels", "stiff voxels", "", Target(0.6e6, 1.0e6)),
    Row("linear", "linear set-up and solution", "s", at_most(10)),
    Row("again", "a further load case", "s"),
    Row("iterations", "iterations", ""),
    Row("strength", "nonlinear strength to 1.9 % strain", "s", at_most(180)),
    Row("force", "largest force", "kN"),
)


@dataclass(frozen=True)
class _Vertebra:
    """The published L2 on finer voxels, cropped to what is there."""

    model: VoxelModel
    yield_mpa: NDArray[np.float64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]

    def plates(self, compression_mm: float) -> Conditions:
        return platens(self.model, 2, compression_mm, True, self.low, self.high)

    def compress(self) -> StrengthCurve:
        return compress_to_failure(
            self.model, self.yield_mpa, _HEIGHT_MM, low=self.low, high=self.high, settings=_SETTINGS
        )


_SETTINGS = StrengthSettings(largest_strain=0.019)


def measure(quick: bool, tick: Tick) -> Report:
    """At 1 mm if quick."""
    finer = 1.0 if quick else _FINER
    rows = tuple(Row(r.key, f"fe-verse004-l2 at {1 / finer:.2f} mm: {r.name}", r.unit, r.target) for r in _ROWS)
    try:
        vertebra, small = _read(finer), _read(0.5)
    except MissingDataError as error:
        return Report(fill(rows, {}, str(error)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RepairWarning)  # slivers of the arch
        Solver(small.model, small.plates(0.1)).solve(small.plates(0.1))
        small.compress()  # both load what was compiled
        return Report(fill(rows, _timed(vertebra, tick)))


def _timed(vertebra: _Vertebra, tick: Tick) -> dict[str, float | None]:
    tick(0, 2)
    start = time.perf_counter()
    solver = Solver(vertebra.model, vertebra.plates(0.1))
    first = solver.solve(vertebra.plates(0.1))
    ready = time.perf_counter()
    solver.solve(vertebra.plates(0.2))
    again = time.perf_counter()
    tick(1, 2)
    curve = vertebra.compress()
    return {
        "voxels": float(np.count_nonzero(vertebra.model.modulus_mpa)),
        "linear": ready - start,
        "again": again - ready,
        "iterations": float(first.convergence.iterations),
        "strength": time.perf_counter() - again,
        "force": curve.maximum_n / 1000,
    }


def _read(finer: float) -> _Vertebra:
    labels = nib.as_closest_canonical(nib.load(present(_FOLDER, "sub-verse004_L2_seg.nii.gz"))).get_fdata()
    density = nib.as_closest_canonical(nib.load(present(_FOLDER, "sub-verse004_L2_density.nii.gz"))).get_fdata()
    inside = ndimage.find_objects(np.uint8(labels > 0))[0]
    labels = ndimage.zoom(labels[inside], finer, order=0, grid_mode=True, mode="nearest")
    density = ndimage.zoom(density[inside], finer, order=1, grid_mode=True, mode="nearest") / 1000
    density = np.maximum(density, 0)
    bone = np.where(labels > 0, np.maximum(2980 * density**1.05, 0.1), 0.0)
    model = VoxelModel(np.where(labels > _CAPS, 2500.0, bone), (1 / finer,) * 3)
    strength = np.where(labels > _CAPS, 70.0, np.maximum(37.4 * density**1.39, 1e-3))
    low, high = (visible_nodes(labels == _CAPS + n, 2, end) for n, end in ((1, "low"), (2, "high")))
    return _Vertebra(model, strength, low, high)
