"""A `SpineMeasurement` to plain data and back, in full precision and with its landmarks, for the cache.

The published JSON form (`SpineMeasurement.as_dict`) is rounded and leaves the landmarks out, so it cannot be
read back. Nothing here is pickled: a case folder from somebody else must not be able to run code.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.morphometry.results import (
    CanalMeasurement,
    Points,
    SpineMeasurement,
    VertebraLandmarks,
    VertebraMeasurement,
)
from corduroy.provenance import Measured, Provenance

Record = dict[str, Any]

_MEASURED_FIELDS = ("value", "unit", "uncertainty", "method", "version", "modality", "posture", "reader")
_CANAL_FIELDS = ("area", "ap", "transverse", "compromise")
_PLAIN_FIELDS = ("deformity", "genant_grade", "deformity_score", "confidence")
_GROUP_FIELDS = ("heights", "reference_heights", "height_loss", "body")
_SINGLE_FIELDS = ("wedge_angle", "regional_cobb", "trabecular_hu")


def to_record(spine: SpineMeasurement) -> Record:
    """Plain data that `json` can write."""
    return {
        "vertebrae": [_vertebra_record(v) for v in spine.vertebrae],
        "alignment": _group_record(spine.alignment),
        "warnings": list(spine.warnings),
        "provenance": spine.provenance.as_dict(),
    }


def from_record(record: Record) -> SpineMeasurement:
    """The measurement that `to_record` was given.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the record is not one.
    """
    return SpineMeasurement(
        vertebrae=tuple(_vertebra(v) for v in record["vertebrae"]),
        alignment=_group(record["alignment"]),
        provenance=Provenance(**record["provenance"]),
        warnings=tuple(record["warnings"]),
    )


def _vertebra_record(vertebra: VertebraMeasurement) -> Record:
    return {
        "level": str(vertebra.level),
        **{name: getattr(vertebra, name) for name in _PLAIN_FIELDS},
        **{name: _group_record(getattr(vertebra, name)) for name in _GROUP_FIELDS},
        **{name: _measured_record(getattr(vertebra, name)) for name in _SINGLE_FIELDS},
        "canal": {name: _measured_record(getattr(vertebra.canal, name)) for name in _CANAL_FIELDS},
        "flags": list(vertebra.flags),
        "landmarks": None if vertebra.landmarks is None else _landmarks_record(vertebra.landmarks),
    }


def _vertebra(record: Record) -> VertebraMeasurement:
    landmarks = record["landmarks"]
    return VertebraMeasurement(
        level=Level(record["level"]),
        heights=_group(record["heights"]),
        reference_heights=_group(record["reference_heights"]),
        height_loss=_group(record["height_loss"]),
        deformity=record["deformity"],
        genant_grade=record["genant_grade"],
        deformity_score=record["deformity_score"],
        wedge_angle=_measured(record["wedge_angle"]),
        regional_cobb=_measured(record["regional_cobb"]),
        canal=CanalMeasurement(**{name: _measured(record["canal"][name]) for name in _CANAL_FIELDS}),
        body=_group(record["body"]),
        trabecular_hu=_measured(record["trabecular_hu"]),
        confidence=record["confidence"],
        flags=tuple(record["flags"]),
        landmarks=None if landmarks is None else _landmarks(landmarks),
    )


def _measured_record(measured: Measured | None) -> Record | None:
    if measured is None:
        return None
    acquired = None if measured.acquired is None else measured.acquired.isoformat()
    return {**{name: getattr(measured, name) for name in _MEASURED_FIELDS}, "acquired": acquired}


def _measured(record: Record | None) -> Measured | None:
    if record is None:
        return None
    day = record["acquired"]
    fields = {name: record[name] for name in _MEASURED_FIELDS}
    return Measured(**fields, acquired=None if day is None else date.fromisoformat(day))


def _group_record(group: dict[str, Measured | None]) -> Record:
    return {name: _measured_record(measured) for name, measured in group.items()}


def _group(record: Record) -> dict[str, Measured | None]:
    return {name: _measured(measured) for name, measured in record.items()}


def _landmarks_record(marks: VertebraLandmarks) -> Record:
    contour = marks.canal_contour
    return {
        "height_segments": {name: points.tolist() for name, points in marks.height_segments.items()},
        "endplate_lines": {name: points.tolist() for name, points in marks.endplate_lines.items()},
        "wedge_lines": {name: points.tolist() for name, points in marks.wedge_lines.items()},
        "canal_contour": None if contour is None else contour.tolist(),
        "centre": np.asarray(marks.centre).tolist(),
        "axes": np.asarray(marks.axes).tolist(),
    }


def _landmarks(record: Record) -> VertebraLandmarks:
    contour = record["canal_contour"]
    return VertebraLandmarks(
        height_segments=_lines(record["height_segments"]),
        endplate_lines=_lines(record["endplate_lines"]),
        wedge_lines=_lines(record["wedge_lines"]),
        canal_contour=None if contour is None else np.asarray(contour, dtype=np.float64),
        centre=np.asarray(record["centre"], dtype=np.float64),
        axes=np.asarray(record["axes"], dtype=np.float64),
    )


def _lines(record: Record) -> dict[str, Points]:
    return {name: np.asarray(points, dtype=np.float64) for name, points in record.items()}
