"""From a porous vertebra and one draw of the unknown to the body that is injected."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import Medium, MediumSettings, PorousBody, WallSettings
from corduroy.simulation.injection import Opening as Hole
from corduroy.simulation.injection.medium import fill_media
from corduroy.simulation.injection.openings import channels, leak_sites, outer_faces
from corduroy.simulation.injection_study.dose import Dose, side_of
from corduroy.simulation.injection_study.inputs import Draw
from corduroy.simulation.injection_study.openings import Opening
from corduroy.simulation.injection_study.vertebra import FloatArray, PorousVertebra, Singles

_MM2 = 1e6  # in a m²
_BAROUD_MM2 = 4.45e-2
"""What `MediumSettings.scale` is a factor on, for its default reference."""
_FORAMEN_DEPTH = 0.17
"""Depth of the basivertebral canal over that of the body: 0.12 to 0.218 (Tzika 2021, 10.1007/s00276-021-02690-0,
abstract read)."""
_SEGMENTAL_MM = 2.0
"""Depth of a segmental vein's canal. Author's choice."""
_WALL = WallSettings(outside_mpa=0.0, disc_mpa=WallSettings().disc_mpa - WallSettings().outside_mpa)
"""Pressures count from that in the veins: one solve of the pressure less at every step."""


def body_of(vertebra: PorousVertebra, draw: Draw, dose: Dose) -> PorousBody:
    """The body for one draw.

    Parameters
    ----------
    vertebra : PorousVertebra
    draw : Draw
    dose : Dose
        The texture is laid out from the side of its first cannula, so that a mirrored patient has the mirrored body.

    Returns
    -------
    PorousBody
        Its first sites are the vertebra's openings in their order, its last one is the intact cortex.
    """
    bone, affine = vertebra.bone, vertebra.affine
    medium = np.where(bone, Medium.BONE, Medium.OUTSIDE).astype(np.uint8)
    medium[vertebra.lesion] = Medium.LACUNA
    settings = MediumSettings(scale=_MM2 * draw.permeability_m2 / _BAROUD_MM2, lacuna_diameter_mm=draw.lacuna_mm)
    porosity, fields = fill_media(vertebra.porosity, medium, settings)
    if draw.texture is not None:
        factor = (10 ** (draw.texture_decades * _texture(vertebra, draw, dose))).astype(np.float32)
        across = fields[0] * factor
        fields = (across, across, fields[2] * factor)
    holes = [_hole(vertebra, opening, draw) for opening in vertebra.openings]
    width = channels(affine, bone, holes)
    across, along = (_with_veins(field, width) for field in (fields[0], fields[2]))
    medium[width > 0] = Medium.LACUNA
    fields = (across, across, along)
    return PorousBody(affine, porosity, fields, leak_sites(affine, bone, fields, holes, _WALL), medium, vertebra.target)


def _with_veins(field: Singles, width: Singles) -> Singles:
    """Veins as round channels: diameter squared over 32."""
    return np.asarray(np.maximum(field, width**2 / 32), dtype=np.float32)


def _hole(vertebra: PorousVertebra, opening: Opening, draw: Draw) -> Hole:
    """An opening as drawn, on the surface of the bone."""
    surface = vertebra.grid.frame.world(vertebra.grid.local(np.argwhere(outer_faces(vertebra.bone))))
    point = np.asarray(opening.point_mm)
    away = np.linalg.norm(surface - point, axis=1)
    if away.min() > vertebra.grid.voxel_mm:
        # of the surface voxels that are equally near, their middle: no side is preferred
        point = surface[away <= away.min() + 1e-6].mean(axis=0)
    depth = {YeomType.B: _FORAMEN_DEPTH * vertebra.depth_mm, YeomType.S: _SEGMENTAL_MM}.get(opening.yeom, 0.0)
    return Hole(opening.name, opening.yeom, point, opening.diameter_mm * _factor(opening, draw), depth)


def _factor(opening: Opening, draw: Draw) -> float:
    if opening.is_vein:
        return draw.vein
    return draw.breach if opening.known_size else draw.breach**2


def _texture(vertebra: PorousVertebra, draw: Draw, dose: Dose) -> FloatArray:
    """Smooth noise of unit standard deviation."""
    rng = np.random.default_rng(draw.texture)
    noise = rng.standard_normal(vertebra.grid.shape)
    if side_of(dose.cannulas[0], vertebra.grid.frame) < 0:
        noise = noise[::-1]
    smooth = ndimage.gaussian_filter(noise, draw.texture_mm / 2 / vertebra.grid.voxel_mm, mode="wrap")
    return np.asarray(smooth / smooth.std())


def placed_dose(vertebra: PorousVertebra, dose: Dose, draw: Draw) -> Dose:
    """The dose with its cannulas shifted as drawn; less far where that would leave the bone."""
    for share in _SHARES:
        moved = dose.moved(vertebra.grid.frame, draw, share)
        if all(in_bone(vertebra, cannula.tip_mm) for cannula in moved.cannulas):
            return moved
    return dose


_SHARES = (1.0, 0.75, 0.5, 0.25)


def in_bone(vertebra: PorousVertebra, tip_mm: tuple[float, float, float]) -> bool:
    """Whether a world point (RAS+ mm) lies in bone that cement can reach."""
    at = np.floor(vertebra.grid.index_of(np.asarray(tip_mm)) + 0.5).astype(int)
    inside = bool(((at >= 0) & (at < vertebra.grid.shape)).all())
    return inside and bool(vertebra.bone[tuple(at)])
