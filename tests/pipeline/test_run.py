from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from corduroy.errors import InputError, LabelError
from corduroy.morphometry.results import SpineMeasurement
from corduroy.pipeline.batch import CaseOutcome, Job, run_pool, run_serial
from corduroy.pipeline.case import Case, find_cases
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.records import from_record, to_record
from corduroy.pipeline.run import Outputs, run_case
from corduroy.pipeline.settings import CaseSettings


def plain_report(measurement: SpineMeasurement, images: CaseImages, folder: Path) -> None:
    """A report of one line, slow enough to be killed in."""
    assert images.labels is not None
    time.sleep(float(os.environ.get("REPORT_SECONDS", "0")))
    (folder / "report.txt").write_text(f"{images.name} {len(measurement.vertebrae)}")


def outputs_in(folder: Path) -> Outputs:
    return Outputs(folder / "m.json", folder / "report", folder / "steps")


def numbers(measurement: SpineMeasurement) -> str:
    """All but the time at which it was made."""
    document = measurement.as_dict()
    document["provenance"].pop("created")
    return json.dumps(document, sort_keys=True)


@pytest.fixture(scope="session")
def measured(label_file: Path) -> SpineMeasurement:
    return run_case(Case("spine", label_file))


def test_a_measurement_survives_the_store_in_full_precision(measured: SpineMeasurement) -> None:
    again = from_record(json.loads(json.dumps(to_record(measured))))
    assert again.as_dict() == measured.as_dict()
    assert to_record(again) == to_record(measured)
    assert again["T12"].heights["anterior"] == measured["T12"].heights["anterior"]


def test_results_and_inputs_hashes_are_written(label_file: Path, tmp_path: Path) -> None:
    result = run_case(Case("spine", label_file), None, outputs_in(tmp_path), plain_report)
    document = json.loads((tmp_path / "m.json").read_text())
    assert document == json.loads(json.dumps(result.as_dict()))
    assert len(document["provenance"]["inputs"]["image"]) == 64
    assert (tmp_path / "report" / "report.txt").read_text() == "spine 4"


def test_a_second_run_does_nothing_again_and_gives_the_same(label_file: Path, tmp_path: Path) -> None:
    outputs, steps = outputs_in(tmp_path), list[str]()
    first = run_case(Case("spine", label_file), None, outputs, plain_report)
    again = run_case(Case("spine", label_file), None, outputs, plain_report, steps.append)
    assert steps == []
    assert again.as_dict() == first.as_dict()


def test_another_setting_is_measured_anew(label_file: Path, tmp_path: Path) -> None:
    outputs, steps = outputs_in(tmp_path), list[str]()
    run_case(Case("spine", label_file), None, outputs)
    run_case(Case("spine", label_file), CaseSettings(scheme="verse"), outputs, None, steps.append)
    assert steps == ["read", "anatomy", "measure"]


def test_a_damaged_store_is_measured_anew_with_a_warning(label_file: Path, tmp_path: Path) -> None:
    outputs = outputs_in(tmp_path)
    first = run_case(Case("spine", label_file), None, outputs)
    entry = tmp_path / "steps" / "measure.json"
    entry.write_text(entry.read_text()[:-100])
    with pytest.warns(UserWarning, match="damaged"):
        again = run_case(Case("spine", label_file), None, outputs)
    assert numbers(again) == numbers(first)


def test_a_bad_case_leaves_nothing_behind(cohort: Path, tmp_path: Path) -> None:
    bad = find_cases(cohort / "sub-002")[0]
    with pytest.raises(LabelError, match="all voxels are 0"):
        run_case(bad, None, outputs_in(tmp_path / "out"), plain_report)
    assert not (tmp_path / "out").exists()


def test_a_folder_marked_read_only_is_refused_before_any_work(label_file: Path, tmp_path: Path) -> None:
    """Also for root, whom the system would let in."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o555)
    steps: list[str] = []
    with pytest.raises(InputError, match="read-only"):
        run_case(Case("spine", label_file), None, outputs_in(shared / "derivatives"), None, steps.append)
    shared.chmod(0o755)
    assert steps == []
    assert list(shared.iterdir()) == []


@pytest.mark.parametrize("deadly", ["read", "anatomy", "measure", "report"])
def test_a_killed_run_goes_on_where_it_was(
    label_file: Path, tmp_path: Path, measured: SpineMeasurement, deadly: str
) -> None:
    """SIGKILL at any step: nothing half-written is taken for a result, and the next run finishes."""
    killed = subprocess.run(
        [sys.executable, "-c", _VICTIM, str(label_file), str(tmp_path), deadly], check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    seen: list[str] = []
    again = run_case(Case("spine", label_file), None, outputs_in(tmp_path), plain_report, seen.append)
    assert numbers(again) == numbers(measured)
    assert ("measure" in seen) == (deadly != "report")
    assert (tmp_path / "report" / "report.txt").exists()
    assert not list(tmp_path.rglob(".partial-*"))


_VICTIM = """
import os, signal, sys
from pathlib import Path
from corduroy.pipeline.case import Case
from corduroy.pipeline.run import Outputs, run_case

def die_in_report(measurement, images, folder):
    (folder / "report.txt").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

def on_step(step):
    if step == sys.argv[3] != "report":
        os.kill(os.getpid(), signal.SIGKILL)

out = Path(sys.argv[2])
outputs = Outputs(out / "m.json", out / "report", out / "steps")
run_case(Case("spine", Path(sys.argv[1])), None, outputs, die_in_report, on_step)
"""


def test_processes_and_one_process_give_the_same(cohort: Path, tmp_path: Path) -> None:
    cases = find_cases(cohort)
    first = {o.case.name: o for o in run_serial(jobs_in(cases, tmp_path / "a"), CaseSettings())}
    second = {o.case.name: o for o in run_pool(jobs_in(cases, tmp_path / "b"), CaseSettings(), workers=2)}
    assert first.keys() == second.keys() == {"sub-001_ses-preop", "sub-002_ses-preop"}
    assert summary(first["sub-001_ses-preop"]) == summary(second["sub-001_ses-preop"])
    assert first["sub-002_ses-preop"] == second["sub-002_ses-preop"]
    assert "all voxels are 0" in str(second["sub-002_ses-preop"].error)


def jobs_in(cases: list[Case], folder: Path) -> list[Job]:
    return [Job(case, outputs_in(folder / case.name)) for case in cases]


def summary(outcome: CaseOutcome) -> str:
    assert outcome.measurement is not None
    return numbers(replace(outcome.measurement))
