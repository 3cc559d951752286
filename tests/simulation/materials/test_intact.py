"""A lesion replaced by the patient's own bone."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import ModelError
from corduroy.imaging.density_kinds import DensityImage, DensityKind
from corduroy.imaging.volume import Volume
from corduroy.simulation.materials import surface_of, without_lesion

BONE = np.zeros((20, 20, 20), dtype=bool)
BONE[3:17, 3:17, 3:17] = True
SHELL = surface_of(BONE)
LESION = np.zeros_like(BONE)
LESION[3:9, 6:14, 6:14] = True  # reaches the surface on the left


def image(noise: float = 0.0) -> DensityImage:
    truth = np.where(SHELL, 400.0, np.where(BONE, 110.0, 0.0))
    truth = truth + np.random.default_rng(8).normal(0, noise, truth.shape)
    truth[LESION] = 10.0
    return DensityImage(Volume(truth, np.eye(4)), DensityKind.K2HPO4, 5.0, "test")


def test_bone_and_shell_come_back_where_they_were():
    intact = without_lesion(image(), BONE, LESION).volume.array
    np.testing.assert_allclose(intact[LESION & ~SHELL & ~surface_of(BONE & ~SHELL)], 110.0)
    assert (intact[LESION & SHELL] > 200).all()
    np.testing.assert_array_equal(intact[~LESION], image().volume.array[~LESION])


def test_the_mirrored_lesion_gives_the_mirrored_bone():
    one = without_lesion(image(30.0), BONE, LESION)
    turned = DensityImage(Volume(image(30.0).volume.array[::-1], np.eye(4)), DensityKind.K2HPO4, 5.0, "test")
    other = without_lesion(turned, BONE[::-1], LESION[::-1])
    np.testing.assert_allclose(one.volume.array, other.volume.array[::-1])


def test_a_neighbour_can_give_its_bone():
    pair = DensityImage(
        Volume(np.concatenate([image().volume.array, np.where(BONE, 150.0, 0.0)], axis=2), np.eye(4)),
        DensityKind.K2HPO4,
        5.0,
        "test",
    )
    nothing = np.zeros_like(BONE)
    stacked = [np.concatenate(two, axis=2) for two in ((BONE, nothing), (LESION, nothing), (nothing, BONE))]
    intact = without_lesion(pair, *stacked).volume.array[..., :20]
    np.testing.assert_allclose(intact[LESION], 150.0)


def test_a_lesion_outside_or_everywhere_is_refused():
    with pytest.raises(ModelError, match="does not lie in the bone"):
        without_lesion(image(), BONE & ~LESION, LESION)
    with pytest.raises(ModelError, match="give a neighbour"):
        without_lesion(image(), BONE, BONE)
