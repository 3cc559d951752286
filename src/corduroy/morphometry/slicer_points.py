"""Reader's points from 3D Slicer's markups files (`.mrk.json`)."""

from __future__ import annotations

import warnings
from pathlib import Path

from corduroy.errors import RepairWarning
from corduroy.imaging.slicer_markups import read_markups
from corduroy.morphometry.readings import PointReading, collect_points, parse_point_label
from corduroy.provenance import content_hash


def read_slicer_points(
    path: Path, *, reader: str = "unknown", repeat: int = 1, magnification: float | None = None
) -> PointReading:
    """One reading from a markups file.

    Parameters
    ----------
    path : Path
        Control points labelled with level and point, such as ``T12_sup_ant``, in one or several point lists. Both
        coordinate systems, ``LPS`` and ``RAS``, are honoured; a file that names none is read as LPS, as Slicer
        writes it. Labels that name no vertebral point are passed over with a warning.
    reader, repeat, magnification
        The file has no place for them.

    Returns
    -------
    PointReading
        Points in world RAS+ mm, shape (3,).

    Raises
    ------
    FileFormatError
        If there is no such file or it is not a markups file.
    PointsError
        If points are missing, given twice, not in mm, or without a position.
    """
    entries, foreign = [], []
    for markup in read_markups(path):
        for control in markup.points:
            named = parse_point_label(control.label)
            if named is None:
                foreign.append(control.label or "(no label)")
            elif control.is_set:
                entries.append((*named, control.ras_mm()))
    if foreign:
        message = f"{path.name}: passed over points that name no vertebral corner: {', '.join(foreign)}"
        warnings.warn(message, RepairWarning, stacklevel=2)
    return PointReading(
        points=collect_points(entries, path.name),
        reader=reader,
        repeat=repeat,
        magnification=magnification,
        source=path.name,
        sha256=content_hash(path),
    )
