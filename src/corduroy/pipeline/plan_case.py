"""The steps of a plan: what `measure` does, then lesion, plan and report; each result stored once made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corduroy.anatomy.level import Level
from corduroy.errors import PlanError
from corduroy.imaging import read_scan
from corduroy.pipeline.case import Case
from corduroy.pipeline.file_names import LESION_FILE
from corduroy.pipeline.files import filling, require_writable, sweep_partials, write_json
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.inputs import organs_of
from corduroy.pipeline.plan_lesion import LesionRequest, Point, find_lesion
from corduroy.pipeline.plan_outputs import (
    PlanImages,
    PlanOutputs,
    PlanReportWriter,
    remove_stale,
    write_plan_files,
)
from corduroy.pipeline.run import CaseRun, Outputs, collecting, in_silence, label_of
from corduroy.pipeline.settings import CaseSettings
from corduroy.pipeline.simulated import read_simulated, simulated_hashes
from corduroy.pipeline.store import key_of
from corduroy.planning.clinical_facts import ClinicalFacts, read_clinical_facts
from corduroy.planning.plan import PlanInputs, PlanSettings, SurgicalPlan, make_plan, require_body
from corduroy.provenance import content_hash

_WRITTEN = "plan_written"


@dataclass(frozen=True)
class PlanRequest:
    """What a plan is asked for.

    Parameters
    ----------
    level : Level or None
        None: as the facts say, else see `corduroy.pipeline.plan_lesion.find_lesion`.
    lesion, facts, structures, contrasted : Path or None
        A painted or edited lesion mask, `case.yaml`, labels of organs in TotalSegmentator's numbers, and a scan in a
        phase with contrast.
    seed_mm : tuple of 3 floats or None
        World RAS+ of a point in the lesion.
    settings : PlanSettings or None
        None: as the facts say (``plan``), else the defaults.
    """

    level: Level | None = None
    lesion: Path | None = None
    facts: Path | None = None
    structures: Path | None = None
    contrasted: Path | None = None
    seed_mm: Point | None = None
    settings: PlanSettings | None = None

    @property
    def files(self) -> dict[str, Path]:
        """The files beside the scan, by their role."""
        named = {
            "lesion": self.lesion,
            "facts": self.facts,
            "structures": self.structures,
            "contrast": self.contrasted,
        }
        return {role: path for role, path in named.items() if path is not None}

    def asked_level(self, facts: ClinicalFacts | None) -> Level | None:
        """The level that is named; None where the lesion itself has to say it."""
        return self.level or (None if facts is None else facts.level)


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
    run = _PlanRun(case, request, settings or CaseSettings(), places, on_step or in_silence)
    document = run.document()
    if places.json is not None:
        write_json(places.json, document)
    if places.report is not None:
        run.write_files(places.report, document, write_report)
    return document


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
        self._folder = outputs.report
        self._run = CaseRun(case, settings, Outputs(steps=outputs.steps), on_step)
        self._hashes = {role: content_hash(existing(role, path)) for role, path in request.files.items()}
        self._facts = None if request.facts is None else read_clinical_facts(request.facts)
        self._settings = request.settings or (self._facts and self._facts.plan) or PlanSettings()
        self._made: tuple[SurgicalPlan, PlanImages] | None = None
        self._keep_edits()

    def _keep_edits(self) -> None:
        """Refuse to write over a lesion that a person edited where it was written, before any work is done.

        Raises
        ------
        PlanError
        """
        place, written = None if self._folder is None else self._folder / LESION_FILE, self._written().get("lesion")
        if written is None or place is None or not place.is_file() or self._is_given(place):
            return
        if content_hash(place) != written:
            raise PlanError(
                f"{place} was edited since it was written",
                "the edited mask",
                f"give it: --lesion {place}; or move it away",
            )

    def _written(self) -> dict[str, Any]:
        """What the last plan wrote into this folder: names, and the hash of the lesion's file."""
        store = self._run.store
        return (store.load(_WRITTEN, _WRITTEN) if store is not None else None) or {}

    def _is_given(self, place: Path) -> bool:
        return self._request.lesion is not None and self._request.lesion.samefile(place)

    @property
    def _key(self) -> str:
        return key_of(
            plan=self._run.key("plan"),
            files=self._hashes,
            level=self._request.level,
            seed=self._request.seed_mm,
            settings=self._settings.model_dump(mode="json"),
            name=self._case.name,
            simulated=simulated_hashes(self._folder),
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
            own = set(names) - {path.name for path in images.simulated}
            remove_stale(folder, self._written().get("names", []), own)
            lesion = content_hash(folder / LESION_FILE) if LESION_FILE in own else None
            store.save(_WRITTEN, _WRITTEN, {"names": sorted(own), "lesion": lesion})

    def _plan(self) -> tuple[SurgicalPlan, PlanImages]:
        if self._made is None:
            self._made = self._planned()
        return self._made

    def _planned(self) -> tuple[SurgicalPlan, PlanImages]:
        """What can be wrong is looked at before anything is stored."""
        request, facts = self._request, self._facts
        level = request.asked_level(facts)
        with collecting(self._run.warnings):
            spine = self._run.spine
            structures = organs_of(self._request.structures, spine)
            if level is not None:
                require_body(spine, level)
            self._on_step("lesion")
            contrasted = None if request.contrasted is None else read_scan(request.contrasted)
            asked = LesionRequest(level, request.lesion, request.seed_mm, contrasted)
            lesion = find_lesion(spine, asked, self._run.measurement)
        measurement = self._run.measurement()
        self._on_step("plan")
        hashes = {**measurement.provenance.inputs, **self._hashes}
        simulated = read_simulated(self._folder, lesion.level, hashes)
        inputs = PlanInputs(
            self._case.name,
            spine,
            replace(measurement, warnings=(*lesion.doubts, *measurement.warnings)),
            lesion.level,
            lesion.mask,
            facts,
            structures,
            character=lesion.findings,
            why_no_lesion=lesion.why_no_mask,
            why_no_character=lesion.why_no_findings,
            simulated=simulated.parts,
            not_simulated=simulated.refused,
        )
        plan = make_plan(inputs, self._settings)
        ct, labels = self._run.images
        images = PlanImages(
            CaseImages(self._case.name, labels, label_of(spine), ct),
            lesion.mask,
            None if lesion.delineation is None else lesion.delineation.probability,
            simulated.figures(self._folder),
        )
        return replace(plan, provenance=replace(plan.provenance, inputs=hashes)), images


def existing(role: str, path: Path) -> Path:
    """A file beside the scan, which must be there; a phase with contrast may be a folder."""
    if not (path.is_file() or (role == "contrast" and path.is_dir())):
        raise PlanError(f"there is no file {path}", f"an existing file for --{role}")
    return path
