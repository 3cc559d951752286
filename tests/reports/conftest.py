"""A small spine drawn by formula, T10 to L2 with a wedged T12, measured by construction: known left from right."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.morphometry.results import (
    CanalMeasurement,
    SpineMeasurement,
    VertebraLandmarks,
    VertebraMeasurement,
)
from corduroy.pipeline.images import CaseImages
from corduroy.provenance import Measured, Provenance

LEVELS = (Level.T10, Level.T11, Level.T12, Level.L1, Level.L2)
LABELS = {Level.T10: 17, Level.T11: 18, Level.T12: 19, Level.L1: 20, Level.L2: 21}
DEPTH_MM, WIDTH_MM, HEIGHT_MM, CANAL_MM = 30.0, 40.0, 24.0, 8.0
LOSS = {"anterior": 0.32, "middle": 0.22, "posterior": 0.04}
KYPHOSIS_DEG = {Level.T10: 16.0, Level.T11: 10.0, Level.T12: 0.0, Level.L1: -8.0, Level.L2: -12.0}
DISC_MM = 6.0


def measured(value: float, uncertainty: float, unit: str = "mm") -> Measured:
    return Measured(value, unit, uncertainty, "by construction", modality="CT", posture="supine")


def frame_of(level: Level) -> Frame:
    """Upright vertebrae 30 mm apart, tilted in the sagittal plane, with a slight lateral bend."""
    step = LEVELS.index(level) - 2
    tilt = np.deg2rad(KYPHOSIS_DEG[level])
    superior = [0.0, np.sin(tilt), np.cos(tilt)]
    centre = [3.0 * step**2 - 4.0, -2.2 * step**2, -(HEIGHT_MM + DISC_MM) * step]
    return Frame.from_directions(centre, superior, [0, 1, 0])


def height_at(level: Level, position: str) -> float:
    return HEIGHT_MM * (1 - (LOSS[position] if level == Level.T12 else 0.0))


def landmarks_of(level: Level) -> VertebraLandmarks:
    frame = frame_of(level)
    y = {"anterior": 12.0, "middle": 0.0, "posterior": -12.0}
    top = np.array([[0, y[p], height_at(level, p) - HEIGHT_MM / 2] for p in ("posterior", "middle", "anterior")])
    bottom = np.array([[0, v, -HEIGHT_MM / 2] for v in (-12.0, 0.0, 12.0)])
    turn = np.linspace(0, 2 * np.pi, 60)
    radius = 6.0 if level == Level.T12 else CANAL_MM
    canal = np.column_stack([CANAL_MM * 1.3 * np.cos(turn), -DEPTH_MM / 2 - 10 + radius * np.sin(turn), np.zeros(60)])
    segments = {p: frame.world([[0, y[p], height_at(level, p) - HEIGHT_MM / 2], [0, y[p], -HEIGHT_MM / 2]]) for p in y}
    return VertebraLandmarks(
        height_segments=segments,
        endplate_lines={"superior": frame.world(top), "inferior": frame.world(bottom)},
        wedge_lines={"superior": frame.world(top[[0, 2]]), "inferior": frame.world(bottom[[0, 2]])},
        canal_contour=frame.world(canal),
        centre=frame.origin,
        axes=frame.axes,
    )


def vertebra_of(level: Level) -> VertebraMeasurement:
    broken = level == Level.T12
    heights = {p: measured(height_at(level, p), 0.4) for p in LOSS}
    loss = {p: measured(100 * LOSS[p] if broken else 0.0, 2.1, "%") for p in LOSS}
    area = np.pi * CANAL_MM * 1.3 * (6.0 if broken else CANAL_MM)
    return VertebraMeasurement(
        level=level,
        heights=heights,
        reference_heights={p: measured(HEIGHT_MM, 0.6) for p in LOSS},
        height_loss=loss,
        deformity="wedge" if broken else "none",
        genant_grade=2 if broken else 0,
        deformity_score=32.0 if broken else 0.0,
        wedge_angle=measured(15.6 if broken else 0.0, 1.1, "deg"),
        regional_cobb=measured(18.0, 1.4, "deg") if level not in (Level.T10, Level.L2) else None,
        canal=CanalMeasurement(
            measured(area, 9.0, "mm2"),
            measured(12.0 if broken else 16.0, 0.5),
            measured(20.8, 0.6),
            measured(25.0 if broken else 0.0, 4.0, "%") if level not in (Level.T10, Level.L2) else None,
        ),
        body={
            "volume": measured(26.3, 0.5, "ml"),
            "depth": measured(DEPTH_MM, 0.5),
            "width": measured(WIDTH_MM, 0.6),
        },
        trabecular_hu=measured(164.0, 12.0, "HU"),
        confidence=0.93 if level != Level.T10 else 0.55,
        flags=("touches_border",) if level == Level.T10 else (),
        landmarks=landmarks_of(level),
    )


def painted_images(spacing_mm: float = 1.0) -> CaseImages:
    """Labels and CT of the drawn spine; a spinous process behind, and a marker rib at the patient's right."""
    low, high = np.array([-50.0, -75.0, -90.0]), np.array([50.0, 40.0, 90.0])
    shape = tuple(int(n) for n in np.ceil((high - low) / spacing_mm))
    affine = np.diag([spacing_mm] * 3 + [1.0])
    affine[:3, 3] = low
    labels = np.zeros(shape, np.uint8)
    world = np.moveaxis(np.indices(shape), 0, -1) * spacing_mm + low
    for level in LEVELS:
        x, y, z = np.moveaxis(frame_of(level).local(world), -1, 0)
        share = np.clip((y + 12) / 24, 0, 1)
        posterior, anterior = height_at(level, "posterior"), height_at(level, "anterior")
        top = posterior + (anterior - posterior) * share - HEIGHT_MM / 2
        inside = (x / (WIDTH_MM / 2)) ** 4 + (y / (DEPTH_MM / 2)) ** 4 <= 1
        body = inside & (z > -HEIGHT_MM / 2) & (z < top)
        behind = y + DEPTH_MM / 2 + 10
        ring = (np.hypot(x / 15, behind / 13) <= 1) & (np.hypot(x / 11, behind / 9) > 1) & (np.abs(z) < 7)
        spinous = (np.abs(x) < 3) & (behind < -11) & (behind > -30) & (np.abs(z - behind * 0.4 - 4) < 5)
        transverse = (np.abs(x) < 32) & (np.abs(x) > 13) & (np.abs(behind) < 4) & (np.abs(z) < 4)
        labels[body | ring | spinous | transverse] = LABELS[level]
    rng = np.random.default_rng(5)
    hu = np.where(labels > 0, 260.0, 40.0) + rng.normal(0, 25, shape)
    hu[world[..., 0] > 44] = 900.0
    name = "sub-drawn_ses-preop"
    return CaseImages(name, LabelMap(labels, affine, "labels"), LABELS, Volume(hu.astype(np.float32), affine, "ct"))


@pytest.fixture(scope="session")
def measurement() -> SpineMeasurement:
    return SpineMeasurement(
        vertebrae=tuple(vertebra_of(level) for level in LEVELS),
        alignment={"T4-T12": None, "L1-L5": None, "L1-S1": None, "coronal_cobb": measured(4.0, 1.5, "deg")},
        provenance=Provenance("morphometry", {"image": "a" * 64, "labels": "b" * 64}, {"scheme": "verse"}),
        warnings=("slice 14 is missing; it was interpolated from its neighbours",),
    )


@pytest.fixture(scope="session")
def images() -> CaseImages:
    return painted_images()
