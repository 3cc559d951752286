"""From a porous vertebra and one draw of the unknown to the body that is injected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import LeakSite, Medium, PorousBody
from corduroy.simulation.injection_study.dose import Dose, side_of
from corduroy.simulation.injection_study.inputs import Draw
from corduroy.simulation.injection_study.openings import Opening
from corduroy.simulation.injection_study.vertebra import FloatArray, PorousVertebra, Singles
from corduroy.simulation.vertebra.grid import BoolArray

CORTEX = "intact cortex"
"""Name of the way out for marrow alone."""

MM2 = 1e6
"""mm² in a m²."""
ACROSS_OVER_ALONG = 0.78
"""Permeability along anterior-posterior over that along superior-inferior (Baroud 2004, abstract read); left-right is
taken to be the same as anterior-posterior (author's choice)."""
_CORTEX_MM2, _CORTEX_MM = 1e-7, 0.5
"""Permeability and thickness of intact cortex, through which marrow seeps. Author's choice: 50 mm³/s of marrow through
a whole vertebral body then need some kPa."""
_VEIN_LENGTH_MM = 10.0
"""Of the vein outside the bone, whose resistance counts. Author's choice."""
_FORAMEN_DEPTH = 0.17
"""Depth of the basivertebral canal over that of the body: 0.12 to 0.218 (Tzika 2021, 10.1007/s00276-021-02690-0,
abstract read)."""
_SHORT_MM = 2.0
"""Depth of a segmental vein's canal and of a breach. Author's choice."""
_OPEN_POROSITY = 0.95


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
        Its last site is the intact cortex.
    """
    bone = vertebra.bone
    along = MM2 * draw.permeability_m2 * vertebra.relative.astype(np.float64)
    medium = np.where(bone, Medium.BONE, Medium.OUTSIDE).astype(np.uint8)
    medium[vertebra.lesion] = Medium.LACUNA
    along = np.where(vertebra.lesion, along * draw.lesion_contrast, along)
    if draw.texture is not None:
        along = along * 10 ** (draw.texture_decades * _texture(vertebra, draw, dose))
    across = ACROSS_OVER_ALONG * along
    porosity = vertebra.porosity.copy()
    sites = []
    area = _open_area(bone, vertebra.grid.voxel_mm)
    for opening in vertebra.openings:
        tunnel = _Tunnel(vertebra, opening, draw, area)
        porosity[tunnel.voxels] = np.maximum(porosity[tunnel.voxels], np.float32(_OPEN_POROSITY))
        medium[tunnel.voxels] = Medium.VOID
        for field in (along, across):
            field[tunnel.voxels] = np.maximum(field[tunnel.voxels], tunnel.permeability_mm2(field))
        sites.append((opening, tunnel))
    leaks = tuple(_site(opening, tunnel, along) for opening, tunnel in sites)
    fields = (_single(across, bone), _single(along, bone))
    return PorousBody(
        vertebra.affine,
        porosity,
        (fields[0], fields[0], fields[1]),
        (*leaks, _cortex(area)),
        medium,
        vertebra.target,
    )


def _single(field: FloatArray, bone: BoolArray) -> Singles:
    return np.asarray(np.where(bone, field, 0), dtype=np.float32)


def _texture(vertebra: PorousVertebra, draw: Draw, dose: Dose) -> FloatArray:
    """Smooth noise of unit standard deviation."""
    rng = np.random.default_rng(draw.texture)
    noise = rng.standard_normal(vertebra.grid.shape)
    if side_of(dose.cannulas[0], vertebra.grid.frame) < 0:
        noise = noise[::-1]
    smooth = ndimage.gaussian_filter(noise, draw.texture_mm / 2 / vertebra.grid.voxel_mm, mode="wrap")
    return np.asarray(smooth / smooth.std())


def _open_area(bone: BoolArray, voxel_mm: float) -> FloatArray:
    """Area in mm² of each voxel's faces that no bone lies behind; stairs are taken off on average (2/3)."""
    padded = np.pad(bone, 1)
    inner = (slice(1, -1),) * 3
    faces = sum(bone & ~np.roll(padded, step, axis)[inner] for axis in range(3) for step in (1, -1))
    return np.asarray(np.asarray(faces, float) * voxel_mm**2 * 2 / 3)


def _cortex(area: FloatArray) -> LeakSite:
    voxels = np.flatnonzero(area)
    whole = area.ravel()[voxels]
    return LeakSite(
        CORTEX, None, voxels, whole * _CORTEX_MM2 / _CORTEX_MM, area_mm2=float(whole.sum()), lets_cement=False
    )


class _Tunnel:
    """Voxels that an opening runs through, and those at its mouth."""

    def __init__(self, vertebra: PorousVertebra, opening: Opening, draw: Draw, area: FloatArray) -> None:
        self.size = vertebra.grid.voxel_mm
        self.diameter = opening.diameter_mm * _factor(opening, draw)
        self.is_vein = opening.is_vein
        places = np.argwhere(area > 0)
        away = vertebra.grid.local(places) - vertebra.grid.frame.local(opening.point_mm)
        distance = np.linalg.norm(away, axis=1)
        mouth = places[distance <= max(self.diameter / 2, float(distance.min()) + 1e-6)]
        self.mouth = np.ravel_multi_index(tuple(mouth.T), vertebra.grid.shape)
        depth = _FORAMEN_DEPTH * vertebra.depth_mm if opening.yeom is YeomType.B else _SHORT_MM
        self.voxels = self._run(vertebra, vertebra.grid.local(mouth).mean(axis=0), depth)

    def _run(self, vertebra: PorousVertebra, start: FloatArray, depth: float) -> tuple[NDArray[np.int64], ...]:
        """Bone within the opening's radius of its axis, which points to the middle of the body."""
        inward = -start / np.linalg.norm(start)
        bone = np.argwhere(vertebra.bone)
        offset = vertebra.grid.local(bone) - start
        reach = np.clip(offset @ inward, 0, depth)
        aside = np.linalg.norm(offset - reach[:, None] * inward, axis=1)
        radius = max(self.diameter / 2, 0.6 * self.size)
        mouth = np.array(np.unravel_index(self.mouth, vertebra.grid.shape)).T
        chosen = np.unique(np.concatenate([bone[aside <= radius], mouth]), axis=0)
        a, b, c = chosen.T
        return a, b, c

    def permeability_mm2(self, field: FloatArray) -> float:
        """Of a round pipe, spread over the voxels it takes; of a breach, that of the bone with open pores."""
        if not self.is_vein:
            return float(field[self.voxels].max())
        wide = max(self.diameter, 1.2 * self.size)
        return self.diameter**2 / 32 * (self.diameter / wide) ** 2


def _factor(opening: Opening, draw: Draw) -> float:
    if opening.is_vein:
        return draw.vein
    return draw.breach if opening.known_size else draw.breach**2


def _site(opening: Opening, tunnel: _Tunnel, along: FloatArray) -> LeakSite:
    """The mouth: half a voxel of porous bone, then the vein, in series."""
    area = np.pi / 4 * tunnel.diameter**2
    inside = along.ravel()[tunnel.mouth] * (area / tunnel.mouth.size) / (tunnel.size / 2)
    if tunnel.is_vein:
        outside = np.pi * tunnel.diameter**4 / (128 * _VEIN_LENGTH_MM) / tunnel.mouth.size
        inside = 1 / (1 / inside + 1 / outside)
    return LeakSite(opening.name, opening.yeom, np.asarray(tunnel.mouth, np.int64), inside, area_mm2=float(area))


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
