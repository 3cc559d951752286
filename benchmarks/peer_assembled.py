"""Two ways without a multigrid of one's own: scipy's conjugate gradients with pyamg, and CalculiX. Never dependencies.

    pip install --target DIR pyamg
    CORDUROY_PEER_PYAMG=DIR make bench-mechanics

CalculiX (``ccx``, Debian's calculix-ccx) is run if it is on the path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import cg

from benchmarks.mechanics_cases import STRAIN
from benchmarks.peer_place import place_of
from corduroy.simulation import VoxelModel
from corduroy.simulation.elasticity.element import CORNERS

PYAMG_VARIABLE = "CORDUROY_PEER_PYAMG"
_TOLERANCE = 1e-6
_CCX_ORDER = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))


def pyamg_seconds(modulus: NDArray[np.float32]) -> tuple[float, float] | None:
    """Time to assemble, set up and solve, and the apparent modulus; None where pyamg is not installed.

    Smoothed aggregation, with the six rigid motions as near-null space.
    """
    place = place_of(PYAMG_VARIABLE, "pyamg")
    if place is None:
        return None
    if str(place) not in sys.path:
        sys.path.append(str(place))
    from pyamg import smoothed_aggregation_solver

    start = time.perf_counter()
    model = VoxelModel(modulus)
    matrix = assembled(model)
    places = model.positions_mm(np.arange(np.prod(model.nodes)))
    displacement = np.zeros((len(places), 3))
    top, bottom = places[:, 2] == modulus.shape[2], places[:, 2] == 0
    displacement[top, 2] = -STRAIN * modulus.shape[2]
    free = np.repeat(~(top | bottom) & model.stiff_nodes().ravel(), 3)
    turns = [np.cross(axis, places - places.mean(axis=0)) for axis in np.eye(3)]
    motions = np.stack([*(np.tile(axis, (len(places), 1)) for axis in np.eye(3)), *turns], axis=-1).reshape(-1, 6)
    inner = matrix[free][:, free]
    right = -(matrix @ displacement.ravel())[free]
    levels = smoothed_aggregation_solver(inner.tobsr((3, 3)), B=motions[free], strength=None)
    answer, failed = cg(inner, right, rtol=_TOLERANCE, M=levels.aspreconditioner())
    seconds = time.perf_counter() - start
    if failed:
        return None
    displacement.ravel()[free] = answer
    force = -float((matrix @ displacement.ravel()).reshape(-1, 3)[top, 2].sum())
    return seconds, force / (modulus.shape[0] * modulus.shape[1] * STRAIN)


def assembled(model: VoxelModel) -> sparse.csr_matrix:
    """The stiffness matrix over all nodes."""
    numbers = np.arange(np.prod(model.nodes)).reshape(model.nodes)
    a, b, c = model.modulus_mpa.shape
    corners = np.stack([numbers[i : i + a, j : j + b, k : k + c].ravel() for i, j, k in CORNERS], axis=1)
    stiff = model.modulus_mpa.ravel() > 0
    unknowns = (3 * corners[stiff][:, :, None] + np.arange(3)).reshape(-1, 24)
    values = model.modulus_mpa.ravel()[stiff].astype(float)[:, None, None] * model.stiffness()
    rows = np.broadcast_to(unknowns[:, :, None], values.shape).ravel()
    columns = np.broadcast_to(unknowns[:, None, :], values.shape).ravel()
    size = 3 * numbers.size
    return sparse.csr_matrix((values.ravel(), (rows, columns)), (size, size))


def calculix_seconds(modulus: NDArray[np.float32], threads: int) -> float | None:
    """Time of ``ccx`` with its direct solver, files included; None where it is not installed or fails."""
    program = shutil.which("ccx")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "cube.inp").write_text(_deck(modulus))
        start = time.perf_counter()
        done = subprocess.run(
            [program, "cube"],
            cwd=folder,
            env=os.environ | {"OMP_NUM_THREADS": str(threads)},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - start
        return seconds if done.returncode == 0 and "Job finished" in done.stdout else None


def _deck(modulus: NDArray[np.float32]) -> str:
    """One material for each of 64 bins of the modulus: its input knows no modulus per element."""
    n = modulus.shape[0]
    numbers = 1 + np.arange((n + 1) ** 3).reshape((n + 1,) * 3)
    lines = ["*NODE, NSET=ALL"]
    lines += [f"{numbers[place]},{place[0]},{place[1]},{place[2]}" for place in np.ndindex(numbers.shape)]
    stiff = np.argwhere(modulus > 0)
    values = modulus[modulus > 0]
    bins = np.digitize(np.log(values), np.quantile(np.log(values), np.linspace(0, 1, 65)[1:-1]))
    for label in np.unique(bins):
        lines.append(f"*ELEMENT, TYPE=C3D8, ELSET=E{label}")
        for element in np.flatnonzero(bins == label):
            corners = (numbers[tuple(stiff[element] + shift)] for shift in np.array(_CCX_ORDER))
            lines.append(",".join(str(number) for number in (element + 1, *corners)))
        lines += [f"*MATERIAL, NAME=M{label}", "*ELASTIC", f"{values[bins == label].mean():g},0.3"]
        lines.append(f"*SOLID SECTION, ELSET=E{label}, MATERIAL=M{label}")
    lines += ["*STEP", "*STATIC", "*BOUNDARY"]
    used = np.zeros(numbers.shape, bool)
    for shift in _CCX_ORDER:
        used[tuple((stiff + shift).T)] = True
    lines += [f"{number},1,3,0" for number in numbers[:, :, 0][used[:, :, 0]]]
    for number in numbers[:, :, -1][used[:, :, -1]]:
        lines += [f"{number},1,2,0", f"{number},3,3,{-STRAIN * n:g}"]
    lines += ["*NODE PRINT, NSET=ALL, TOTALS=ONLY", "RF", "*END STEP", ""]
    return "\n".join(lines)
