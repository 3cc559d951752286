"""How long a large registry makes people wait, and whether ten times the patients cost ten times the time.

Each figure is taken in a fresh process, so that its memory is its own.
"""

from __future__ import annotations

import multiprocessing
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import Figure, Row, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.registry.record import CaseFile
from corduroy.registry.store import Registry

_PATIENTS, _QUICK_PATIENTS = 100_000, 2_000
_SHARE = 10  # the smaller registry has a tenth of the patients
_AT_A_TIME = 1_000
_PAGES = 20
_LONGEST_GROWTH = 13.0

# What is timed, its name, unit and target at 100,000 patients.
WAITS: dict[str, tuple[str, float | None]] = {
    "page": ("page of 50 cases, slowest of first, middle, last", 0.2),
    "filtered": ("page of 50 cases at T7, fractured, operated in one year, with their number", 0.2),
    "study": ("selection of the cohort, its frames, descriptives", 10.0),
    "export": ("export of all kinds as long CSV with codebook", 60.0),
    "wide": ("export as one wide CSV with codebook", 60.0),
    "verify": ("verify: whole trail and every row", None),
    "backup": ("backup, verified before", None),
    "restore": ("restore, verified after", None),
    "build": (f"entering everything, {_AT_A_TIME} patients to a transaction", None),
}


def measure(quick: bool, tick: Tick) -> Report:
    """Build a small and a large registry and time both.

    Parameters
    ----------
    quick : bool
    tick : callable
    """
    patients = _QUICK_PATIENTS if quick else _PATIENTS
    steps = 2 * len(WAITS)
    with tempfile.TemporaryDirectory() as folder:
        small = _timed(Path(folder) / "small", patients // _SHARE, lambda done: tick(done, steps))
        large = _timed(Path(folder) / "large", patients, lambda done: tick(len(WAITS) + done, steps))
    return Report(_figures(patients, small, large))


def _figures(patients: int, small: dict[str, Any], large: dict[str, Any]) -> list[Figure]:
    size = f"{patients:,} patients"
    rows = [Row("records", f"{size}: records", "records"), Row("file", f"{size}: size of the file", "MB")]
    values: dict[str, float | None] = {"records": large["records"], "file": large["file"]}
    for key, (name, target) in WAITS.items():
        # The targets are set for 100,000 patients; fewer must keep them all the more.
        rows.append(Row(key, f"{size}: {name}", "s", at_most(target) if target else None))
        rows.append(Row(f"{key} memory", f"{size}: peak memory of it", "MB"))
        values |= {key: large[key][0], f"{key} memory": large[key][1]}
        if key not in ("page", "filtered"):
            rows.append(
                Row(
                    f"{key} growth", f"{size} against a tenth of them: time of {name}", "fold", at_most(_LONGEST_GROWTH)
                )
            )
            values[f"{key} growth"] = large[key][0] / small[key][0]
    return fill(rows, values)


def _timed(folder: Path, patients: int, done: Callable[[int], None]) -> dict[str, Any]:
    """Seconds and peak megabytes of everything, for one size."""
    folder.mkdir()
    place = folder / "registry.sqlite"
    work: dict[str, Callable[..., float]] = {
        "build": _build, "page": _page, "filtered": _filtered, "study": _study, "export": _export_long,
        "wide": _export_wide, "verify": _verify, "backup": _backup, "restore": _restore,
    }  # fmt: skip
    found: dict[str, Any] = {}
    for number, (key, task) in enumerate(work.items(), 1):
        found[key] = _in_a_process(task, place, patients)
        done(number)
    with Registry.open(place) as registry:
        found["records"] = sum(len(frame) for frame in registry.frames().values())
    found["file"] = place.stat().st_size / 1e6
    return found


def _in_a_process(task: Callable[..., float], place: Path, patients: int) -> tuple[float, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_observed, (task, place, patients))


def _observed(task: Callable[..., float], place: Path, patients: int) -> tuple[float, float]:
    seconds = task(place, patients)
    return seconds, _peak_megabytes()


def _peak_megabytes() -> float:
    """Largest resident size of this process; `getrusage` would count that of the process which started it, too."""
    status = Path("/proc/self/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def _build(place: Path, patients: int) -> float:
    """Time in the store alone: making up the patients is not counted."""
    from corduroy.registry.synthetic.population import random_case_files

    spent = 0.0
    with Registry.create(place) as registry:
        for start in range(0, patients, _AT_A_TIME):
            files = list(random_case_files(min(_AT_A_TIME, patients - start), np.random.default_rng(start)))
            began = time.perf_counter()
            with registry.transaction(who="benchmark", why="invented patients") as change:
                for number, file in enumerate(files, start + 1):
                    _enter(change, file, number)
            spent += time.perf_counter() - began
    return spent


def _enter(change: Any, file: CaseFile, number: int) -> None:
    patient = change.add(file.patient.model_copy(update={"pseudonym": f"SYN-{number:06d}"}))
    case = change.add(file.case, patient.id)
    for record in file.records():
        if record.parent == "case" or record is file.consent:
            change.add(record, case.id if record.parent == "case" else patient.id)


def _page(place: Path, patients: int) -> float:
    with Registry.open(place) as registry:
        return max(_seconds(lambda at=at: registry.list_cases(50, at)) for at in (0, patients // 2, patients - 50))


def _filtered(place: Path, patients: int) -> float:
    from datetime import date

    from corduroy.anatomy import Level
    from corduroy.registry.store import CaseFilter

    del patients
    wanted = CaseFilter(level=Level.T7, fracture=True, operated_from=date(2012, 1, 1), operated_to=date(2012, 12, 31))
    with Registry.open(place) as registry:
        return _seconds(lambda: (registry.list_cases(50, 0, wanted), registry.count_cases(wanted)))


def _seconds(question: Callable[[], object]) -> float:
    """The median of a few, the first left out: it loads what a server has loaded already."""
    question()
    times = []
    for _ in range(_PAGES):
        began = time.perf_counter()
        question()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _study(place: Path, patients: int) -> float:
    from corduroy.study.analysis.baseline import baseline, treatment
    from corduroy.study.cohort import Cohort
    from corduroy.study.selection import select

    del patients
    cohort = Cohort.model_validate(
        {
            "title": "Aggressive hemangioma with fracture and deficit",
            "registry": "synthetic",
            "criteria": {"aggressive": True, "fracture": True, "deficit": True, "min_follow_up_months": 36},
            "outcomes": ["pain_back"],
        }
    )
    began = time.perf_counter()
    with Registry.open(place) as registry, registry.records() as records:
        chosen = select(records, cohort)
    baseline(chosen)
    treatment(chosen)
    return time.perf_counter() - began


def _export_long(place: Path, patients: int) -> float:
    from corduroy.registry.exchange import export_long

    del patients
    return _into_a_folder(place, export_long)


def _export_wide(place: Path, patients: int) -> float:
    from corduroy.registry.exchange import export_wide

    del patients
    return _into_a_folder(place, export_wide)


def _into_a_folder(place: Path, export: Callable[[Registry, Path], object]) -> float:
    folder = place.with_name("export")
    with Registry.open(place) as registry:
        began = time.perf_counter()
        export(registry, folder)
        seconds = time.perf_counter() - began
    shutil.rmtree(folder)
    return seconds


def _verify(place: Path, patients: int) -> float:
    del patients
    with Registry.open(place) as registry:
        began = time.perf_counter()
        if not registry.verify().is_whole:
            raise RuntimeError("the registry that was just built is not whole")
        return time.perf_counter() - began


def _backup(place: Path, patients: int) -> float:
    del patients
    with Registry.open(place) as registry:
        began = time.perf_counter()
        registry.backup(place.with_name("backup"))
        return time.perf_counter() - began


def _restore(place: Path, patients: int) -> float:
    del patients
    began = time.perf_counter()
    Registry.restore(place.with_name("backup"), place.with_name("restored.sqlite"))
    return time.perf_counter() - began
