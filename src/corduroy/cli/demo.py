"""`corduroy demo`: both rivers on synthetic patients: a scan measured and planned, and a series reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded

if TYPE_CHECKING:
    from corduroy.phantom import Phantom
    from corduroy.pipeline.case import Case

DEMO_NAME = "sub-demo_ses-preop"
COHORT_NAME = "synthetic-series.yaml"
DEMO_SEED = 12
_SPACING_MM = 1.0


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where scan, labels and report are written.", show_default=True)
    ] = Path("corduroy-demo"),
) -> None:
    """Measure a synthetic patient with a fractured T12, plan its hemangioma, then report an invented series."""
    with guarded():
        from corduroy.cli.demo_plan import plan_the_demo
        from corduroy.cli.measure import print_places, print_result
        from corduroy.cli.progress import step_bar
        from corduroy.cli.tables import print_comparison
        from corduroy.phantom import demo_patient
        from corduroy.pipeline.files import require_writable
        from corduroy.pipeline.run import Outputs, run_case
        from corduroy.pipeline.validation import compare_with_truth
        from corduroy.reports.case import write_case_report

        require_writable(folder)
        patient = demo_patient(DEMO_SEED)
        with step_bar(1) as bar:
            bar.on_step("render")
            case = _rendered(patient, folder)
            outputs = Outputs(folder / "morphometry.json", folder / "report", folder / "report" / "steps")
            measured = run_case(case, None, outputs, write_case_report, bar.on_step)
        print_result(case.name, measured)
        typer.echo("")
        print_comparison(compare_with_truth(measured, patient.truth()), ("T11", "T12", "L1"))
        typer.echo("")
        print_places(outputs.json, outputs.report)
        typer.echo("")
        plan_the_demo(patient, folder)
        typer.echo("")
        _study_the_invented(folder)


def _rendered(patient: Phantom, folder: Path) -> Case:
    """The patient's scan and labels as files, as a user would have them."""
    import numpy as np

    from corduroy.imaging import write_volume
    from corduroy.pipeline.case import Case
    from corduroy.pipeline.files import replacing

    ct, labels = patient.render(np.random.default_rng(DEMO_SEED), _SPACING_MM)
    case = Case(DEMO_NAME, folder / f"{DEMO_NAME}_ct.nii.gz", folder / f"{DEMO_NAME}_seg-vert_msk.nii.gz")
    for volume, path in ((ct, case.image), (labels, case.labels)):
        assert path is not None
        with replacing(path) as temporary:
            write_volume(volume, temporary)
    return case


def _study_the_invented(folder: Path) -> None:
    """The other river: six invented patients, whose printed means are those of the index series, as a series report."""
    from importlib.resources import files

    from corduroy.cli.study import study
    from corduroy.pipeline.files import replacing

    cohort = folder / COHORT_NAME
    with replacing(cohort) as temporary:
        temporary.write_bytes(files("corduroy.study").joinpath("examples", COHORT_NAME).read_bytes())
    study(cohort, folder / "series")
