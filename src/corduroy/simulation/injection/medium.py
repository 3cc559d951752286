"""From bone density to porosity and permeability, and the media that are no bone.

Published permeabilities of vertebral trabecular bone spread over two to three orders of magnitude: 2.68e-11 to
2.00e-8 m² over vertebra, femur and tibia (Nauman 1999, 10.1114/1.195), 4.45e-8 m² along the axis of lumbar vertebrae
in infiltration with silicone oil (Baroud 2004, J Biomech 37:189-196), where density predicted permeability weakly. A
single value is therefore never the answer: vary `scale` over at least a factor of 30 either way.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from corduroy.errors import SettingsError
from corduroy.imaging.density_kinds import DensityImage, DensityKind, convert_image
from corduroy.simulation.injection.body import Medium, Singles

_REFERENCES: Final = {
    "nauman-1999": (7.3e-4, 1 / 2.05),
    "baroud-2004": (4.45e-2, 0.78),
}
"""Permeability along the axis in mm² at the reference porosity, and that across over it. Nauman 1999: the geometric
middle of the range over all sites, and the mean ratio of the vertebral body; Baroud 2004: the means (abstracts read;
neither abstract gives the porosity that belongs to its mean)."""

_LEAST_POROSITY, _MOST_POROSITY = 0.05, 0.98
"""Between which bone is held; author's choice."""


class MediumSettings(BaseModel):
    """Porosity and permeability of what a vertebral body is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    reference: Literal["nauman-1999", "baroud-2004"] = "baroud-2004"
    """Whose permeability bone has at the reference porosity. Baroud 2004 measured lumbar vertebrae with a fluid as
    viscous as cement; Nauman 1999's is sixty times less."""

    reference_porosity: float = 0.9
    """Porosity that the published permeability is taken to belong to; author's choice."""

    scale: float = 1.0
    """Factor on every permeability of bone, for the published spread."""

    tissue_mg_cm3: float = 1150.0
    """Density of bone tissue without pores, in mg/cm³ of hydroxyapatite; author's choice. Porosity is 1 less the
    density over this."""

    lacuna_porosity: float = 0.9
    """Share of a hemangioma's lacunae that is blood; no published value, author's choice."""

    lacuna_diameter_mm: float = 1.0
    """Width of its vascular spaces, in mm: permeability is porosity times diameter squared over 32, that of a bundle of
    round channels; no published value, author's choice."""

    void_width_mm: float = 1.0
    """Width of a cleft or fracture gap, in mm: permeability is its square over 12, that of flow between plates;
    author's choice."""


def porosity_of(density: DensityImage, settings: MediumSettings) -> Singles:
    """Share of each voxel that is not bone tissue.

    Parameters
    ----------
    density : DensityImage
        Of a kind that can be converted to hydroxyapatite.
    settings : MediumSettings

    Returns
    -------
    ndarray of float32, shape (n0, n1, n2)
        Between 0.05 and 0.98.

    Notes
    -----
    When this number misleads: fat and blood in the marrow lower a density and raise the porosity; partial volume at
    the cortex does the opposite.
    """
    minerals = convert_image(density, DensityKind.HYDROXYAPATITE).volume.array
    share = np.nan_to_num(np.asarray(minerals, float), nan=float(np.nanmedian(minerals))) / settings.tissue_mg_cm3
    return np.asarray(np.clip(1 - share, _LEAST_POROSITY, _MOST_POROSITY), np.float32)


def bone_permeability(porosity: Singles, settings: MediumSettings) -> tuple[Singles, Singles]:
    """Permeability of trabecular bone along and across its main direction.

    Parameters
    ----------
    porosity : ndarray
    settings : MediumSettings

    Returns
    -------
    along, across : ndarray of float32
        In mm² (1 mm² = 1e-6 m²).

    Notes
    -----
    Porosity³ / (1 - porosity)², Kozeny's and Carman's dependence, through the published mean of `settings.reference`.
    That permeability rises with porosity in a curve, and that porosity explains most of it (R² 0.60 to 0.89), is
    published (Nauman 1999; Widmer and Ferguson 2013, 10.1080/10255842.2011.643787, abstracts read); the form of the
    curve is the author's choice. When this number misleads: always, by up to two or three orders of magnitude.
    """
    along, ratio = _REFERENCES[settings.reference]
    shape = _kozeny(np.clip(porosity, _LEAST_POROSITY, _MOST_POROSITY)) / _kozeny(settings.reference_porosity)
    axial = np.asarray(settings.scale * along * shape, np.float32)
    return axial, np.asarray(ratio * axial, np.float32)


def _kozeny(porosity: NDArray[np.float32] | float) -> NDArray[np.float64]:
    share = np.asarray(porosity, np.float64)
    return np.asarray(share**3 / (1 - share) ** 2)


def fill_media(
    porosity: Singles, medium: NDArray[np.uint8], settings: MediumSettings
) -> tuple[Singles, tuple[Singles, Singles, Singles]]:
    """Porosity and permeability of every voxel by its medium; the grid's third axis is the bone's main direction.

    Raises
    ------
    SettingsError
        If a setting is not positive.
    """
    numbers = (settings.scale, settings.lacuna_diameter_mm, settings.void_width_mm, settings.tissue_mg_cm3)
    if min(numbers) <= 0 or not 0 < settings.lacuna_porosity <= 1 or not 0 < settings.reference_porosity < 1:
        raise SettingsError("a medium with a width, share or factor that is not positive", "positive numbers")
    along, across = bone_permeability(porosity, settings)
    lacuna = settings.lacuna_porosity * settings.lacuna_diameter_mm**2 / 32
    gap = settings.void_width_mm**2 / 12
    places = [medium == Medium.BONE, medium == Medium.LACUNA, medium == Medium.VOID]
    pores = np.select(places, [porosity, settings.lacuna_porosity, 1.0], 0.0).astype(np.float32)
    axial = np.select(places, [along, np.maximum(along, lacuna), gap], 0.0).astype(np.float32)
    transverse = np.select(places, [across, np.maximum(across, lacuna), gap], 0.0).astype(np.float32)
    return pores, (transverse, transverse, axial)
