"""A small porous vertebra with known ways out, and members whose course is written by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import Cannula, StopReason, cement_named
from corduroy.simulation.injection_study import Dose, Member, Opening, PorousVertebra, Spread, draws
from corduroy.simulation.vertebra.grid import ModelGrid

VOXEL_MM = 2.5
HALF_MM = np.array([17.5, 12.5, 10.0])


def vertebra_of(mirrored: bool = False, breach_mm: float = 4.0) -> PorousVertebra:
    """An elliptic drum with a breach in the right half of its posterior wall, off the world's axes' origin."""
    frame = Frame(np.array([10.0, -5.0, 30.0]), np.eye(3))
    n = np.round(2 * HALF_MM / VOXEL_MM).astype(int)
    grid = ModelGrid(frame, tuple(int(-k // 2) for k in n), tuple(int(k) for k in n), VOXEL_MM)  # type: ignore[arg-type]
    x, y, z = np.moveaxis(grid.local(np.moveaxis(np.indices(grid.shape), 0, -1)), -1, 0)
    bone = (x / HALF_MM[0]) ** 2 + (y / HALF_MM[1]) ** 2 < 1
    side = -1.0 if mirrored else 1.0
    lesion = bone & (np.hypot(side * x - 4, y) < 8)
    porosity = np.where(bone, 0.87, 0).astype(np.float32)
    places = {
        ("basivertebral vein", YeomType.B, "posterior wall", None, 3.0): (0.0, -12.5, 0.0),
        ("segmental vein", YeomType.S, "side", "near", 1.5): (side * 17.5, 0.0, 0.0),
        ("breach of the posterior wall", YeomType.C, "posterior wall", "near", breach_mm): (side * 7.0, -10.5, 2.5),
    }
    words = {"near": "left" if mirrored else "right"}
    openings = tuple(
        Opening(
            name if side_ is None else f"{name}, {words[side_]}",
            kind,
            wall,
            None if side_ is None else words[side_],
            tuple(frame.world(np.array(at))),  # type: ignore[arg-type]
            size,
            kind is YeomType.C,
        )
        for (name, kind, wall, side_, size), at in places.items()
    )
    top, bottom = bone & (z > HALF_MM[2] - 3), bone & (z < 3 - HALF_MM[2])
    return PorousVertebra(grid, bone, bone, lesion, porosity, top, bottom, openings, 25.0)


def dose_of(vertebra: PorousVertebra, mirrored: bool = False, **changes: object) -> Dose:
    """Through the right (mirrored: the left) pedicle, 2 ml."""
    side = -1.0 if mirrored else 1.0
    tip = vertebra.grid.frame.world(np.array([side * 4.0, 1.0, 1.0]))
    cannula = Cannula(tip_mm=tuple(tip), direction=(-side * 0.4, 1.0, -0.1), bore_mm=2.5)
    given = {
        "cement": cement_named("high-viscosity"),
        "volume_ml": 2.0,
        "rate_ml_s": 0.05,
        "minutes_from_mixing": 5.0,
        "gelatin_percent": 0.0,
        "gelatin_before_ml": 0.0,
        "cannulas": (cannula,),
        "pressure_limit_mpa": 5.0,
        "plunger_mm": 4.7,
    }
    return Dose(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def vertebra() -> PorousVertebra:
    return vertebra_of()


@pytest.fixture(scope="session")
def written() -> Callable[..., list[Member]]:
    """Members that leak through site i at the volumes (ml) of column i; NaN: never. 4 ml in 8 steps,
    just a drop at the end of the step."""

    def make(leaks_ml: np.ndarray, vertebra: PorousVertebra, seed: int = 0) -> list[Member]:
        steps = np.arange(1, 9) * 500.0
        some = draws(Spread(), len(leaks_ml), np.random.default_rng(seed))
        bone = int(vertebra.bone.sum())
        arrival = np.linspace(0, 100, bone).astype(np.float32)
        return [
            Member(
                draw,
                steps / 50,
                steps,
                np.full(8, 0.5),
                np.where(np.isnan(row), 0.0, np.where(steps[:, None] >= 1000 * np.nan_to_num(row), 5.0, 0.0)),
                arrival,
                np.ones(bone, np.float32),
                StopReason.DONE,
            )
            for draw, row in zip(some, leaks_ml, strict=True)
        ]

    return make
