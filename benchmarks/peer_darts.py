"""open-DARTS on the same displacement. Never a dependency: installed apart, under its own licence, run as a program.

pip install --target DIR open-darts
CORDUROY_PEER_DARTS=DIR make bench-injection
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_place import place_of

PLACE_VARIABLE = "CORDUROY_PEER_DARTS"
NOT_INSTALLED = f"open-DARTS is not installed ({PLACE_VARIABLE})"
MILLIDARCY_M2 = 9.869233e-16
BAR_PA = 1e5
DAYS = 100.0
"""How long the injection lasts: voxels of a metre and marrow of 1 mPa·s make it large, Darcy's law knows no size."""
_LONGEST_S = 1800
_OUTSIDE_M3 = 1e9
_START_BAR = 10.0
_COMPRESSIBILITY = 1e-7  # per bar: without any, nothing could leave through the outermost voxels
_FLOOR = 1e-9  # share of cement that no voxel falls below

Array = NDArray[np.float64]


def is_there() -> bool:
    """Whether the environment says where it is, and it is there."""
    return place_of(PLACE_VARIABLE, "darts") is not None


def in_fresh_process(
    permeability_md: Array, porosity: float, ratio: float, volume_m3: float, steps: int
) -> tuple[float, Array, Array]:
    """Cement pushed into the middle voxel of a cube whose outermost voxels are outside.

    Parameters
    ----------
    permeability_md : ndarray, shape (n, n, n)
        The outermost voxels' too.
    porosity : float
    ratio : float
        Viscosity of cement over that of marrow.
    volume_m3 : float
    steps : int
        Of time, after the first few short ones.

    Returns
    -------
    seconds : float
        Of simulating, without set-up.
    cement, pressure_pa : ndarray, shape (n, n, n)
        Share of the pores, and pressure above the outside, at the end.
    """
    place = os.environ[PLACE_VARIABLE]
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "permeability.npy"), permeability_md)
        asked = {"porosity": porosity, "ratio": ratio, "volume_m3": volume_m3, "steps": steps}
        Path(folder, "asked.json").write_text(json.dumps(asked))
        subprocess.run(
            [sys.executable, "-m", "benchmarks.peer_darts", folder],
            check=True,
            timeout=_LONGEST_S,
            stdout=subprocess.DEVNULL,
            # the wheel brings the C++ library that it was built with beside its modules
            env=os.environ | {"PYTHONPATH": place, "LD_LIBRARY_PATH": str(Path(place, "darts"))},
            cwd=Path(__file__).resolve().parents[1],
        )
        seconds = float(Path(folder, "seconds.txt").read_text())
        cement, pressure = np.load(Path(folder, "answer.npy"))
    return seconds, cement, pressure


def main(folder: str) -> None:
    """Simulate what the folder asks for, and write seconds and answer into it."""
    asked = json.loads(Path(folder, "asked.json").read_text())
    from darts.engines import redirect_darts_output

    # no gravity: all voxels lie at one depth, which it finds worth a word
    warnings.filterwarnings("ignore", "The reservoir contains more than one cell", UserWarning)
    redirect_darts_output(str(Path(folder, "log.txt")))
    permeability = np.load(Path(folder, "permeability.npy"))
    _simulate(permeability, asked | {"volume_m3": 1e-3}, folder)  # everything is loaded once
    seconds, answer = _simulate(permeability, asked, folder)
    np.save(Path(folder, "answer.npy"), answer)
    Path(folder, "seconds.txt").write_text(str(seconds))


def _simulate(permeability: Array, asked: dict[str, Any], folder: str) -> tuple[float, Array]:
    model = _model(permeability, asked)
    model.init(verbose=0)
    model.set_output(output_folder=str(Path(folder, "output")), save_initial=False, verbose=0)
    start = time.perf_counter()
    model.run(DAYS, save_well_data=False, save_well_data_after_run=False, save_reservoir_data=False, verbose=0)
    seconds = time.perf_counter() - start
    state = np.array(model.physics.engine.X)[: 2 * permeability.size]
    pressure, cement = np.moveaxis(state.reshape(*permeability.shape[::-1], 2), -1, 0).transpose(0, 3, 2, 1)
    return seconds, np.stack([cement, (pressure - _START_BAR) * BAR_PA])


def _model(permeability: Array, asked: dict[str, Any]) -> Any:
    """Fully implicit, its default linear solver; the tolerance at which no volume is lost."""
    from darts.models.darts_model import DartsModel
    from darts.nonlinear_solvers import ChopSpec, NewtonSolver, Norm
    from darts.physics.dead_oil import DeadOil
    from darts.reservoirs.struct_reservoir import StructReservoir

    middle = np.ravel_multi_index([n // 2 for n in permeability.shape], permeability.shape, order="F")
    fluids = _fluids(asked["ratio"])

    class Displacement(DartsModel):  # type: ignore[misc]
        def set_initial_conditions(self) -> None:
            start = {"pressure": _START_BAR, "cement": _FLOOR}
            self.physics.set_initial_conditions_from_array(self.reservoir.mesh, start)

        def set_rhs_flux(self, _time: float | None = None) -> Array:
            flux = np.zeros(2 * self.reservoir.mesh.n_blocks)
            flux[2 * middle] = -1000 * asked["volume_m3"] / DAYS
            return flux

    model = Displacement()
    sides = (1.0,) * 3
    model.reservoir = StructReservoir(
        model.timer, *permeability.shape, *sides, *(permeability,) * 3, asked["porosity"], np.zeros(permeability.size)
    )
    model.reservoir.boundary_volumes = dict.fromkeys(model.reservoir.boundary_volumes, _OUTSIDE_M3)
    model.physics = DeadOil(fluids, model.timer, thermal=False)
    model.nonlinear_solver = NewtonSolver(tolerance=1e-5, norm=Norm.LINF, chop=ChopSpec(mode="local", factor=0.2))
    model.ts_control.dt_max = DAYS / asked["steps"]
    model.ts_control.dt_first = model.ts_control.dt_max / 10
    model.ts_control.dt_mult = 2.0
    return model


def _fluids(ratio: float) -> Any:
    """Two fluids of one density with quadratic relative permeabilities, and the grid its operators are tabled on."""
    from darts.physics.properties.basic import ConstFunc, PhaseRelPerm
    from darts.physics.properties.density import DensityBasic

    names = ["cement", "marrow"]
    fluid = SimpleNamespace(
        components=names,
        phases=names,
        Mw=np.ones(2),
        density={name: DensityBasic(1000.0, _COMPRESSIBILITY, 1.0) for name in names},
        viscosity={"cement": ConstFunc(ratio), "marrow": ConstFunc(1.0)},
        rel_perm={"cement": PhaseRelPerm("water"), "marrow": PhaseRelPerm("oil")},
    )
    table = SimpleNamespace(p_step=10.0, z_step=0.002, p_origin=1.0, z_origin=_FLOOR, epsilon_z=_FLOOR)
    return SimpleNamespace(fluid=fluid, obl=table)


if __name__ == "__main__":
    main(sys.argv[1])
