"""Models that cannot be solved: each must be refused by a named error, or mended with a warning that counts."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from rich.table import Table

from benchmarks.figures import Figure, Target
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.errors import ConvergenceError, ModelError, RepairWarning
from corduroy.simulation import Conditions, SolverSettings, VoxelModel, face_nodes, hold, move_rigidly, platens, solve


def measure(_: bool, tick: Tick) -> Report:
    """All of them, with the answers for reading."""
    answers = Table("case", "answer", title="what each is answered", title_justify="left", box=None)
    wrong = 0
    for done, (name, case) in enumerate(_CASES.items()):
        tick(done, len(_CASES))
        answer = case()
        wrong += answer is None
        answers.add_row(name, answer or "ACCEPTED")
    found = Figure(f"of {len(_CASES)} unusable models, those not refused or not counted", wrong, "", Target(0, 0))
    return Report([found], (answers,))


def _column() -> np.ndarray:
    modulus = np.zeros((7, 7, 12))
    modulus[2:5, 2:5] = 100.0
    return modulus


def _refused(act: Callable[[], object], kind: type[Exception] = ModelError) -> str | None:
    try:
        act()
    except kind as error:
        return f"{kind.__name__}: {error}"
    return None


def _with_voxel(value: float) -> str | None:
    modulus = _column()
    modulus[3, 3, 4] = value
    return _refused(lambda: VoxelModel(modulus))


def _disconnected() -> str | None:
    modulus = _column()
    modulus[:, :, 6] = 0
    return _refused(lambda: platens(VoxelModel(modulus), 2, 0.1))


def _edge_only() -> str | None:
    modulus = np.zeros((4, 2, 4))
    modulus[:2, :, :2] = modulus[2:, :, 2:] = 1
    return _refused(lambda: platens(VoxelModel(modulus), 2, 0.1))


def _unsupported() -> str | None:
    return _refused(lambda: solve(VoxelModel(_column()), Conditions()))


def _gliding_base() -> str | None:
    model = VoxelModel(_column())
    return _refused(lambda: solve(model, hold(face_nodes(model, 2, "low"), (None, None, 0.0))))


def _floating() -> str | None:
    modulus = _column()
    modulus[0, 0, 2:4] = modulus[6, 6, 7] = 50.0
    model = VoxelModel(modulus)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        solve(model, platens(model, 2, 0.1))
    messages = [str(w.message) for w in caught if issubclass(w.category, RepairWarning)]
    return f"RepairWarning: {messages[0]}" if messages and messages[0].startswith("3 voxels in 2 parts") else None


def _stopped_short() -> str | None:
    model = VoxelModel(_column())
    short = SolverSettings(1e-12, most_iterations=1)
    return _refused(lambda: solve(model, platens(model, 2, 0.1), short), ConvergenceError)


def _not_a_number_moved() -> str | None:
    model = VoxelModel(_column())
    return _refused(lambda: solve(model, move_rigidly(model, face_nodes(model, 2, "low"), (np.nan, 0, 0))))


_CASES: dict[str, Callable[[], str | None]] = {
    "NaN modulus": lambda: _with_voxel(np.nan),
    "infinite modulus": lambda: _with_voxel(np.inf),
    "negative modulus": lambda: _with_voxel(-5.0),
    "contrast of 1e11": lambda: _with_voxel(1e13),
    "nothing stiff": lambda: _refused(lambda: VoxelModel(np.zeros((3, 3, 3)))),
    "Poisson's ratio 0.5": lambda: _refused(lambda: VoxelModel(_column(), poisson_ratio=0.5)),
    "bone in two pieces between the plates": _disconnected,
    "pieces that touch along an edge": _edge_only,
    "no support": _unsupported,
    "support that lets it glide": _gliding_base,
    "floating voxels": _floating,
    "prescribed displacement NaN": _not_a_number_moved,
    "iterations that do not suffice": _stopped_short,
}
