"""`corduroy inject`: where the cement runs in the planned vertebra, and where it would leak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corduroy.cli.guard import guarded
from corduroy.cli.simulated import named_outputs, point_only, print_places

if TYPE_CHECKING:
    from corduroy.pipeline.injection_case import InjectionWriters


def inject(
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
    cement: Annotated[
        str, typer.Option(metavar="NAME|CSV", help="A named cement, or your own curve.")
    ] = "high-viscosity",
    volume: Annotated[float, typer.Option(metavar="ML", help="Cement to inject.")] = 4.5,
    rate: Annotated[float, typer.Option(metavar="ML/S", help="Flow rate.")] = 0.05,
    minutes: Annotated[
        float | None, typer.Option(metavar="MIN", help="From mixing to the start; otherwise as in the plan.")
    ] = None,
    gelatin: Annotated[
        float | None, typer.Option(metavar="PERCENT", help="Gelatin sponge in the mixture; otherwise as in the plan.")
    ] = None,
    gelatin_before: Annotated[float, typer.Option(metavar="ML", help="Gelatin sponge before the cement.")] = 0.0,
    cannula: Annotated[
        Path | None,
        typer.Option(
            metavar="LINE", help="Entry and tip as a line of 3D Slicer (.mrk.json); otherwise as in the plan."
        ),
    ] = None,
    gauge: Annotated[int | None, typer.Option(metavar="G", help="Of that cannula; otherwise as in the plan.")] = None,
    pedicles: Annotated[int, typer.Option(metavar="1|2", help="One cannula, or one on each side.")] = 1,
    pressure: Annotated[float, typer.Option(metavar="MPA", help="Largest pressure in the syringe.")] = 1.5,
    stop_at: Annotated[
        str, typer.Option(metavar="LEAKS", help="At which the surgeon stops: posterior, or Yeom's types such as B,C.")
    ] = "posterior",
    target: Annotated[
        float | None, typer.Option(metavar="PERCENT", help="Stop when this much of the lesion's pores is filled.")
    ] = None,
    calibration: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="MG HU",
            help="Density in mg/cm3 (K2HPO4) at 0 HU, and per HU, by the scanner's phantom; otherwise from the scan.",
        ),
    ] = None,
    voxel: Annotated[float, typer.Option(metavar="MM", help="Edge of the model's voxels.")] = 1.0,
    members: Annotated[int, typer.Option(help="Of the ensemble, at most; 0 for none.")] = 64,
    what_if: Annotated[int, typer.Option(help="Members of each compared recipe; 0 for no comparison.")] = 16,
    weights: Annotated[
        str | None,
        typer.Option(metavar="F,L,O,U", help="Of fill, leaks that stop it, other leaks, unfinished: 1,1,0.25,0.25."),
    ] = None,
    random_seed: Annotated[int, typer.Option(metavar="N", help="Of the random draws.")] = 1,
    processes: Annotated[int, typer.Option(help="That compute side by side.")] = 2,
    scheme: Annotated[str | None, typer.Option(help="Label scheme, where it cannot be told by itself.")] = None,
    series: Annotated[
        str | None, typer.Option(help="Number, description or UID of a series, where DICOM holds several.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="OUT", help="Write the result as JSON.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The plan's folder: report, masks and pictures go there.")
    ] = None,
) -> None:
    """Inject the planned vertebra: fill over time, pressure, chance of a leak through each way out, what if."""
    with guarded():
        from corduroy.cli.inject_table import print_injection
        from corduroy.cli.plan import one_case, plan_request
        from corduroy.cli.progress import work_bar
        from corduroy.errors import SettingsError
        from corduroy.pipeline.injection_case import injection_case
        from corduroy.pipeline.injection_settings import InjectionRequest, checked_injection
        from corduroy.pipeline.plan_outputs import PlanOutputs
        from corduroy.pipeline.settings import CaseSettings
        from corduroy.planning.simulated import SimulatedKind

        chosen = checked_injection(
            cement=cement,
            volume_ml=volume,
            rate_ml_s=rate,
            minutes_from_mixing=minutes,
            gelatin_percent=gelatin,
            gelatin_before_ml=gelatin_before,
            cannula=_own_cannula(cannula, gauge),
            pedicles=pedicles,
            pressure_limit_mpa=pressure,
            stop_at=_leaks(stop_at),
            target_share=None if target is None else target / 100,
            calibration=calibration,
            voxel_mm=voxel,
            what_if_voxel_mm=max(voxel, 1.5),
            members=members,
            what_if_members=what_if,
            seed=random_seed,
            **({} if weights is None else {"weights": _weights(weights)}),
        )
        if not 1 <= processes <= 64:
            raise SettingsError(f"{processes} processes", "1 to 64")
        plan = plan_request(level, lesion, facts, structures, contrast, settings, point_only(seed))
        case = one_case(source, labels)
        outputs = named_outputs(PlanOutputs.for_case(case, json, report), SimulatedKind.INJECTION, case.name, json)
        with work_bar() as bar:
            document = injection_case(
                case,
                InjectionRequest(plan, chosen, processes),
                CaseSettings(scheme=scheme, series=series),
                outputs,
                _writers(outputs.report),
                bar.on_step,
                bar.on_count,
            )
        print_injection(document)
        print_places(SimulatedKind.INJECTION, outputs.json, outputs.report)
        if outputs.report is not None:
            typer.echo(f"fill    {outputs.report / 'injection_fill.nii.gz'}, for `corduroy mechanics --fill`")


def _own_cannula(line: Path | None, gauge: int | None) -> dict[str, Any] | None:
    from corduroy.errors import SettingsError
    from corduroy.planning.markups import read_line

    if line is None:
        if gauge is not None:
            raise SettingsError(f"a cannula of {gauge} G without its line", "--cannula as well")
        return None
    way = read_line(line)
    return {"entry_mm": way.entry_mm, "tip_mm": way.target_mm, "gauge": gauge}


def _leaks(text: str) -> tuple[str, ...]:
    """The wall, or Yeom's types, as a user writes them; checked with the other settings."""
    parts = (part.strip() for part in text.split(","))
    return tuple(part.upper() if len(part) == 1 else part.lower() for part in parts if part)


def _weights(text: str) -> dict[str, float]:
    from corduroy.errors import SettingsError

    names = ("fill", "leak", "other_leak", "unfinished")
    try:
        values = [float(part) for part in text.split(",")]
        return dict(zip(names, values, strict=True))
    except ValueError as error:
        raise SettingsError(f"weights '{text}'", "four numbers, such as 1,1,0.25,0.25") from error


def _writers(folder: Path | None) -> InjectionWriters:
    """Matplotlib and typst are loaded only if there is something to draw."""
    from corduroy.pipeline.injection_case import InjectionWriters

    if folder is None:
        return InjectionWriters()
    from corduroy.reports.injection.write import write_injection_report
    from corduroy.reports.plan.write import write_plan_report

    return InjectionWriters(write_plan_report, write_injection_report)
