"""The laws at points worked out by hand, their units, ranges and refusals; anisotropy and mixtures against theory."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from corduroy.errors import DoubtWarning, ModelError, SettingsError
from corduroy.imaging.density_kinds import DensityImage, DensityKind
from corduroy.imaging.volume import Volume
from corduroy.simulation.materials import (
    CRAWFORD_2003,
    LAWS,
    TransverseIsotropy,
    cement_in_bone,
    gelatin_cement,
    isotropic,
    law_named,
    laws_for,
    mixture_modulus,
    shell_modulus,
)
from corduroy.simulation.materials.tissues import CEMENT, CEMENT_LOW_MODULUS, CORTEX, Tissue

POINTS = [
    ("Morgan 2003", "axial modulus", 200.0, 384.1),  # 4730 x 0.2^1.56
    ("Kopperdahl 2002, linear", "axial modulus", 100.0, 288.3),
    ("Walle 2025 finite-element reference", "axial modulus", 893.4, 2647.4),
    ("Walle 2025 finite-element reference", "axial modulus", 1000.0, 2980.0),
    ("Keller 1994, vertebra", "axial modulus", 1000.0, 1890.0),
    ("Kopperdahl 2002, linear", "compressive yield stress", 100.0, 1.74),
    ("Walle 2025 finite-element reference", "compressive yield stress", 893.4, 31.977),
    ("Keller 1994, vertebra", "compressive strength", 1000.0, 284.0),
]
"""MPa at mg/cm3; those at 893.4 mg/cm3 are printed by the finite-element reference's own notebook."""


@pytest.mark.parametrize(("name", "quantity", "mg_cm3", "mpa"), POINTS)
def test_published_points(name, quantity, mg_cm3, mpa):
    law = law_named(name, quantity)
    assert float(law.values(mg_cm3, law.kind)) == pytest.approx(mpa, rel=2e-4)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.name}, {law.quantity}")
def test_every_law_rises_is_never_negative_and_says_where_it_is_from(law):
    mpa = law.values(np.linspace(-200, 1800, 500), law.kind)
    assert (np.diff(mpa) >= 0).all()
    assert (mpa >= 0).all()
    assert mpa[-1] > 100 if law.quantity == "axial modulus" else mpa[-1] > 10
    assert np.isnan(law.values(np.nan, law.kind))
    assert law.doi
    assert "verified" in law.verified or "read" in law.verified
    assert law.range_source


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.name}, {law.quantity}")
def test_every_law_refuses_another_density(law):
    for kind in DensityKind:
        if kind is not law.kind:
            with pytest.raises(ModelError, match="convert_density"):
                law.values(100.0, kind)


def test_laws_of_one_kind_agree_within_the_scatter_of_vertebral_bone():
    """At 100 mg/cm3 no two laws of the same density differ by half."""
    values = [float(law.values(100.0, law.kind)) for law in laws_for("axial modulus", DensityKind.K2HPO4)]
    assert len(values) == 2
    assert max(values) < 1.5 * min(values)


def test_voxels_outside_the_range_are_counted():
    law = law_named("Walle 2025 finite-element reference", "axial modulus")
    array = np.full((4, 4, 4), 80.0)
    array[0], array[1, :2] = 5.0, 900.0
    image = DensityImage(Volume(array, np.eye(4)), law.kind, 0.0, "test")
    with pytest.warns(DoubtWarning, match="16 of 64 voxels lie below 0.019 and 8 above"):
        values = law.of(image)
    assert values[3, 3, 3] == pytest.approx(2980 * 0.08**1.05)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        inside = law.of(image, array == 80.0)
    assert np.isnan(inside[0]).all()


def test_an_unknown_law_is_refused_with_the_list():
    with pytest.raises(SettingsError, match="Morgan 2003"):
        law_named("Hooke", "axial modulus")


def test_transverse_isotropy_is_an_elastic_material():
    stiffness = CRAWFORD_2003.stiffness()
    np.testing.assert_allclose(stiffness, stiffness.T)
    assert np.linalg.eigvalsh(stiffness).min() > 0
    # pulled along the axis: the axial modulus is 1, contraction across is the axial Poisson ratio
    stress = np.array([0, 0, 1.0, 0, 0, 0])
    strain = np.linalg.solve(stiffness, stress)
    np.testing.assert_allclose(strain[:3], [-0.104 / 0.333, -0.104 / 0.333, 1.0])
    # loaded across: the published contraction along the axis, and the published shear modulus across
    across = np.linalg.solve(stiffness, np.array([1.0, 0, 0, 0, 0, 0]))
    assert -across[2] / across[0] == pytest.approx(0.104)
    assert CRAWFORD_2003.shear_transverse_ratio == pytest.approx(0.121, abs=5e-4)


def test_turning_about_the_axis_changes_nothing():
    angle = 0.7
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
    rng = np.random.default_rng(0)
    strain = rng.normal(size=(3, 3))
    strain = strain + strain.T
    stress = _stress(CRAWFORD_2003, strain)
    np.testing.assert_allclose(_stress(CRAWFORD_2003, turn @ strain @ turn.T), turn @ stress @ turn.T, atol=1e-12)


def _stress(law: TransverseIsotropy, strain: np.ndarray) -> np.ndarray:
    order = [(0, 0), (1, 1), (2, 2), (1, 2), (2, 0), (0, 1)]
    vector = np.array([strain[i, j] * (1 if i == j else 2) for i, j in order])
    result = np.zeros((3, 3))
    for (i, j), value in zip(order, law.stiffness() @ vector, strict=True):
        result[i, j] = result[j, i] = value
    return result


def test_isotropy_is_hookes_law():
    stiffness = isotropic(0.3).stiffness()
    assert stiffness[0, 0] == pytest.approx(0.7 / (1.3 * 0.4))
    assert stiffness[3, 3] == pytest.approx(0.5 / 1.3)
    for poisson in (0.5, -1.0, np.nan):
        with pytest.raises(ModelError, match="Poisson"):
            isotropic(poisson)
    with pytest.raises(ModelError, match="positive definite"):
        TransverseIsotropy(0.3, 0.2, 0.3, 1.2, "", "")


@pytest.mark.parametrize("contrast", [1.0, 10.0, 1e4])
def test_mixtures_lie_between_their_bounds(contrast):
    share = np.linspace(0, 1, 11)
    series, lower, middle, upper, parallel = (
        mixture_modulus(2000.0, 2000.0 / contrast, share, rule)
        for rule in ("series", "lower", "middle", "upper", "parallel")
    )
    slack = 1e-9 * 2000
    for one, other in ((series, lower), (lower, middle), (middle, upper), (upper, parallel)):
        assert (one <= other + slack).all()
    for values in (series, lower, middle, upper, parallel):
        assert values[0] == pytest.approx(2000 / contrast)
        assert values[-1] == pytest.approx(2000)


def test_few_spherical_holes_weaken_as_eshelby_says():
    """Dilute limit at a Poisson ratio of 0.2, where a hole costs exactly twice its volume: E = E0 (1 - 2 f)."""
    assert float(mixture_modulus(1.0, 0.0, 0.999, "upper", 0.2)) == pytest.approx(1 - 0.002, abs=3e-6)
    assert float(mixture_modulus(1.0, 0.0, 0.5, "lower")) == 0.0
    assert float(mixture_modulus(0.0, 5.0, 0.0, "upper")) == pytest.approx(5.0)


def test_cement_in_bone_is_softer_than_cement_and_gelatin_makes_it_softer_still():
    composite, gelatin = cement_in_bone(), gelatin_cement()
    assert CEMENT_LOW_MODULUS.modulus_mpa < gelatin.modulus_mpa < composite.modulus_mpa < CEMENT.modulus_mpa
    assert "no published value; author's choice" in gelatin.source
    assert gelatin.sd_log > CEMENT.sd_log
    assert gelatin_cement(gelatin_share=0.0).modulus_mpa == pytest.approx(CEMENT.modulus_mpa)
    with pytest.raises(SettingsError, match="gelatin"):
        gelatin_cement(gelatin_share=1.0)


def test_mixtures_and_tissues_that_cannot_be_are_refused():
    with pytest.raises(SettingsError, match="share"):
        mixture_modulus(1.0, 1.0, 1.2, "upper")
    with pytest.raises(SettingsError, match="'average'"):
        mixture_modulus(1.0, 1.0, 0.2, "average")
    for modulus, poisson in ((-5.0, 0.3), (0.0, 0.3), (np.nan, 0.3), (5.0, 0.5)):
        with pytest.raises(ModelError):
            Tissue("stuff", modulus, poisson, 0.0, None, "")


def test_a_shell_fills_its_share_of_the_voxel():
    assert shell_modulus(200.0, 1.0, 0.4) == pytest.approx(0.4 * CORTEX.modulus_mpa + 0.6 * 200)
    assert shell_modulus(200.0, 0.3, 0.4) == CORTEX.modulus_mpa
    with pytest.raises(ModelError, match="lengths"):
        shell_modulus(200.0, 0.0)
