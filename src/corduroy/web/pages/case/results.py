"""What jobs have found out about a scan."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corduroy.pipeline.file_names import LESION_FILE
from corduroy.planning.simulated import SimulatedKind, SimulatedPart
from corduroy.web.conversation import ScanFiles
from corduroy.web.jobs import Job, State
from corduroy.web.jobs.kinds import measure, plan
from corduroy.web.scans import PartRole, Scan
from corduroy.web.workbench import Workbench

_LOOKED_AT = 500
SIMULATIONS = {"inject": SimulatedKind.INJECTION, "mechanics": SimulatedKind.MECHANICS}
"""What the jobs that simulate leave behind, by the kind of job."""


_NAMES = {
    "measure": measure.JSON_NAME,
    "plan": plan.JSON_NAME,
    **{kind: f"report/{name.file}" for kind, name in SIMULATIONS.items()},
}


@dataclass(frozen=True)
class Simulation:
    """A finished simulation.

    Parameters
    ----------
    job : Job
    part : SimulatedPart
        What it says to the plan.
    """

    job: Job
    part: SimulatedPart


@dataclass(frozen=True)
class ScanResults:
    """The last finished jobs of a scan and what they wrote.

    Parameters
    ----------
    scan : Scan
    measured_by, planned_by : Job or None
    measured, plan : dict or None
        The documents ``corduroy/morphometry/1`` and ``corduroy/plan/1``.
    simulated : dict of SimulatedKind to Simulation
        The last of each kind.
    waiting : tuple of Job
        Those that are not over.
    """

    scan: Scan
    measured_by: Job | None
    planned_by: Job | None
    measured: dict[str, Any] | None
    plan: dict[str, Any] | None
    simulated: dict[SimulatedKind, Simulation]
    waiting: tuple[Job, ...]

    @property
    def asked_of_plan(self) -> dict[str, Any]:
        """What the plan was asked for: level, point in the lesion, …; what rests on the plan is to ask for the same."""
        return {} if self.planned_by is None else dict(self.planned_by.request)

    def is_stale(self, document: dict[str, Any]) -> bool:
        """Whether a document was made from files that have been replaced since."""
        return self._is_replaced(document["provenance"]["inputs"])

    def is_outdated(self, simulation: Simulation) -> bool:
        """Whether files were replaced since a simulation, or the plan is now of another level."""
        part = simulation.part
        return self._is_replaced(part.inputs) or (self.plan is not None and self.plan["level"] != part.level)

    def _is_replaced(self, known: dict[str, str]) -> bool:
        return any(role in known and known[role] != part.sha256 for role, part in self.scan.parts.items())


def results_of(workbench: Workbench, scan: Scan) -> ScanResults:
    """Read them; for a thread of its own."""
    jobs = workbench.jobs.recent(_LOOKED_AT, scan_id=scan.id)
    found: dict[str, tuple[Job, str]] = {}
    for job in jobs:
        path = None if job.kind not in _NAMES else workbench.jobs.results_folder(job.number) / _NAMES[job.kind]
        if job.state is State.DONE and job.kind not in found and path is not None and path.is_file():
            found[job.kind] = job, path.read_text(encoding="utf-8")
    measured, planned = (
        (found[kind][0], json.loads(found[kind][1])) if kind in found else None for kind in ("measure", "plan")
    )
    simulated = {
        name: Simulation(found[kind][0], SimulatedPart.model_validate_json(found[kind][1]))
        for kind, name in SIMULATIONS.items()
        if kind in found
    }
    return ScanResults(
        scan,
        measured and measured[0],
        planned and planned[0],
        measured and measured[1],
        planned and planned[1],
        simulated,
        tuple(job for job in jobs if not job.state.is_over),
    )


def files_of_scan(workbench: Workbench, results: ScanResults) -> ScanFiles:
    """The files on which geometry and plan of a scan rest."""
    parts = {
        role: workbench.scans.file(results.scan.id, role)
        for role in (PartRole.IMAGE, PartRole.LABELS, PartRole.STRUCTURES)
    }
    folder = None if results.planned_by is None else workbench.jobs.results_folder(results.planned_by.number)
    lesion = None if folder is None else folder / "report" / LESION_FILE
    return ScanFiles(
        parts[PartRole.IMAGE],
        parts[PartRole.LABELS],
        parts[PartRole.STRUCTURES],
        None if folder is None else folder / plan.JSON_NAME,
        lesion if lesion is not None and lesion.is_file() else None,
    )


def lines_file(workbench: Workbench, scan: Scan) -> Path:
    """Where the lines of a scan's measurements are kept; another name once a file is replaced."""
    named = [scan.parts[role].sha256[:12] for role in (PartRole.IMAGE, PartRole.LABELS) if role in scan.parts]
    return workbench.scans.derived(scan.id) / "view" / f"lines-{'-'.join(named)}.json"
