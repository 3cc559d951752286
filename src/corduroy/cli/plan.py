"""`corduroy plan`: from a scan, a lesion and the clinical facts to a surgical plan that can be argued with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded

if TYPE_CHECKING:
    from corduroy.pipeline.case import Case
    from corduroy.pipeline.plan_case import PlanRequest
    from corduroy.pipeline.plan_outputs import PlanReportWriter


def plan(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="CASE",
            help="A CT or a label map (NIfTI), a DICOM folder, file or zip, or the folder of one case.",
            show_default=False,
        ),
    ],
    labels: Annotated[Path | None, typer.Option(help="Label map that belongs to CASE.")] = None,
    facts: Annotated[Path | None, typer.Option(metavar="case.yaml", help="The clinical facts.")] = None,
    level: Annotated[str | None, typer.Option(help="Level of the lesion, such as T12.")] = None,
    lesion: Annotated[
        Path | None, typer.Option(metavar="MASK", help="The lesion, painted or edited; otherwise it is looked for.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="X,Y,Z", help="A point in the lesion, RAS+ mm: right, anterior, superior.")
    ] = None,
    contrast: Annotated[
        Path | None, typer.Option(metavar="SCAN", help="The same patient in a phase with contrast.")
    ] = None,
    structures: Annotated[
        Path | None, typer.Option(metavar="MAP", help="Organs and vessels, numbered as TotalSegmentator does.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="YAML", help="Needles, margins, cement, laminectomy as the team chooses.")
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="Label scheme, where it cannot be told by itself.")] = None,
    series: Annotated[
        str | None, typer.Option(help="Number, description or UID of a series, where DICOM holds several.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="OUT", help="Write the plan as JSON.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write report, masks and Slicer markups into this folder.")
    ] = None,
) -> None:
    """Plan biopsy, embolization, cement and laminectomy of one vertebra; what is missing is named, never guessed."""
    with guarded():
        from corduroy.cli.plan_table import print_plan
        from corduroy.cli.progress import step_bar
        from corduroy.pipeline.plan_case import plan_case
        from corduroy.pipeline.plan_outputs import PlanOutputs
        from corduroy.pipeline.settings import CaseSettings

        request = plan_request(level, lesion, facts, structures, contrast, settings, seed)
        case = one_case(source, labels)
        outputs = PlanOutputs.for_case(case, json, report)
        chosen = CaseSettings(scheme=scheme, series=series)
        with step_bar(1) as bar:
            document = plan_case(case, request, chosen, outputs, _writer(outputs.report), bar.on_step)
        print_plan(document)
        print_places(outputs.json, outputs.report)


def one_case(source: Path, labels: Path | None) -> Case:
    """The only case that a path stands for."""
    from corduroy.errors import CaseError
    from corduroy.pipeline.case import find_cases

    cases = find_cases(source, labels)
    if len(cases) > 1:
        raise CaseError(f"{source} holds {len(cases)} cases", "one case", "name the folder of one session")
    return cases[0]


def plan_request(
    level: str | None,
    lesion: Path | None,
    facts: Path | None,
    structures: Path | None,
    contrast: Path | None,
    settings: Path | None,
    seed: str | None = None,
) -> PlanRequest:
    """The plan as the options describe it."""
    from corduroy.anatomy.level import Level
    from corduroy.pipeline.plan_case import PlanRequest
    from corduroy.planning.plan_settings import read_plan_settings

    return PlanRequest(
        None if level is None else Level.parse(level),
        lesion,
        facts,
        structures,
        contrast,
        None if seed is None else _point(seed),
        None if settings is None else read_plan_settings(settings),
    )


def _point(text: str) -> tuple[float, float, float]:
    """Three numbers in mm, between commas."""
    import math

    from corduroy.errors import SettingsError

    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        x = y = z = math.nan
    if not all(math.isfinite(value) for value in (x, y, z)):
        raise SettingsError(f"--seed {text}", "three numbers in mm, RAS+, such as 12.5,-40,310")
    return x, y, z


def _writer(folder: Path | None) -> PlanReportWriter | None:
    """Matplotlib and typst are loaded only if there is something to draw."""
    if folder is None:
        return None
    from corduroy.reports.plan.write import write_plan_report

    return write_plan_report


def print_places(json: Path | None, report: Path | None) -> None:
    """Where the results are."""
    if json is not None:
        typer.echo(f"JSON    {json}")
    if report is not None:
        typer.echo(f"report  {report / 'plan.html'}")
        typer.echo(f"        {report / 'plan.pdf'}")
