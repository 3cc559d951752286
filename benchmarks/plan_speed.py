"""How long `corduroy plan` takes on the demonstration's patient, from reading the files to the last page."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figures import Figure, Row, at_most, fill
from benchmarks.probe import peak_bytes

_SEED = 12
_ROWS = (
    Row("clock", "corduroy plan on the demo patient, end to end after start-up, by the clock", "s", at_most(60.0)),
    Row("cpu", "the same, processors' time", "s", at_most(60.0)),
    Row("peak", "the same, peak memory of the process", "GiB"),
)


def measure_plan() -> list[Figure]:
    """Time and memory of a plan with lesion, corridors, JSON, masks and report, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return apart.submit(_planned).result()


def _planned() -> list[Figure]:
    from corduroy.cli.demo_plan import demo_request, write_demo_case
    from corduroy.phantom import demo_patient
    from corduroy.pipeline.plan_case import plan_case
    from corduroy.pipeline.plan_outputs import PlanOutputs
    from corduroy.reports.plan.write import write_plan_report

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case, request = demo_request(write_demo_case(demo_patient(_SEED), folder))
        outputs = PlanOutputs(folder / "plan.json", folder / "plan")
        clock, processors = time.perf_counter(), time.process_time()
        plan_case(case, request, None, outputs, write_plan_report)
        values = {"clock": time.perf_counter() - clock, "cpu": time.process_time() - processors}
    return fill(_ROWS, values | {"peak": peak_bytes() / 2**30})
