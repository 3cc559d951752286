"""All figures of the corridor benchmark: ``make bench-corridors``. Writes ``build/bench/corridors.json``."""

from __future__ import annotations

import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from benchmarks.corridor_holes import measure_holes
from benchmarks.corridor_peer import Sampled, sample_plainly
from benchmarks.corridor_safety import labels_in_needle
from benchmarks.data import MissingDataError, present
from benchmarks.figures import Figure, Row, Target, at_least, at_most, fill, print_table, print_verdict, write_json
from benchmarks.plan_speed import measure_plan
from benchmarks.probe import peak_bytes
from corduroy.anatomy import Level, Spine, build_spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.errors import DoubtWarning
from corduroy.imaging import LabelMap, Volume, read_labels, read_scan
from corduroy.planning.corridors import CorridorPlan, CorridorSettings, Purpose, build_scene, find_corridors
from corduroy.planning.corridors.fields import make_fields
from corduroy.planning.corridors.search import sweep_scene

_FILE = Path(__file__).resolve().parents[1] / "build" / "bench" / "corridors.json"
_WIDTH = 160
_LEVEL = Level.T9
_LEVELS = (Level.T5, Level.T7, Level.T9, Level.T11, Level.L1)
_CORES = 2
_MUSCLES = range(80, 90)
_NAMES = TOTAL_STRUCTURES | {118: "costal_cartilages"}  # so numbered in this file; see its table of structures
_FINE = CorridorSettings(target_step_mm=2.5)
_PEER_ENTRIES = 60
_HOLES = 120

_SPEED = (
    Row("wall", f"lidc0001 {_LEVEL}: candidate corridors per second, by the clock", "1/s", at_least(1e6)),
    Row("cpu", f"lidc0001 {_LEVEL}: the same, by the processors' time, for two cores", "1/s", at_least(1e6)),
    Row("faster", f"lidc0001 {_LEVEL}: times plain NumPy sampling, both by processors' time per candidate", ""),
    Row("candidates", f"lidc0001 {_LEVEL}: candidates tried", ""),
    Row("agree", f"lidc0001 {_LEVEL}: safe candidates found, as a share of those NumPy finds", "", Target(0.98, 1.02)),
)
_MAP = (
    Row("map", f"lidc0001 {_LEVEL}: whole plan with the skin map, by the clock", "s", at_most(10.0)),
    Row("map cpu", f"lidc0001 {_LEVEL}: the same, processors' time", "s"),
    Row("peak", f"lidc0001 {_LEVEL}: peak memory of the process, scan and labels among it", "GiB", at_most(2.0)),
)
_SAFETY = (
    Row("touching", "lidc0001: returned corridors that touch a forbidden voxel, by brute force", "", Target(0, 0)),
    Row("corridors", f"lidc0001: returned corridors, {', '.join(_LEVELS)}, biopsy and cement", ""),
    Row("kinds", "lidc0001: kinds and sides returned per plan, mean", ""),
    Row("none", "lidc0001: plans in which nothing is safe", ""),
)
_MIRROR = (
    Row("map", f"lidc0001 {_LEVEL} mirrored: median difference of the mirrored map", "mm", at_most(0.3)),
    Row("safe", f"lidc0001 {_LEVEL} mirrored: share of safe candidates, over that unmirrored", "", Target(0.9, 1.1)),
    Row("kinds", f"lidc0001 {_LEVEL} mirrored: kinds and sides that do not swap", "", Target(0, 0)),
)


def main(
    quick: Annotated[bool, typer.Option("--quick", help="One level and few holes: shows that it runs.")] = False,
) -> None:
    """Measure speed, memory and safety of the search for corridors, and say which targets are held."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    figures = measure_holes(12 if quick else _HOLES)
    print_table("holes", figures, console)
    for title, part in {**_on_lidc(quick), "plan": measure_plan()}.items():
        figures += part
        print_table(title, part, console)
    place = _FILE.with_name("corridors-quick.json") if quick else _FILE
    write_json(figures, place)
    print_verdict(figures, console)
    console.print(f"written to {place}", highlight=False, soft_wrap=True)


def _on_lidc(quick: bool) -> dict[str, list[Figure]]:
    """The figures on the real chest; in a process of its own, whose memory is measured."""
    try:
        present("lidc0001", "totalseg_labels.nii.gz")
    except MissingDataError as error:
        rows = (*_SPEED, *_MAP, *_SAFETY, *_MIRROR)
        return {"lidc0001": fill(rows, {}, str(error))}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        figures = {"skin map": apart.submit(_measure_map).result()}
    spine, labels = _patient()
    figures["speed"] = _measure_speed(spine, labels)
    figures["safety"] = _measure_safety(spine, labels, _LEVELS[2:3] if quick else _LEVELS)
    figures["mirror"] = _measure_mirror(spine, labels)
    return figures


def _patient() -> tuple[Spine, LabelMap]:
    labels = read_labels(present("lidc0001", "totalseg_labels.nii.gz"))
    scan = read_scan(present("lidc0001", "dicom.zip"))
    assert isinstance(scan, Volume)
    return _spine(labels, scan), labels


def _spine(labels: LabelMap, scan: Volume) -> Spine:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DoubtWarning)  # a label beyond TotalSegmentator's, see _NAMES
        return build_spine(labels, "totalsegmentator", ct=scan)


def _plan(spine: Spine, labels: LabelMap, level: Level, purpose: Purpose = Purpose.BIOPSY) -> CorridorPlan:
    return find_corridors(spine, level, CorridorSettings(purpose=purpose), structures=labels, names=_NAMES)


def _measure_map() -> list[Figure]:
    spine, labels = _patient()
    _plan(spine, labels, Level.T11)  # loads what was compiled, or compiles it
    clock, processors = time.perf_counter(), time.process_time()
    _plan(spine, labels, _LEVEL)
    values = {"map": time.perf_counter() - clock, "map cpu": time.process_time() - processors}
    return fill(_MAP, values | {"peak": peak_bytes() / 2**30})


def _measure_speed(spine: Spine, labels: LabelMap) -> list[Figure]:
    scene = build_scene(spine, _LEVEL, _FINE, structures=labels, names=_NAMES)
    fields = make_fields(scene.avoid, scene.grid.spacing, _FINE)
    sweep_scene(scene, fields, _FINE)
    clock, processors = time.perf_counter(), time.process_time()
    found = sweep_scene(scene, fields, _FINE)
    seconds, cpu = time.perf_counter() - clock, time.process_time() - processors
    count = int(found.tried.sum())
    rows = np.flatnonzero(found.tried > 0)
    rows = np.random.default_rng(3).choice(rows, _PEER_ENTRIES, replace=False)
    peer: Sampled = sample_plainly(scene, fields, _FINE, scene.entries.points_mm.reshape(-1, 3)[rows])
    by_peer = float(peer.tried.sum())
    values = {
        "wall": count / seconds,
        "cpu": _CORES * count / cpu,
        "faster": (peer.cpu_seconds / by_peer) / (cpu / count),
        "candidates": float(count),
        "agree": float(found.safe[rows].sum() / max(peer.safe.sum(), 1)),
    }
    peers = {"wall": by_peer / peer.seconds, "cpu": _CORES * by_peer / peer.cpu_seconds}
    return fill(_SPEED, values, peers=peers)


def _measure_safety(spine: Spine, labels: LabelMap, levels: tuple[Level, ...]) -> list[Figure]:
    number_of = {level: number for number, level in spine.scheme.levels.items()}
    touching, kinds, corridors = 0, [], 0
    for level in levels:
        allowed = {0, number_of[level], *_MUSCLES}
        for purpose in Purpose:
            plan = _plan(spine, labels, level, purpose)
            kinds.append(len({(c.kind, c.side) for c in plan.corridors}))
            corridors += len(plan.corridors)
            touching += sum(not allowed.issuperset(labels_in_needle(c, labels).tolist()) for c in plan.corridors)
    values = {"touching": touching, "corridors": corridors, "kinds": np.mean(kinds), "none": kinds.count(0)}
    return fill(_SAFETY, {key: float(value) for key, value in values.items()})


def _measure_mirror(spine: Spine, labels: LabelMap) -> list[Figure]:
    assert spine.ct is not None
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    turned = LabelMap.from_any(labels.array, flip @ labels.affine, labels.name)
    scan = Volume.from_any(spine.ct.array, flip @ spine.ct.affine, spine.ct.name)
    here, there = _plan(spine, labels, _LEVEL), _plan(_spine(turned, scan), turned, _LEVEL)
    swap = {"left": "right", "right": "left"}
    kinds = {(c.kind.value, c.side.value) for c in here.corridors}
    swapped = {(c.kind.value, swap[c.side.value]) for c in there.corridors}
    gap = np.abs(here.entries.spare_mm - there.entries.spare_mm[:, ::-1])
    values = {
        "map": float(np.nanmedian(gap)),
        "safe": (there.safe_candidates / there.candidates) / (here.safe_candidates / here.candidates),
        "kinds": float(len(kinds ^ swapped)),
    }
    return fill(_MIRROR, values)


if __name__ == "__main__":
    typer.run(main)
