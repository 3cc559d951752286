"""The steps of `corduroy inject`: plan, porous vertebra, injection, ensembles, files; stored once made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corduroy.anatomy.level import Level
from corduroy.errors import ModelError
from corduroy.pipeline.case import Case
from corduroy.pipeline.files import require_writable, write_json
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.injection_cannulas import cannulas_of, chosen_cannulas, require_tip_in_vertebra
from corduroy.pipeline.injection_compute import OnMember, Subject, compute_study
from corduroy.pipeline.injection_members import member_runner
from corduroy.pipeline.injection_outputs import InjectionImages, InjectionReportWriter, write_injection_files
from corduroy.pipeline.injection_part import part_of
from corduroy.pipeline.injection_settings import InjectionCaseSettings, InjectionRequest
from corduroy.pipeline.inputs import organs_of
from corduroy.pipeline.mechanics_calibration import calibration_of
from corduroy.pipeline.plan_outputs import PlanOutputs, PlanReportWriter, planned_lesion
from corduroy.pipeline.planned_run import PlannedRun
from corduroy.pipeline.run import CaseRun, OnStep, collecting, in_silence, label_of
from corduroy.pipeline.settings import CaseSettings
from corduroy.planning.clinical_facts import read_clinical_facts
from corduroy.planning.simulated import SimulatedKind, SimulatedPart
from corduroy.planning.surgical_plan import DISCLAIMER
from corduroy.provenance import Provenance
from corduroy.simulation.injection import Cannula
from corduroy.simulation.injection_study import (
    Dose,
    PorousVertebra,
    Study,
    openings_of,
    porous_vertebra,
    study_document,
)
from corduroy.simulation.injection_study.place import in_bone


@dataclass(frozen=True)
class InjectionWriters:
    """Who writes the reports. Handed in from above, as the pipeline knows no reports; None: nobody."""

    plan: PlanReportWriter | None = None
    injection: InjectionReportWriter | None = None


def injection_case(
    case: Case,
    request: InjectionRequest,
    settings: CaseSettings | None = None,
    outputs: PlanOutputs | None = None,
    writers: InjectionWriters | None = None,
    on_step: OnStep | None = None,
    on_member: OnMember | None = None,
) -> dict[str, Any]:
    """Inject the planned vertebra of one case, and write what `outputs` asks for.

    Parameters
    ----------
    case : Case
        With its CT.
    request : InjectionRequest
    settings : CaseSettings, optional
    outputs : PlanOutputs, optional
        `json` takes the result; `report` is the plan's folder, which is planned first where that was not done;
        `steps` keeps every finished member of an ensemble, so that an interrupted run goes on.
    writers : InjectionWriters, optional
    on_step : callable, optional
        Called with the name of each step as it starts.
    on_member : callable, optional
        Called with how many of how many members are computed.

    Returns
    -------
    dict
        The JSON document, schema ``corduroy/injection/1``.

    Raises
    ------
    CorduroyError
        If the input cannot be used; nothing is left behind then.
    """
    places = outputs or PlanOutputs()
    for folder in places.folders:
        require_writable(folder)
    request.settings.curve()
    watching = on_member or _uncounted
    run = _InjectionRun(case, request, settings or CaseSettings(), places, writers or InjectionWriters(), watching)
    document = run.document(on_step or in_silence)
    if places.json is not None:
        write_json(places.json, document)
    return document


def _uncounted(done: int, total: int) -> None:
    """Nobody wants to know how far it is."""
    del done, total


class _InjectionRun(PlannedRun[tuple[Study, CaseImages]]):
    kind = SimulatedKind.INJECTION

    def __init__(
        self,
        case: Case,
        request: InjectionRequest,
        settings: CaseSettings,
        places: PlanOutputs,
        writers: InjectionWriters,
        on_member: OnMember,
    ) -> None:
        super().__init__(case, request.plan, settings, places, writers.plan, request.plan.files)
        self._chosen: InjectionCaseSettings = request.settings
        self._processes, self._report, self._on_member = request.processes, writers.injection, on_member

    def _own_key(self) -> dict[str, Any]:
        return {
            "settings": self._chosen.model_dump(mode="json"),
            "curve": self._chosen.curve().model_dump(mode="json"),
            "report": self._report is not None,
        }

    def _computed(self, run: CaseRun, on_step: OnStep) -> tuple[dict[str, Any], tuple[Study, CaseImages]]:
        self._look_at_cannula(run)
        with self._planned(on_step) as (plan, folder), collecting(run.warnings):
            subject = self._subject(run, plan, folder, on_step)
        steps = self._places.steps
        members = None if steps is None else steps / "injection_members"
        with collecting(run.warnings), member_runner(members, self._processes) as runner:
            study = compute_study(subject, self._chosen, runner, on_step, self._on_member)
        document = self._document(study, plan, run)
        ct, labels = run.images
        return document, (study, CaseImages(self._case.name, labels, label_of(run.spine), ct))

    def _look_at_cannula(self, run: CaseRun) -> None:
        """The user's own line, as soon as the labels are known: a plan takes minutes."""
        if self._chosen.cannula is None:
            return
        with collecting(run.warnings):
            numbers = label_of(run.spine)
        level = self._plan.asked_level(None if self._plan.facts is None else read_clinical_facts(self._plan.facts))
        wanted = numbers if level is None else {each: number for each, number in numbers.items() if each == level}
        if wanted:  # a level that is not there is refused by the plan, in its own words
            require_tip_in_vertebra(self._chosen.cannula, run.images[1], wanted)

    def _subject(self, run: CaseRun, plan: dict[str, Any], folder: Path, on_step: OnStep) -> Subject:
        """Everything that can be wrong is looked at here, before anything is computed."""
        level, spine = Level(plan["level"]), run.spine
        ct, _ = run.images
        if ct is None:
            raise ModelError("labels without a CT", "the CT, from whose grey values porosity follows")
        cannulas = cannulas_of(plan, self._chosen.cannula, spine.vertebrae[level].frame)
        dose = self._dose(plan, chosen_cannulas(cannulas, self._chosen.pedicles))
        if plan["augmentation"] is None:
            raise ModelError(f"{level} without a plan for cement", "a vertebra with its body")
        on_step("density")
        organs = organs_of(self._plan.structures, spine)
        calibration = calibration_of(ct, spine, level, organs, self._chosen.calibration)
        lesion = planned_lesion(plan, folder)
        ways = openings_of(plan["augmentation"]["leaks"])
        fine, coarse = (
            porous_vertebra(spine.vertebrae[level], ct, calibration, lesion, ways, size)
            for size in (self._chosen.voxel_mm, self._chosen.what_if_voxel_mm)
        )
        _require_in_bone(dose, fine, coarse)
        other = 1 if self._chosen.pedicles == 2 else 2
        others = chosen_cannulas(cannulas, other) if len(cannulas) >= other else None
        return Subject(fine, coarse, dose, others)

    def _dose(self, plan: dict[str, Any], cannulas: tuple[Cannula, ...]) -> Dose:
        chosen, planned = self._chosen, plan["settings"]["augmentation"]
        minutes, gelatin = chosen.minutes_from_mixing, chosen.gelatin_percent
        return Dose(
            chosen.curve(),
            chosen.volume_ml,
            chosen.rate_ml_s,
            float(planned["minutes_from_mixing"]) if minutes is None else minutes,
            float(planned["gelatin_percent"]) if gelatin is None else gelatin,
            chosen.gelatin_before_ml,
            cannulas,
            chosen.pressure_limit_mpa,
            chosen.plunger_mm,
        )

    def _document(self, study: Study, plan: dict[str, Any], run: CaseRun) -> dict[str, Any]:
        chosen = self._chosen
        body = study_document(study)
        inputs = {**run.hashes, **self._hashes}
        used = chosen.model_dump(mode="json")
        origin = Provenance("injection", inputs, used, created=plan["provenance"]["created"])
        return {
            "schema": body.pop("schema"),
            "disclaimer": DISCLAIMER,
            "case": self._case.name,
            "level": plan["level"],
            **body,
            "stop_at": list(chosen.stop_at),
            "seed": chosen.seed,
            "warnings": list(dict.fromkeys(run.warnings)),
            "provenance": origin.as_dict(),
        }

    def _fill(self, document: dict[str, Any], made: tuple[Study, CaseImages], folder: Path) -> SimulatedPart:
        study, images = made
        write_injection_files(study, images, folder)
        shown = InjectionImages(images, study)
        return part_of(document, () if self._report is None else self._report(document, shown, folder))


def _require_in_bone(dose: Dose, *vertebrae: PorousVertebra) -> None:
    tips = [cannula.tip_mm for cannula in dose.cannulas]
    if not all(in_bone(vertebra, tip) for vertebra in vertebrae for tip in tips):
        raise ModelError(
            "a cannula whose tip lies outside the bone", "a tip in bone", "look at the corridors and the labels"
        )
