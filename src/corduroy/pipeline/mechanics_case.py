"""The steps of `corduroy mechanics`: the plan, then the models of all states, then files; stored once made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.scheme_tables import TOTALSEGMENTATOR
from corduroy.anatomy.spine import Spine
from corduroy.errors import ModelError
from corduroy.imaging import read_labels
from corduroy.imaging.density import Calibration
from corduroy.imaging.volume import LabelMap
from corduroy.pipeline.case import Case
from corduroy.pipeline.files import filling, require_writable, sweep_partials, write_json
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.mechanics_calibration import calibration_of
from corduroy.pipeline.mechanics_masks import Masks, masks_of, simulated_fill
from corduroy.pipeline.mechanics_outputs import MechanicsImages, MechanicsReportWriter, write_mechanics_files
from corduroy.pipeline.mechanics_part import part_of
from corduroy.pipeline.mechanics_settings import ASSUMED_MASS_KG, MechanicsRequest
from corduroy.pipeline.plan_case import plan_case
from corduroy.pipeline.plan_outputs import PlanOutputs, PlanReportWriter
from corduroy.pipeline.run import CaseRun, Outputs, collecting, label_of
from corduroy.pipeline.settings import CaseSettings
from corduroy.pipeline.simulated import write_simulated
from corduroy.pipeline.store import key_of
from corduroy.planning.clinical_facts import read_clinical_facts
from corduroy.planning.simulated import SimulatedFigure
from corduroy.planning.surgical_plan import DISCLAIMER
from corduroy.provenance import Provenance, content_hash
from corduroy.simulation.materials.composite import cement_in_bone, gelatin_cement
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.vertebra import Assessment, AssessSettings, assess, assessment_document

OnStep = Callable[[str], None]
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
    run = _MechanicsRun(case, request, settings or CaseSettings(), places, writers or Writers())
    document = run.document(on_step or _in_silence, on_model)
    if places.json is not None:
        write_json(places.json, document)
    return document


def _in_silence(step: str) -> None:
    """Nobody wants to know which step has started."""
    del step


@dataclass(frozen=True, eq=False)
class _Computed:
    """What the files are made of."""

    assessment: Assessment
    document: dict[str, Any]
    masks: Masks
    images: CaseImages


class _MechanicsRun:
    """One case on its way. A finished run is not computed again."""

    def __init__(
        self, case: Case, request: MechanicsRequest, settings: CaseSettings, places: PlanOutputs, writers: Writers
    ) -> None:
        self._case = case
        self._request = request
        self._settings = settings
        self._places = places
        self._writers = writers
        self._hashes = {role: content_hash(_existing(role, path)) for role, path in request.files.items()}
        simulated = simulated_fill(places.report, request.settings.volume_ml)
        if request.fill is None and simulated is not None:
            self._hashes["simulated fill"] = content_hash(simulated)

    def document(self, on_step: OnStep, on_model: OnModel | None) -> dict[str, Any]:
        run = CaseRun(self._case, self._settings, Outputs(steps=self._places.steps), on_step)
        folder, key = self._places.report, self._key(run)
        if run.store is not None:
            stored = run.store.load("mechanics", key)
            whole = folder is None or run.store.load_files("mechanics_files", key, folder)
            if stored is not None and whole:
                return stored
        computed = self._computed(run, on_step, on_model)
        if folder is not None:
            on_step("report")
            names = self._write(computed, folder)
            if run.store is not None:
                run.store.save_files("mechanics_files", key, [folder / name for name in names])
        if run.store is not None:
            run.store.save("mechanics", key, computed.document)
        return computed.document

    def _key(self, run: CaseRun) -> str:
        return key_of(
            mechanics=run.key("mechanics"),
            files=self._hashes,
            level=self._request.plan.level,
            seed_mm=self._request.plan.seed_mm,
            plan=None if self._request.plan.settings is None else self._request.plan.settings.model_dump(mode="json"),
            settings=self._request.settings.model_dump(mode="json"),
            name=self._case.name,
            report=self._writers.mechanics is not None,
        )

    def _computed(self, run: CaseRun, on_step: OnStep, on_model: OnModel | None) -> _Computed:
        chosen = self._request.settings
        with self._planned(on_step) as (plan, folder):
            level = Level(plan["level"])
            with collecting(run.warnings):
                spine = run.spine
                ct, labels = run.images
                if ct is None:
                    raise ModelError("labels without a CT", "the CT, from whose grey values density follows")
                on_step("density")
                calibration = calibration_of(ct, spine, level, self._structures(spine), chosen.calibration)
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
                on_model,
            )
        document = self._document(found, calibration, materials, masks, plan, run)
        document["body_mass_kg"] = {"value": mass, "source": mass_source}
        return _Computed(found, document, masks, CaseImages(self._case.name, labels, label_of(spine), ct))

    @contextmanager
    def _planned(self, on_step: OnStep) -> Iterator[tuple[dict[str, Any], Path]]:
        """The plan, and the folder that holds its masks; a passing one where the user wants none."""
        steps = self._places.steps
        if self._places.report is not None:
            places = PlanOutputs(None, self._places.report, steps)
            writer = self._writers.plan
            yield (
                plan_case(self._case, self._request.plan, self._settings, places, writer, on_step),
                places.report or Path(),
            )
            return
        with tempfile.TemporaryDirectory(prefix="corduroy-plan-") as name:
            places = PlanOutputs(None, Path(name), steps)
            yield plan_case(self._case, self._request.plan, self._settings, places, None, on_step), Path(name)

    def _structures(self, spine: Spine) -> LabelMap | None:
        if self._request.plan.structures is not None:
            return read_labels(self._request.plan.structures)
        return spine.labels if spine.scheme is TOTALSEGMENTATOR else None

    def _mass(self) -> tuple[float, str]:
        asked, facts = self._request.settings.body_mass_kg, self._request.plan.facts
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

    def _write(self, computed: _Computed, folder: Path) -> list[str]:
        """Fields, pictures, report and what the plan takes up; returns the names of the files."""
        sweep_partials(folder)
        with filling(folder) as temporary:
            write_mechanics_files(computed.assessment, computed.masks, computed.images, temporary)
            images = MechanicsImages(computed.images, computed.assessment, computed.masks.alterations)
            figures: tuple[SimulatedFigure, ...] = ()
            if self._writers.mechanics is not None:
                figures = self._writers.mechanics(computed.document, images, temporary)
            write_simulated(part_of(computed.document, figures), temporary)
            return [file.name for file in temporary.iterdir()]


def _materials(plan: dict[str, Any], gelatin_percent: float | None) -> Materials:
    percent = gelatin_percent
    if percent is None:
        percent = float(plan["settings"]["augmentation"]["gelatin_percent"])
    cement = cement_in_bone()
    return replace(Materials(), cement=cement if percent == 0 else gelatin_cement(cement, percent / 100))


def _existing(role: str, path: Path) -> Path:
    if not (path.is_file() or (role == "contrast" and path.is_dir())):
        raise ModelError(f"there is no file {path}", f"an existing file for --{role}")
    return path
