"""`corduroy validate`: how far the measurement is from the truth, over a few synthetic patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded

if TYPE_CHECKING:
    from corduroy.pipeline.validation import Comparison

_FRACTURES = 2


def validate(
    patients: Annotated[int, typer.Option(min=1, max=500, help="How many synthetic patients.")] = 4,
    spacing: Annotated[float, typer.Option(min=0.5, max=3.0, help="Voxel size in mm.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same patients.")] = 0,
) -> None:
    """Measure random synthetic patients and print measured against true values."""
    with guarded():
        from corduroy.cli.progress import step_bar
        from corduroy.cli.tables import print_grades, print_summaries
        from corduroy.pipeline.validation import summarise

        compared: list[Comparison] = []
        grades: list[tuple[int, int | None]] = []
        with step_bar(patients) as bar:
            for index in range(patients):
                bar.on_step("measure")
                errors, graded = _one_patient(seed + index, spacing)
                compared += errors
                grades += graded
                bar.finish_case()
        print_summaries(summarise(compared), f"{patients} synthetic patients at {spacing:g} mm")
        print_grades(grades)


def _one_patient(seed: int, spacing_mm: float) -> tuple[list[Comparison], list[tuple[int, int | None]]]:
    """Errors, and true beside measured Genant grades, of one random patient measured on its label map."""
    import numpy as np

    from corduroy.anatomy.level import Level
    from corduroy.anatomy.spine import build_spine
    from corduroy.morphometry.measure import measure_spine
    from corduroy.phantom import random_spine
    from corduroy.pipeline.validation import compare_with_truth

    rng = np.random.default_rng(seed)
    patient = random_spine(rng, fractures=_FRACTURES)
    measured = measure_spine(build_spine(patient.render_labels(spacing_mm, rng)))
    truth = patient.truth()
    graded = [(truth[v.level].genant_grade, v.genant_grade) for v in measured.vertebrae if v.level != Level.S1]
    return compare_with_truth(measured, truth), graded
