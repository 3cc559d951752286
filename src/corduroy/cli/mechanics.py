"""`corduroy mechanics`: how stiff and strong the vertebra is, before and after what was planned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded
from corduroy.cli.simulated import named_outputs, point_only, print_places

if TYPE_CHECKING:
    from corduroy.pipeline.mechanics_case import Writers


def mechanics(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="CASE",
            help="A CT (NIfTI), a DICOM folder, file or zip, or the folder of one case.",
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
        str | None,
        typer.Option(metavar="X,Y,Z", help="A point in the lesion, RAS+ mm, as for plan; not the random seed."),
    ] = None,
    structures: Annotated[
        Path | None, typer.Option(metavar="MAP", help="Organs and vessels, numbered as TotalSegmentator does.")
    ] = None,
    contrast: Annotated[
        Path | None, typer.Option(metavar="SCAN", help="The same patient in a phase with contrast.")
    ] = None,
    settings: Annotated[Path | None, typer.Option(metavar="YAML", help="The plan's settings.")] = None,
    fill: Annotated[
        Path | None,
        typer.Option(
            metavar="MASK",
            help="Cement as a mask; otherwise as simulated by inject, else grown at the planned cannula.",
        ),
    ] = None,
    volume: Annotated[float | None, typer.Option(metavar="ML", help="Cement to grow, in ml.")] = None,
    gelatin: Annotated[
        float | None, typer.Option(metavar="PERCENT", help="Gelatin sponge in the cement; otherwise as in the plan.")
    ] = None,
    resection: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Bone to be removed; otherwise the planned laminectomy.")
    ] = None,
    body_mass: Annotated[
        float | None, typer.Option(metavar="KG", help="Otherwise as in case.yaml, else 70 kg.")
    ] = None,
    calibration: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="MG HU",
            help="Density in mg/cm3 (K2HPO4) at 0 HU, and per HU, by the scanner's phantom; otherwise from the scan.",
        ),
    ] = None,
    voxel: Annotated[float, typer.Option(metavar="MM", help="Edge of the models' voxels.")] = 1.0,
    samples: Annotated[int, typer.Option(help="Draws for the intervals; 0 for none.")] = 10,
    random_seed: Annotated[int, typer.Option(metavar="N", help="Of the random draws.")] = 1,
    scheme: Annotated[str | None, typer.Option(help="Label scheme, where it cannot be told by itself.")] = None,
    series: Annotated[
        str | None, typer.Option(help="Number, description or UID of a series, where DICOM holds several.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="OUT", help="Write the result as JSON.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The plan's folder: report, fields and pictures go there.")
    ] = None,
) -> None:
    """Stiffness and strength of a vertebra, intact-like, as it is, filled, decompressed; what its neighbours feel."""
    with guarded():
        from corduroy.cli.mechanics_table import print_mechanics
        from corduroy.cli.plan import one_case, plan_request
        from corduroy.cli.progress import work_bar
        from corduroy.pipeline.mechanics_case import mechanics_case
        from corduroy.pipeline.mechanics_settings import MechanicsRequest, checked_settings
        from corduroy.pipeline.plan_outputs import PlanOutputs
        from corduroy.pipeline.settings import CaseSettings
        from corduroy.planning.simulated import SimulatedKind

        plan = plan_request(level, lesion, facts, structures, contrast, settings, point_only(seed))
        chosen = checked_settings(
            voxel_mm=voxel,
            samples=samples,
            seed=random_seed,
            volume_ml=volume,
            gelatin_percent=gelatin,
            body_mass_kg=body_mass,
            calibration=calibration,
        )
        case = one_case(source, labels)
        outputs = named_outputs(PlanOutputs.for_case(case, json, report), SimulatedKind.MECHANICS, case.name, json)
        with work_bar() as bar:
            document = mechanics_case(
                case,
                MechanicsRequest(plan, fill, resection, chosen),
                CaseSettings(scheme=scheme, series=series),
                outputs,
                _writers(outputs.report),
                bar.on_step,
                bar.on_count,
            )
        print_mechanics(document)
        print_places(SimulatedKind.MECHANICS, outputs.json, outputs.report)


def _writers(folder: Path | None) -> Writers:
    """Matplotlib and typst are loaded only if there is something to draw."""
    from corduroy.pipeline.mechanics_case import Writers

    if folder is None:
        return Writers()
    from corduroy.reports.mechanics.write import write_mechanics_report
    from corduroy.reports.plan.write import write_plan_report

    return Writers(write_plan_report, write_mechanics_report)
