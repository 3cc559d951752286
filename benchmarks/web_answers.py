"""How soon an open plan answers to what is moved: needle, gauge, volume, width; on the whole invented patient."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.figures import Row, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.web.conversation import ScanFiles
from corduroy.web.conversation.questions import ask_corridor, ask_fill, ask_plan, ask_width

_SEED = 12
_TARGET = at_most(0.3)
ROWS = (
    Row("opened", "Plan of the invented patient laid on the desk, processor time (once)", "s"),
    Row("entry", "Entry moved and brought onto the skin, longest, processor time", "s", _TARGET),
    Row("target", "Target moved, longest, processor time", "s", _TARGET),
    Row("gauge", "Another gauge, longest, processor time", "s", _TARGET),
    Row("volume", "Another volume of cement, longest, processor time", "s", _TARGET),
    Row("first_width", "Laminectomy of three levels, the first question, processor time", "s", _TARGET),
    Row("width", "Laminectomy of another width, longest, processor time", "s", _TARGET),
)
_GAUGES = (8, 10, 11, 13)


def measure(quick: bool, tick: Tick) -> Report:
    """Plan the invented patient, then ask as somebody does who moves things about."""
    tick(0, 2)
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart,
    ):
        files = apart.submit(_planned, Path(folder)).result()
        tick(1, 2)
        values = apart.submit(seconds_of_answers, files, 4 if quick else 30).result()
    tick(2, 2)
    return Report(fill(ROWS, values))


def _planned(folder: Path) -> ScanFiles:
    from corduroy.cli.demo_plan import demo_request, write_demo_case
    from corduroy.phantom import demo_patient
    from corduroy.pipeline.file_names import LESION_FILE
    from corduroy.pipeline.plan_case import plan_case
    from corduroy.pipeline.plan_outputs import PlanOutputs
    from corduroy.reports.plan.write import write_plan_report

    written = write_demo_case(demo_patient(_SEED), folder)
    case, request = demo_request(written)
    outputs = PlanOutputs(folder / "plan.json", folder / "plan")
    plan_case(case, request, None, outputs, write_plan_report)
    return ScanFiles(
        written["ct"], written["seg-vert_msk"], written["organs"], folder / "plan.json", folder / "plan" / LESION_FILE
    )


@dataclass(frozen=True)
class _Needle:
    purpose: str
    entry: np.ndarray
    target: np.ndarray


def seconds_of_answers(files: ScanFiles, times: int) -> dict[str, float]:
    """Processor time of each kind of question, the longest of them.

    Parameters
    ----------
    files : ScanFiles
        Of a scan with a plan.
    times : int
        How often needle, volume and width are changed.
    """
    began = time.process_time()
    opened = ask_plan(files)
    found = {"opened": time.process_time() - began}
    rng = np.random.default_rng(_SEED)
    needles = list(_needles(files))
    taken: dict[str, list[float]] = {name: [] for name in ("entry", "target", "gauge", "volume", "width")}
    for no in range(times):
        needle = needles[no % len(needles)]
        moved, aimed = (tuple(end + rng.normal(0.0, 4.0, 3)) for end in (needle.entry, needle.target))
        entry, target = tuple(needle.entry), tuple(needle.target)
        taken["entry"].append(_timed(ask_corridor, files, needle.purpose, _GAUGES[2], moved, target, True))
        taken["target"].append(_timed(ask_corridor, files, needle.purpose, _GAUGES[2], entry, aimed, False))
        taken["volume"].append(_timed(ask_fill, files, float(rng.uniform(1.0, 8.0))))
    for needle, gauge in product(needles[:2], _GAUGES):
        ends = tuple(needle.entry), tuple(needle.target)
        taken["gauge"].append(_timed(ask_corridor, files, needle.purpose, gauge, *ends, False))
    found["first_width"] = _timed(ask_width, files, opened.levels, 16.0)
    taken["width"] = [_timed(ask_width, files, opened.levels, float(rng.uniform(8, 22))) for _ in range(times)]
    return found | {name: max(seconds) for name, seconds in taken.items()}


def _needles(files: ScanFiles) -> Iterator[_Needle]:
    """The corridors that the search found, for biopsy and cement in turn."""
    assert files.plan is not None
    document = json.loads(files.plan.read_text(encoding="utf-8"))
    for number, purpose in product(range(3), ("biopsy", "cement")):
        corridors = document[f"{purpose}_corridors"]["corridors"]
        if number < len(corridors):
            one = corridors[number]
            yield _Needle(purpose, np.array(one["entry_ras_mm"]), np.array(one["target_ras_mm"]))


def _timed(ask: Callable[..., object], *about: object) -> float:
    began = time.process_time()
    ask(*about)
    return time.process_time() - began
