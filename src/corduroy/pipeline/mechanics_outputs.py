"""The fields of an assessment as NIfTI, and what its report draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corduroy.imaging import write_volume
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.mechanics_masks import Masks
from corduroy.planning.simulated import SimulatedFigure
from corduroy.simulation.vertebra import Alterations, Assessment, onto

FILL_FILE = "mechanics_fill.nii.gz"


@dataclass(frozen=True, eq=False)
class MechanicsImages:
    """What the report of an assessment draws.

    Parameters
    ----------
    case : CaseImages
    assessment : Assessment
    alterations : Alterations
    """

    case: CaseImages
    assessment: Assessment
    alterations: Alterations


MechanicsReportWriter = Callable[[dict[str, Any], MechanicsImages, Path], tuple[SimulatedFigure, ...]]
"""Writes pictures and report into an empty folder, and names the pictures that the plan may show."""


def write_mechanics_files(found: Assessment, masks: Masks, images: CaseImages, folder: Path) -> None:
    """Fields of every state on the grid of the labels, cropped to the vertebra, 0 beyond the model; and the fill.

    Strain energy density in MPa and yield ratio at the reference load, equivalent plastic strain at 1.9 %.
    """
    assert images.labels is not None
    for state, result in found.states.items():
        fields = result.vertebra.fields
        named = {
            "energy": fields.energy_mpa,
            "yield_ratio": fields.yield_ratio,
            "plastic_strain": fields.plastic_strain,
        }
        for name, values in named.items():
            if values is not None:
                image = onto(fields.grid, np.nan_to_num(values), images.labels)
                write_volume(image, folder / f"mechanics_{state.value}_{name}.nii.gz")
    if masks.alterations.fill is not None:
        write_volume(masks.alterations.fill, folder / FILL_FILE)
