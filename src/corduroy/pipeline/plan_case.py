"""The steps of a plan: what `measure` does, then lesion, plan and report; each result stored once made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.scheme_tables import TOTALSEGMENTATOR
from corduroy.anatomy.spine import Spine
from corduroy.errors import PlanError
from corduroy.imaging import read_labels
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry.results import SpineMeasurement
from corduroy.pipeline.case import Case
from corduroy.pipeline.files import filling, require_writable, sweep_partials, write_json
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.plan_outputs import PlanImages, PlanOutputs, PlanReportWriter, write_plan_files
from corduroy.pipeline.run import CaseRun, Outputs, collecting, label_of
from corduroy.pipeline.settings import CaseSettings
from corduroy.pipeline.store import key_of
from corduroy.planning.clinical_facts import ClinicalFacts, read_clinical_facts
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.plan import PlanInputs, PlanSettings, SurgicalPlan, make_plan, require_body
from corduroy.provenance import content_hash

_FRACTURED_FROM_GRADE = 2


@dataclass(frozen=True)
class PlanRequest:
    """What a plan is asked for.

    Parameters
    ----------
    level : Level or None
        None: as the facts say, else the vertebra that holds most of the lesion mask, else the only fractured one.
    lesion, facts, structures : Path or None
        A painted lesion mask, `case.yaml`, and labels of organs in TotalSegmentator's numbers.
    settings : PlanSettings
    """

    level: Level | None = None
    lesion: Path | None = None
    facts: Path | None = None
    structures: Path | None = None
    settings: PlanSettings = field(default_factory=PlanSettings)

    @property
    def files(self) -> dict[str, Path]:
        """The files beside the scan, by their role."""
        named = {"lesion": self.lesion, "facts": self.facts, "structures": self.structures}
        return {role: path for role, path in named.items() if path is not None}


def plan_case(
    case: Case,
    request: PlanRequest,
    settings: CaseSettings | None = None,
    outputs: PlanOutputs | None = None,
    write_report: PlanReportWriter | None = None,
    on_step: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Plan one case, and write what `outputs` asks for.

    Parameters
    ----------
    case : Case
    request : PlanRequest
    settings : CaseSettings, optional
    outputs : PlanOutputs, optional
    write_report : callable, optional
        Called with the plan, the images and an empty folder, if `outputs` has a report.
    on_step : callable, optional
        Called with the name of each step as it starts.

    Returns
    -------
    dict
        The JSON document, schema ``corduroy/plan/1``.

    Raises
    ------
    CorduroyError
        If the input cannot be used; nothing is left behind then.
    """
    places = outputs or PlanOutputs()
    for folder in places.folders:
        require_writable(folder)
    run = _PlanRun(case, request, settings or CaseSettings(), places, on_step or _in_silence)
    document = run.document()
    if places.json is not None:
        write_json(places.json, document)
    if places.report is not None:
        run.write_files(places.report, document, write_report)
    return document


def _in_silence(step: str) -> None:
    """Nobody wants to know which step has started."""
    del step


class _PlanRun:
    """One plan on its way. What was stored is not computed again, unless it has to be drawn."""

    def __init__(
        self,
        case: Case,
        request: PlanRequest,
        settings: CaseSettings,
        outputs: PlanOutputs,
        on_step: Callable[[str], None],
    ) -> None:
        self._case = case
        self._request = request
        self._on_step = on_step
        self._run = CaseRun(case, settings, Outputs(steps=outputs.steps), on_step)
        self._hashes = {role: content_hash(_existing(role, path)) for role, path in request.files.items()}
        self._facts = None if request.facts is None else read_clinical_facts(request.facts)
        self._made: tuple[SurgicalPlan, PlanImages] | None = None

    @property
    def _key(self) -> str:
        return key_of(
            plan=self._run.key("plan"),
            files=self._hashes,
            level=self._request.level,
            settings=self._request.settings.model_dump(mode="json"),
            name=self._case.name,
        )

    def document(self) -> dict[str, Any]:
        store = self._run.store
        stored = None if store is None else store.load("plan", self._key)
        if stored is not None:
            return stored
        document = self._plan()[0].as_dict()
        if store is not None:
            store.save("plan", self._key, document)
        return document

    def write_files(self, folder: Path, document: dict[str, Any], write_report: PlanReportWriter | None) -> None:
        store, key = self._run.store, key_of(files=self._key, plan=document, report=write_report is not None)
        if store is not None and store.load_files("plan_files", key, folder):
            return
        plan, images = self._plan()
        self._on_step("report")
        sweep_partials(folder)
        with filling(folder) as temporary:
            write_plan_files(plan, images, temporary)
            if write_report is not None:
                write_report(plan, images, temporary)
            names = [file.name for file in temporary.iterdir()]
        if store is not None:
            store.save_files("plan_files", key, [folder / name for name in names])

    def _plan(self) -> tuple[SurgicalPlan, PlanImages]:
        if self._made is None:
            self._made = self._planned()
        return self._made

    def _planned(self) -> tuple[SurgicalPlan, PlanImages]:
        """What can be wrong is looked at before anything is stored."""
        with collecting(self._run.warnings):
            spine = self._run.spine
            painted = None if self._request.lesion is None else read_labels(self._request.lesion)
            structures = self._structures(spine)
        level, doubt = _named_level(self._request.level, self._facts, painted, spine)
        if level is None:
            level, doubt = _fractured_level(self._run.measurement())
        require_body(spine, level)
        self._on_step("lesion")
        lesion = None if painted is None else LesionMask.parted(painted, spine, level)
        measurement = self._run.measurement()
        self._on_step("plan")
        inputs = PlanInputs(
            self._case.name,
            spine,
            replace(measurement, warnings=(*doubt, *measurement.warnings)),
            level,
            lesion,
            self._facts,
            structures,
        )
        plan = make_plan(inputs, self._request.settings)
        origin = replace(plan.provenance, inputs={**plan.provenance.inputs, **self._hashes})
        ct, labels = self._run.images
        images = PlanImages(CaseImages(self._case.name, labels, label_of(spine), ct), lesion)
        return replace(plan, provenance=origin), images

    def _structures(self, spine: Spine) -> LabelMap | None:
        """Organs as the user gave them; else those in the label map itself, if its scheme has organs."""
        if self._request.structures is not None:
            return read_labels(self._request.structures)
        holds_organs = spine.scheme is TOTALSEGMENTATOR and set(spine.labels.labels) - set(spine.scheme.levels)
        return spine.labels if holds_organs else None


def _existing(role: str, path: Path) -> Path:
    if not path.is_file():
        raise PlanError(f"there is no file {path}", f"an existing file for --{role}")
    return path


def _named_level(
    asked: Level | None, facts: ClinicalFacts | None, painted: LabelMap | None, spine: Spine
) -> tuple[Level | None, tuple[str, ...]]:
    """The level that somebody named, or that the mask lies in, and the doubt that comes with the latter."""
    if asked is not None or (facts is not None and facts.level is not None):
        return asked or (None if facts is None else facts.level), ()
    if painted is None:
        return None, ()
    held = _held_by(painted, spine)
    return held, (f"The level was not named: {held} holds most of the lesion mask.",)


def _fractured_level(measurement: SpineMeasurement) -> tuple[Level, tuple[str, ...]]:
    """The only fractured vertebra, and the doubt that comes with a level that nobody named."""
    broken = [v.level for v in measurement.vertebrae if (v.genant_grade or 0) >= _FRACTURED_FROM_GRADE]
    if len(broken) == 1:
        return broken[0], (f"The level was not named: {broken[0]} is the only fractured vertebra.",)
    raise PlanError(
        f"no level was named, and {len(broken)} vertebrae are fractured", "--level, or level in case.yaml, or --lesion"
    )


def _held_by(painted: LabelMap, spine: Spine) -> Level:
    points = painted.world_from_voxel(np.argwhere(painted.array > 0))
    numbers = spine.labels.sample(points, order=0).astype(int)
    counts = {level: int((numbers == number).sum()) for number, level in spine.scheme.levels.items()}
    level = max(counts, key=lambda each: counts[each])
    if counts[level] == 0:
        raise PlanError(f"{painted.name} meets no vertebra", "a lesion mask of this scan", "check the file")
    return level
