"""The queue: nothing that was accepted is lost, whoever is killed; a worker does what the command would do."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from corduroy.web.jobs import Job, Jobs, State
from corduroy.web.jobs.jobs import MOST_ATTEMPTS, MOST_DEATHS
from corduroy.web.jobs.kinds import KINDS
from corduroy.web.jobs.kinds.kind import Bench
from corduroy.web.jobs.kinds.planned import PlannedRequest, planned
from corduroy.web.jobs.supervisor import Supervisor
from corduroy.web.workbench import Workbench
from tests.web.conftest import Names

PATIENCE_S = 120.0


@pytest.fixture
def jobs(workbench: Workbench) -> Jobs:
    return workbench.jobs


def taken(jobs: Jobs) -> Job:
    job = jobs.take()
    assert job is not None
    return job


def until(jobs: Jobs, number: int, holds: Callable[[Job], bool]) -> Job:
    """Wait for a job; the test has failed if that takes for ever."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        job = jobs.job(number)
        assert job is not None
        if holds(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {job}, log: {jobs.log(number)}")


def supervised(workbench: Workbench, workers: int = 1) -> Supervisor:
    return Supervisor(workbench.jobs, workbench.worker_place, workers)


def worker_processes(supervisor: Supervisor) -> list[int]:
    return [worker.process.pid for worker in supervisor._workers if worker.process.pid is not None]


def scan_with(client: TestClient, names: Names, files: Path, **parts: str) -> str:
    """A new scan of the case, with files by their roles."""
    scan = str(client.post("scans", json={"case_id": names.case}).json()["id"])
    for role, name in parts.items():
        client.put(f"scans/{scan}/{role}", content=(files / f"{name}.nii.gz").read_bytes()).raise_for_status()
    return scan


def test_jobs_are_taken_once_each_in_their_order(jobs: Jobs) -> None:
    asked = [jobs.add("demo", {}, "ben").number for _ in range(3)]
    assert [taken(jobs).number for _ in asked] == asked
    assert jobs.take() is None


def test_what_an_earlier_worker_still_says_does_not_count(jobs: Jobs) -> None:
    number = jobs.add("demo", {}, "ben").number
    first = taken(jobs)
    jobs.lost(first, "killed", is_death=True)
    second = taken(jobs)
    assert (second.number, second.attempt) == (number, 2)
    jobs.progress(first, "late", 90)
    assert not jobs.finish(first, State.DONE, "late")
    assert jobs.finish(second, State.DONE, "in time")
    assert not jobs.finish(second, State.FAILED, "too late")
    told = jobs.job(number)
    assert told is not None
    assert (told.state, told.told, told.done_percent) == (State.DONE, "in time", 100)


def test_a_job_that_ends_its_worker_again_and_again_has_failed(jobs: Jobs) -> None:
    number = jobs.add("demo", {}, "ben").number
    for _ in range(MOST_DEATHS):
        jobs.lost(taken(jobs), "killed by signal 11", is_death=True)
    told = jobs.job(number)
    assert told is not None
    assert told.state is State.FAILED
    assert "killed by signal 11" in told.told


def test_servers_that_end_do_not_make_a_job_fail_soon(jobs: Jobs) -> None:
    number = jobs.add("demo", {}, "ben").number
    for _ in range(MOST_ATTEMPTS - 1):
        jobs.lost(taken(jobs), "the server ended", is_death=False)
    told = jobs.job(number)
    assert told is not None
    assert told.state is State.QUEUED


def test_cancelling_counts_whether_it_waits_or_runs_and_not_afterwards(jobs: Jobs) -> None:
    waiting, running = (jobs.add("demo", {}, "ben").number for _ in range(2))
    jobs.cancel(waiting, "anna")
    held = taken(jobs)
    assert held.number == running
    jobs.cancel(running, "anna")
    jobs.lost(held, "killed", is_death=True)
    states = [(job.state, job.told) for job in (jobs.job(waiting), jobs.job(running)) if job]
    assert states == [(State.CANCELLED, "cancelled by anna")] * 2
    done = jobs.add("demo", {}, "ben").number
    jobs.finish(taken(jobs), State.DONE, "well")
    assert jobs.cancel(done, "anna") == jobs.job(done)


def test_bad_requests_are_refused_before_they_are_queued(client: TestClient, names: Names) -> None:
    scan = client.post("scans", json={"case_id": names.case}).json()["id"]
    for body in (
        {"kind": "nonsense"},
        {"kind": "measure"},
        {"kind": "demo", "scan_id": scan},
        {"kind": "measure", "scan_id": "0" * 16},
        {"kind": "measure", "scan_id": scan, "request": {"scheme": 1}},
        {"kind": "plan", "scan_id": scan, "request": {"level": "X9"}},
        {"kind": "plan", "scan_id": scan, "request": {"seed_mm": [1, 2]}},
        {"kind": "plan", "scan_id": scan, "request": {"seed_mm": [1, 2, "in T12"]}},
        {"kind": "inject", "scan_id": scan, "request": {"settings": {"cement": "/etc/passwd.csv"}}},
        {"kind": "inject", "scan_id": scan, "request": {"settings": {"volume_ml": 400}}},
        {"kind": "mechanics", "scan_id": scan, "request": {"settings": {"voxel_mm": 0}}},
        {"kind": "study", "request": {"cohort": {}, "registry": "/etc/passwd"}},
    ):
        answer = client.post("jobs", json=body)
        assert answer.status_code == 422, body
        assert answer.json()["message"]
    assert client.get("jobs").json() == []


def test_a_scan_is_prepared_and_measured_as_the_command_would(
    workbench: Workbench, client: TestClient, names: Names, files: Path
) -> None:
    scan = scan_with(client, names, files, image="ct", labels="labels")
    assert client.get(f"scans/{scan}/view/image.nii.gz").status_code == 404
    numbers = [
        client.post("jobs", json={"kind": kind, "scan_id": scan}).json()["number"] for kind in ("prepare", "measure")
    ]
    picture = workbench.scans.derived(scan) / "view" / "thumbnail.png"
    with supervised(workbench):
        until(workbench.jobs, numbers[0], lambda job: job.state.is_over)
        picture.unlink()
        ended = [until(workbench.jobs, number, lambda job: job.state.is_over) for number in numbers]
    assert [job.state for job in ended] == [State.DONE, State.DONE], [job.told for job in ended]
    assert ended[1].told.startswith("4 vertebrae measured")
    assert "--- measure, attempt 1" in client.get(f"jobs/{numbers[1]}/log").text
    thumbnail = client.get(f"scans/{scan}/view/thumbnail.png")
    assert (thumbnail.content[:4], thumbnail.headers["content-type"]) == (b"\x89PNG", "image/png")
    shown = client.get(f"scans/{scan}/view/labels.nii.gz")
    assert shown.content[:2] == b"\x1f\x8b"
    assert "content-encoding" not in shown.headers
    results = {result["name"]: result for result in client.get(f"jobs/{numbers[1]}/results").json()}
    assert {"morphometry.json", "report/report.html", "report/report.pdf"} <= set(results)
    measured = client.get(results["morphometry.json"]["url"].removeprefix("/api/v1/")).json()
    assert [vertebra["level"] for vertebra in measured["vertebrae"]] == ["T11", "T12", "L1", "L2"]
    page = client.get(f"jobs/{numbers[1]}/results/report/report.html")
    assert "sandbox" in page.headers["content-security-policy"]
    pdf = client.get(f"jobs/{numbers[1]}/results/report/report.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert "sandbox" not in pdf.headers["content-security-policy"]
    for name in ("../log.txt", "..%2Flog.txt", "report", "/etc/passwd", ".partial"):
        assert client.get(f"jobs/{numbers[1]}/results/{name}").status_code in (404, 405), name


def test_a_job_that_fails_says_why_and_its_log_stays(workbench: Workbench, client: TestClient, names: Names) -> None:
    scan = client.post("scans", json={"case_id": names.case}).json()["id"]
    empty = client.post("jobs", json={"kind": "measure", "scan_id": scan}).json()["number"]
    cohort = {"cohort": {"title": "Series", "outcomes": ["nonsense"]}}
    study = client.post("jobs", json={"kind": "study", "request": cohort}).json()["number"]
    with supervised(workbench):
        told = [until(workbench.jobs, number, lambda job: job.state.is_over) for number in (empty, study)]
    assert [job.state for job in told] == [State.FAILED, State.FAILED]
    assert "a scan without files" in told[0].told
    assert "no outcome 'nonsense'" in told[1].told
    assert told[0].told in workbench.jobs.log(empty)


def test_a_killed_worker_is_replaced_and_its_job_done_again(workbench: Workbench) -> None:
    number = workbench.jobs.add("demo", {}, "ben").number
    with supervised(workbench) as supervisor:
        until(workbench.jobs, number, lambda job: job.state is State.RUNNING and job.step == "render")
        (victim,) = worker_processes(supervisor)
        os.kill(victim, signal.SIGKILL)
        again = until(workbench.jobs, number, lambda job: job.attempt == 2 and job.step == "render")
        assert again.deaths == 1
        workbench.jobs.cancel(number, "ben")
        ended = until(workbench.jobs, number, lambda job: job.state.is_over)
    assert ended.state is State.CANCELLED
    assert workbench.jobs.log(number).count("--- demo, attempt") == 2


def test_the_end_of_the_server_ends_its_workers_and_keeps_its_jobs(workbench: Workbench) -> None:
    number = workbench.jobs.add("demo", {}, "ben").number
    with supervised(workbench) as supervisor:
        until(workbench.jobs, number, lambda job: job.step == "render")
        (worker,) = worker_processes(supervisor)
    assert not Path(f"/proc/{worker}").exists()
    kept = workbench.jobs.job(number)
    assert kept is not None
    assert (kept.state, kept.deaths, kept.told) == (State.QUEUED, 0, "the server ended; waits to be tried again")


def test_the_request_is_kept_as_it_was_understood(client: TestClient, names: Names) -> None:
    scan = client.post("scans", json={"case_id": names.case}).json()["id"]
    body = {"kind": "plan", "scan_id": scan, "request": {"level": "T12"}}
    job = client.post("jobs", json=body).json()
    assert job["request"] == {"level": "T12", "scheme": None, "series": None, "seed_mm": None}
    assert json.dumps(client.get(f"jobs/{job['number']}").json()) == json.dumps(job)


def test_a_plan_starts_from_the_point_and_not_from_the_painted_lesion(
    workbench: Workbench, client: TestClient, names: Names, files: Path
) -> None:
    scan = scan_with(client, names, files, image="ct", labels="labels", lesion="labels")
    bench = Bench(workbench.worker_place, workbench.database, workbench.jobs, workbench.scans)
    for kind in ("plan", "inject", "mechanics"):
        for seed in (None, (1.5, -20.0, 310.0)):
            job = client.post("jobs", json={"kind": kind, "scan_id": scan, "request": {"seed_mm": seed}}).json()
            asked = KINDS[kind].request.model_validate(job["request"])
            assert isinstance(asked, PlannedRequest)
            _, request, _ = planned(bench.of_job(Job.model_validate(job)), asked)
            assert request.seed_mm == seed
            assert (request.lesion is None) == (seed is not None)
            assert request.contrasted is None


def test_a_phase_with_contrast_goes_into_the_plan(
    workbench: Workbench, client: TestClient, names: Names, files: Path
) -> None:
    scan = scan_with(client, names, files, image="ct", contrast="labels")
    bench = Bench(workbench.worker_place, workbench.database, workbench.jobs, workbench.scans)
    job = client.post("jobs", json={"kind": "plan", "scan_id": scan, "request": {}}).json()
    case, request, _ = planned(bench.of_job(Job.model_validate(job)), PlannedRequest())
    assert request.contrasted is not None
    assert request.contrasted.read_bytes() == (files / "labels.nii.gz").read_bytes()
    assert case.image.read_bytes() == (files / "ct.nii.gz").read_bytes()
