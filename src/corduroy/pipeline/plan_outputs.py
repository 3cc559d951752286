"""Where a plan goes, and the files in which other programs read it: NIfTI masks and markups of 3D Slicer."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corduroy.imaging import read_labels, write_volume
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.pipeline.case import Case
from corduroy.pipeline.file_names import LESION_FILE, RESECTED_FILE
from corduroy.pipeline.images import CaseImages
from corduroy.planning.corridors import CorridorPlan
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.lesion_parts import CODES
from corduroy.planning.markups import MarkedLine, MarkedPoint, line_markups, point_markups
from corduroy.planning.plan import SurgicalPlan

PROBABILITY_FILE = "lesion_probability.nii.gz"
LINES_FILE = "corridors.mrk.json"
POINTS_FILE = "points.mrk.json"


@dataclass(frozen=True)
class PlanOutputs:
    """Where the results of a plan go; None: nowhere.

    Parameters
    ----------
    json : Path or None
        The plan, schema ``corduroy/plan/1``.
    report : Path or None
        Folder of the report, the masks and the markups.
    steps : Path or None
        Folder of the stored steps.
    """

    json: Path | None = None
    report: Path | None = None
    steps: Path | None = None

    @property
    def folders(self) -> list[Path]:
        """The folders that will be written to."""
        file_folder = None if self.json is None else self.json.parent
        return [folder for folder in (file_folder, self.report, self.steps) if folder is not None]

    @classmethod
    def for_case(cls, case: Case, json: Path | None = None, report: Path | None = None) -> PlanOutputs:
        """The user's places if there are any, else the case's own folder below ``derivatives``."""
        if json is None and report is None and case.results is not None:
            base, name = case.results, case.name
            return cls(base / f"{name}_plan.json", base / f"{name}_plan", base / f"{name}_steps")
        return cls(json, report, None if report is None else report / "steps")


@dataclass(frozen=True, eq=False)
class PlanImages:
    """What a plan's report draws.

    Parameters
    ----------
    case : CaseImages
    lesion : LesionMask or None
    probability : Volume or None
        Of every voxel to belong to the lesion, where the software delineated it.
    simulated : tuple of Path
        Pictures that the simulations left.
    """

    case: CaseImages
    lesion: LesionMask | None = None
    probability: Volume | None = None
    simulated: tuple[Path, ...] = ()


PlanReportWriter = Callable[[SurgicalPlan, PlanImages, Path], None]
"""Writes a plan's report into an empty folder. Handed in from above, as the pipeline knows no reports."""


def write_plan_files(plan: SurgicalPlan, images: PlanImages, folder: Path) -> None:
    """Masks and markups, as far as the plan has them."""
    grid = images.case.labels
    if images.lesion is not None and grid is not None:
        write_volume(_whole(images.lesion, grid), folder / LESION_FILE)
    if images.probability is not None:
        write_volume(images.probability, folder / PROBABILITY_FILE)
    if plan.decompression is not None:
        write_volume(plan.decompression.resected, folder / RESECTED_FILE)
    lines, points = list(_lines(plan)), list(_points(plan))
    if lines:
        _write(line_markups(lines), folder / LINES_FILE)
    if points:
        _write(point_markups(points, f"plan {plan.level}"), folder / POINTS_FILE)


def planned_lesion(plan: dict[str, Any], folder: Path) -> LabelMap | None:
    """The lesion's part in bone, as the plan left it in its folder; None where the plan has no lesion."""
    if plan["lesion"] is None:
        return None
    parts = read_labels(folder / LESION_FILE)
    return LabelMap((parts.array == CODES["in bone"]).astype(np.uint8), parts.affine, "lesion")


def remove_stale(folder: Path, before: Iterable[str], now: Collection[str]) -> None:
    """Remove what an earlier plan wrote into a folder and this one did not: it is of another plan."""
    for name in before:
        if name not in now and Path(name).name == name:
            (folder / name).unlink(missing_ok=True)


def _whole(lesion: LesionMask, grid: LabelMap) -> LabelMap:
    """The lesion's parts on the grid of the labels."""
    parts = np.zeros(grid.shape, dtype=np.uint8)
    corners = np.array([[0, 0, 0], np.array(lesion.parts.shape) - 1])
    found = grid.voxel_from_world(lesion.parts.world_from_voxel(corners))
    start = np.clip(np.floor(found.min(axis=0)) - 1, 0, grid.shape).astype(int)
    stop = np.clip(np.ceil(found.max(axis=0)) + 2, 0, grid.shape).astype(int)
    index = np.moveaxis(np.indices(tuple(stop - start)), 0, -1) + start
    values = lesion.parts.sample(grid.world_from_voxel(index), order=0)
    parts[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))] = values.astype(np.uint8)
    return LabelMap(parts, grid.affine, "lesion")


def _lines(plan: SurgicalPlan) -> Iterator[MarkedLine]:
    for purpose, found in _searches(plan):
        for number, corridor in enumerate(found.corridors, start=1):
            name = f"{purpose} {number} {corridor.kind} {corridor.side}"
            yield MarkedLine(name, corridor.entry_mm, corridor.target_mm)


def _points(plan: SurgicalPlan) -> Iterator[MarkedPoint]:
    for purpose, found in _searches(plan):
        for corridor in found.corridors[:1]:
            yield MarkedPoint(f"{purpose} entry {corridor.side}", corridor.entry_mm)
            yield MarkedPoint(f"{purpose} bone {corridor.side}", corridor.bone_mm)
            yield MarkedPoint(f"{purpose} target", corridor.target_mm)
    for site in () if plan.augmentation is None else plan.augmentation.leaks:
        side = "" if site.side is None else f" {site.side}"
        yield MarkedPoint(f"leak {site.yeom}{side}", site.point_mm)


def _searches(plan: SurgicalPlan) -> Iterator[tuple[str, CorridorPlan]]:
    named = {"biopsy": plan.biopsy_corridors, "cement": plan.cement_corridors}
    yield from ((name, found) for name, found in named.items() if found is not None)


def _write(document: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
