"""Answers about a plan that lies open. They are found in the desk's process, which keeps the last plans in memory."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.spine import Spine, build_spine
from corduroy.errors import CaseError, CorduroyError, PlanError
from corduroy.imaging import read_labels
from corduroy.imaging.volume import LabelMap
from corduroy.pipeline.case import Case
from corduroy.pipeline.inputs import organs_of, read_case
from corduroy.pipeline.settings import CaseSettings
from corduroy.planning.arch_resection import PROCESSES, ArchResection, Borders
from corduroy.planning.augmentation import AugmentationPlan, AugmentationSettings, plan_augmentation
from corduroy.planning.corridors import CorridorSettings, EntryFrom, Scene, build_scene
from corduroy.planning.corridors.fields import Fields, make_fields
from corduroy.planning.corridors.given import given_corridor, onto_entries
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.lesion_parts import CODES
from corduroy.planning.plan_settings import PlanSettings
from corduroy.provenance import Measured
from corduroy.web.conversation.answers import (
    CorridorAnswer,
    FillAnswer,
    OpenedPlan,
    PointMm,
    ScanFiles,
    WidthAnswer,
)

_MOST_OPEN = 2  # author's choice: some 300 MB each
_SPINES: OrderedDict[ScanFiles, Spine] = OrderedDict()
_OPEN: OrderedDict[ScanFiles, _Plan] = OrderedDict()


@dataclass(eq=False)
class _Plan:
    """A plan on the desk."""

    spine: Spine
    level: Level
    lesion: LesionMask | None
    in_bone: Measured | None
    settings: PlanSettings
    structures: LabelMap | None
    scenes: dict[str, tuple[Scene, Fields]] = field(default_factory=dict)
    arches: dict[Level, ArchResection] = field(default_factory=dict)

    def scene(self, purpose: str) -> tuple[Scene, Fields]:
        """What a needle must not meet, for biopsy or cement; the margins decide whether both share it."""
        chosen = self.corridor_settings(purpose)
        key = chosen.model_dump_json(exclude={"purpose", "gauge", "per_kind", "coverage_mm", "error_mm", "error_deg"})
        if key not in self.scenes:
            target = None if self.lesion is None else _in_bone(self.lesion)
            scene = build_scene(self.spine, self.level, chosen, target=target, structures=self.structures)
            self.scenes[key] = scene, make_fields(scene.avoid, scene.grid.spacing, chosen)
        return self.scenes[key]

    def corridor_settings(self, purpose: str) -> CorridorSettings:
        """As the plan was made with them."""
        return self.settings.biopsy if purpose == "biopsy" else self.settings.cement

    def arch(self, level: Level) -> ArchResection:
        """The arch of a level, its parts found once."""
        if level not in self.arches:
            self.arches[level] = ArchResection.of(self.spine.vertebrae[level])
        return self.arches[level]

    def augmentation(self, volume_ml: float) -> AugmentationPlan:
        chosen = self.settings.augmentation.model_copy(update={"volumes_ml": (volume_ml,)})
        return plan_augmentation(
            self.spine.vertebrae[self.level],
            self.lesion,
            None,
            AugmentationSettings.model_validate(chosen.model_dump()),
            self.in_bone,
        )


def spine_of(files: ScanFiles) -> Spine:
    """The spine of a scan; the last ones are kept.

    Raises
    ------
    CorduroyError
        If the files cannot be used.
    """
    key = ScanFiles(files.image, files.labels)
    if key not in _SPINES:
        if files.image is None and files.labels is None:
            raise CaseError("a scan without files", "an image and labels", "load them first")
        case = Case("scan", files.image or files.labels, files.labels if files.image else None)
        ct, labels = read_case(case, CaseSettings())
        if labels is None:
            raise CaseError("a scan without labels", "labels", "load them: a plan stands on them")
        _keep(_SPINES, key, build_spine(labels, ct=ct))
    return _SPINES[key]


def open_plan(files: ScanFiles) -> OpenedPlan:
    """Lay a plan on the desk; this takes seconds, the questions after it do not.

    Raises
    ------
    CorduroyError
        If the files cannot be used.
    """
    plan = _opened(files)
    for purpose in ("biopsy", "cement"):
        _ = plan.scene(purpose)[0].pedicle_planes  # now, so that the first needle does not wait for them
    widest = {level: _widest(plan, level) for level in _near(plan)}
    levels = tuple(level for level, width in widest.items() if width is not None)
    known = {level: width for level, width in widest.items() if width is not None}
    injectable = plan.augmentation(1.0).injectable
    return OpenedPlan(plan.level, levels, known, (injectable.value, injectable.uncertainty))


def set_corridor(
    files: ScanFiles, purpose: str, gauge: int, entry_mm: PointMm, target_mm: PointMm, on_skin: bool
) -> CorridorAnswer:
    """Measure a way as somebody set it.

    Parameters
    ----------
    files : ScanFiles
    purpose : {"biopsy", "cement"}
    gauge : int
    entry_mm, target_mm : PointMm
    on_skin : bool
        Whether the entry was moved and has to be brought onto the skin (or the bone) first.
    """
    started = time.perf_counter()
    plan = _opened(files)
    scene, fields = plan.scene(purpose)
    chosen = CorridorSettings.model_validate(plan.corridor_settings(purpose).model_dump() | {"gauge": gauge})
    entry = onto_entries(scene, entry_mm) if on_skin else entry_mm
    try:
        corridor = given_corridor(scene, fields, entry, target_mm, chosen)
    except PlanError as error:
        return CorridorAnswer(None, str(error), time.perf_counter() - started)
    return CorridorAnswer(corridor, "", time.perf_counter() - started)


def set_volume(files: ScanFiles, volume_ml: float) -> FillAnswer:
    """How full a volume of cement makes body and lesion."""
    started = time.perf_counter()
    fill = _opened(files).augmentation(volume_ml).fills[0]
    return FillAnswer(
        volume_ml,
        (fill.of_body_percent.value, fill.of_body_percent.uncertainty),
        fill.of_lesion_percent,
        time.perf_counter() - started,
    )


def set_width(files: ScanFiles, levels: tuple[Level, ...], width_mm: float) -> WidthAnswer:
    """What laminectomies of a width open and cost; never wider than between the pedicles."""
    started = time.perf_counter()
    plan = _opened(files)
    rows = tuple(_row(plan.arch(level), width_mm) for level in levels)
    return WidthAnswer(rows, time.perf_counter() - started)


def _row(arch: ArchResection, width_mm: float) -> dict[str, Any]:
    borders = Borders(width_mm / 2, width_mm / 2).within(arch.pedicle_walls)
    mask, ring = arch.mask(borders), arch.vertebra.canal
    opened = arch.opened_mm2(mask)
    lost = {}
    for side in Side:
        shares = [arch.lost_percent(mask, process, side) for process in PROCESSES]
        lost[side] = max((share for share in shares if share is not None), default=None)
    return {
        "level": str(arch.vertebra.level),
        "width_mm": borders.width_mm,
        "before_mm2": None if ring is None else ring.area_mm2,
        "after_mm2": None if ring is None or opened is None else ring.area_mm2 + opened,
        "removed_ml": arch.removed_ml(mask),
        "facet_left_percent": lost[Side.LEFT],
        "facet_right_percent": lost[Side.RIGHT],
    }


def _opened(files: ScanFiles) -> _Plan:
    if files in _OPEN:
        _OPEN.move_to_end(files)
        return _OPEN[files]
    if files.plan is None:
        raise PlanError("there is no plan yet", "a finished plan", "start the job 'plan'")
    document = json.loads(files.plan.read_text(encoding="utf-8"))
    spine, level = spine_of(files), Level(document["level"])
    lesion = None if files.lesion is None else _lesion(files.lesion, level)
    settings = _as_found(PlanSettings.model_validate(document["settings"]), document)
    plan = _Plan(spine, level, lesion, _in_bone_ml(document), settings, organs_of(files.structures, spine))
    _keep(_OPEN, files, plan)
    return plan


def _lesion(path: Path, level: Level) -> LesionMask:
    """The lesion's parts as the plan was made with them."""
    whole = read_labels(path)
    box = ndimage.find_objects((whole.array > 0).astype(np.uint8))[0]
    return LesionMask(level, whole.crop(box, 1))


def _in_bone_ml(document: dict[str, Any]) -> Measured | None:
    """The lesion's volume in bone, with its uncertainty, as the plan has it."""
    return None if document["lesion"] is None else Measured(**document["lesion"]["in_bone"])


def _as_found(settings: PlanSettings, document: dict[str, Any]) -> PlanSettings:
    """With the entry that the plan's corridors really have: the bone where no skin was in view."""
    changed = {}
    for purpose in ("biopsy", "cement"):
        found = document.get(f"{purpose}_corridors")
        if found is not None:
            entry = EntryFrom(found["settings"]["entry"])
            changed[purpose] = getattr(settings, purpose).model_copy(update={"entry": entry})
    return settings.model_copy(update=changed)


def _in_bone(lesion: LesionMask) -> LabelMap:
    """What a needle aims at."""
    parts = lesion.parts
    return LabelMap((parts.array == CODES["in bone"]).astype("uint8"), parts.affine, parts.name)


def _near(plan: _Plan) -> tuple[Level, ...]:
    """The lesion's level and its neighbours."""
    above, below = plan.spine.neighbours(plan.level)
    return tuple(
        vertebra.level
        for vertebra in (above, plan.spine.vertebrae[plan.level], below)
        if vertebra is not None and vertebra.body is not None
    )


def _widest(plan: _Plan, level: Level) -> float | None:
    """None where the arch cannot be cut: no lamina is seen."""
    try:
        return plan.arch(level).pedicle_walls.width_mm
    except CorduroyError:
        return None


def _keep(kept: OrderedDict[ScanFiles, Any], key: ScanFiles, value: Any) -> None:
    kept[key] = value
    while len(kept) > _MOST_OPEN:
        kept.popitem(last=False)
