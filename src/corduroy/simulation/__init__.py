"""What would happen: voxel finite elements and flow of a curing cement, on one multigrid. SI-mm-N-MPa inside."""

import os

# Threads wait for each other thousands of times in a solution. GNU's OpenMP has them spin for milliseconds before they
# sleep; beside other programs they then use up their turns with waiting (trabecular cube of 96³ beside two busy
# processes: 36 to 42 s, with this 6 s; on a quiet machine this costs 5 to 10 %). Read when numba starts its threads.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")

from corduroy.simulation.elasticity.boundary import (
    Conditions,
    End,
    Held,
    Load,
    SpineLoad,
    face_nodes,
    hold,
    move_rigidly,
    platens,
    spine_load,
    visible_nodes,
)
from corduroy.simulation.elasticity.element import isotropic, orthotropic
from corduroy.simulation.elasticity.model import VoxelModel
from corduroy.simulation.elasticity.results import Solution
from corduroy.simulation.elasticity.solve import Convergence, Solver, SolverSettings, solve
from corduroy.simulation.hierarchy import Cycling

__all__ = [
    "Conditions",
    "Convergence",
    "Cycling",
    "End",
    "Held",
    "Load",
    "Solution",
    "Solver",
    "SolverSettings",
    "SpineLoad",
    "VoxelModel",
    "face_nodes",
    "hold",
    "isotropic",
    "move_rigidly",
    "orthotropic",
    "platens",
    "solve",
    "spine_load",
    "visible_nodes",
]
