"""A synthetic spine, a hemangioma in it, and what was found of it: made once for all tests of the room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from corduroy.anatomy import Side, Spine, build_spine
from corduroy.imaging import LabelMap, Volume
from corduroy.lesion import Baseline, Delineation, LesionFindings, characterise, delineate
from corduroy.phantom import (
    ArchPart,
    Breach,
    Family,
    Lesion,
    PlantedLesion,
    SoftPart,
    Trabeculae,
    WallPoint,
    plant,
    random_spine,
)


@dataclass(frozen=True, eq=False)
class Scene:
    """An intact synthetic scan, and the same with a lesion on the right of L1."""

    ct: Volume
    spine: Spine
    baseline: Baseline
    planted: PlantedLesion


@dataclass(frozen=True, eq=False)
class Found:
    """A delineated lesion and what was said of it."""

    delineation: Delineation
    findings: LesionFindings


HEMANGIOMA = Lesion(
    Family.FATTY_HEMANGIOMA,
    65.0,
    (0.4, -0.3, 0.0),
    stroma_hu=-50.0,
    trabeculae=Trabeculae(4.2, 1.3, 1.0, 800.0),
    arch=(ArchPart("pedicle", Side.RIGHT),),
    breaches=(Breach(WallPoint(75.0, -0.1), 6.0),),
    paravertebral=SoftPart(Side.RIGHT, 2.0),
    uptake_hu=60.0,
)


@pytest.fixture(scope="session")
def scene() -> Scene:
    phantom = random_spine(np.random.default_rng(31), ["T11", "T12", "L1", "L2"], tilt_deg=8.0, trabecular_hu=150.0)
    ct, labels = phantom.render(np.random.default_rng(1), 1.0, noise_hu=12.0)
    spine = build_spine(labels, "verse")
    planted = plant(ct, spine, "L1", HEMANGIOMA, np.random.default_rng(6))
    return Scene(ct, spine, Baseline.of(ct, spine), planted)


@pytest.fixture(scope="session")
def found(scene: Scene) -> Found:
    return look(scene.planted.ct, scene.planted.contrasted, scene.spine, scene.baseline)


def look(ct: Volume, contrasted: Volume | None, spine: Spine, baseline: Baseline) -> Found:
    """Delineate and describe L1."""
    delineation = delineate(ct, spine, "L1", baseline=baseline)
    findings = characterise(delineation, ct, spine, contrasted=contrasted, baseline=baseline)
    return Found(delineation, findings)


def mirrored(image: Volume) -> Volume:
    """The patient with left and right exchanged: the array flipped about the world's mid-sagittal plane."""
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    turned = type(image).from_any(image.array, flip @ image.affine, image.name, image.meta)
    return LabelMap(turned.array, turned.affine, turned.name, turned.meta) if isinstance(image, LabelMap) else turned


def overlap(mask: LabelMap, truth: LabelMap) -> float:
    """Dice's coefficient with the lesion in the bone."""
    one, other = mask.array > 0, truth.array == 1
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))
