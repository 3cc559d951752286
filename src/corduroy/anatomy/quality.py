"""Checks of a label map before anything is measured on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from corduroy.anatomy.label_checks import (
    LabelledSpine,
    check_borders,
    check_embedded,
    check_gaps,
    check_order,
    check_pieces,
    check_resolution,
    check_shares,
    check_sizes,
    stray_pieces,
)
from corduroy.anatomy.label_shapes import LabelShape, label_shapes
from corduroy.anatomy.level import Level
from corduroy.anatomy.quality_flags import Finding, QualityFlag, confidence
from corduroy.anatomy.scheme_tables import LabelScheme
from corduroy.errors import LabelError
from corduroy.imaging.volume import LabelMap

__all__ = ["Finding", "LevelQuality", "QualityFlag", "QualityReport", "check_labels", "confidence"]

_CHECKS = (
    *(check_borders, check_pieces, check_embedded, check_sizes),
    *(check_shares, check_order, check_gaps, check_resolution),
)
_OF_THE_WHOLE = (QualityFlag.MIXED, QualityFlag.ORDER, QualityFlag.MISSING_NEIGHBOUR, QualityFlag.LEAP)


@dataclass(frozen=True, eq=False)
class LevelQuality:
    """What was found about one level's label.

    Parameters
    ----------
    level : Level
    shape : LabelShape
        Volume, place, pieces and borders of the label as it was given.
    findings : tuple of Finding
    left_out_ml : float
        Volume of the stray pieces that the cleaned map leaves out.
    """

    level: Level
    shape: LabelShape
    findings: tuple[Finding, ...]
    left_out_ml: float

    @property
    def flags(self) -> tuple[QualityFlag, ...]:
        """The flags, each once."""
        return tuple(dict.fromkeys(finding.flag for finding in self.findings))

    @property
    def texts(self) -> tuple[str, ...]:
        """The findings in plain words, each once."""
        return tuple(dict.fromkeys(finding.text for finding in self.findings))

    @property
    def confidence(self) -> float:
        """0 to 1; see `corduroy.anatomy.quality_flags.confidence`."""
        return confidence(self.flags)


@dataclass(frozen=True, eq=False)
class QualityReport:
    """What was found about a label map.

    Parameters
    ----------
    levels : dict of Level to LevelQuality
        In cranio-caudal order of their names.
    warnings : tuple of str
        What concerns the map as a whole: mixed-up, missing or leaping levels.
    cleaned : LabelMap
        The map without stray pieces; the map itself where there are none.
    """

    levels: dict[Level, LevelQuality]
    warnings: tuple[str, ...]
    cleaned: LabelMap


def check_labels(labels: LabelMap, scheme: LabelScheme) -> QualityReport:
    """Look for labels that cannot be measured as they are.

    Parameters
    ----------
    labels : LabelMap
    scheme : LabelScheme
        What the numbers mean.

    Returns
    -------
    QualityReport

    Raises
    ------
    LabelError
        If the map holds no vertebra of the scheme.

    Notes
    -----
    Needs the labels alone, no anatomy. When this misleads: a numbering that is off by one throughout is not seen;
    neither is less than a third of a vertebra in its neighbour's label where both do not meet in a broad face. A
    missing T12 is reported as a leap, although some patients have only eleven thoracic vertebrae.
    """
    numbers = scheme.levels_in(labels.labels)
    if not numbers:
        raise LabelError(f"{labels.name} holds no vertebra of the scheme {scheme.name}", "at least one vertebra")
    shapes = label_shapes(labels, numbers.values())
    spine = LabelledSpine(labels, numbers, {level: shapes[number] for level, number in numbers.items()})
    found: dict[Level, list[Finding]] = {level: [] for level in numbers}
    for check in _CHECKS:
        for level, finding in check(spine):
            found[level].append(finding)
    levels = {
        level: LevelQuality(level, spine.shapes[level], tuple(findings), _left_out_ml(spine.shapes[level]))
        for level, findings in found.items()
    }
    warnings = dict.fromkeys(
        finding.text for findings in found.values() for finding in findings if finding.flag in _OF_THE_WHOLE
    )
    return QualityReport(levels, tuple(warnings), _without_strays(labels, shapes.values()))


def _left_out_ml(shape: LabelShape) -> float:
    return sum(shape.piece_volumes_ml[number - 1] for number in stray_pieces(shape))


def _without_strays(labels: LabelMap, shapes: Iterable[LabelShape]) -> LabelMap:
    with_strays = [shape for shape in shapes if stray_pieces(shape)]
    if not with_strays:
        return labels
    array = labels.array.copy()
    for shape in with_strays:
        strays = np.isin(np.asarray(shape.piece_ids), stray_pieces(shape))
        array[shape.box][strays] = 0
    return LabelMap(array, labels.affine, labels.name, labels.meta)
