"""`Phantom`: a synthetic patient that can be sampled at any spacing and knows its own truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from numpy.random import Generator
from numpy.typing import ArrayLike

from corduroy.anatomy.level import Level
from corduroy.imaging.volume import LabelMap
from corduroy.phantom.labels import make_grid, sample_labels
from corduroy.phantom.points import GridPoints
from corduroy.phantom.spine import PhantomSpine
from corduroy.phantom.truth import SpineTruth, spine_truth

_LABEL_MARGIN_MM = 6.0


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
        return sample_labels(self.spine, self._grid(spacing_mm, rng, _LABEL_MARGIN_MM))

    def _grid(self, spacing_mm: ArrayLike, rng: Generator | None, margin_mm: float) -> GridPoints:
        low, high = self.spine.world_corners()
        return make_grid(low - margin_mm, high + margin_mm, spacing_mm, rng)

    @cached_property
    def _truth(self) -> SpineTruth:
        return spine_truth(self.spine)
