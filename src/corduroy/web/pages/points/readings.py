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
from corduroy.errors import DoubtWarning, InputError, PointsError
from corduroy.morphometry.readings import POINT_NAMES, PointReading
from corduroy.morphometry.results import SpineMeasurement, VertebraMeasurement
from corduroy.morphometry.six_point import measure_six_points
from corduroy.pipeline.files import write_json
from corduroy.provenance import Measured, Posture
from corduroy.registry.record import MeasurementEntry, Visit
from corduroy.registry.record.choices import ImagingModality, ImagingPosture, Quantity
from corduroy.registry.store import Change, Entry
from corduroy.web.workbench import Workbench

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,23}")  # what the registry takes for a reader


Points = dict[Level, dict[str, tuple[float, float]]]
"""By level and name, as `POINT_NAMES` has them; x from anterior to posterior, y from superior to inferior."""


class FilmScale(BaseModel):
    """What a reader said of a radiograph.

    Parameters
    ----------
    magnification : float or None
        Size in the picture over true size; None where it is not known.
    pixel_mm : float or None
        Size of a pixel, where the file does not say it.
    posture : str
    is_mirrored : bool
        Whether the reader turned the picture, so that anterior is on the left.
    acquired : date or None
        As the file says.
    """

    model_config = ConfigDict(frozen=True)

    magnification: float | None = Field(default=None, gt=0)
    pixel_mm: float | None = Field(default=None, gt=0)
    posture: Posture = "unknown"
    is_mirrored: bool = False
    acquired: date | None = None


class KeptReading(BaseModel):
    """What one reader set on one slice or radiograph.

    Parameters
    ----------
    reader, at : str
    repeat : int
        1 for the first reading of this reader.
    slice_index : int
        0 on a radiograph.
    points : dict of Level to dict of str to (float, float)
        Millimetres of the picture.
    film : FilmScale or None
        None for a slice of a scan.
    sha256 : str
        Of the file on which they were set; empty in readings from before it was kept.
    """

    model_config = ConfigDict(frozen=True)

    reader: str
    repeat: int = Field(ge=1)
    at: str
    slice_index: int
    points: Points
    film: FilmScale | None = None
    sha256: str = ""

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
            if self.film is None:
                return measure_six_points(PointReading(points, self.reader, self.repeat), modality="CT")
            reading = PointReading(points, self.reader, self.repeat, self.film.magnification, "", self.sha256)
            return measure_six_points(
                reading, modality="radiograph", posture=self.film.posture, acquired=self.film.acquired
            )

    @property
    def millimetres(self) -> tuple[float | None, float | None] | None:
        """By what lengths were scaled: magnification and size of a pixel; None on a slice of a scan."""
        return None if self.film is None else (self.film.magnification, self.film.pixel_mm)

    @property
    def has_true_heights(self) -> bool:
        """Whether heights are those of the patient: not on a radiograph whose magnification nobody knows."""
        return self.film is None or self.film.magnification is not None


def complete_levels(points: Points) -> Points:
    """The vertebrae of which all six points are set."""
    return {level: group for level, group in points.items() if set(group) == set(POINT_NAMES)}


def check_side(points: Points) -> None:
    """That anterior lies where the picture has it, on the left.

    Six points with anterior and posterior exchanged are those of a mirrored picture: nothing else would tell.

    Raises
    ------
    PointsError
    """
    for level, group in points.items():
        if group["sup_ant"][0] + group["inf_ant"][0] >= group["sup_post"][0] + group["inf_post"][0]:
            raise PointsError(
                f"{level} has its anterior points on the right",
                "anterior on the left, as the picture is shown",
                "set them again, or say on which side anterior is",
            )


def require_code(reader: str) -> str:
    """A reader's code as the registry takes it.

    Raises
    ------
    InputError
    """
    if not _CODE.fullmatch(reader):
        got = f"'{reader[:30]}' as a reader" if reader else "the reader is missing"
        raise InputError(got, "up to 24 letters, digits and . _ -, such as R1")
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
    """What a reader may see: nothing of others before a reading of their own, nothing of a file that was replaced."""
    scan = workbench.scans.scan(scan_id)
    there = {"", *(part.sha256 for part in scan.parts.values())} if scan is not None else {""}
    kept = [one for one in _all(workbench, scan_id) if one.sha256 in there]
    return kept if any(one.reader == reader for one in kept) else []


def write_measurements(change: Change, case_id: str, reading: KeptReading, visit: Visit, on: date) -> Entry:
    """Add heights and wedge angle of every vertebra of a reading to a case; the last entry.

    Heights of a radiograph whose magnification is not known stay out: in a registry they would pass for true ones.
    """
    entries = [change.add(record, case_id) for record in _records(reading, visit, on)]
    return entries[-1]


def _records(reading: KeptReading, visit: Visit, on: date) -> list[MeasurementEntry]:
    film = reading.film
    made = []
    for vertebra in reading.measured().vertebrae:
        for quantity, found in _quantities(vertebra, reading.has_true_heights).items():
            if found is not None:
                values: dict[str, Any] = {"value": round(found.value, 2), "uncertainty": round(found.uncertainty, 2)}
                made.append(
                    MeasurementEntry(
                        visit=visit,
                        on=on,
                        level=vertebra.level,
                        quantity=quantity,
                        modality=ImagingModality.CT if film is None else ImagingModality.RADIOGRAPH,
                        posture=ImagingPosture.UNKNOWN if film is None else ImagingPosture(film.posture),
                        method=_method(film),
                        reader=reading.reader,
                        reading_no=reading.repeat,
                        **values,
                    )
                )
    return made


def _quantities(vertebra: VertebraMeasurement, has_true_heights: bool) -> dict[Quantity, Measured | None]:
    angle = {Quantity.WEDGE_ANGLE: vertebra.wedge_angle}
    if not has_true_heights:
        return angle
    return {
        Quantity.HEIGHT_ANTERIOR: vertebra.heights["anterior"],
        Quantity.HEIGHT_MIDDLE: vertebra.heights["middle"],
        Quantity.HEIGHT_POSTERIOR: vertebra.heights["posterior"],
        **angle,
    }


def _method(film: FilmScale | None) -> str:
    name = f"six points, corduroy {__version__}"
    if film is None:
        return name
    known = "unknown" if film.magnification is None else f"{film.magnification:g} divided out"
    return f"{name}, magnification {known}"


def _all(workbench: Workbench, scan_id: str) -> list[KeptReading]:
    files = sorted(_folder(workbench, scan_id).glob("*.json"))
    found = [KeptReading.model_validate_json(file.read_text(encoding="utf-8")) for file in files]
    return sorted(found, key=lambda one: one.at)


def _folder(workbench: Workbench, scan_id: str) -> Path:
    return workbench.scans.derived(scan_id) / "readings"
