"""The steps of `corduroy mechanics`: the plan, then the models of all states, then files; stored once made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.errors import ModelError
from corduroy.imaging.density import Calibration
from corduroy.pipeline.case import Case
from corduroy.pipeline.files import require_writable, write_json
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.inputs import organs_of
from corduroy.pipeline.mechanics_calibration import calibration_of
from corduroy.pipeline.mechanics_masks import Masks, masks_of, simulated_fill
from corduroy.pipeline.mechanics_outputs import MechanicsImages, MechanicsReportWriter, write_mechanics_files
from corduroy.pipeline.mechanics_part import part_of
from corduroy.pipeline.mechanics_settings import ASSUMED_MASS_KG, MechanicsRequest
from corduroy.pipeline.plan_outputs import PlanOutputs, PlanReportWriter
from corduroy.pipeline.planned_run import PlannedRun
from corduroy.pipeline.run import CaseRun, OnStep, collecting, in_silence, label_of
from corduroy.pipeline.settings import CaseSettings
from corduroy.planning.clinical_facts import read_clinical_facts
from corduroy.planning.simulated import SimulatedKind, SimulatedPart
from corduroy.planning.surgical_plan import DISCLAIMER
from corduroy.provenance import Provenance, content_hash
from corduroy.simulation.materials.composite import cement_in_bone, gelatin_cement
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.vertebra import Assessment, AssessSettings, assess, assessment_document

OnModel = Callable[[int, int], None]


@dataclass(frozen=True)
class Writers:
    """Who writes the reports. Handed in from above, as the pipeline knows no reports; None: nobody."""

    plan: PlanReportWriter | None = None
    mechanics: MechanicsReportWriter | None = None


def mechanics_case(
    case: Case,
    request: MechanicsRequest,
    settings: CaseSettings | None = None,
    outputs: PlanOutputs | None = None,
    writers: Writers | None = None,
    on_step: OnStep | None = None,
    on_model: OnModel | None = None,
) -> dict[str, Any]:
    """Compare the states of one planned vertebra, and write what `outputs` asks for.

    Parameters
    ----------
    case : Case
        With its CT.
    request : MechanicsRequest
    settings : CaseSettings, optional
    outputs : PlanOutputs, optional
        `json` takes the result; `report` is the plan's folder, which is planned first where that was not done.
    writers : Writers, optional
    on_step : callable, optional
        Called with the name of each step as it starts.
    on_model : callable, optional
        Called with how many of how many models are solved.

    Returns
    -------
    dict
        The JSON document, schema ``corduroy/mechanics/1``.

    Raises
    ------
    CorduroyError
        If the input cannot be used; nothing is left behind then.
    """
    places = outputs or PlanOutputs()
    for folder in places.folders:
        require_writable(folder)
    run = _MechanicsRun(case, request, settings or CaseSettings(), places, writers or Writers(), on_model)
    document = run.document(on_step or in_silence)
    if places.json is not None:
        write_json(places.json, document)
    return document


@dataclass(frozen=True, eq=False)
class _Computed:
    """What the files are made of."""

    assessment: Assessment
    masks: Masks
    images: CaseImages


class _MechanicsRun(PlannedRun[_Computed]):
    kind = SimulatedKind.MECHANICS

    def __init__(
        self,
        case: Case,
        request: MechanicsRequest,
        settings: CaseSettings,
        places: PlanOutputs,
        writers: Writers,
        on_model: OnModel | None,
    ) -> None:
        super().__init__(case, request.plan, settings, places, writers.plan, request.files)
        self._request, self._report, self._on_model = request, writers.mechanics, on_model
        simulated = simulated_fill(places.report, request.settings.volume_ml)
        if request.fill is None and simulated is not None:
            self._hashes["simulated fill"] = content_hash(simulated)

    def _own_key(self) -> dict[str, Any]:
        return {"settings": self._request.settings.model_dump(mode="json"), "report": self._report is not None}

    def _computed(self, run: CaseRun, on_step: OnStep) -> tuple[dict[str, Any], _Computed]:
        chosen = self._request.settings
        with self._planned(on_step) as (plan, folder):
            level = Level(plan["level"])
            with collecting(run.warnings):
                spine = run.spine
                ct, labels = run.images
                if ct is None:
                    raise ModelError("labels without a CT", "the CT, from whose grey values density follows")
                on_step("density")
                organs = organs_of(self._plan.structures, spine)
                calibration = calibration_of(ct, spine, level, organs, chosen.calibration)
                masks = masks_of(
                    plan,
                    folder,
                    spine,
                    spine.vertebrae[level],
                    self._request.fill,
                    self._request.resection,
                    chosen.volume_ml,
                )
        materials = _materials(plan, chosen.gelatin_percent)
        mass, mass_source = self._mass()
        on_step("models")
        with collecting(run.warnings):
            found = assess(
                spine,
                level,
                masks.alterations,
                calibration,
                np.random.default_rng(chosen.seed),
                AssessSettings(chosen.voxel_mm, chosen.samples, mass, materials),
                self._on_model,
            )
        document = self._document(found, calibration, materials, masks, plan, run)
        document["body_mass_kg"] = {"value": mass, "source": mass_source}
        return document, _Computed(found, masks, CaseImages(self._case.name, labels, label_of(spine), ct))

    def _mass(self) -> tuple[float, str]:
        asked, facts = self._request.settings.body_mass_kg, self._plan.facts
        if asked is not None:
            return asked, "given with the command"
        stated = None if facts is None else read_clinical_facts(facts).body_mass_kg
        if stated is not None:
            return stated.value, "case.yaml"
        return ASSUMED_MASS_KG, "assumed: nobody stated it"

    def _document(
        self,
        found: Assessment,
        calibration: Calibration,
        materials: Materials,
        masks: Masks,
        plan: dict[str, Any],
        run: CaseRun,
    ) -> dict[str, Any]:
        chosen = self._request.settings
        body = assessment_document(found, calibration, materials)
        body["missing"] = {**masks.missing, **body["missing"]}
        inputs = {**run.hashes, **self._hashes}
        origin = Provenance("mechanics", inputs, chosen.model_dump(mode="json"), created=plan["provenance"]["created"])
        return {
            "schema": body.pop("schema"),
            "disclaimer": DISCLAIMER,
            "case": self._case.name,
            **body,
            "fill_source": masks.fill_source or None,
            "voxel_mm": chosen.voxel_mm,
            "seed": chosen.seed,
            "warnings": list(dict.fromkeys(run.warnings)),
            "provenance": origin.as_dict(),
        }

    def _fill(self, document: dict[str, Any], made: _Computed, folder: Path) -> SimulatedPart:
        write_mechanics_files(made.assessment, made.masks, made.images, folder)
        images = MechanicsImages(made.images, made.assessment, made.masks.alterations)
        return part_of(document, () if self._report is None else self._report(document, images, folder))


def _materials(plan: dict[str, Any], gelatin_percent: float | None) -> Materials:
    percent = gelatin_percent
    if percent is None:
        percent = float(plan["settings"]["augmentation"]["gelatin_percent"])
    cement = cement_in_bone()
    return replace(Materials(), cement=cement if percent == 0 else gelatin_cement(cement, percent / 100))
