"""All figures of the lesion benchmark: ``make bench-lesion``.

Lesions are planted into phantoms and into both real scans, found again, described and compared with what was
planted; then the intact vertebrae of all real scans are searched. Writes ``build/bench/lesion.json``.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from scipy.stats import rankdata

from benchmarks.data import MissingDataError, present
from benchmarks.figures import Figure, Row, at_least, at_most, fill, print_table, print_verdict, write_json
from benchmarks.lesion_cases import (
    SCANS,
    WIDE_BREACH_MM,
    Outcome,
    PlantedBreach,
    Scan,
    baseline_of,
    breached_jobs_of,
    jobs_of,
    outcome_of,
)
from benchmarks.pool import map_in_pool
from corduroy.anatomy import build_spine
from corduroy.errors import CorduroyWarning
from corduroy.imaging import read_labels, read_volume
from corduroy.lesion import Baseline, delineate
from corduroy.phantom import Family

TEST_SEEDS: dict[Scan, range] = {
    "phantom": range(5000, 5030),
    "verse014": range(5100, 5114),
    "lidc0001": range(5200, 5222),
}
"""Never those of `benchmarks.fit_likeness`."""
BREACH_SEEDS: dict[Scan, range] = {
    "phantom": range(15000, 15030),
    "verse014": range(15100, 15114),
    "lidc0001": range(15200, 15222),
}
"""Of lesions that all have a breach, in the same proportion: those drawn by chance alone are too few for a share."""

_FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
_LEAST_SHARE = 30.0
_COARSE_MM = 1.75
_PLAIN_WIDTH = 160
_ROWS = (
    Row("planted", "Lesions planted", "", at_least(60)),
    Row("focal", "of these with a border and at least 30 % of the body (not osteoporotic bone)", ""),
    Row("found", "Found without help", "share"),
    Row("dice", "Dice without help, median", "", at_least(0.85)),
    Row("dice_p10", "Dice without help, 10th percentile (not found counts 0)", "", at_least(0.70)),
    Row("seeded_dice", "Dice after one click, median", "", at_least(0.85)),
    Row("seeded_dice_p10", "Dice after one click, 10th percentile", "", at_least(0.70)),
    Row("volume", "Volume error where found without help, median of the amounts", "%", at_most(10.0)),
    Row("seeded_volume", "Volume error after one click, median of the amounts", "%", at_most(10.0)),
    Row("fractured", "of these in fractured vertebrae (phantoms)", ""),
    Row("fractured_found", "In fractured vertebrae: found without help", "share"),
    Row("fractured_dice", "In fractured vertebrae: Dice without help, median", ""),
    Row("fractured_seeded", "In fractured vertebrae: Dice after one click, median", ""),
    Row("parts", "Pedicles and laminae: involvement right", "share", at_least(0.90)),
    Row("parts_seen", "Pedicles and laminae: involved ones found", "share"),
    Row("breaches", "Breaches of 3 mm and more (further lesions with one planted for this)", ""),
    Row("breach", "Breaches of 3 mm and more found (within 8 mm)", "share", at_least(0.90)),
    Row("chance_breach", "of these, in the lesions above", "share"),
    Row("wide_breach", "of these, of 5 mm and more", "share"),
    Row("fine_breach", "of these, in voxels of at most 1.5 mm", "share"),
    Row("coarse_breach", "of these, in voxels of 2 to 2.5 mm", "share"),
    Row("seen_breach", "of these, as wide as the software says it would see", "share"),
    Row("smallest_breach", "Width from which the software says it would see a breach, median", "mm"),
    Row("false_breach", "Lesions without a breach in which one is reported", "share", at_most(0.05)),
    Row("false_breach_all", "Breaches reported more than 8 mm from a planted one, per lesion", ""),
    Row("auc", "Hemangioma-likeness: AUC on unseen lesions", "", at_least(0.95)),
    Row("brier", "Hemangioma-likeness: Brier score", ""),
    Row("stroma_hu", "Stroma: error, median of the amounts", "HU"),
    Row("spacing_mm", "Spacing of columns: error, median of the amounts", "mm"),
    Row("thickness_mm", "Thickness of columns: error, median of the amounts", "mm"),
    Row("uptake_hu", "Uptake: error, median of the amounts", "HU"),
    Row("expansion_mm", "Expansion: error, median of the amounts", "mm"),
    Row("epidural_ml", "Epidural part (two phases): error where planted, median of the amounts", "ml"),
    Row("paravertebral_ml", "Paravertebral part (two phases): error where planted, median of the amounts", "ml"),
    Row("epidural_false", "Epidural part reported where none was planted", "share"),
)
_INTACT_ROW = Row("intact", "Intact vertebrae of all real CTs: no lesion found", "share", at_least(0.95))


def main(quick: Annotated[bool, typer.Option("--quick", help="A few lesions: shows that it runs.")] = False) -> None:
    """Plant, find, describe and compare; say which targets are held."""
    console = Console() if sys.stdout.isatty() else Console(width=_PLAIN_WIDTH)
    jobs = jobs_of({"phantom": TEST_SEEDS["phantom"][:4]} if quick else TEST_SEEDS)
    outcomes = map_in_pool(outcome_of, jobs, _tick)
    further = [] if quick else map_in_pool(outcome_of, breached_jobs_of(BREACH_SEEDS), _tick)
    figures = fill(_ROWS, figures_of(outcomes, further), "no such lesion among them")
    figures += _by_scan(outcomes, further)
    if not quick:
        figures += _intact()
    place = _FOLDER / ("lesion-quick.json" if quick else "lesion.json")
    write_json(figures, place)
    print_table("lesion", figures, console)
    print_verdict(figures, console)


def _tick(done: int, total: int) -> None:
    print(f"{done} of {total}", file=sys.stderr)


def figures_of(outcomes: Sequence[Outcome], further: Sequence[Outcome] = ()) -> dict[str, float | None]:
    """All figures over planted lesions, by the rows' keys; of further ones only how their breaches were found."""
    focal = _focal(outcomes)
    found = [o for o in focal if o.automatic_dice > 0]
    broken = [o for o in focal if o.job.fractured]
    parts = [pair for o in outcomes for pair in o.parts]
    holes = [breach for o in (*outcomes, *further) for breach in o.breaches]
    whole = [o for o in outcomes if o.breach_free]
    is_hemangioma = np.array([o.family.is_hemangioma for o in outcomes])
    scores = np.array([o.score for o in outcomes])
    values: dict[str, float | None] = {
        "planted": len(outcomes),
        "focal": len(focal),
        "found": mean([o.automatic_dice > 0 for o in focal]),
        "dice": _quantile([o.automatic_dice for o in focal], 0.5),
        "dice_p10": _quantile([o.automatic_dice for o in focal], 0.1),
        "seeded_dice": _quantile([o.seeded_dice for o in focal], 0.5),
        "seeded_dice_p10": _quantile([o.seeded_dice for o in focal], 0.1),
        "volume": _quantile([100 * abs(o.automatic_ratio - 1) for o in found], 0.5),
        "seeded_volume": _quantile([100 * abs(o.seeded_ratio - 1) for o in focal], 0.5),
        "fractured": len(broken),
        "fractured_found": mean([o.automatic_dice > 0 for o in broken]),
        "fractured_dice": _quantile([o.automatic_dice for o in broken], 0.5),
        "fractured_seeded": _quantile([o.seeded_dice for o in broken], 0.5),
        "parts": mean([true == seen for true, seen in parts]),
        "parts_seen": mean([seen for true, seen in parts if true]),
        **_breach_figures(holes),
        "chance_breach": mean([breach.found for o in outcomes for breach in o.breaches]),
        "false_breach": mean([o.false_breaches > 0 for o in whole]),
        "false_breach_all": mean([o.false_breaches for o in outcomes]),
        "auc": auc(scores, is_hemangioma),
        "brier": float(np.mean((scores - is_hemangioma) ** 2)),
        "epidural_false": mean([o.numbers["epidural_ml"][1] > 0 for o in _with(outcomes, "epidural_ml", False)]),
    }
    for name in ("stroma_hu", "spacing_mm", "thickness_mm", "uptake_hu", "expansion_mm"):
        chosen = [o.numbers[name] for o in outcomes if name in o.numbers and o.family is not Family.OSTEOPOROTIC_BONE]
        values[name] = _quantile([abs(true - seen) for true, seen in chosen], 0.5)
    for name in ("epidural_ml", "paravertebral_ml"):
        pairs = [o.numbers[name] for o in _with(outcomes, name, True)]
        values[name] = _quantile([abs(true - seen) for true, seen in pairs], 0.5)
    return values


def _breach_figures(holes: Sequence[PlantedBreach]) -> dict[str, float | None]:
    """Found ones, all and by what made them easy or hard."""
    told = [hole for hole in holes if hole.smallest_mm is not None]
    return {
        "breaches": len(holes),
        "breach": mean([hole.found for hole in holes]),
        "wide_breach": mean([hole.found for hole in holes if hole.diameter_mm >= WIDE_BREACH_MM]),
        "fine_breach": mean([hole.found for hole in holes if hole.coarsest_mm < _COARSE_MM]),
        "coarse_breach": mean([hole.found for hole in holes if hole.coarsest_mm >= _COARSE_MM]),
        "seen_breach": mean([hole.found for hole in told if hole.diameter_mm >= (hole.smallest_mm or 0.0)]),
        "smallest_breach": _quantile([hole.smallest_mm for hole in told if hole.smallest_mm is not None], 0.5),
    }


def auc(scores: np.ndarray, positive: np.ndarray) -> float | None:
    """Area under the receiver's operating curve, from ranks; ties count half."""
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if ones == 0 or zeros == 0:
        return None
    return float((rankdata(scores)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _by_scan(outcomes: Sequence[Outcome], further: Sequence[Outcome]) -> list[Figure]:
    figures = []
    for scan in SCANS:
        whole = _of_scan(outcomes, scan)
        focal = _focal(whole)
        values = {
            "dice": _quantile([o.automatic_dice for o in focal], 0.5),
            "found": mean([o.automatic_dice > 0 for o in focal]),
            "seeded": _quantile([o.seeded_dice for o in focal], 0.5),
            "parts": mean([true == seen for o in whole for true, seen in o.parts]),
            "breach": mean([hole.found for o in (*whole, *_of_scan(further, scan)) for hole in o.breaches]),
            "false": mean([o.false_breaches > 0 for o in whole if o.breach_free]),
        }
        rows = (
            Row("found", f"{scan}: found without help", "share"),
            Row("dice", f"{scan}: Dice without help, median", ""),
            Row("seeded", f"{scan}: Dice after one click, median", ""),
            Row("parts", f"{scan}: pedicles and laminae right", "share"),
            Row("breach", f"{scan}: breaches of 3 mm and more found", "share"),
            Row("false", f"{scan}: lesions without a breach in which one is reported", "share"),
        )
        figures += fill(rows, values, "no such lesion among them")
    return figures


def _of_scan(outcomes: Sequence[Outcome], scan: Scan) -> list[Outcome]:
    """Those planted into one scan."""
    return [o for o in outcomes if o.job.scan == scan]


def _intact() -> list[Figure]:
    """Search the vertebrae of all real CTs; none has a lesion by eye."""
    try:
        baselines = {scan: baseline_of(scan) for scan in SCANS if scan != "phantom"}
        baselines["totalsegmentator-example"] = example_baseline()
    except MissingDataError as error:
        return fill((_INTACT_ROW,), {}, str(error))
    clean = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        for scan, baseline in baselines.items():
            for level in baseline.features:
                found = delineate(baseline.ct, baseline.spine, level, baseline=baseline).found
                clean[f"{scan} {level}"] = not found
    false = ", ".join(name for name, is_clean in clean.items() if not is_clean) or "none"
    name = f"{_INTACT_ROW.name} ({len(clean)} vertebrae; lesion claimed in: {false})"
    row = Row("intact", name, _INTACT_ROW.unit, _INTACT_ROW.target)
    return fill((row,), {"intact": mean(list(clean.values()))})


def example_baseline() -> Baseline:
    """The vertebrae of TotalSegmentator's example scan as they are."""
    folder = present("totalsegmentator-example")
    ct = read_volume(folder / "example_ct.nii.gz")
    return Baseline.of(ct, build_spine(read_labels(folder / "totalseg.nii.gz")))


def _focal(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [o for o in outcomes if o.share >= _LEAST_SHARE and o.family is not Family.OSTEOPOROTIC_BONE]


def _with(outcomes: Sequence[Outcome], name: str, planted: bool) -> list[Outcome]:
    """Outcomes with two phases in which a part was planted, or not."""
    return [
        o for o in outcomes if name in o.numbers and "uptake_hu" in o.numbers and (o.numbers[name][0] > 0) == planted
    ]


def mean(values: Sequence[float]) -> float | None:
    """Of what there is; None where there is nothing."""
    return float(np.mean(values)) if len(values) else None


def _quantile(values: Sequence[float], q: float) -> float | None:
    return float(np.quantile(values, q)) if len(values) else None


if __name__ == "__main__":
    try:
        typer.run(main)
    except MissingDataError as error:
        sys.exit(f"The lesion benchmark needs the real scans: {error}")
