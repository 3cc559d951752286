"""From a spine, a map of structures and a CT to the scene of a search."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.anatomy.posterior import PosteriorElements, find_posterior_elements
from corduroy.anatomy.scheme_tables import TOTALSEGMENTATOR
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import PlanError
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.planning.corridors import zones
from corduroy.planning.corridors.air import air_inside
from corduroy.planning.corridors.avoided import Avoided, Source, codes_of_labels
from corduroy.planning.corridors.grid import SearchGrid, search_grid
from corduroy.planning.corridors.parts import bone_entries, parts_of, with_grooves
from corduroy.planning.corridors.scene import Scene
from corduroy.planning.corridors.settings import CorridorSettings, EntryFrom
from corduroy.planning.corridors.skin import SkinEntries, body_from_ct, only_at_air, skin_entries
from corduroy.planning.corridors.target import checked_target, target_points, trabecular_body

FloatArray = NDArray[np.float64]
Codes = NDArray[np.uint8]

_AROUND_MM = 12.0  # of the box of all ways: margins and the thickest needle fit in it
_NEAR_VERTEBRA_MM = 12.0
_VESSELS_OF_THE_SPINE = (Avoided.AORTA, Avoided.CAVA)
_BESIDE_OF_REGION = {
    "cervical": (),
    "thoracic": (Avoided.LUNG,),
    "lumbar": (Avoided.KIDNEY, Avoided.BOWEL),
    "sacral": (Avoided.BOWEL,),
}


def build_scene(
    spine: Spine,
    level: Level,
    settings: CorridorSettings,
    *,
    target: LabelMap | None = None,
    structures: LabelMap | None = None,
    names: Mapping[int, str] = TOTAL_STRUCTURES,
    body: LabelMap | None = None,
) -> Scene:
    """Gather what a search needs; see `corduroy.planning.corridors.find_corridors` for the arguments and errors."""
    vertebra = _vertebra(spine, level)
    lesion = trabecular_body(vertebra) if target is None else checked_target(target, vertebra)
    points = target_points(lesion, settings.target_step_mm)
    elements = find_posterior_elements(vertebra)
    parts = parts_of(vertebra, elements)
    patient = _patient(spine, vertebra, body, settings)
    entries = _entries(vertebra, parts, patient, settings, spine.ct if body is None else None)
    scan = structures or spine.ct or spine.labels
    grid = _grid(scan, entries, points, settings)
    air = None if patient is None or spine.ct is None else air_inside(spine.ct, patient)
    avoid, sources, notes = _avoided(grid, spine, vertebra, elements, structures, names, air)
    own = grid.paint(vertebra.mask, np.array([0, 1], np.uint8))
    avoid[(own > 0) & ~np.isin(avoid, (Avoided.CANAL.code, Avoided.CORD.code))] = 0
    box = _box_of(own)
    bones = np.ascontiguousarray(grid.paint(parts, np.arange(256, dtype=np.uint8))[box])
    if level.region == "thoracic":
        ribs = avoid[box] == Avoided.RIBS.code
        bones = with_grooves(bones, ribs if ribs.any() else None, grid.spacing)
    inside = np.ascontiguousarray(grid.paint(lesion, np.array([0, 1], np.uint8))[box])
    return Scene(
        level,
        vertebra.frame,
        grid,
        avoid,
        bones,
        inside,
        (box[0].start, box[1].start, box[2].start),
        points,
        entries,
        elements.pedicles,
        sources,
        (*notes, *vertebra.flags, *elements.flags),
    )


def _vertebra(spine: Spine, level: Level) -> Vertebra:
    vertebra = spine.vertebrae.get(level)
    if vertebra is None or vertebra.body is None:
        seen = ", ".join(str(known) for known, v in spine.vertebrae.items() if v.body is not None)
        why = "is not in view" if vertebra is None else "has no body that was found"
        raise PlanError(f"{level} {why}", f"one of {seen}", "choose a level in view")
    return vertebra


def _patient(spine: Spine, vertebra: Vertebra, body: LabelMap | None, settings: CorridorSettings) -> LabelMap | None:
    """The patient near the vertebra as a mask; None where corridors begin on the bone and there is no CT."""
    if body is not None:
        return body
    if spine.ct is None:
        if settings.entry is EntryFrom.BONE:
            return None
        raise PlanError(
            "neither a CT nor a mask of the patient's body: there is no skin to enter",
            "a CT whose image reaches the skin",
            "give the CT or a body mask, or plan from the bone (entry: bone)",
        )
    half = settings.up_and_down_mm + 2 * float(spine.ct.spacing[2])
    height = float(vertebra.frame.origin[2])
    return body_from_ct(spine.ct, height - half, height + half)


def _entries(
    vertebra: Vertebra, parts: LabelMap, patient: LabelMap | None, settings: CorridorSettings, ct: Volume | None
) -> SkinEntries:
    """On the skin of the patient's mask, checked on the CT that the mask comes from; or on the bone."""
    if patient is not None and settings.entry is EntryFrom.SKIN:
        found = skin_entries(patient, vertebra.frame.origin, settings)
        return found if ct is None else only_at_air(ct, found, vertebra.frame.origin)
    points = bone_entries(parts, vertebra, settings.entry_step_mm)
    if len(points) == 0:
        raise PlanError(f"{vertebra.level} shows no bone behind its body", "a posterior arch to enter")
    return SkinEntries(points[None], np.empty(0), np.empty(0))


def _grid(scan: Volume, entries: SkinEntries, targets: FloatArray, settings: CorridorSettings) -> SearchGrid:
    """The box of all ways within the limits, and 12 mm around it."""
    flat = entries.points_mm.reshape(-1, 3)
    flat = flat[np.isfinite(flat).all(axis=1)]
    ends = np.concatenate([flat[_within_limits(flat, targets, settings)], targets])
    return search_grid(scan, ends.min(axis=0) - _AROUND_MM, ends.max(axis=0) + _AROUND_MM)


def _within_limits(entries: FloatArray, targets: FloatArray, settings: CorridorSettings) -> NDArray[np.bool_]:
    """Which entries have a target within the limits of angle and depth."""
    outwards = entries[:, None, :] - targets
    flat = np.hypot(outwards[..., 0], outwards[..., 1])
    near = np.hypot(flat, outwards[..., 2]) <= settings.max_depth_mm
    near &= -outwards[..., 1] >= np.cos(np.deg2rad(settings.max_axial_deg)) * flat
    near &= np.abs(outwards[..., 2]) <= np.tan(np.deg2rad(settings.max_sagittal_deg)) * flat
    return np.asarray(near.any(axis=1))


def _avoided(
    grid: SearchGrid,
    spine: Spine,
    vertebra: Vertebra,
    elements: PosteriorElements,
    structures: LabelMap | None,
    names: Mapping[int, str],
    air: LabelMap | None,
) -> tuple[Codes, dict[Avoided, Source], list[str]]:
    """Everything a needle must not meet, painted with the worst last; whence each is known."""
    codes = codes_of_labels(names)
    labelled = np.zeros(grid.shape, np.uint8) if structures is None else grid.paint(structures, codes)
    known = set() if structures is None else {int(codes[label]) for label in structures.labels}
    sources = _sources(known, labelled)
    notes = [] if structures is None else _unnamed(structures, names)
    avoid = np.zeros(grid.shape, np.uint8)
    _paint_spaces(avoid, grid, vertebra, sources, notes)
    if air is not None:
        avoid[grid.paint(air, np.array([0, 1], np.uint8)) > 0] = Avoided.AIR.code
        sources[Avoided.AIR] = Source.SCAN
    avoid = np.where(labelled > 0, labelled, avoid)
    other = np.zeros(65_536, np.uint8)
    other[[number for number, named in spine.scheme.levels.items() if named != vertebra.level]] = Avoided.BONES.code
    neighbours = grid.paint(spine.labels, other)
    avoid = np.where(neighbours > 0, neighbours, avoid)
    sources[Avoided.BONES] = Source.LABELS
    above = spine.neighbours(vertebra.level)[0]
    with_roots = [(vertebra, elements)]
    if above is not None and above.body is not None:
        with_roots.append((above, find_posterior_elements(above)))
    roots = zones.roots_on(grid, with_roots) & (neighbours == 0)
    avoid[roots] = Avoided.ROOTS.code
    sources[Avoided.ROOTS] = Source.GEOMETRY
    canal, doubt = zones.canal_on(grid, spine, vertebra)
    avoid[canal & (labelled != Avoided.CORD.code)] = Avoided.CANAL.code
    avoid[labelled == Avoided.CORD.code] = Avoided.CORD.code
    sources[Avoided.CANAL] = Source.GEOMETRY
    if doubt is not None:
        notes.append(doubt)
    return avoid, sources, notes


def _unnamed(structures: LabelMap, names: Mapping[int, str]) -> list[str]:
    """A word on labels that mean nothing; the vertebrae in TotalSegmentator's own map are known from the spine."""
    vertebrae = TOTALSEGMENTATOR.levels if names.items() >= TOTAL_STRUCTURES.items() else {}
    strange = [str(label) for label in structures.labels if label not in names and label not in vertebrae]
    return [f"labels without a name are not avoided: {', '.join(strange)}"] if strange else []


def _sources(known: set[int], labelled: Codes) -> dict[Avoided, Source]:
    sources = {}
    for group in Avoided:
        if group.code in known and (labelled == group.code).any():
            sources[group] = Source.LABELS
        elif group.code in known:
            sources[group] = Source.SURROUNDINGS
        else:
            sources[group] = Source.NOT_GIVEN
    if sources[Avoided.CORD] is Source.NOT_GIVEN:
        sources[Avoided.CORD] = Source.GEOMETRY  # the canal stands for it
    return sources


def _paint_spaces(
    avoid: Codes, grid: SearchGrid, vertebra: Vertebra, sources: dict[Avoided, Source], notes: list[str]
) -> None:
    """The spaces that stand for vessels and viscera which no label shows."""
    region = vertebra.level.region
    missing_vessels = [group for group in _VESSELS_OF_THE_SPINE if sources[group] is Source.NOT_GIVEN]
    missing_beside = [group for group in _BESIDE_OF_REGION[region] if sources[group] is Source.NOT_GIVEN]
    for space in (Avoided.BEFORE, Avoided.BESIDE):
        del sources[space]
    if missing_beside:
        avoid[zones.space_beside(grid, vertebra)] = Avoided.BESIDE.code
        sources[Avoided.BESIDE] = Source.GEOMETRY
        notes.append(_stands_for(Avoided.BESIDE, missing_beside))
    if missing_vessels and vertebra.body is not None:
        body = vertebra.body
        depth = (float(body.wall(0.0, 0.0)), float(body.front(0.0, 0.0)))
        avoid[zones.space_before(grid, vertebra, depth)] = Avoided.BEFORE.code
        sources[Avoided.BEFORE] = Source.GEOMETRY
        notes.append(_stands_for(Avoided.BEFORE, missing_vessels))
    for group in (*missing_vessels, *missing_beside):
        sources[group] = Source.GEOMETRY


def _stands_for(space: Avoided, missing: list[Avoided]) -> str:
    return f"no labels of {' and '.join(missing)}: the whole {space} is avoided instead"


def _box_of(own: Codes) -> tuple[slice, slice, slice]:
    """The vertebra's voxels with some around."""
    found = ndimage.find_objects(own)[0]
    margin = int(_NEAR_VERTEBRA_MM)
    box = [slice(max(0, s.start - margin), min(n, s.stop + margin)) for s, n in zip(found, own.shape, strict=True)]
    return box[0], box[1], box[2]
