"""`Phantom`: a synthetic patient that can be sampled at any spacing and knows its own truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import build_spine
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.phantom.labels import make_grid, sample_labels
from corduroy.phantom.lesion import Lesion
from corduroy.phantom.lesion_plant import PlantedLesion, plant
from corduroy.phantom.points import GridPoints
from corduroy.phantom.scanner import render_ct, render_structures
from corduroy.phantom.spine import PhantomSpine
from corduroy.phantom.tissue import Torso
from corduroy.phantom.truth import SpineTruth, spine_truth

Field = Literal["spine", "torso"]
_MARGINS_MM = {
    "bones": np.array([[-6.0, -6.0, -6.0], [6.0, 6.0, 6.0]]),
    "spine": np.array([[-15.0, -15.0, -6.0], [15.0, 35.0, 6.0]]),
}


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic patient.

    Parameters
    ----------
    spine : PhantomSpine
        The bones as solids; made by `random_spine` or `demo_patient`.
    """

    spine: PhantomSpine

    @property
    def levels(self) -> tuple[Level, ...]:
        """The modelled levels, cranial to caudal."""
        return tuple(v.level for v in self.spine.vertebrae)

    def truth(self, fractions: dict[str, float] | None = None) -> SpineTruth:
        """Every measurable quantity, from the analytic surfaces; see `VertebraTruth` for the definitions.

        Parameters
        ----------
        fractions : dict of str to float, optional
            Where heights are taken, as fractions of the depth from the posterior wall; by default posterior
            0.10, middle 0.50, anterior 0.90.
        """
        if fractions is None:
            return self._truth
        return spine_truth(self.spine, fractions)

    def render_labels(self, spacing_mm: ArrayLike = 1.0, rng: Generator | None = None) -> LabelMap:
        """The vertebrae as a label map, without a CT.

        Parameters
        ----------
        spacing_mm : float or three floats
            Voxel size along right, anterior, superior.
        rng : numpy.random.Generator, optional
            Shifts the grid at random within one voxel.

        Returns
        -------
        LabelMap
            VerSe ids (T1-T12 8-19, L1-L6 20-25, S1 26, T13 28); a voxel belongs to the vertebra that fills at
            least half of it. The canal is empty, ribs are left out.

        Raises
        ------
        SettingsError
            If the spacing is not positive.
        """
        return sample_labels(self.spine, self._grid(spacing_mm, rng, "bones"))

    def render(
        self,
        rng: Generator,
        spacing_mm: ArrayLike = 1.0,
        *,
        psf_mm: float = 0.8,
        noise_hu: float = 15.0,
        supersample: int = 2,
        field: Field = "spine",
    ) -> tuple[Volume, LabelMap]:
        """A CT and the vertebrae as a label map on the same grid.

        Parameters
        ----------
        rng : numpy.random.Generator
            Shifts the grid within one voxel and makes the noise; the same state gives the same bytes.
        spacing_mm : float or three floats
            Voxel size along right, anterior, superior; a voxel is the mean over its whole volume.
        psf_mm : float
            Full width at half maximum of the scanner's (gaussian) point spread.
        noise_hu : float
            Standard deviation of the noise. It is white; the noise of real scans is correlated.
        supersample : int
            Points per shortest voxel edge where bone borders on something else.
        field : {"spine", "torso"}
            Only the spine's surroundings, or the whole cross-section with the skin.

        Returns
        -------
        ct : Volume
            int16, Hounsfield units.
        vertebrae : LabelMap
            As of `render_labels`.

        Raises
        ------
        SettingsError
            If a value is negative or the spacing not positive.
        """
        grid = self._grid(spacing_mm, rng, field)
        return render_ct(self.spine, grid, psf_mm, noise_hu, rng, supersample)

    def render_with_lesion(
        self,
        rng: Generator,
        level: Level | str,
        lesion: Lesion,
        spacing_mm: ArrayLike = 1.0,
        *,
        psf_mm: float = 0.8,
        noise_hu: float = 15.0,
        field: Field = "spine",
    ) -> PlantedLesion:
        """A CT with a lesion in one vertebra (fractured or not), the labels, and the lesion's truth.

        Parameters
        ----------
        rng : numpy.random.Generator
        level : Level or str
        lesion : Lesion
        spacing_mm, psf_mm, noise_hu, field
            As of `render`.

        Returns
        -------
        PlantedLesion

        Raises
        ------
        SettingsError, MeasurementError
            As of `corduroy.phantom.plant`.
        """
        ct, labels = self.render(rng, spacing_mm, psf_mm=psf_mm, noise_hu=noise_hu, field=field)
        return plant(ct, build_spine(labels, "verse"), level, lesion, rng, psf_mm=psf_mm, noise_hu=noise_hu)

    def render_structures(
        self, spacing_mm: ArrayLike = 1.0, rng: Generator | None = None, *, field: Field = "spine"
    ) -> LabelMap:
        """Body, arch, ribs, discs, cord, canal and soft tissues as a label map, ids of `Structure`.

        Parameters
        ----------
        spacing_mm, rng, field
            As of `render`; a generator in the same state gives the same grid.
        """
        return render_structures(self.spine, self._grid(spacing_mm, rng, field))

    def _grid(self, spacing_mm: ArrayLike, rng: Generator | None, field: str) -> GridPoints:
        low, high = self.spine.world_corners() + _MARGINS_MM["bones" if field == "bones" else "spine"]
        if field == "torso":
            ends = Torso(self.spine).extent()
            cube = np.array(np.meshgrid(*ends.T)).reshape(3, -1).T
            corners = self.spine.pose.world(cube)
            low, high = np.minimum(low, corners.min(axis=0)), np.maximum(high, corners.max(axis=0))
        return make_grid(low, high, spacing_mm, rng)

    @cached_property
    def _truth(self) -> SpineTruth:
        return spine_truth(self.spine)
