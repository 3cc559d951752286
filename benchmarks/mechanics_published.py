"""The published vertebra `fe-verse004-l2`, and the choices by which its model can be built.

Walle and others 2025, doi 10.1093/gigascience/giaf094. What their program does is read from the published notebook
(Bonelab/spineFE-benchmark, 2_FiniteElementAnalysis, with its printed material table) and from the program itself
(Bonelab/Ogo, `density2materialID` and `add_bone_material` in ogo/util/Helper.py): bone from its density, clipped below
-31 mg/cm³ and truncated, in 128 bins; Kopperdahl's laws at the bins' centres; PMMA caps of 2500 MPa that yield at
70 MPa; displacement across the plates on the nodes of the caps that are seen from outside.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from benchmarks.data import present
from corduroy.simulation import VoxelModel, visible_nodes

Array = NDArray[np.float64]
Nodes = NDArray[np.int64]

FOLDER = "fe-verse004-l2"
BONE, INFERIOR_CAP, SUPERIOR_CAP = (1, 2, 3, 4), 5, 6
_BODY, _CORTEX = (1, 2), (2, 4)
LOWEST_MPA = 1e-4  # of the published laws, below density 0
_CAP_MPA, _CAP_YIELD_MPA = 2500.0, 70.0
_CLIP, _BINS = -31.0, 128


@dataclass(frozen=True)
class Choice:
    """One way to build the model.

    Parameters
    ----------
    name : str
    binned : bool
        Density at the centre of its bin.
    one_up : bool
        As the published program numbers its materials: a voxel of bin k gets the material of bin k + 1, one of the
        last bin that of the first.
    bin_added : bool
        The width of a bin added to the density of bone that has any.
    lowest_mpa : float
        Of bone.
    """

    name: str
    binned: bool = True
    one_up: bool = True
    bin_added: bool = False
    linear_law: bool = False
    poisson_ratio: float = 0.3
    cap_mpa: float = _CAP_MPA
    stick_below: bool = False
    stick_above: bool = False
    arch: bool = True
    lowest_mpa: float = LOWEST_MPA


class Vertebra:
    """The data set, x right, y anterior, z superior."""

    def __init__(self) -> None:
        density = nib.load(present(FOLDER, "sub-verse004_L2_density.nii.gz"))
        labels = nib.load(present(FOLDER, "sub-verse004_L2_seg.nii.gz"))
        self.density = nib.as_closest_canonical(density).get_fdata()
        self.labels = np.asarray(nib.as_closest_canonical(labels).dataobj)
        with present(FOLDER, "verse19fem_AppendixA.csv").open(newline="") as stream:
            row = next(r for r in csv.DictReader(stream) if float(r["verse_ID"]) == 4)
        self.height_mm = float(row["Model height [mm]"])
        self.published = {
            "stiffness": float(row["Stiffness (linear) [N/mm]"]),
            "force": float(row["R.Force (0.2%, linear) [kN]"]),
            "linear": float(row["F.Load (linear) [kN]"]),
            "nonlinear": float(row["F.Load (nonlinear) [kN]"]),
        }

    @cached_property
    def _binned(self) -> tuple[NDArray[np.bool_], NDArray[np.int64], Array]:
        """Where a density is counted, the bin of each voxel, and the bins' centres in mg/cm³."""
        clipped = np.trunc(np.maximum(self.density, _CLIP))
        counted = np.isin(self.labels, BONE) & (clipped != 0)
        edges = np.linspace(clipped[counted].min(), clipped[counted].max(), _BINS + 1)
        bins = np.clip(np.digitize(clipped, edges) - 1, 0, _BINS - 1)
        return counted, bins, (edges[1:] + edges[:-1]) / 2

    def density_g_per_cm3(self, choice: Choice) -> Array:
        """Of the bone, 0 elsewhere and where the published program counts none."""
        counted, bins, centres = self._binned
        of_bin = np.roll(centres, -1) if choice.one_up else centres
        density = of_bin[bins] if choice.binned else self.density
        added = centres[1] - centres[0] if choice.bin_added else 0.0
        return np.where(counted, np.maximum(density + added, 0), 0.0) / 1000

    def is_there(self, choice: Choice) -> NDArray[np.bool_]:
        """Voxels of the published mesh: all but the trabecular ones of density 0."""
        counted, _, _ = self._binned
        bone = counted | np.isin(self.labels, _CORTEX)
        if not choice.arch:
            bone &= np.isin(self.labels, _BODY)
        there: NDArray[np.bool_] = bone | (self.labels > max(BONE))
        return there

    def model(self, choice: Choice) -> VoxelModel:
        """Its voxels."""
        density = self.density_g_per_cm3(choice)
        law = np.maximum(-34.7 + 3230 * density, 0) if choice.linear_law else 2980 * density**1.05
        modulus = np.where(self.labels > max(BONE), choice.cap_mpa, np.maximum(law, choice.lowest_mpa))
        return VoxelModel(np.where(self.is_there(choice), modulus, 0.0), (1.0, 1.0, 1.0), choice.poisson_ratio)

    def yield_mpa(self, choice: Choice) -> Array:
        """Of every voxel; 37.4 ρ^1.39 for the bone."""
        bone = np.maximum(37.4 * self.density_g_per_cm3(choice) ** 1.39, LOWEST_MPA)
        return np.where(self.labels > max(BONE), _CAP_YIELD_MPA, bone)

    def plates(self) -> tuple[Nodes, Nodes]:
        """Nodes of the caps seen from below and from above."""
        low = visible_nodes(self.labels == INFERIOR_CAP, 2, "low")
        return low, visible_nodes(self.labels == SUPERIOR_CAP, 2, "high")
