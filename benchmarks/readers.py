"""Group ``readers``: how far experts agree on the heights of the same vertebrae, by Corduroy's agreement code."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import MissingDataError, present
from benchmarks.figures import Figure, Row, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.morphometry import bland_altman, reader_agreement
from corduroy.morphometry.results import POSITIONS

FloatArray = NDArray[np.float64]

_QUICK_FILES = 10
_IN_PLANE = (0, 2)


def measure(quick: bool, tick: Tick) -> Report:
    """Compare every two experts of every scan; `quick` takes ten scans."""
    try:
        files = sorted(present("vertebra-keypoints").glob("*.json"))
    except MissingDataError as error:
        return Report([figure for position in POSITIONS for figure in fill(_rows(position), {}, str(error))])
    pairs: list[FloatArray] = []
    chosen = files[:_QUICK_FILES] if quick else files
    for done, file in enumerate(chosen, 1):
        pairs += _pairs(file)
        tick(done, len(chosen))
    heights = np.array(pairs)
    figures = fill((Row("pairs", "readers: vertebrae read by two experts", ""),), {"pairs": len(pairs)})
    return Report(figures + [f for place, name in enumerate(POSITIONS) for f in _agreement(name, heights[:, :, place])])


def _rows(position: str) -> tuple[Row, ...]:
    """Limits are in percent of the height: the files do not say how large a pixel is."""
    return (
        Row("icc21", f"readers: ICC(2,1) of the {position} height", ""),
        Row("icc31", f"readers: ICC(3,1) of the {position} height", ""),
        Row("bias", f"readers: Bland-Altman bias of the {position} height", "% of height"),
        Row("lower", f"readers: lower limit of agreement of the {position} height", "% of height"),
        Row("upper", f"readers: upper limit of agreement of the {position} height", "% of height"),
    )


def _agreement(position: str, ratings: FloatArray) -> list[Figure]:
    """Figures of one height from a table of shape (vertebrae, 2)."""
    agreement = reader_agreement(ratings)
    limits = bland_altman(*(100.0 * ratings / ratings.mean(axis=1, keepdims=True)).T)
    values = {
        "icc21": agreement.icc_agreement,
        "icc31": agreement.icc_consistency,
        "bias": limits.bias,
        "lower": limits.lower_limit,
        "upper": limits.upper_limit,
    }
    return fill(_rows(position), values)


def _pairs(file: Path) -> list[FloatArray]:
    """Heights of each vertebra by two experts, shape (2, 3).

    Levels are not named and experts begin at different ones: vertebrae correspond if each is the other's nearest and
    their centres are closer than half a vertebra's height.
    """
    experts = [_centres_and_heights(vertebrae) for vertebrae in json.loads(file.read_text())["Annotation"].values()]
    pairs = []
    for (centres_a, heights_a), (centres_b, heights_b) in combinations(experts, 2):
        distance = np.linalg.norm(centres_a[:, None] - centres_b[None], axis=2)
        for i, j in enumerate(distance.argmin(axis=1)):
            if distance[:, j].argmin() == i and distance[i, j] < heights_a[i].mean() / 2:
                pairs.append(np.array([heights_a[i], heights_b[j]]))
    return pairs


def _centres_and_heights(vertebrae: list[list[list[float]]]) -> tuple[FloatArray, FloatArray]:
    """Centres, shape (n, 2), and anterior, middle, posterior heights, shape (n, 3), in pixels."""
    points = np.asarray(vertebrae)[:, :, _IN_PLANE]
    heights = np.linalg.norm(points[:, 1::2] - points[:, 0::2], axis=2)
    return points.mean(axis=1), heights
