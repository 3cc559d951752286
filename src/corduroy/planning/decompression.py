"""Decompression: laminae to remove for a chosen width or clearance, what that opens, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.spine import Spine
from corduroy.errors import PlanError
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry.uncertainty import area_uncertainty_mm2, volume_uncertainty_ml
from corduroy.planning.arch_resection import PROCESSES, ArchResection, BoolArray, Borders
from corduroy.planning.decompression_results import (
    FACET_WARNING_PERCENT,
    DecompressionPlan,
    FacetLoss,
    LevelDecompression,
    WidthOption,
)
from corduroy.planning.decompression_settings import DecompressionSettings, LateralBorder
from corduroy.planning.evidence import Evidence, Strength
from corduroy.planning.lesion_mask import LesionMask
from corduroy.provenance import Measured

__all__ = [
    "DecompressionPlan",
    "DecompressionSettings",
    "FacetLoss",
    "LateralBorder",
    "LevelDecompression",
    "WidthOption",
    "plan_decompression",
]

_OPTION_STEP_MM = 2.0
_NARROWEST_MM = 8.0
_EPIDURAL_FROM_MM3 = 50.0  # author's choice: less at a neighbour is a tail that needs no laminectomy of its own


def plan_decompression(
    spine: Spine, level: Level, lesion: LesionMask | None = None, settings: DecompressionSettings | None = None
) -> DecompressionPlan:
    """Plan the laminectomies around one lesion.

    Parameters
    ----------
    spine : Spine
    level : Level
        The lesion's.
    lesion : LesionMask, optional
        For the epidural part.
    settings : DecompressionSettings, optional

    Raises
    ------
    PlanError
        If a level is not in view or its arch is not seen.

    Notes
    -----
    Bone is taken between two sagittal planes and behind the canal's middle; the pedicles stay. The area after is the
    narrowest section of before plus the resected lamina in it, without the spinous process: it says how far the sac can
    move back, not how much it needs. When this misleads: a mask shows no ligamentum flavum; facets have no natural
    border in a mask (see `find_posterior_elements`), so that shares depend on that rule.
    """
    chosen = settings or DecompressionSettings()
    planned = _levels(spine, level, lesion, chosen)
    array = np.zeros(spine.labels.shape, dtype=np.uint8)
    found = []
    for each, why in planned.items():
        arch = ArchResection.of(spine.vertebrae[each])
        result, mask = _at_level(arch, why, spine, lesion, chosen)
        found.append(result)
        _place(mask, arch.vertebra.mask, array, spine.labels)
    resected = LabelMap(array, spine.labels.affine, "resected")
    return DecompressionPlan(tuple(found), resected, chosen, _warnings(found), _EVIDENCE)


def _levels(spine: Spine, level: Level, lesion: LesionMask | None, settings: DecompressionSettings) -> dict[Level, str]:
    chosen = settings.levels
    for each in (level,) if chosen is None else chosen:
        if each not in spine.vertebrae:
            raise PlanError(f"{each} is not in view", ", ".join(spine.levels))
    if chosen is not None:
        return {each: "chosen by the user" for each in spine.levels if each in chosen}
    reasons = {level: "level of the lesion"}
    epidural = {} if lesion is None else lesion.epidural_mm3_by_level(spine)
    for neighbour in spine.neighbours(level):
        if neighbour is None or neighbour.body is None:
            continue
        narrowed = _narrowing_percent(spine, neighbour.level)
        if narrowed is not None and narrowed >= settings.narrowing_percent:
            reasons[neighbour.level] = f"canal narrowed by {narrowed:.0f} % against its neighbours"
        elif epidural.get(neighbour.level, 0.0) >= _EPIDURAL_FROM_MM3:
            reasons[neighbour.level] = f"{epidural[neighbour.level] / 1000:.2f} ml of the epidural part"
    return {each: reasons[each] for each in spine.levels if each in reasons}


def _reference(spine: Spine, level: Level) -> Measured | None:
    rings = [(v, v.canal) for v in spine.neighbours(level) if v is not None and v.canal is not None]
    if len(rings) < 2:
        return None
    areas = [ring.area_mm2 for _, ring in rings if ring is not None]
    spreads = [area_uncertainty_mm2(v, area) for (v, _), area in zip(rings, areas, strict=True)]
    return Measured(
        float(np.mean(areas)), "mm2", float(np.linalg.norm(spreads)) / 2, "mean of the neighbours' narrowest sections"
    )


def _narrowing_percent(spine: Spine, level: Level) -> float | None:
    reference, ring = _reference(spine, level), spine.vertebrae[level].canal
    if reference is None or ring is None:
        return None
    return 100.0 * (reference.value - ring.area_mm2) / reference.value


def _at_level(
    arch: ArchResection, why: str, spine: Spine, lesion: LesionMask | None, settings: DecompressionSettings
) -> tuple[LevelDecompression, BoolArray]:
    vertebra = arch.vertebra
    reference = _reference(spine, vertebra.level)
    options = tuple(_option(arch, borders) for borders in _trial_borders(arch))
    borders, notes = _borders(arch, options, reference, settings)
    mask = arch.mask(borders)
    before, after = _areas(arch, mask)
    removed = arch.removed_ml(mask)
    level = LevelDecompression(
        vertebra.level,
        why,
        borders,
        before,
        after,
        reference,
        None if lesion is None or not lesion.outside_known else _occupied(arch, lesion),
        Measured(
            removed, "ml", volume_uncertainty_ml(vertebra, removed), "voxels between the borders behind mid-canal"
        ),
        {side: arch.lamina_percent(mask, side) for side in Side},
        _facets(arch, borders),
        options,
        (*notes, *arch.elements.flags),
    )
    return level, mask


def _trial_borders(arch: ArchResection) -> list[Borders]:
    """Every second millimetre, and from pedicle to pedicle; no step that would be the same as that in whole mm."""
    walls = arch.pedicle_walls
    widths = np.arange(_NARROWEST_MM, walls.width_mm - _OPTION_STEP_MM / 2, _OPTION_STEP_MM).tolist()
    return [*(Borders(width / 2, width / 2).within(walls) for width in widths), walls]


def _borders(
    arch: ArchResection, options: Sequence[WidthOption], reference: Measured | None, settings: DecompressionSettings
) -> tuple[Borders, tuple[str, ...]]:
    """The chosen borders, and what could not be had as it was chosen."""
    walls = arch.pedicle_walls
    if settings.width_mm is not None:
        return Borders(settings.width_mm / 2, settings.width_mm / 2).within(walls), ()
    if settings.clearance_percent is not None:
        return _for_clearance(arch, options, reference, settings.clearance_percent)
    if settings.border is LateralBorder.PEDICLES:
        return walls, ()
    if arch.facet_borders is None:
        return walls, ("the facets are not told apart: cut at the pedicles' walls instead",)
    return arch.facet_borders, ()


def _for_clearance(
    arch: ArchResection, options: Sequence[WidthOption], reference: Measured | None, percent: float
) -> tuple[Borders, tuple[str, ...]]:
    if reference is None or arch.vertebra.canal is None:
        return arch.pedicle_walls, ("no neighbours' canal to compare with: as wide as the pedicles allow",)
    wanted = reference.value * percent / 100.0
    for option, borders in zip(options, _trial_borders(arch), strict=True):
        if option.canal_area_mm2 is not None and option.canal_area_mm2 >= wanted:
            return borders, ()
    short = (
        f"a laminectomy between the pedicles does not reach {percent:g} % of the neighbours' canal ({wanted:.0f} mm²)"
    )
    return arch.pedicle_walls, (short,)


def _option(arch: ArchResection, borders: Borders) -> WidthOption:
    mask = arch.mask(borders)
    opened, ring = arch.opened_mm2(mask), arch.vertebra.canal
    area = None if opened is None or ring is None else ring.area_mm2 + opened
    lost = {}
    for side in Side:
        shares = [arch.lost_percent(mask, process, side) for process in PROCESSES]
        lost[side] = max((share for share in shares if share is not None), default=None)
    return WidthOption(borders.width_mm, area, arch.removed_ml(mask), lost)


def _areas(arch: ArchResection, mask: BoolArray) -> tuple[Measured | None, Measured | None]:
    ring, opened = arch.vertebra.canal, arch.opened_mm2(mask)
    if ring is None or opened is None:
        return None, None
    total = ring.area_mm2 + opened
    spread = area_uncertainty_mm2(arch.vertebra, ring.area_mm2)
    method = "narrowest section closed by bone"
    before = Measured(ring.area_mm2, "mm2", spread, method)
    more = float(np.hypot(spread, area_uncertainty_mm2(arch.vertebra, total)))
    return before, Measured(total, "mm2", more, f"{method}, with the resected lamina in it")


def _occupied(arch: ArchResection, lesion: LesionMask) -> Measured | None:
    ring = arch.vertebra.canal
    if ring is None:
        return None
    points = lesion.points("epidural")
    beside = np.linalg.norm(ring.frame.local(points)[:, :2], axis=1) < ring.transverse_mm
    slab = np.abs(ring.frame.local(points)[:, 2]) <= arch.half_slab_mm
    area = float(np.count_nonzero(slab & beside) * lesion.voxel_mm3 / (2.0 * arch.half_slab_mm))
    spread = area_uncertainty_mm2(arch.vertebra, area) if area > 0 else 0.0
    return Measured(area, "mm2", spread, "epidural part of the lesion mask at the narrowest section")


def _facets(arch: ArchResection, borders: Borders) -> tuple[FacetLoss, ...]:
    """Each process's lost share; its interval is what a border one voxel further in or out would take."""
    step = float(arch.vertebra.mask.spacing[0])
    masks = [arch.mask(borders.moved(by)) for by in (-step, 0.0, step)]
    found = []
    for side in Side:
        for process in PROCESSES:
            shares = [arch.lost_percent(mask, process, side) for mask in masks]
            low, lost, high = (np.nan if share is None else share for share in shares)
            if np.isfinite(lost):
                half = max(high - lost, lost - low)
                method = "resected share of the process; interval: the border moved by a voxel"
                found.append(FacetLoss(side, process, Measured(float(lost), "%", float(half), method)))
    return tuple(found)


def _place(mask: BoolArray, near: LabelMap, array: np.ndarray, grid: LabelMap) -> None:
    """Put a cropped mask into the whole grid that it was cropped from."""
    start = np.round(grid.voxel_from_world(near.world_from_voxel([0, 0, 0]))).astype(int)
    box = tuple(slice(a, a + n) for a, n in zip(start, mask.shape, strict=True))
    array[box][mask] = 1


def _warnings(levels: Sequence[LevelDecompression]) -> tuple[str, ...]:
    found = []
    for level in levels:
        for loss in level.facets:
            if loss.lost_percent.value > FACET_WARNING_PERCENT:
                found.append(
                    f"{level.level}: {loss.lost_percent.value:.0f} ± {loss.lost_percent.uncertainty:.0f} % of the "
                    f"{loss.side} {loss.process} process is lost, more than {FACET_WARNING_PERCENT:g} %."
                )
        if level.canal_area_before is None:
            found.append(f"{level.level}: the canal's ring is not closed; no area before and after.")
    return tuple(found)


_EVIDENCE = (
    Evidence("No limit of a laminectomy's width in mm was found.", "", Strength.CHOICE),
    Evidence(
        "Finite elements, L3-L5: unilateral facetectomy, extension +11.7 % and rotation to one side +101 %; bilateral "
        "+40.7 % and +354 %.",
        "Zeng 2017",
        Strength.BENCH,
    ),
    Evidence(
        "Cervical specimens: more than 50 % of both facets cuts shear strength. A cervical and lumbar bench rule; ribs "
        "change it in the thoracic spine.",
        "PMID 4020449",
        Strength.BENCH,
    ),
)
