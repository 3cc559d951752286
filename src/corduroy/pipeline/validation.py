"""What was measured on a synthetic patient, beside what is true of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.morphometry.results import POSITIONS, SpineMeasurement, VertebraMeasurement
from corduroy.phantom.truth import SpineTruth, VertebraTruth
from corduroy.provenance import Measured


@dataclass(frozen=True)
class Comparison:
    """One quantity at one place.

    Parameters
    ----------
    place : str
        Level, or name of the alignment angle.
    quantity : str
    truth : float
        In the unit of `measured`.
    measured : Measured
    """

    place: str
    quantity: str
    truth: float
    measured: Measured

    @property
    def error(self) -> float:
        """Measured less true."""
        return self.measured.value - self.truth

    @property
    def covered(self) -> bool:
        """Whether the truth lies in the stated 95 % interval."""
        return abs(self.error) <= self.measured.uncertainty


@dataclass(frozen=True)
class Summary:
    """The errors of one quantity over all places.

    Parameters
    ----------
    bias, mean_absolute, p95_absolute, largest : float
        In `unit`.
    coverage : float
        Share of the truths that lie in their stated 95 % intervals.
    """

    quantity: str
    unit: str
    count: int
    bias: float
    mean_absolute: float
    p95_absolute: float
    largest: float
    coverage: float


def compare_with_truth(measurement: SpineMeasurement, truth: SpineTruth) -> list[Comparison]:
    """Every quantity that was both measured and modelled. S1 is left out: its block is not measured as a body."""
    compared: list[Comparison] = []
    for vertebra in measurement.vertebrae:
        if vertebra.level != Level.S1:
            compared += _vertebra(vertebra, truth[vertebra.level])
    for name, angle in measurement.alignment.items():
        true_angle = truth.alignment.get(name)
        if angle is not None and true_angle is not None:
            compared.append(Comparison(name, "alignment angle", true_angle, angle))
    return compared


def summarise(compared: list[Comparison]) -> list[Summary]:
    """One summary per quantity, in the order of first appearance."""
    quantities = dict.fromkeys(c.quantity for c in compared)
    return [_summary(quantity, [c for c in compared if c.quantity == quantity]) for quantity in quantities]


def _vertebra(vertebra: VertebraMeasurement, truth: VertebraTruth) -> Iterator[Comparison]:
    canal = truth.canal
    pairs: list[tuple[str, float | None, Measured | None]] = [
        *((f"{p} height", truth.heights_mm[p], vertebra.heights.get(p)) for p in POSITIONS),
        ("wedge angle", truth.wedge_angle_deg, vertebra.wedge_angle),
        ("regional Cobb angle", truth.regional_cobb_deg, vertebra.regional_cobb),
        ("canal area", None if canal is None else canal.area_mm2, vertebra.canal.area),
        ("canal AP", None if canal is None else canal.ap_mm, vertebra.canal.ap),
        ("canal transverse", None if canal is None else canal.transverse_mm, vertebra.canal.transverse),
        ("canal compromise", truth.canal_compromise_percent, vertebra.canal.compromise),
        ("body volume", truth.volume_ml, vertebra.body.get("volume")),
        ("body depth", truth.depth_mm, vertebra.body.get("depth")),
        ("body width", truth.width_mm, vertebra.body.get("width")),
        ("trabecular HU", truth.trabecular_hu, vertebra.trabecular_hu),
    ]
    for quantity, true_value, measured in pairs:
        if true_value is not None and measured is not None:
            yield Comparison(str(vertebra.level), quantity, true_value, measured)


def _summary(quantity: str, group: list[Comparison]) -> Summary:
    errors = np.array([c.error for c in group])
    size = np.abs(errors)
    return Summary(
        quantity=quantity,
        unit=group[0].measured.unit,
        count=len(group),
        bias=float(errors.mean()),
        mean_absolute=float(size.mean()),
        p95_absolute=float(np.percentile(size, 95)),
        largest=float(size.max()),
        coverage=float(np.mean([c.covered for c in group])),
    )
