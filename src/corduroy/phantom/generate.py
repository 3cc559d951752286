"""Drawing a synthetic spine at random, within the ranges of adults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from scipy.spatial.transform import Rotation

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.errors import SettingsError
from corduroy.phantom.arch import ArchPlan
from corduroy.phantom.body import Body, Endplate
from corduroy.phantom.fracture import Fracture
from corduroy.phantom.sizes import INFERIOR_HOLLOW_MM, SUPERIOR_HOLLOW_MM, LevelSize, level_size
from corduroy.phantom.spine import PhantomSpine
from corduroy.phantom.stack import Disc, stack
from corduroy.phantom.texture import BoneTexture
from corduroy.phantom.vertebra import PhantomVertebra


@dataclass(frozen=True)
class Variation:
    """How far a drawn spine may stray from the mean one; all author's choice but where stated.

    Parameters
    ----------
    stature : float
        Standard deviation of the overall size factor.
    shape : float
        Standard deviation of each size of each vertebra about the patient's own scale.
    hollow_mm, ripple_mm, tilt_deg : float
        Standard deviations of the endplates' hollow, unevenness and sideways tilt.
    disc_deg : float
        Standard deviation of each disc's sagittal angle.
    """

    stature: float = 0.06
    shape: float = 0.025
    hollow_mm: float = 0.35
    ripple_mm: float = 0.22
    tilt_deg: float = 0.7
    disc_deg: float = 0.8


NO_VARIATION = Variation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def draw_spine(
    rng: Generator,
    levels: Sequence[Level],
    fractures: Mapping[Level, Fracture],
    tilt_deg: float,
    scoliosis_deg: float,
    trabecular_hu: float | None,
    variation: Variation,
) -> PhantomSpine:
    """A spine with random sizes, curves and pose; see `corduroy.phantom.random_spine`."""
    _check_levels(levels, fractures)
    scale = float(np.clip(1.0 + variation.stature * rng.standard_normal(), 0.82, 1.18))
    sizes = [_varied(rng, level_size(level).scaled(scale), variation) for level in levels]
    bodies = [
        replace(draw_body(rng, size, variation), fracture=fractures.get(level))
        for level, size in zip(levels, sizes, strict=True)
    ]
    discs = _draw_discs(rng, sizes, scoliosis_deg, variation)
    pose = draw_pose(rng, tilt_deg)
    bone_hu = float(rng.uniform(90.0, 200.0)) if trabecular_hu is None else trabecular_hu
    vertebrae = []
    for level, size, body, frame in zip(levels, sizes, bodies, stack(bodies, discs), strict=True):
        placed = Frame(pose.world(frame.origin), pose.axes @ frame.axes)
        vertebrae.append(_build(rng, level, size, body, placed, bone_hu, variation))
    return PhantomSpine(tuple(vertebrae), tuple(discs), pose)


def draw_body(rng: Generator, size: LevelSize, variation: Variation) -> Body:
    """A body whose posterior wall has the given height and whose endplates make the given wedge."""
    half_slope = float(np.tan(np.deg2rad(size.wedge_deg / 2)))
    half = size.posterior_height / 2 - half_slope * size.depth / 2
    tilts = np.tan(np.deg2rad(variation.tilt_deg * rng.standard_normal(4)))
    ripples = variation.ripple_mm * rng.standard_normal((2, 4))
    hollows = np.abs(variation.hollow_mm * rng.standard_normal(2) + (SUPERIOR_HOLLOW_MM, INFERIOR_HOLLOW_MM))
    apex = rng.uniform(-0.15, 0.05, 2) if variation.hollow_mm else np.zeros(2)
    return Body(
        size.width,
        size.depth,
        Endplate(
            half,
            float(tilts[0]) - half_slope,
            float(tilts[1]),
            -float(hollows[0]),
            (0.0, float(apex[0])),
            _four(ripples[0]),
        ),
        Endplate(
            -half,
            float(tilts[2]) + half_slope,
            float(tilts[3]),
            float(hollows[1]),
            (0.0, float(apex[1])),
            _four(ripples[1]),
        ),
        waist=float(rng.uniform(0.04, 0.08)),
        back_hollow=float(rng.uniform(0.5, 1.6)),
    )


def draw_pose(rng: Generator, tilt_deg: float) -> Frame:
    """The patient turned by up to `tilt_deg` about a random axis, and shifted."""
    axis = rng.normal(size=3)
    angle = float(np.deg2rad(tilt_deg)) * rng.uniform(-1.0, 1.0)
    turn = Rotation.from_rotvec(axis / np.linalg.norm(axis) * angle).as_matrix()
    return Frame(rng.uniform(-20.0, 20.0, 3), turn)


def _four(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float, float, float]:
    a, b, c, d = (float(v) for v in values)
    return a, b, c, d


def _varied(rng: Generator, size: LevelSize, variation: Variation) -> LevelSize:
    factor = np.exp(variation.shape * rng.standard_normal(8))
    return replace(
        size,
        posterior_height=size.posterior_height * float(factor[0]),
        width=size.width * float(factor[1]),
        depth=size.depth * float(factor[2]),
        canal_width=size.canal_width * float(factor[3]),
        canal_depth=size.canal_depth * float(factor[4]),
        pedicle_height=size.pedicle_height * float(factor[5]),
        disc_height=size.disc_height * float(factor[6]) ** 3,
        spinous_length=size.spinous_length * float(factor[7]) ** 3,
        wedge_deg=size.wedge_deg + 40.0 * variation.shape * float(rng.standard_normal()),
    )


def _draw_discs(rng: Generator, sizes: Sequence[LevelSize], scoliosis_deg: float, variation: Variation) -> list[Disc]:
    """Discs whose coronal angles bend the spine to one side and back, their turns following the bend."""
    count = len(sizes) - 1
    place = np.linspace(0, np.pi, max(count, 1))
    bend = scoliosis_deg * np.sin(place) / max(float(np.sin(place).sum()), 1.0)
    wobble = variation.disc_deg * rng.standard_normal((count, 3))
    return [
        Disc(
            size.disc_height,
            size.disc_wedge_deg + float(wobble[i, 0]),
            float(bend[i] + 0.4 * wobble[i, 1]),
            float(0.3 * bend[i] + 0.4 * wobble[i, 2]),
        )
        for i, size in enumerate(sizes[:-1])
    ]


def _build(
    rng: Generator,
    level: Level,
    size: LevelSize,
    body: Body,
    frame: Frame,
    trabecular_hu: float,
    variation: Variation,
) -> PhantomVertebra:
    widths = size.pedicle_width * np.exp(2.0 * variation.shape * rng.standard_normal(2))
    plan = ArchPlan(level, size, body, {"left": float(widths[0]), "right": float(widths[1])})
    texture = BoneTexture.random(
        rng,
        cortical_hu=float(rng.uniform(600.0, 1200.0)),
        cortical_mm=float(rng.uniform(0.4, 1.0)),
        trabecular_hu=trabecular_hu * float(rng.uniform(0.93, 1.07)),
        texture_hu=0.18 * trabecular_hu,
    )
    return PhantomVertebra(
        level,
        frame,
        size,
        body,
        plan.tube,
        plan.passage,
        plan.pedicles(),
        plan.shapes(),
        plan.fragment(),
        plan.ribs(),
        texture,
    )


def _check_levels(levels: Sequence[Level], fractures: Mapping[Level, Fracture]) -> None:
    if not levels:
        raise SettingsError("a phantom without levels", "at least one level from T1 to S1")
    present = set(levels)
    for above, below in pairwise(levels):
        if not above.is_next_above(below, present):
            raise SettingsError(f"{above} followed by {below}", "levels without a gap, cranial to caudal")
    if stray := set(fractures) - present:
        raise SettingsError(f"a fracture of {sorted(stray)[0]}, which is not modelled", "a level of the phantom")
