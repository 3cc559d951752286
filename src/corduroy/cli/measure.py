"""`corduroy measure`: from a scan or a label map to measured vertebrae."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import BAD_INPUT, guarded, warn_plainly

if TYPE_CHECKING:
    from corduroy.morphometry.results import SpineMeasurement
    from corduroy.pipeline.batch import CaseOutcome, Job
    from corduroy.pipeline.images import CaseImages
    from corduroy.pipeline.settings import CaseSettings

INPUT_HELP = "A CT or a label map (NIfTI), a DICOM folder, file or zip, a case folder, or a file of points."


def measure(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help=INPUT_HELP, show_default=False)],
    labels: Annotated[Path | None, typer.Option(help="Label map that belongs to INPUT.")] = None,
    scheme: Annotated[str | None, typer.Option(help="Label scheme, where it cannot be told by itself.")] = None,
    series: Annotated[
        str | None, typer.Option(help="Number, description or UID of a series, where DICOM holds several.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="OUT", help="Write the measurement as JSON.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the report into this folder.")] = None,
    points: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Measure from a reader's six points per vertebra.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes, where INPUT holds several cases.")] = 1,
) -> None:
    """Measure the vertebrae of a scan: heights, fractures, angles and canal, each with its uncertainty."""
    with guarded():
        from corduroy.pipeline.points import is_points_file
        from corduroy.pipeline.settings import CaseSettings

        if points is not None or is_points_file(source):
            _measure_points(source, points, json, report)
            return
        settings = CaseSettings(scheme=scheme, series=series)
        _measure_cases(_jobs(source, labels, json, report), settings, workers)


def _jobs(source: Path, labels: Path | None, json: Path | None, report: Path | None) -> list[Job]:
    from corduroy.errors import CaseError
    from corduroy.pipeline.batch import Job
    from corduroy.pipeline.case import find_cases
    from corduroy.pipeline.run import Outputs

    cases = find_cases(source, labels)
    if len(cases) > 1 and (json is not None or report is not None):
        raise CaseError(
            f"{source} holds {len(cases)} cases",
            "one case with --json or --report",
            "leave them out: the results go into derivatives/corduroy, case by case",
        )
    return [Job(case, Outputs.for_case(case, json, report)) for case in cases]


def _measure_cases(jobs: list[Job], settings: CaseSettings, workers: int) -> None:
    """Run, print each case as it ends, and end with exit code 2 if any failed."""
    from corduroy.cli.progress import step_bar
    from corduroy.pipeline.batch import run_pool, run_serial

    write_report = _write_report if any(job.outputs.report for job in jobs) else None
    failed = 0
    with step_bar(len(jobs)) as bar:
        if workers > 1 and len(jobs) > 1:
            outcomes = run_pool(jobs, settings, write_report, workers)
        else:
            outcomes = run_serial(jobs, settings, write_report, bar.on_step)
        for outcome in outcomes:
            bar.finish_case()
            failed += outcome.error is not None
            _print_outcome(outcome, jobs)
    if failed:
        raise typer.Exit(BAD_INPUT)


def _write_report(measurement: SpineMeasurement, images: CaseImages, folder: Path) -> None:
    """Matplotlib and typst are loaded only when there is something to draw: a stored report is not drawn again."""
    from corduroy.reports.case import write_case_report

    write_case_report(measurement, images, folder)


def _print_outcome(outcome: CaseOutcome, jobs: list[Job]) -> None:
    if outcome.measurement is None:
        case = f"{outcome.case.name}: " if len(jobs) > 1 else ""
        typer.echo(f"corduroy: {case}{outcome.error}", err=True)
        return
    outputs = next(job.outputs for job in jobs if job.case == outcome.case)
    print_result(outcome.case.name, outcome.measurement)
    print_places(outputs.json, outputs.report)


def print_result(name: str, measurement: SpineMeasurement) -> None:
    """Warnings to standard error, the table to standard output."""
    from corduroy.cli.tables import print_measurement

    for warning in measurement.warnings:
        warn_plainly(warning)
    print_measurement(name, measurement)


def print_places(json: Path | None, report: Path | None) -> None:
    """Where the results are."""
    if json is not None:
        typer.echo(f"JSON    {json}")
    if report is not None:
        typer.echo(f"report  {report / 'report.html'}")
        typer.echo(f"        {report / 'report.pdf'}")


def _measure_points(source: Path, points: Path | None, json: Path | None, report: Path | None) -> None:
    from corduroy.errors import PointsError
    from corduroy.pipeline.points import measure_points, write_points_outputs
    from corduroy.pipeline.run import Outputs

    write_report = None if report is None else _write_report
    readings = measure_points(points or source, image=None if points is None else source)
    if len(readings) > 1 and (json is not None or report is not None):
        raise PointsError(
            f"{(points or source).name} holds {len(readings)} readings",
            "one reading with --json or --report",
            "put each reader's points into a file of their own",
        )
    for name, measurement in readings.items():
        write_points_outputs(name, measurement, Outputs(json, report), write_report)
        print_result(name, measurement)
        print_places(json, report)
