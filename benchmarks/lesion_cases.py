"""Planted lesions and what is found of them; shared by the benchmark and by the fit of the likeness."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

import numpy as np
from scipy import ndimage

from benchmarks.data import lidc_labels, present
from corduroy.anatomy import Level, Spine, build_spine
from corduroy.errors import CorduroyWarning, MeasurementError
from corduroy.imaging import LabelMap, Volume, read_labels, read_volume
from corduroy.lesion import Baseline, Delineation, LesionFindings, characterise, delineate
from corduroy.lesion.likeness import likeness_features
from corduroy.lesion.texture import lesion_texture
from corduroy.phantom import Family, Lesion, PlantedLesion, plant, random_lesion, random_spine
from corduroy.provenance import Measured

Scan = Literal["phantom", "verse014", "lidc0001"]
SCANS: tuple[Scan, ...] = ("phantom", "verse014", "lidc0001")
_LEVELS = {
    "phantom": ("T12", "L1", "L2"),
    "verse014": ("L2", "L3", "L4"),
    "lidc0001": ("T5", "T7", "T9", "T10", "T11", "T12", "L1"),
}
_PHANTOM_LEVELS = ("T10", "T11", "T12", "L1", "L2", "L3")
_SPACINGS = (1.0, (0.7, 0.7, 1.5), (0.9, 0.9, 2.0))
_FAMILIES = (*Family, Family.FATTY_HEMANGIOMA, Family.VASCULAR_HEMANGIOMA)
_LESIONS_PER_PHANTOM = 4  # of neighbouring seeds
_TRIES = 8
_MATCH_MM = 8.0
REAL_BREACH_MM, WIDE_BREACH_MM = 3.0, 5.0


@dataclass(frozen=True)
class Job:
    """One lesion to plant; into the fractured vertebra of a phantom, and with a breach, where that is said."""

    scan: Scan
    seed: int
    fractured: bool = False
    breached: bool = False


@dataclass(frozen=True)
class PlantedBreach:
    """A hole in the side wall that was planted, and whether one was found within 8 mm of it.

    Parameters
    ----------
    diameter_mm : float
        As drawn.
    found : bool
    coarsest_mm : float
        Largest side of the scan's voxels.
    smallest_mm : float or None
        From which width on a breach would be seen, as the software says; None where it says that none would.
    """

    diameter_mm: float
    found: bool
    coarsest_mm: float
    smallest_mm: float | None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was planted and what was found; shares in percent, volumes in ml, lengths in mm.

    Parameters
    ----------
    parts : list of (bool, bool)
        Truly involved and found involved, for each pedicle and lamina.
    breaches : list of PlantedBreach
        Of 3 mm and more, as drawn.
    breach_free : bool
        No breach was planted.
    false_breaches : int
        Found breaches with no planted one within 8 mm.
    score : float
        Hemangioma-likeness.
    """

    job: Job
    family: Family
    share: float
    automatic_dice: float
    seeded_dice: float
    automatic_ratio: float
    seeded_ratio: float
    parts: list[tuple[bool, bool]]
    breaches: list[PlantedBreach]
    breach_free: bool
    false_breaches: int
    score: float
    numbers: dict[str, tuple[float, float]]


def jobs_of(seeds: Mapping[Scan, range]) -> list[Job]:
    """In phantoms every second lesion, and osteoporotic bone always, lies in a fractured vertebra."""
    return [
        Job(scan, seed, scan == "phantom" and (seed % 2 == 0 or _family(seed) is Family.OSTEOPOROTIC_BONE))
        for scan, chosen in seeds.items()
        for seed in chosen
    ]


def breached_jobs_of(seeds: Mapping[Scan, range]) -> list[Job]:
    """Lesions that all have a breach, of the families that can have one."""
    whole = (Family.BLASTIC_METASTASIS, Family.OSTEOPOROTIC_BONE)
    return [replace(job, breached=True) for job in jobs_of(seeds) if _family(job.seed) not in whole]


@cache
def real_scan(scan: Scan) -> tuple[Volume, Spine]:
    """One of the two real scans with its spine."""
    if scan == "verse014":
        ct = read_volume(present("verse014", "sub-verse014_ct.nii.gz"))
        labels = present("verse014", "sub-verse014_seg-vert_msk.nii.gz")
    else:
        ct, labels = read_volume(present("lidc0001", "spine_crop_ct.nii.gz")), lidc_labels()
    return ct, build_spine(read_labels(labels), "verse")


@cache
def baseline_of(scan: Scan) -> Baseline:
    """The vertebrae of a real scan as they are."""
    return Baseline.of(*real_scan(scan))


def outcome_of(job: Job) -> Outcome:
    """Plant, delineate, characterise and compare."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        planted, spine, baseline, automatic = _searched(job)
        seeded = _clicked(planted, spine, baseline, automatic.level)
        chosen = automatic if automatic.found else seeded
        findings = characterise(chosen, planted.ct, spine, contrasted=planted.contrasted, baseline=baseline)
    return _compared(job, planted, automatic, seeded, findings)


def patient_of(job: Job) -> str:
    """Whom a lesion is planted into: a real scan, or the phantom that neighbouring seeds share."""
    return f"phantom {job.seed // _LESIONS_PER_PHANTOM}" if job.scan == "phantom" else job.scan


def texture_of(job: Job) -> tuple[bool, dict[str, Measured]]:
    """Plant and delineate; whether it is a hemangioma, and the features of the likeness."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        planted, spine, baseline, found = _searched(job)
        if not found.found:
            found = _clicked(planted, spine, baseline, found.level)
    return planted.truth.lesion.family.is_hemangioma, likeness_features(lesion_texture(found.bench, found.inside))


def _searched(job: Job) -> tuple[PlantedLesion, Spine, Baseline, Delineation]:
    """A planted lesion, the spine in which it is looked for, its intact neighbours, and what is found without help."""
    rng = np.random.default_rng([job.seed, SCANS.index(job.scan)])
    ct, spine, baseline = scene_of(job)
    planted, level = _planted(job, rng, ct, spine)
    found_in = spine if planted.truth.lesion.expansion is None else build_spine(planted.labels, "verse")
    return planted, found_in, baseline, delineate(planted.ct, found_in, level, baseline=baseline)


def _clicked(planted: PlantedLesion, spine: Spine, baseline: Baseline, level: Level) -> Delineation:
    return delineate(planted.ct, spine, level, seed=deepest_point(planted.mask), baseline=baseline)


def scene_of(job: Job) -> tuple[Volume, Spine, Baseline]:
    """The intact scan that a lesion is planted into, its spine, and its vertebrae as they are."""
    if job.scan != "phantom":
        return (*real_scan(job.scan), baseline_of(job.scan))
    ct, spine, baseline, _ = _phantom(job.seed // _LESIONS_PER_PHANTOM, job.fractured)
    return ct, spine, baseline


@lru_cache(maxsize=2)
def _phantom(number: int, fractured: bool) -> tuple[Volume, Spine, Baseline, tuple[Level, ...]]:
    """A synthetic patient, his intact vertebrae, and the fractured one if there is one."""
    rng = np.random.default_rng([number, SCANS.index("phantom")])
    phantom = random_spine(rng, _PHANTOM_LEVELS, int(fractured))
    ct, labels = phantom.render(rng, _SPACINGS[number % len(_SPACINGS)], noise_hu=float(rng.uniform(8.0, 25.0)))
    spine = build_spine(labels, "verse")
    broken = tuple(v.level for v in phantom.spine.vertebrae if v.body.fracture is not None)
    return ct, spine, Baseline.of(ct, spine, set(phantom.levels) - set(broken)), broken


def _levels(job: Job) -> tuple[str, ...]:
    return _phantom(job.seed // _LESIONS_PER_PHANTOM, True)[3] if job.fractured else _LEVELS[job.scan]


def _family(seed: int) -> Family:
    return _FAMILIES[seed % len(_FAMILIES)]


def _planted(job: Job, rng: np.random.Generator, ct: Volume, spine: Spine) -> tuple[PlantedLesion, Level]:
    """The next lesion of this generator that the vertebra can hold."""
    for _ in range(_TRIES):
        level = Level(str(rng.choice(_levels(job))))
        try:
            return plant(ct, spine, level, _drawn(job, rng), rng), level
        except MeasurementError:
            continue
    raise MeasurementError(f"none of {_TRIES} lesions fits", "a vertebra with pedicles")


def _drawn(job: Job, rng: np.random.Generator) -> Lesion:
    lesion = random_lesion(rng, _family(job.seed))
    while job.breached and not lesion.breaches:
        lesion = random_lesion(rng, _family(job.seed))
    return lesion


def deepest_point(mask: LabelMap) -> np.ndarray:
    """World mm of the point of a lesion farthest from its border: where a person would click."""
    (box,) = ndimage.find_objects((mask.array == 1).astype(np.uint8))
    inside = np.pad(mask.array[box] == 1, 1)
    depth = ndimage.distance_transform_edt(inside, mask.spacing)
    first = np.array([part.start for part in box]) - 1
    return mask.world_from_voxel(first + np.unravel_index(int(depth.argmax()), inside.shape))


def dice(mask: LabelMap, truth: LabelMap) -> tuple[float, float]:
    """Dice's coefficient with the lesion in the bone, and the ratio of volumes."""
    found, true = mask.array > 0, truth.array == 1
    total = np.count_nonzero(found) + np.count_nonzero(true)
    return 2 * np.count_nonzero(found & true) / total, np.count_nonzero(found) / np.count_nonzero(true)


def _compared(
    job: Job, planted: PlantedLesion, automatic: Delineation, seeded: Delineation, findings: LesionFindings
) -> Outcome:
    truth = planted.truth
    (auto_dice, auto_ratio), (seed_dice, seed_ratio) = (dice(d.mask, planted.mask) for d in (automatic, seeded))
    names = [name for name in truth.involved_percent if name.startswith(("pedicle", "lamina"))]
    involved = set(findings.involved_parts)
    parts = [(truth.involved_percent[name] >= 25.0, name in involved) for name in names]
    points = np.array([breach.point for breach in findings.cortex.breaches]).reshape(-1, 3)
    true = truth.breach_points
    apart = np.linalg.norm(points[:, None] - true[None], axis=2)
    coarsest, smallest = float(planted.ct.spacing.max()), findings.cortex.smallest_breach_mm
    hit = [
        PlantedBreach(size, bool((apart[:, k] < _MATCH_MM).any()), coarsest, smallest)
        for k, size in enumerate(truth.breach_diameters_mm)
        if size >= REAL_BREACH_MM
    ]
    false = int(sum(not (row < _MATCH_MM).any() for row in apart))
    return Outcome(
        job,
        truth.lesion.family,
        truth.body_share_percent,
        auto_dice,
        seed_dice,
        auto_ratio,
        seed_ratio,
        parts,
        hit,
        not truth.lesion.breaches,
        false,
        findings.likeness.score,
        _numbers(planted, findings),
    )


def _numbers(planted: PlantedLesion, findings: LesionFindings) -> dict[str, tuple[float, float]]:
    """Pairs of true and found."""
    truth, texture = planted.truth, findings.texture
    pairs = {"stroma_hu": (truth.lesion.stroma_hu, texture.stroma_hu.value)}
    columns = truth.lesion.trabeculae
    if columns is not None and texture.spacing_mm is not None and texture.thickness_mm is not None:
        pairs["spacing_mm"] = (columns.spacing_mm / np.sqrt(columns.density), texture.spacing_mm.value)
        pairs["thickness_mm"] = (columns.thickness_mm, texture.thickness_mm.value)
    if truth.lesion.uptake_hu is not None and findings.uptake_hu is not None:
        pairs["uptake_hu"] = (truth.lesion.uptake_hu, findings.uptake_hu.value)
    if findings.epidural is not None:
        pairs["epidural_ml"] = (truth.epidural_ml, findings.epidural.volume_ml.value)
    pairs["paravertebral_ml"] = (truth.paravertebral_ml, findings.paravertebral.volume_ml.value)
    if findings.cortex.expansion_mm is not None:
        wanted = truth.lesion.expansion
        pairs["expansion_mm"] = (0.0 if wanted is None else wanted.distance_mm, findings.cortex.expansion_mm.value)
    return pairs
