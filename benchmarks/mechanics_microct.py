"""A scanned cube of vertebral trabeculae: its apparent modulus by resolution, and beside ParOSol's."""

from __future__ import annotations

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks import peer_parosol
from benchmarks.data import MissingDataError, present
from benchmarks.figures import Row, Target, at_most, fill
from benchmarks.groups import Report
from benchmarks.mechanics_probe import in_fresh_process
from benchmarks.mechanics_speed import THREADS
from benchmarks.pool import Tick

_TISSUE_MPA = 10_000.0
_COARSER = (1, 2, 4, 5, 8)
_PEER = 2
_ROWS = (
    Row("share", "bone volume over total volume, by Otsu's threshold", ""),
    Row("modulus", "apparent modulus at 0.0195 mm, tissue 10 GPa", "MPa"),
    Row("half", "at 0.039 mm over that", "", Target(0.85, 1.15)),
    Row("quarter", "at 0.078 mm over that", ""),
    Row("step", "change of the last halving of the voxel over that of the one before", "", at_most(1.0)),
    Row("peer", "0.039 mm: apparent modulus over ParOSol's", "", Target(0.999, 1.001)),
    Row("seconds", "0.0195 mm: set-up and solution", "s"),
    Row("unknowns", "0.0195 mm: unknowns", ""),
    Row("faster", "0.039 mm: times as fast as ParOSol", ""),
)


def measure(quick: bool, tick: Tick) -> Report:
    """From 200³ voxels to 25³; from 100³ if quick."""
    try:
        grey = np.asarray(nib.load(present("trabecular-microct", "LHDL_3155_D_4_bc_cropped.nii.gz")).dataobj)
    except MissingDataError as error:
        return Report(fill(_ROWS, {}, str(error)))
    steps = _COARSER[1:] if quick else _COARSER
    runs = {}
    for done, step in enumerate(steps):
        tick(done, len(steps) + 1)
        runs[step] = in_fresh_process(_cube(grey, step), THREADS)
    tick(len(steps), len(steps) + 1)
    peer = peer_parosol.in_fresh_process(_cube(grey, _PEER), THREADS) if peer_parosol.is_there() else None
    finest = runs[steps[0]]
    values: dict[str, float | None] = {
        "share": float(np.mean(_cube(grey, 1) > 0)),
        "modulus": None if quick else finest["modulus_mpa"],
        "half": None if quick else runs[2]["modulus_mpa"] / finest["modulus_mpa"],
        "quarter": None if quick else runs[4]["modulus_mpa"] / finest["modulus_mpa"],
        "seconds": None if quick else finest["seconds"],
        "unknowns": None if quick else finest["unknowns"],
    }
    if not quick:
        fine, middle, coarse = (runs[step]["modulus_mpa"] for step in (1, 2, 4))
        values["step"] = abs(fine - middle) / abs(middle - coarse)
    if peer is not None:
        values["peer"] = runs[_PEER]["modulus_mpa"] / peer["modulus_mpa"]
        values["faster"] = peer["seconds"] / runs[_PEER]["seconds"]
    table = Table(
        "voxels", "edge (mm)", "bone", "apparent modulus (MPa)", "iterations", "s", title="by resolution", box=None
    )
    for step, run in runs.items():
        cube = _cube(grey, step)
        table.add_row(
            f"{cube.shape[0]}³",
            f"{0.0195 * step:.4f}",
            f"{np.mean(cube > 0):.3f}",
            f"{run['modulus_mpa']:.1f}",
            f"{run['iterations']:.0f}",
            f"{run['seconds']:.2f}",
        )
    return Report(fill(_ROWS, values, "ParOSol not installed, or --quick"), (table,))


def _cube(grey: NDArray[np.uint8], step: int) -> NDArray[np.float32]:
    """Bone of the cube whose grey values are averaged over step³ voxels; what touches no plate is left out."""
    from scipy import ndimage
    from skimage.filters import threshold_otsu

    n = grey.shape[0] // step * step
    mean = grey[:n, :n, :n].astype(np.float32).reshape((n // step, step) * 3).mean(axis=(1, 3, 5))
    parts, _ = ndimage.label(mean > threshold_otsu(grey))
    spanning = set(np.unique(parts[:, :, 0])) & set(np.unique(parts[:, :, -1])) - {0}
    return np.where(np.isin(parts, sorted(spanning)), np.float32(_TISSUE_MPA), np.float32(0))
