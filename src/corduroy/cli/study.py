"""`corduroy study`: from a cohort file to the report of a case series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded

if TYPE_CHECKING:
    from corduroy.study.results import SeriesResult

JSON_NAME = "series.json"


def study(
    cohort: Annotated[Path, typer.Argument(metavar="COHORT", help="The cohort file (YAML); see docs/study.md.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where report, tables and figures are written.")],
) -> None:
    """Analyse a case series and write its report: HTML, PDF, DOCX, CSV of every table, figures, JSON."""
    with guarded():
        from corduroy.pipeline.files import require_writable, write_json
        from corduroy.reports.series import write_series_report
        from corduroy.study.plain import as_plain
        from corduroy.study.series import analyse_file

        require_writable(out)
        result = analyse_file(cohort)
        written = write_series_report(result, out)
        write_json(out / JSON_NAME, as_plain(result))
        _print_summary(result)
        typer.echo(f"\n{len(written) + 1} files in {out}; begin with {written[0]}")


def _print_summary(result: SeriesResult) -> None:
    """The flow, the primary contrast and how much could not be computed: what a person wants to see at once."""
    if result.notice:
        typer.echo(f"{result.notice}\n")
    typer.echo(f"{result.title}\n{result.flow.registry_cases} cases in the registry")
    for step in result.flow.steps:
        if step.before != step.after:
            typer.echo(
                f"  - {step.criterion.words}: {len(step.not_met)} do not, {len(step.not_recorded)} not recorded; "
                f"{step.after} left"
            )
    if not result.n:
        from corduroy.reports.series.content import nobody

        typer.echo(nobody(result))
        return
    typer.echo(f"{result.n} cases analysed. Primary contrast: {result.contrast}")
    for outcome in result.paired:
        main = next((estimate for estimate in outcome.estimates if estimate.primary), None)
        if main is not None and main.interval is not None:
            typer.echo(f"  {outcome.label}: {main.value:.4g} {outcome.unit}, {main.interval}".rstrip())
    for grades in result.ordinal:
        if grades.improved is not None:
            typer.echo(f"  {grades.label}, {grades.improved.name.lower()}: {grades.improved.words}")
    if result.not_computed:
        typer.echo(f"{len(result.not_computed)} things could not be computed; the report says which and why")
