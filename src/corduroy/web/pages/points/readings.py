"""Readings by six points: kept for each reader, and shown to the others only when they have read themselves."""

from __future__ import annotations

import re
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from corduroy import __version__
from corduroy.anatomy.level import Level
from corduroy.errors import DoubtWarning, InputError
from corduroy.morphometry.readings import POINT_NAMES, PointReading
from corduroy.morphometry.results import SpineMeasurement
from corduroy.morphometry.six_point import measure_six_points
from corduroy.pipeline.files import write_json
from corduroy.registry.record import MeasurementEntry, Visit
from corduroy.registry.record.choices import ImagingModality, ImagingPosture, Quantity
from corduroy.registry.store import Change, Entry
from corduroy.web.workbench import Workbench

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,23}")  # what the registry takes for a reader


class KeptReading(BaseModel):
    """What one reader set on one slice.

    Parameters
    ----------
    reader, at : str
    repeat : int
        1 for the first reading of this reader.
    slice_index : int
    points : dict of Level to dict of str to (float, float)
        Millimetres of the slice, named as `POINT_NAMES`.
    """

    model_config = ConfigDict(frozen=True)

    reader: str
    repeat: int = Field(ge=1)
    at: str
    slice_index: int
    points: dict[Level, dict[str, tuple[float, float]]]

    def measured(self) -> SpineMeasurement:
        """Heights and angles.

        Raises
        ------
        PointsError
            If points are missing or contradict their names.
        """
        points = {level: {name: np.array(at) for name, at in group.items()} for level, group in self.points.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DoubtWarning)  # stands among the measurement's own warnings
            return measure_six_points(PointReading(points, self.reader, self.repeat), modality="CT")


def complete_levels(points: dict[Level, dict[str, tuple[float, float]]]) -> dict[Level, dict[str, tuple[float, float]]]:
    """The vertebrae of which all six points are set."""
    return {level: group for level, group in points.items() if set(group) == set(POINT_NAMES)}


def require_code(reader: str) -> str:
    """A reader's code as the registry takes it.

    Raises
    ------
    InputError
    """
    if not _CODE.fullmatch(reader):
        raise InputError(f"'{reader[:30]}' as a reader", "up to 24 letters, digits and . _ -, such as R1")
    return reader


def keep_reading(workbench: Workbench, scan_id: str, reading: KeptReading, who: str) -> KeptReading:
    """Keep a reading beside those that are there; its number follows the reader's last one."""
    own = [one.repeat for one in _all(workbench, scan_id) if one.reader == reading.reader]
    numbered = reading.model_copy(update={"repeat": max(own, default=0) + 1})
    path = _folder(workbench, scan_id) / f"{numbered.reader}-{numbered.repeat}.json"
    with workbench.database.noted(who, "keep a reading", scan_id):
        write_json(path, numbered.model_dump(mode="json"))
    return numbered


def readings_for(workbench: Workbench, scan_id: str, reader: str) -> list[KeptReading]:
    """What a reader may see: nothing of others before a reading of their own."""
    kept = _all(workbench, scan_id)
    return kept if any(one.reader == reader for one in kept) else []


def write_measurements(change: Change, case_id: str, reading: KeptReading, visit: Visit, on: date) -> Entry:
    """Add heights and wedge angle of every vertebra of a reading to a case; the last entry."""
    entries = [change.add(record, case_id) for record in _records(reading, visit, on)]
    return entries[-1]


def _records(reading: KeptReading, visit: Visit, on: date) -> list[MeasurementEntry]:
    made = []
    for vertebra in reading.measured().vertebrae:
        quantities = {
            Quantity.HEIGHT_ANTERIOR: vertebra.heights["anterior"],
            Quantity.HEIGHT_MIDDLE: vertebra.heights["middle"],
            Quantity.HEIGHT_POSTERIOR: vertebra.heights["posterior"],
            Quantity.WEDGE_ANGLE: vertebra.wedge_angle,
        }
        for quantity, found in quantities.items():
            if found is not None:
                values: dict[str, Any] = {"value": round(found.value, 2), "uncertainty": round(found.uncertainty, 2)}
                made.append(
                    MeasurementEntry(
                        visit=visit,
                        on=on,
                        level=vertebra.level,
                        quantity=quantity,
                        modality=ImagingModality.CT,
                        posture=ImagingPosture.UNKNOWN,
                        method=f"six points, corduroy {__version__}",
                        reader=reading.reader,
                        reading_no=reading.repeat,
                        **values,
                    )
                )
    return made


def _all(workbench: Workbench, scan_id: str) -> list[KeptReading]:
    files = sorted(_folder(workbench, scan_id).glob("*.json"))
    found = [KeptReading.model_validate_json(file.read_text(encoding="utf-8")) for file in files]
    return sorted(found, key=lambda one: one.at)


def _folder(workbench: Workbench, scan_id: str) -> Path:
    return workbench.scans.derived(scan_id) / "readings"
