"""The invented patient of `corduroy demo` as a case with a scan, for a first look around."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from corduroy.anatomy import Level
from corduroy.registry.record import Visit
from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.scans import PartRole, Scan

PSEUDONYM = "SYN-DEMO"
_STEPS = ("render", "load")
_TITLE = "Invented patient"
_FILES = {
    PartRole.IMAGE: "ct",
    PartRole.CONTRAST: "contrast",
    PartRole.LABELS: "seg-vert_msk",
    PartRole.LESION: "lesion",
    PartRole.STRUCTURES: "organs",
    PartRole.FACTS: "facts",
}


class DemoRequest(BaseModel):
    """Nothing may be told."""

    model_config = ConfigDict(extra="forbid")


def run(task: Task) -> str:
    """Make patient, case and scan, and queue what shows, measures and plans it."""
    from corduroy.cli.demo import DEMO_SEED
    from corduroy.cli.demo_plan import write_demo_case
    from corduroy.phantom import demo_patient

    started = task.on_step(_STEPS)
    started("render")
    with TemporaryDirectory(dir=task.bench.place.folder) as temporary:
        files = write_demo_case(demo_patient(DEMO_SEED), Path(temporary))
        started("load")
        case_id = _case(task)
        scan = _scan(task, case_id)
        for role, name in _FILES.items():
            task.bench.scans.keep_file(scan.id, role, files[name], task.job.who)
    for kind in ("measure", "plan"):
        task.bench.jobs.add(kind, {}, task.job.who, scan.id)
    return f"case {case_id}, scan {scan.id}"


def _scan(task: Task, case_id: str) -> Scan:
    """The invented scan; the one of an earlier attempt, if that was killed."""
    known = [scan for scan in task.bench.scans.of_case(case_id) if scan.title == _TITLE]
    return known[-1] if known else task.bench.scans.add(case_id, Visit.PREOPERATIVE, _TITLE, task.job.who)


def _case(task: Task) -> str:
    """The invented patient's case; made if it is not there, so that a second attempt makes no second patient."""
    from corduroy.registry.record import Patient, TreatedCase
    from corduroy.registry.record.choices import Sex
    from corduroy.registry.store import Registry

    with Registry.open(task.bench.place.registry) as registry:
        known = registry.find_patient(PSEUDONYM)
        if known is not None:
            return next(entry.id for entry in registry.entries("case", known.id))
        with registry.transaction(who=task.job.who, why="the invented patient was asked for") as change:
            patient = change.add(Patient(pseudonym=PSEUDONYM, sex=Sex.FEMALE, birth_year=1968))
            case = TreatedCase(case_no=1, levels=(Level.T12,), aggressive=True, fracture=True, deficit=True)
            return change.add(case, patient.id).id


DEMO = Kind("demo", "Make the invented patient", False, DemoRequest, run)
