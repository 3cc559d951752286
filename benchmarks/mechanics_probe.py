"""Runs inside a fresh process, for the mechanics benchmark: one solution, its time and its memory.

``python -m benchmarks.mechanics_probe NOTES MODULUS.npy`` with as many threads as NUMBA_NUM_THREADS says.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.mechanics_cases import STRAIN, continuum, trabecular
from benchmarks.probe import peak_bytes

_TOLERANCE = 1e-6
_LONGEST_S = 600  # author's choice: a peer that does not converge must not hold up the rest


def main(arguments: list[str]) -> None:
    """Solve the saved cube between sticking plates, and write what it took into the file NOTES."""
    notes, place = arguments
    for warm in (continuum(12), trabecular(24)):
        _solve(warm)
    modulus = np.load(place)
    before = peak_bytes()
    Path(notes).write_text(json.dumps(_solve(modulus) | {"bytes": float(peak_bytes() - before)}))


def _solve(modulus: NDArray[np.float32]) -> dict[str, float]:
    from corduroy.simulation import Solver, SolverSettings, VoxelModel, face_nodes, platens

    start, used = time.perf_counter(), time.process_time()
    model = VoxelModel(modulus)
    conditions = platens(model, 2, STRAIN * modulus.shape[2])
    solver = Solver(model, conditions, SolverSettings(_TOLERANCE))
    ready = time.perf_counter()
    solution = solver.solve(conditions)
    end, used = time.perf_counter(), time.process_time() - used
    force = -float(solution.reaction(face_nodes(model, 2, "high"))[0][2])
    return {
        "seconds": end - start,
        "setup_s": ready - start,
        "cpu_s": used,
        "iterations": float(solution.convergence.iterations),
        "unknowns": float(solver.unknowns),
        "modulus_mpa": force / (modulus.shape[0] * modulus.shape[1] * STRAIN),
    }


def in_fresh_process(
    modulus: NDArray[np.float32], threads: int, variables: dict[str, str] | None = None
) -> dict[str, float]:
    """`main` on a modulus, by so many threads; `variables` go into its environment.

    Returns
    -------
    dict of str to float
        seconds, setup_s, cpu_s, iterations, unknowns, modulus_mpa (apparent), bytes (peak, above what the process held
        before).
    """
    return run_on_cube(
        [sys.executable, "-m", "benchmarks.mechanics_probe"],
        modulus,
        {"NUMBA_NUM_THREADS": str(threads)} | (variables or {}),
    )


def run_on_cube(
    command: list[str],
    modulus: NDArray[np.float32],
    variables: dict[str, str],
) -> dict[str, Any]:
    """Give a command a file for its notes and a saved cube; returns the notes.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails; its standard error is shown.
    subprocess.TimeoutExpired
        After ten minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        cube, notes = Path(folder, "modulus.npy"), Path(folder, "notes.json")
        np.save(cube, modulus)
        subprocess.run(
            [*command, str(notes), str(cube)],
            check=True,
            timeout=_LONGEST_S,
            stdout=subprocess.DEVNULL,
            env=os.environ | variables,
            cwd=Path(__file__).resolve().parents[1],
        )
        found: dict[str, Any] = json.loads(notes.read_text())
        return found


if __name__ == "__main__":
    main(sys.argv[1:])
