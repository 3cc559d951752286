"""Six-point readings as a case: measured from a reader's points instead of labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corduroy.errors import FileFormatError
from corduroy.imaging import read_scan
from corduroy.morphometry.csv_points import read_csv_points
from corduroy.morphometry.readings import PointReading
from corduroy.morphometry.results import SpineMeasurement
from corduroy.morphometry.six_point import measure_six_points
from corduroy.morphometry.slicer_points import read_slicer_points
from corduroy.pipeline.files import filling, require_writable, write_json
from corduroy.pipeline.images import CaseImages, ReportWriter
from corduroy.pipeline.run import Outputs, collecting
from corduroy.provenance import content_hash

_SLICER_END = ".mrk.json"
_CSV_END = ".csv"


def is_points_file(path: Path) -> bool:
    """Whether a file is named as a file of points is (``.csv`` or ``.mrk.json``)."""
    return path.name.lower().endswith((_SLICER_END, _CSV_END))


def measure_points(path: Path, image: Path | None = None) -> dict[str, SpineMeasurement]:
    """Measure every reading in a file of points.

    Parameters
    ----------
    path : Path
        ``.csv`` or Slicer's ``.mrk.json``.
    image : Path, optional
        The scan on which the points were set; says the modality and goes into the provenance.

    Returns
    -------
    dict of str to SpineMeasurement
        By reading: the file's name, and reader and repeat where there are several.

    Raises
    ------
    FileFormatError
        If there is no such file.
    PointsError
        If the points are incomplete.
    """
    for given in (path, image):
        if given is not None and not given.exists():
            raise FileFormatError(f"there is no {given}", "an existing file")
    scan = None if image is None else read_scan(image)
    meta = {} if scan is None else {k: v for k, v in scan.meta.items() if k in ("modality", "posture", "acquired")}
    inputs = {"points": content_hash(path)} | ({} if image is None else {"image": content_hash(image)})
    results = {}
    read_warnings: list[str] = []
    with collecting(read_warnings):
        readings = _readings(path)
    for reading in readings:
        texts = list(read_warnings)
        with collecting(texts):
            measured = measure_six_points(reading, **meta)
        warned = tuple(dict.fromkeys((*texts, *measured.warnings)))
        name = path.name.split(".")[0]
        if len(readings) > 1:
            name += f" {reading.reader} {reading.repeat}"
        origin = replace(measured.provenance, inputs=inputs)
        results[name] = replace(measured, warnings=warned, provenance=origin)
    return results


def write_points_outputs(
    name: str, measurement: SpineMeasurement, outputs: Outputs, write_report: ReportWriter | None
) -> None:
    """Write the JSON and the report of one reading; there is no image to draw on."""
    for folder in outputs.folders:
        require_writable(folder)
    if outputs.json is not None:
        write_json(outputs.json, measurement.as_dict())
    if outputs.report is not None and write_report is not None:
        with filling(outputs.report) as temporary:
            write_report(measurement, CaseImages(name), temporary)


def _readings(path: Path) -> tuple[PointReading, ...]:
    if path.name.lower().endswith(_SLICER_END):
        return (read_slicer_points(path),)
    return read_csv_points(path)
