"""Six-point morphometry: heights, losses, grades and angles from points that a reader set.

Most published series measured so, on lateral radiographs; this mode gives their quantities and the same
`SpineMeasurement` as a measured scan, so that both can be compared and reported alike.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.errors import DoubtWarning, SettingsError
from corduroy.morphometry.height_loss import HeightGroup, Loss, height_losses
from corduroy.morphometry.readings import PointReading
from corduroy.morphometry.results import CanalMeasurement, SpineMeasurement, VertebraMeasurement
from corduroy.morphometry.six_point_geometry import PLACES, PlaneSpine, PlaneVertebra, Vector, plane_spine
from corduroy.provenance import Z95, Measured, Modality, Posture, Provenance

PLACEMENT_SD_MM = 0.42
"""Spread of one point's placement along one axis, if the reader's own is not known.

From the absolute precision error of 0.6 mm of a height in absorptiometric morphometry (Bagur et al. 2000, Calcif
Tissue Int 66:259-262), two points to a height. Measure your own with `corduroy.morphometry.agreement`.
"""

_UNMAGNIFIED: tuple[Modality, ...] = ("CT", "MR", "label map")
MAGNIFICATION_UNKNOWN = "magnification unknown"
"""Flag of a vertebra whose heights are those of the image."""
_TALL_MIDDLE = (
    1.15  # middle over the larger of the other two heights; no vertebra is so, a misplaced point is. Author's choice.
)
_MAGNIFICATION_TRUST = 0.8  # author's choice


@dataclass(frozen=True)
class _Scene:
    """What all quantities of one reading share."""

    plane: PlaneSpine
    magnification: float
    placement_sd_mm: float
    modality: Modality
    posture: Posture
    reader: str
    acquired: date | None

    def measured(self, value: float, unit: str, standard_deviation: float, method: str) -> Measured:
        return Measured(
            value=value,
            unit=unit,
            uncertainty=Z95 * standard_deviation,
            method=method,
            modality=self.modality,
            posture=self.posture,
            reader=self.reader,
            acquired=self.acquired,
        )

    def length(self, image_mm: float, method: str) -> Measured:
        # Each end moves along the segment with the placement SD, hence the square root of two.
        spread = np.sqrt(2.0) * self.placement_sd_mm / self.magnification
        return self.measured(image_mm / self.magnification, "mm", float(spread), method)

    def angle(self, upper: Vector, lower: Vector, method: str) -> Measured:
        # An endplate of length d turns by sqrt(2) SD / d; magnification cancels.
        turns = [np.sqrt(2.0) * self.placement_sd_mm / np.linalg.norm(line) for line in (upper, lower)]
        spread = float(np.degrees(np.hypot(*turns)))
        return self.measured(self.plane.kyphosis_deg(upper, lower), "deg", spread, method)


def measure_six_points(
    reading: PointReading,
    *,
    modality: Modality = "unknown",
    posture: Posture = "unknown",
    acquired: date | None = None,
    placement_sd_mm: float = PLACEMENT_SD_MM,
) -> SpineMeasurement:
    """Measure a spine from six points per vertebra.

    Parameters
    ----------
    reading : PointReading
        From `read_csv_points` or `read_slicer_points`. Its magnification is divided out of all lengths.
    modality, posture, acquired
        How the patient was imaged; carried by every quantity.
    placement_sd_mm : float
        Standard deviation of a point along one axis of the image, in mm of the image. It is the only source of the
        uncertainty of heights and angles.

    Returns
    -------
    SpineMeasurement
        Heights (mm), reference heights and losses (see `height_losses`), Genant grade, wedge angle and regional Cobb
        angle (degrees, kyphosis positive), rim-to-rim depth, T4-T12 and L1-L5 where in view. Canal, width,
        volume and HU are not to be had from six points and stay None.

    Raises
    ------
    PointsError
        If the names of the points contradict their places.
    SettingsError
        If `placement_sd_mm` is not above 0.

    Warns
    -----
    DoubtWarning
        If a radiograph comes without magnification, or the points of a scan lie out of one plane.

    Notes
    -----
    Anterior and superior follow from the points' names, so a mirrored or turned film gives the same numbers.

    When this number misleads: heights of a radiograph without magnification are 10 to 40 % too large on usual
    film distances (author's estimate); losses, ratios and angles do not suffer. An oblique projection shows double
    endplate rims; tilt invents concavity.
    """
    if not 0 < placement_sd_mm < float("inf"):
        raise SettingsError(f"a placement SD of {placement_sd_mm} mm", "a number above 0")
    scene = _Scene(
        plane_spine(reading),
        reading.magnification or 1.0,
        placement_sd_mm,
        modality,
        posture,
        reading.reader,
        acquired,
    )
    notes = _magnification_notes(reading, modality)
    heights = {v.level: _heights(scene, v) for v in scene.plane.vertebrae}
    losses = height_losses(heights)
    flags = (MAGNIFICATION_UNKNOWN,) if notes else ()
    return SpineMeasurement(
        vertebrae=tuple(_vertebra(scene, v, heights[v.level], losses[v.level], flags) for v in scene.plane.vertebrae),
        alignment=_alignment(scene),
        provenance=_provenance(reading, placement_sd_mm),
        warnings=notes,
    )


def wedge_ratio(heights: HeightGroup) -> Measured | None:
    """Anterior over posterior height of the same vertebra in percent, with its uncertainty; None if one lacks.

    Notes
    -----
    The "wedge ratio" of 10.1186/s13018-023-03758-w. When it misleads: if the posterior wall has sunk too, the
    ratio hides the loss; the loss against the neighbours shows it.
    """
    anterior, posterior = heights.get("anterior"), heights.get("posterior")
    if anterior is None or posterior is None:
        return None
    ratio = anterior.value / posterior.value
    relative = np.hypot(anterior.uncertainty / anterior.value, posterior.uncertainty / posterior.value)
    return Measured(
        100.0 * ratio,
        "%",
        float(100.0 * ratio * relative),
        "anterior to posterior height",
        modality=anterior.modality,
        posture=anterior.posture,
        reader=anterior.reader,
        acquired=anterior.acquired,
    )


def _magnification_notes(reading: PointReading, modality: Modality) -> tuple[str, ...]:
    if reading.magnification is not None or modality in _UNMAGNIFIED:
        return ()
    note = (
        f"{reading.source or 'the reading'}: a {modality if modality != 'unknown' else 'film'} without "
        "magnification; heights are those of the image, not of the patient"
    )
    warnings.warn(note, DoubtWarning, stacklevel=3)
    return (note,)


def _heights(scene: _Scene, vertebra: PlaneVertebra) -> HeightGroup:
    return {position: scene.length(vertebra.height(position), "six-point height") for position in PLACES}


def _vertebra(
    scene: _Scene, vertebra: PlaneVertebra, heights: HeightGroup, loss: Loss, flags: tuple[str, ...]
) -> VertebraMeasurement:
    depth = float(np.mean([np.linalg.norm(vertebra.endplate(which)) for which in ("sup", "inf")]))
    wedge = scene.angle(vertebra.endplate("sup"), vertebra.endplate("inf"), "six-point wedge angle")
    trust = _MAGNIFICATION_TRUST if MAGNIFICATION_UNKNOWN in flags else 1.0
    return VertebraMeasurement(
        level=vertebra.level,
        heights=heights,
        reference_heights=loss.reference,
        height_loss=loss.loss,
        deformity=loss.deformity,
        genant_grade=None if loss.grade is None else int(loss.grade),
        deformity_score=loss.score,
        wedge_angle=wedge,
        regional_cobb=_regional_cobb(scene, vertebra.level),
        canal=CanalMeasurement(),
        body={"volume": None, "depth": scene.length(depth, "six-point rim-to-rim depth"), "width": None},
        trabecular_hu=None,
        confidence=loss.trust * trust,
        flags=(*flags, *_middle_doubt(heights), *loss.flags, *loss.grade_doubt),
    )


def _middle_doubt(heights: HeightGroup) -> tuple[str, ...]:
    """Endplates are hollow, so that a middle height far above both others comes from a point in a wrong place."""
    anterior, middle, posterior = (heights[place] for place in ("anterior", "middle", "posterior"))
    if anterior is None or middle is None or posterior is None:
        return ()
    beyond = middle.value / max(anterior.value, posterior.value)
    if beyond <= _TALL_MIDDLE:
        return ()
    return (f"the middle height is {100 * (beyond - 1):.0f} % above both others: look at the middle points",)


def _regional_cobb(scene: _Scene, level: Level) -> Measured | None:
    present = {v.level for v in scene.plane.vertebrae}
    for above, middle, below in zip(
        scene.plane.vertebrae, scene.plane.vertebrae[1:], scene.plane.vertebrae[2:], strict=False
    ):
        if middle.level == level and all(
            upper.level.is_next_above(lower.level, present) for upper, lower in pairwise((above, middle, below))
        ):
            return scene.angle(above.endplate("sup"), below.endplate("inf"), "six-point regional Cobb angle")
    return None


def _alignment(scene: _Scene) -> dict[str, Measured | None]:
    by_level = {v.level: v for v in scene.plane.vertebrae}
    angles: dict[str, Measured | None] = {"L1-S1": None, "coronal_cobb": None}
    for top, bottom in ((Level.T4, Level.T12), (Level.L1, Level.L5)):
        name = f"{top}-{bottom}"
        angles[name] = (
            scene.angle(by_level[top].endplate("sup"), by_level[bottom].endplate("inf"), f"six-point {name} angle")
            if top in by_level and bottom in by_level
            else None
        )
    return angles


def _provenance(reading: PointReading, placement_sd_mm: float) -> Provenance:
    return Provenance(
        method="six-point morphometry",
        inputs={reading.source: reading.sha256} if reading.source else {},
        settings={
            "placement_sd_mm": placement_sd_mm,
            "magnification": reading.magnification,
            "reader": reading.reader,
            "repeat": reading.repeat,
        },
    )
