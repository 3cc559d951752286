"""The clinical table: five states of a broken vertebra with a hemangioma, their time, and whether they add up."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np

from benchmarks.figures import Row, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.anatomy import Level, Side, Spine, build_spine
from corduroy.errors import CorduroyWarning
from corduroy.imaging import LabelMap, Volume
from corduroy.imaging.density import Calibration
from corduroy.imaging.density_kinds import DensityKind
from corduroy.phantom import ArchPart, Family, Lesion, Trabeculae, demo_patient, plant
from corduroy.planning.decompression import plan_decompression
from corduroy.simulation.vertebra import Alterations, Assessment, AssessSettings, State, assess, grow_fill
from corduroy.simulation.vertebra.bones import sample_bones
from corduroy.simulation.vertebra.evaluate import capped_model, compressed
from corduroy.simulation.vertebra.grid import ModelGrid
from corduroy.simulation.vertebra.sections import axial_force_n
from corduroy.simulation.vertebra.states import Subject

_LEVEL = Level.T12
_SCAN_MM, _QUICK_SCAN_MM = 1.25, 2.5
_VOXEL_MM, _QUICK_VOXEL_MM = 1.0, 3.0
_DRAWS, _QUICK_DRAWS = 10, 4
_FILL_ML = 4.5
_TOLERANCE = 1e-3
_STEPS = 5
_LESION = Lesion(
    Family.VASCULAR_HEMANGIOMA,
    share_percent=75.0,
    stroma_hu=30.0,
    trabeculae=Trabeculae(3.2, 0.9),
    arch=(ArchPart("pedicle", Side.RIGHT),),
)
_CALIBRATION = Calibration(DensityKind.K2HPO4, (0.0, 0.8, 0.0), np.zeros((3, 3)), 10.0, 0.05, "assumed", "benchmark")


def measure(quick: bool, tick: Tick) -> Report:
    """Assess the phantom's T12 as it lies and mirrored, twice with the same seed."""
    voxel = _QUICK_VOXEL_MM if quick else _VOXEL_MM
    draws = _QUICK_DRAWS if quick else _DRAWS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        spine, mask = _patient(_QUICK_SCAN_MM if quick else _SCAN_MM)
        treated = _treated(spine, mask)
        tick(1, _STEPS)
        _assessed(spine, treated, 3.0, 0)  # compiles the kernels
        tick(2, _STEPS)
        table, table_s, table_cpu_s = _assessed(spine, treated, voxel, 0)
        tick(3, _STEPS)
        sampled, sampled_s, sampled_cpu_s = _assessed(spine, treated, voxel, draws)
        tick(4, _STEPS)
        mirror, _, _ = _assessed(*_mirrored(spine, mask), voxel, 0)
        tick(5, _STEPS)
        linear_s, linear_cpu_s, unbalanced = _half_millimetre(spine, voxel / 2)
    values = {
        "table": table_s,
        "table cpu": table_cpu_s,
        "sampled": sampled_s,
        "sampled cpu": sampled_cpu_s,
        "linear": linear_s,
        "linear cpu": linear_cpu_s,
        "layers": unbalanced,
    }
    return Report(fill(_rows(voxel, draws), values | _physics(table, sampled, mirror)))


def _rows(voxel: float, draws: int) -> list[Row]:
    what = f"five states of T12 at {voxel:g} mm"
    return [
        Row("table", f"{what}: alone to failure, and among neighbours", "s", at_most(60)),
        Row("table cpu", f"{what}: processor time of that, all threads", "s"),
        Row("sampled", f"{what}: the same with intervals of {draws} draws", "s", at_most(60)),
        Row("sampled cpu", f"{what}: processor time of that, all threads", "s"),
        Row("linear", f"T12 at {voxel / 2:g} mm: linear set-up and solution", "s", at_most(10)),
        Row("linear cpu", f"T12 at {voxel / 2:g} mm: processor time of that, all threads", "s"),
        Row("layers", "largest share of the load that a layer loses", "", at_most(_TOLERANCE)),
        Row("mirror", "mirrored patient: largest relative difference of stiffness and strength", "", at_most(0.01)),
        Row("repeat", "the same models again: largest relative difference", "", at_most(1e-9)),
        Row("lytic", "strength as it is over intact-like reference", "", at_most(1.0)),
        Row("stiffer", "stiffness filled over as it is", "", at_least(1.0)),
        Row("stronger", "strength filled over as it is", "", at_least(1.0)),
        Row("arch", "strength after laminectomy over as it is", "", at_most(1.001)),
        Row("facets", "share of the load through the facets, mean of both discs, as it is", "%"),
        Row("facets after", "the same after laminectomy between the pedicles", "%"),
        Row("as it is", "strength as it is", "kN"),
        Row("filled", f"strength filled with {_FILL_ML} ml", "kN"),
        Row("width", "width of the interval of the strength as it is, over the strength", ""),
        Row("change", "width of the interval of the change by filling, over the changed strength", ""),
    ]


def _patient(scan_mm: float) -> tuple[Spine, LabelMap]:
    rng = np.random.default_rng(7)
    ct, labels = demo_patient(12).render(rng, scan_mm)
    planted = plant(ct, build_spine(labels, ct=ct), _LEVEL, _LESION, rng)
    inside = LabelMap((planted.mask.array == 1).astype(np.uint8), planted.mask.affine, "lesion")
    return build_spine(planted.labels, ct=planted.ct), inside


def _treated(spine: Spine, lesion: LabelMap) -> Alterations:
    vertebra = spine.vertebrae[_LEVEL]
    cement = grow_fill(vertebra, vertebra.frame.world([3.0, 2.0, 0.0]), _FILL_ML)
    return Alterations(lesion, cement, plan_decompression(spine, _LEVEL).resected)


def _mirrored(spine: Spine, lesion: LabelMap) -> tuple[Spine, Alterations]:
    """World x becomes -x; the lesion alone, since a grown fill need not mirror to the voxel."""
    assert spine.ct is not None
    ct = Volume(*_flip(spine.ct), "mirror")
    labels = LabelMap(*_flip(spine.labels), "mirror")
    return build_spine(labels, ct=ct), Alterations(LabelMap(*_flip(lesion), "mirror"))


def _flip(image: Volume) -> tuple[np.ndarray, np.ndarray]:
    affine = image.affine.copy()
    affine[0, 3] = -(affine[0, 0] * (image.shape[0] - 1) + affine[0, 3])
    return np.ascontiguousarray(image.array[::-1]), affine


def _assessed(spine: Spine, treated: Alterations, voxel_mm: float, draws: int) -> tuple[Assessment, float, float]:
    """What was found, and how long it took by the clock and on the processors."""
    began, spent = time.perf_counter(), time.process_time()
    settings = AssessSettings(voxel_mm=voxel_mm, samples=draws)
    found = assess(spine, _LEVEL, treated, _CALIBRATION, np.random.default_rng(1), settings)
    return found, time.perf_counter() - began, time.process_time() - spent


def _half_millimetre(spine: Spine, voxel_mm: float) -> tuple[float, float, float]:
    """A linear solution of the vertebra alone: seconds by the clock and on the processors, and what a layer loses."""
    vertebra = spine.vertebrae[_LEVEL]
    assert spine.ct is not None
    grid = ModelGrid.around([vertebra.mask], vertebra.frame, voxel_mm, 2.0 + 3 * voxel_mm)
    subject = Subject(_LEVEL, sample_bones(grid, [vertebra], spine.ct), None, None, None)
    capped = capped_model(subject, State.AS_IS, _CALIBRATION)
    began, spent = time.perf_counter(), time.process_time()
    solution, force, _ = compressed(capped)
    seconds, worked = time.perf_counter() - began, time.process_time() - spent
    filled = capped.body.any(axis=(0, 1))
    layers = axial_force_n(solution).sum(axis=(0, 1))[filled]
    return seconds, worked, float(np.abs(layers / force - 1).max())


def _physics(table: Assessment, sampled: Assessment, mirror: Assessment) -> dict[str, float | None]:
    strength = {state: float(result.vertebra.strength_n or np.nan) for state, result in table.states.items()}
    stiffness = {state: result.vertebra.stiffness_n_per_mm for state, result in table.states.items()}
    now = strength[State.AS_IS]
    spread = sampled.states[State.AS_IS].strength
    change = sampled.states[State.FILLED].strength_change
    return {
        "mirror": _difference(table, mirror, (State.INTACT, State.AS_IS)),
        "repeat": _difference(table, sampled, tuple(table.states)),
        "lytic": now / strength[State.INTACT],
        "stiffer": stiffness[State.FILLED] / stiffness[State.AS_IS],
        "stronger": strength[State.FILLED] / now,
        "arch": strength[State.DECOMPRESSED] / now,
        "facets": _facets(table, State.AS_IS),
        "facets after": _facets(table, State.DECOMPRESSED),
        "as it is": now / 1000,
        "filled": strength[State.FILLED] / 1000,
        "width": None if spread is None else 2 * spread.uncertainty / spread.value,
        "change": None if change is None else 2 * change.uncertainty / (100 + change.value),
    }


def _difference(one: Assessment, other: Assessment, states: tuple[State, ...]) -> float:
    found: list[float] = []
    for state in states:
        a, b = one.states[state].vertebra, other.states[state].vertebra
        pairs: list[tuple[Any, Any]] = [(a.stiffness_n_per_mm, b.stiffness_n_per_mm), (a.strength_n, b.strength_n)]
        found += [abs(x / y - 1) for x, y in pairs]
    return max(found)


def _facets(found: Assessment, state: State) -> float | None:
    segment = found.states[state].segment
    return None if segment is None else 100 * float(np.mean(list(segment.facet_share.values())))
