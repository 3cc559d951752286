"""How long a vertebra of about half a millimetre takes, linear and to failure."""

from __future__ import annotations

import time

import nibabel as nib
import numpy as np
from scipy import ndimage

from benchmarks.data import MissingDataError, present
from benchmarks.figures import Row, Target, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.simulation import Solver, VoxelModel, platens, visible_nodes
from corduroy.simulation.plasticity import StrengthSettings, compress_to_failure

_FOLDER = "fe-verse004-l2"
_FINER = 2.3
_HEIGHT_MM = 29.0
_ROWS = (
    Row("voxels", "fe-verse004-l2 at {spacing:.2f} mm: stiff voxels", "", Target(0.6e6, 1.0e6)),
    Row("linear", "the same: linear set-up and solution", "s", at_most(10)),
    Row("again", "the same: a further load case", "s"),
    Row("iterations", "the same: iterations", ""),
    Row("strength", "the same: nonlinear strength to 1.9 % strain", "s", at_most(180)),
    Row("force", "the same: largest force", "kN"),
)


def measure(quick: bool, tick: Tick) -> Report:
    """At 1 mm if quick."""
    finer = 1.0 if quick else _FINER
    rows = tuple(Row(r.key, r.name.format(spacing=1 / finer), r.unit, r.target) for r in _ROWS)
    try:
        density = nib.as_closest_canonical(nib.load(present(_FOLDER, "sub-verse004_L2_density.nii.gz"))).get_fdata()
        labels = nib.as_closest_canonical(nib.load(present(_FOLDER, "sub-verse004_L2_seg.nii.gz"))).get_fdata()
    except MissingDataError as error:
        return Report(fill(rows, {}, str(error)))
    labels = ndimage.zoom(labels, finer, order=0, grid_mode=True, mode="nearest")
    density = np.maximum(ndimage.zoom(density, finer, order=1, grid_mode=True, mode="nearest"), 0) / 1000
    modulus = np.where(labels > 4, 2500.0, np.where(labels > 0, np.maximum(2980 * density**1.05, 0.1), 0.0))
    model = VoxelModel(modulus, (1 / finer,) * 3)
    low, high = visible_nodes(labels == 5, 2, "low"), visible_nodes(labels == 6, 2, "high")
    plates = platens(model, 2, 0.1, True, low, high)
    Solver(VoxelModel(modulus[::4, ::4, ::4]), platens(VoxelModel(modulus[::4, ::4, ::4]), 2, 0.1)).solve(
        platens(VoxelModel(modulus[::4, ::4, ::4]), 2, 0.1)
    )
    tick(0, 2)
    start = time.perf_counter()
    solver = Solver(model, plates)
    first = solver.solve(plates)
    ready = time.perf_counter()
    solver.solve(platens(model, 2, 0.2, True, low, high))
    again = time.perf_counter()
    tick(1, 2)
    strength = np.where(labels > 4, 70.0, np.maximum(37.4 * density**1.39, 1e-3))
    curve = compress_to_failure(
        model, strength, _HEIGHT_MM, low=low, high=high, settings=StrengthSettings(largest_strain=0.019)
    )
    values = {
        "voxels": float(np.count_nonzero(modulus)),
        "linear": ready - start,
        "again": again - ready,
        "iterations": float(first.convergence.iterations),
        "strength": time.perf_counter() - again,
        "force": curve.maximum_n / 1000,
    }
    return Report(fill(rows, values))
