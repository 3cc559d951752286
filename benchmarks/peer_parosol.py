"""ParOSol on the same cube. Never a dependency: installed apart, under its own licence, and run as a program.

pip install --target DIR parosol-py
CORDUROY_PEER_PAROSOL=DIR make bench-mechanics
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_place import place_of

PLACE_VARIABLE = "CORDUROY_PEER_PAROSOL"
NOT_INSTALLED = f"ParOSol is not installed ({PLACE_VARIABLE})"
_TOLERANCE = 1e-6
_KIB = 1024


def is_there() -> bool:
    """Whether the environment says where it is, and it is there."""
    return place_of(PLACE_VARIABLE, "parosol_py") is not None


def in_fresh_process(modulus: NDArray[np.float32], ranks: int) -> dict[str, Any]:
    """Its answer on a cube between sticking plates.

    Returns
    -------
    dict of str to float
        seconds (its own "overall": set-up and solution, no files), cpu_s, iterations, modulus_mpa, bytes (the largest
        rank's).
    """
    from benchmarks.mechanics_probe import run_on_cube

    return run_on_cube(
        [sys.executable, "-m", "benchmarks.peer_parosol"],
        modulus,
        {"PYTHONPATH": os.environ[PLACE_VARIABLE], "PEER_RANKS": str(ranks)},
    )


def main(arguments: list[str]) -> None:
    """Solve the saved cube, and write what it took into the file NOTES."""
    from benchmarks.mechanics_cases import STRAIN

    notes, place = arguments
    modulus = np.load(place)
    found = _solve(modulus, STRAIN, Path(place).parent)
    # The upper plate is all that moves against a force, so their product over its way is the force on it.
    work = float(np.sum(np.asarray(found.fields["forces"]) * np.asarray(found.fields["displacements"])))
    way = STRAIN * modulus.shape[2]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = {
        "seconds": found.summary.run.overall_time_seconds,
        "cpu_s": used.ru_utime + used.ru_stime,
        "iterations": found.summary.run.iterations,
        "modulus_mpa": abs(work) / way / (modulus.shape[0] * modulus.shape[1] * STRAIN),
        "bytes": used.ru_maxrss * _KIB,
    }
    Path(notes).write_text(json.dumps(result))


def _solve(modulus: NDArray[np.float32], strain: float, folder: Path) -> Any:
    from parosol_py import solve

    return solve(
        material=modulus,
        material_unit="MPa",
        array_order="xyz",
        test="axial",
        test_axis="z",
        strain=-strain,
        poisson_ratio=0.3,
        tolerance=_TOLERANCE,
        outputs=(),
        mpi_processes=int(os.environ["PEER_RANKS"]),
        mpi_launcher="packaged",
        spacing=(1.0, 1.0, 1.0),
        work_dir=folder / "parosol",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
