"""An injection as NIfTI, and what its report draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corduroy.imaging import write_volume
from corduroy.imaging.volume import LabelMap
from corduroy.pipeline.file_names import INJECTED_FILE
from corduroy.pipeline.images import CaseImages
from corduroy.planning.simulated import SimulatedFigure
from corduroy.simulation.injection_study import Study
from corduroy.simulation.vertebra import onto

PROBABILITY_FILE = "injection_fill_probability.nii.gz"
ARRIVAL_FILE = "injection_arrival.nii.gz"


@dataclass(frozen=True, eq=False)
class InjectionImages:
    """What the report of an injection draws.

    Parameters
    ----------
    case : CaseImages
    study : Study
    """

    case: CaseImages
    study: Study


InjectionReportWriter = Callable[[dict[str, Any], InjectionImages, Path], tuple[SimulatedFigure, ...]]
"""Writes pictures and report into an empty folder, and names the pictures that the plan may show."""


def write_injection_files(study: Study, images: CaseImages, folder: Path) -> None:
    """Fill mask, arrival time and fill probability on the grid of the labels, cropped to the model.

    The mask holds 1 where the pores are at least half full, as `corduroy mechanics --fill` takes it. Arrival in
    seconds from the start of the injection, -1 where no cement comes. Probability 0 to 1, the surgeon stopping.
    """
    assert images.labels is not None
    grid, planned = study.vertebra.grid, study.planned
    fill = onto(grid, planned.mask().astype(float), images.labels)
    write_volume(LabelMap(fill.array.astype(np.uint8), fill.affine, "fill"), folder / INJECTED_FILE)
    arrival = np.where(np.isfinite(planned.arrival_s), planned.arrival_s, -1.0)
    write_volume(onto(grid, arrival, images.labels, fill=-1.0), folder / ARRIVAL_FILE)
    if study.ensemble is not None:
        chance = study.ensemble.fill_probability(1000 * study.dose.volume_ml)
        write_volume(onto(grid, chance, images.labels), folder / PROBABILITY_FILE)
