"""`PlannedRun`: what every simulation of a planned vertebra does around its own computing."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from corduroy.pipeline.case import Case
from corduroy.pipeline.files import filling, sweep_partials
from corduroy.pipeline.plan_case import PlanRequest, existing, plan_case
from corduroy.pipeline.plan_outputs import PlanOutputs, PlanReportWriter
from corduroy.pipeline.run import CaseRun, OnStep, Outputs
from corduroy.pipeline.settings import CaseSettings
from corduroy.pipeline.simulated import write_simulated
from corduroy.pipeline.store import key_of
from corduroy.planning.simulated import SimulatedKind, SimulatedPart
from corduroy.provenance import content_hash

Made = TypeVar("Made")


class PlannedRun(ABC, Generic[Made]):
    """One case on its way. A finished run is not computed again.

    Parameters
    ----------
    case : Case
    plan : PlanRequest
    settings : CaseSettings
    places : PlanOutputs
    write_plan : callable or None
        Writes the plan's report.
    files : mapping of str to Path
        Beside the scan, by their role; each must exist.
    """

    kind: ClassVar[SimulatedKind]

    def __init__(
        self,
        case: Case,
        plan: PlanRequest,
        settings: CaseSettings,
        places: PlanOutputs,
        write_plan: PlanReportWriter | None,
        files: Mapping[str, Path],
    ) -> None:
        self._case, self._plan, self._settings = case, plan, settings
        self._places, self._write_plan = places, write_plan
        self._hashes = {role: content_hash(existing(role, path)) for role, path in files.items()}

    @abstractmethod
    def _own_key(self) -> dict[str, Any]:
        """What else the result hangs on."""

    @abstractmethod
    def _computed(self, run: CaseRun, on_step: OnStep) -> tuple[dict[str, Any], Made]:
        """The document, and what its files are made of."""

    @abstractmethod
    def _fill(self, document: dict[str, Any], made: Made, folder: Path) -> SimulatedPart:
        """Write the files into a folder; returns what the plan takes up."""

    def document(self, on_step: OnStep) -> dict[str, Any]:
        """The simulation's document, stored or computed; its files lie in the plan's folder then."""
        run = CaseRun(self._case, self._settings, Outputs(steps=self._places.steps), on_step)
        folder, key, files = self._places.report, self._key(run), f"{self.kind}_files"
        if run.store is not None:
            stored = run.store.load(self.kind, key)
            if stored is not None and (folder is None or run.store.load_files(files, key, folder)):
                return stored
        document, made = self._computed(run, on_step)
        if folder is not None:
            on_step("report")
            names = self._write(document, made, folder)
            if run.store is not None:
                run.store.save_files(files, key, [folder / name for name in names])
        if run.store is not None:
            run.store.save(self.kind, key, document)
        return document

    def _key(self, run: CaseRun) -> str:
        return key_of(
            **{str(self.kind): run.key(self.kind)},
            files=self._hashes,
            level=self._plan.level,
            seed_mm=self._plan.seed_mm,
            plan=None if self._plan.settings is None else self._plan.settings.model_dump(mode="json"),
            name=self._case.name,
            **self._own_key(),
        )

    @contextmanager
    def _planned(self, on_step: OnStep) -> Iterator[tuple[dict[str, Any], Path]]:
        """The plan, and the folder that holds its masks; a passing one where the user wants none."""
        steps, report = self._places.steps, self._places.report
        if report is not None:
            places = PlanOutputs(None, report, steps)
            yield plan_case(self._case, self._plan, self._settings, places, self._write_plan, on_step), report
            return
        with tempfile.TemporaryDirectory(prefix="corduroy-plan-") as name:
            places = PlanOutputs(None, Path(name), steps)
            yield plan_case(self._case, self._plan, self._settings, places, None, on_step), Path(name)

    def _write(self, document: dict[str, Any], made: Made, folder: Path) -> list[str]:
        """Its files and what the plan takes up, all at once; returns the names of the files."""
        sweep_partials(folder)
        with filling(folder) as temporary:
            write_simulated(self._fill(document, made, temporary), temporary)
            return [file.name for file in temporary.iterdir()]
