"""TotalSegmentator's own height code, run on the same label maps. Never a dependency.

To have it run, install it apart, without what it needs for segmenting::

    pip install --no-deps --target DIR TotalSegmentator imgkit six
    CORDUROY_PEER_TOTALSEGMENTATOR=DIR make bench-morphometry

Its height code needs no weights. It is given the bodies that Corduroy found, since its own body masks come from a
network; so its figures depend on Corduroy's cut between body and arch.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import time
import warnings
from dataclasses import dataclass
from importlib import metadata
from types import ModuleType

import nibabel as nib
import numpy as np

from corduroy.anatomy import Spine

PLACE_VARIABLE = "CORDUROY_PEER_TOTALSEGMENTATOR"
NOT_INSTALLED = f"not installed ({PLACE_VARIABLE})"
_MODULE = "totalsegmentator.spine_report.measure_verte_height"


@dataclass(frozen=True)
class PeerHeights:
    """What TotalSegmentator said of one label map.

    Parameters
    ----------
    difference_percent : dict of str to float
        By level, its largest height difference, from which it calls a fracture at 20.
    heights_mm : dict of str to dict of str to float
        By level; anterior, middle, posterior.
    seconds : float
        Time of its measuring, image in memory, no pictures.
    """

    difference_percent: dict[str, float]
    heights_mm: dict[str, dict[str, float]]
    seconds: float


class PeerTotalSegmentator:
    """The height code of an installed TotalSegmentator.

    Raises
    ------
    ImportError
        If it is not where the environment says.
    """

    def __init__(self) -> None:
        place = os.environ.get(PLACE_VARIABLE)
        if place and place not in sys.path:
            sys.path.append(place)
        self._code: ModuleType = importlib.import_module(_MODULE)
        self.version = metadata.version("TotalSegmentator")

    def measure(self, spine: Spine) -> PeerHeights:
        """Its heights of every vertebra, as its report calls them: body masks in, raw outlines."""
        bodies = _body_image(spine)
        names = {number: f"vertebrae_{level}" for number, level in spine.scheme.levels.items()}
        names = {n: name for n, name in names.items() if n in spine.labels.labels}
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            processor = self._code.VertebraeProcessor(bodies, bodies, names, bodies, {}, horizontal_mask_type="raw")
            found = processor.process_vertebrae()
        seconds = time.perf_counter() - start
        measured = {name.removeprefix("vertebrae_"): info["height_measurements"] for name, info in found.items()}
        return PeerHeights(
            {level: self._difference_percent(heights) for level, heights in measured.items()},
            {level: self._by_place(heights) for level, heights in measured.items()},
            seconds,
        )

    def _difference_percent(self, heights: dict[str, dict[str, float]]) -> float:
        return float(self._code.detect_potential_fracture(heights)["height_difference_percent"])

    def _by_place(self, heights: dict[str, dict[str, float]]) -> dict[str, float]:
        return {self._code.POSITION_MAPPING[place]: float(h["height_mm"]) for place, h in heights.items()}


def installed_peer() -> PeerTotalSegmentator | None:
    """The peer, or None where it is not installed."""
    try:
        return PeerTotalSegmentator()
    except ImportError:
        return None


def _body_image(spine: Spine) -> nib.Nifti1Image:
    """The bodies of all vertebrae in one label map on the spine's grid; whole vertebrae where no body was found."""
    labels = spine.labels
    array = np.zeros(labels.shape, np.uint8)
    numbers = {level: number for number, level in spine.scheme.levels.items() if number in labels.labels}
    for level, vertebra in spine.vertebrae.items():
        kept = vertebra.mask.array > 0 if vertebra.body is None else vertebra.body_mask
        corner = np.round(labels.voxel_from_world(vertebra.mask.affine[:3, 3])).astype(int)
        r, a, s = (slice(int(c), int(c) + n) for c, n in zip(corner, kept.shape, strict=True))
        array[r, a, s][kept] = numbers[level]
    return nib.Nifti1Image(array, labels.affine)
