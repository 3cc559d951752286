"""What the pipeline hands to whoever writes the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from corduroy.anatomy.level import Level
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.morphometry.results import SpineMeasurement


@dataclass(frozen=True, eq=False)
class CaseImages:
    """What a report draws: the images of a case and which label is which vertebra.

    Parameters
    ----------
    name : str
        The case's name.
    labels : LabelMap or None
        None if there is nothing to draw, as with a reader's six points.
    label_of : dict of Level to int
        The value of each vertebra in `labels`.
    ct : Volume or None
        None if only a label map was given.
    """

    name: str
    labels: LabelMap | None = None
    label_of: dict[Level, int] = field(default_factory=dict)
    ct: Volume | None = None


ReportWriter = Callable[[SpineMeasurement, CaseImages, Path], None]
"""Writes a report's files into an empty folder. Handed in from above, as the pipeline knows no reports."""
