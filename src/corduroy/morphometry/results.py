"""What a measurement returns: frozen records, and their stable JSON form (`corduroy/morphometry/1`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.provenance import Measured, Provenance

SCHEMA = "corduroy/morphometry/1"
POSITIONS = ("anterior", "middle", "posterior")
GRADE_UNCERTAIN = "the grade is within error of another"
"""The flag of a grade whose interval reaches into another."""
GRADE_MAY_BE_NONE = f"{GRADE_UNCERTAIN}, even of no fracture"
"""The flag of a grade from 1 whose interval reaches into grade 0."""
Deformity = Literal["none", "wedge", "biconcave", "crush"]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class VertebraLandmarks:
    """Where the numbers were taken, in world RAS+ mm, for drawing and for checking by eye.

    Parameters
    ----------
    height_segments : dict
        For anterior, middle, posterior: shape (2, 3), the superior and the inferior end point.
    endplate_lines : dict
        For superior, inferior: shape (n, 3), the mid-sagittal endplate from posterior to anterior.
    wedge_lines : dict
        For superior, inferior: shape (2, 3), the straight line whose directions make the wedge angle.
    canal_contour : ndarray, shape (n, 3), or None
        The canal's outline at the narrowest level of this vertebra.
    centre : ndarray, shape (3,)
        Centre of the vertebral body.
    axes : ndarray, shape (3, 3)
        Columns: the vertebra's right, anterior and superior unit vectors.
    """

    height_segments: dict[str, Points]
    endplate_lines: dict[str, Points]
    wedge_lines: dict[str, Points]
    canal_contour: Points | None
    centre: Points
    axes: Points


@dataclass(frozen=True)
class CanalMeasurement:
    """The spinal canal at one vertebra: its narrowest closed cross-section.

    Parameters
    ----------
    area, ap, transverse : Measured or None
        Area (mm2), antero-posterior and transverse diameter (mm).
    compromise : Measured or None
        ``(reference - area) / reference * 100``, the reference being the mean of the neighbours
        above and below
        (10.1371/journal.pone.0135735).
    """

    area: Measured | None = None
    ap: Measured | None = None
    transverse: Measured | None = None
    compromise: Measured | None = None


@dataclass(frozen=True)
class VertebraMeasurement:
    """All that was measured at one level. What cannot be measured is None, and a flag says why.

    Parameters
    ----------
    heights, reference_heights, height_loss : dict of str to Measured or None
        Keyed by ``"anterior"``, ``"middle"``, ``"posterior"``; mm, mm and percent of the reference.
    deformity : {"none", "wedge", "biconcave", "crush"} or None
    genant_grade : int or None
        0 to 3.
    deformity_score : float or None
        The continuous height loss in percent that the grade was read from.
    wedge_angle : Measured or None
        Local angle between the endplates of this vertebra, kyphosis positive.
    regional_cobb : Measured or None
        Superior endplate of the vertebra above to the inferior endplate of the vertebra below.
    body : dict of str to Measured or None
        ``"volume"`` (ml), ``"depth"`` and ``"width"`` (mm).
    confidence : float
        0 to 1.
    flags : tuple of str
    """

    level: Level
    heights: dict[str, Measured | None]
    reference_heights: dict[str, Measured | None]
    height_loss: dict[str, Measured | None]
    deformity: Deformity | None
    genant_grade: int | None
    deformity_score: float | None
    wedge_angle: Measured | None
    regional_cobb: Measured | None
    canal: CanalMeasurement
    body: dict[str, Measured | None]
    trabecular_hu: Measured | None
    confidence: float
    flags: tuple[str, ...] = ()
    landmarks: VertebraLandmarks | None = None

    @property
    def perhaps_intact(self) -> bool:
        """Whether it is graded as deformed, but within error of grade 0."""
        return bool(self.genant_grade) and GRADE_MAY_BE_NONE in self.flags

    @property
    def graded_by_shape(self) -> bool:
        """Whether its own shape made the grade: no loss against the reference is as large as the score."""
        losses = [loss.value for loss in self.height_loss.values() if loss is not None]
        return bool(self.genant_grade and losses) and max(losses) < (self.deformity_score or 0.0)

    def as_dict(self) -> dict[str, Any]:
        """The vertebra as it stands in the JSON document."""
        canal = self.canal
        return {
            "level": str(self.level),
            "heights_mm": _values(self.heights),
            "reference_heights_mm": _values(self.reference_heights),
            "height_loss_percent": _values(self.height_loss),
            "deformity": self.deformity,
            "genant_grade": self.genant_grade,
            "deformity_score_percent": None if self.deformity_score is None else round(self.deformity_score, 1),
            "wedge_angle_deg": _value(self.wedge_angle),
            "regional_cobb_deg": _value(self.regional_cobb),
            "canal": {
                "area_mm2": _value(canal.area),
                "ap_mm": _value(canal.ap),
                "transverse_mm": _value(canal.transverse),
                "compromise_percent": _value(canal.compromise),
            },
            "body": {
                "volume_ml": _value(self.body.get("volume")),
                "depth_mm": _value(self.body.get("depth")),
                "width_mm": _value(self.body.get("width")),
            },
            "trabecular_hu": _value(self.trabecular_hu),
            "uncertainty": self._uncertainties(),
            "confidence": round(self.confidence, 2),
            "flags": list(self.flags),
        }

    def _uncertainties(self) -> dict[str, Any]:
        """Half-widths of the 95 % intervals, under the same names as the values."""
        canal = self.canal
        return {
            "heights_mm": _half_widths(self.heights),
            "reference_heights_mm": _half_widths(self.reference_heights),
            "height_loss_percent": _half_widths(self.height_loss),
            "wedge_angle_deg": _half_width(self.wedge_angle),
            "regional_cobb_deg": _half_width(self.regional_cobb),
            "canal": {
                "area_mm2": _half_width(canal.area),
                "ap_mm": _half_width(canal.ap),
                "transverse_mm": _half_width(canal.transverse),
                "compromise_percent": _half_width(canal.compromise),
            },
            "body": {
                "volume_ml": _half_width(self.body.get("volume")),
                "depth_mm": _half_width(self.body.get("depth")),
                "width_mm": _half_width(self.body.get("width")),
            },
            "trabecular_hu": _half_width(self.trabecular_hu),
        }


@dataclass(frozen=True)
class SpineMeasurement:
    """The measured spine, cranial to caudal.

    Parameters
    ----------
    vertebrae : tuple of VertebraMeasurement
    alignment : dict of str to Measured or None
        ``"T4-T12"`` (kyphosis positive), ``"L1-L5"`` and ``"L1-S1"`` (lordosis therefore negative),
        ``"coronal_cobb"``; None where not in view.
    warnings : tuple of str
    provenance : Provenance
    """

    vertebrae: tuple[VertebraMeasurement, ...]
    alignment: dict[str, Measured | None]
    provenance: Provenance
    warnings: tuple[str, ...] = field(default_factory=tuple)

    def __getitem__(self, level: Level | str) -> VertebraMeasurement:
        for vertebra in self.vertebrae:
            if vertebra.level == Level(level):
                return vertebra
        raise KeyError(level)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, schema ``corduroy/morphometry/1``."""
        return {
            "schema": SCHEMA,
            "vertebrae": [v.as_dict() for v in self.vertebrae],
            "alignment": _values(self.alignment),
            "alignment_uncertainty": _half_widths(self.alignment),
            "warnings": list(self.warnings),
            "provenance": self.provenance.as_dict(),
        }


def _value(measured: Measured | None) -> float | None:
    return None if measured is None else round(measured.value, 2)


def _half_width(measured: Measured | None) -> float | None:
    return None if measured is None else round(measured.uncertainty, 2)


def _values(group: dict[str, Measured | None]) -> dict[str, float | None]:
    return {name: _value(measured) for name, measured in group.items()}


def _half_widths(group: dict[str, Measured | None]) -> dict[str, float | None]:
    return {name: _half_width(measured) for name, measured in group.items()}
