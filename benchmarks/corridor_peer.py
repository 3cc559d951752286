"""The same candidates by plain NumPy and SciPy: points every half millimetre, interpolated in the same field."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.planning.corridors import CorridorSettings, Scene
from corduroy.planning.corridors.fields import Fields

_STEP_MM = 0.5
_CHUNK = 2000


@dataclass(frozen=True, eq=False)
class Sampled:
    """What plain sampling found for some entries.

    Parameters
    ----------
    tried, safe : ndarray of int, shape (n,)
        By entry.
    seconds, cpu_seconds : float
    """

    tried: NDArray[np.int64]
    safe: NDArray[np.int64]
    seconds: float
    cpu_seconds: float


def sample_plainly(scene: Scene, fields: Fields, settings: CorridorSettings, entries: NDArray[np.float64]) -> Sampled:
    """Try the given entries (world mm, shape (n, 3)) with every target."""
    start, start_cpu = time.perf_counter(), time.process_time()
    pairs = np.stack(np.meshgrid(np.arange(len(entries)), np.arange(len(scene.targets_mm)), indexing="ij"), -1)
    pairs = pairs.reshape(-1, 2)
    way = entries[pairs[:, 0]] - scene.targets_mm[pairs[:, 1]]
    flat = np.hypot(way[:, 0], way[:, 1])
    length = np.linalg.norm(way, axis=1)
    allowed = length <= settings.max_depth_mm
    allowed &= -way[:, 1] >= np.cos(np.deg2rad(settings.max_axial_deg)) * flat
    allowed &= np.abs(way[:, 2]) <= np.tan(np.deg2rad(settings.max_sagittal_deg)) * flat
    pairs, way, length = pairs[allowed], way[allowed], length[allowed]
    least = np.empty(len(pairs))
    for first in range(0, len(pairs), _CHUNK):
        part = slice(first, first + _CHUNK)
        count = int(np.ceil(length[part].max() / _STEP_MM)) + 1
        share = np.linspace(0.0, 1.0, count)
        points = scene.targets_mm[pairs[part, 1]][:, None, :] + share[:, None] * way[part][:, None, :]
        index = scene.grid.index(points.reshape(-1, 3)).T
        values = ndimage.map_coordinates(fields.beyond_margin, index, order=1, mode="nearest")
        least[part] = values.reshape(-1, count).min(axis=1)
    tried = np.bincount(pairs[:, 0], minlength=len(entries))
    safe = np.bincount(pairs[least >= settings.radius_mm, 0], minlength=len(entries))
    return Sampled(tried, safe, time.perf_counter() - start, time.process_time() - start_cpu)
