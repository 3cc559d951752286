"""Where the measurements of a scan lie: endplates, legs of angles, heights and canal as lines for the viewer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import CaseError
from corduroy.morphometry.sagittal import SagittalProfile, sagittal_profile
from corduroy.morphometry.settings import MorphometrySettings
from corduroy.pipeline.run import label_of
from corduroy.web.conversation.answers import PointMm, ScanFiles, VertebraLines
from corduroy.web.conversation.lines import keep_lines
from corduroy.web.conversation.plans import spine_of

FloatArray = NDArray[np.float64]

_BEYOND = 0.35
_EVERY = 5  # of the 101 points of an endplate's curve


def lines_of(files: ScanFiles, kept: Path) -> tuple[VertebraLines, ...]:
    """The lines of every vertebra with a body, computed once and then kept in a file.

    Parameters
    ----------
    files : ScanFiles
    kept : Path
        Must have another name for other files.

    Raises
    ------
    CorduroyError
        If the files cannot be used.
    """
    if files.labels is None:
        raise CaseError("a scan without labels", "labels", "load them, or segment the scan")
    spine = spine_of(files)
    numbers = label_of(spine)
    made = []
    for vertebra in spine.vertebrae.values():
        profile = sagittal_profile(vertebra)
        if profile is not None:
            made.append(_lines(vertebra, profile, numbers[vertebra.level]))
    keep_lines(made, kept)
    return tuple(made)


def _lines(vertebra: Vertebra, profile: SagittalProfile, number: int) -> VertebraLines:
    heights = [profile.world(profile.height_ends(share)) for share in MorphometrySettings().height_fractions.values()]
    canal = vertebra.canal
    return VertebraLines(
        str(vertebra.level),
        number,
        _point(vertebra.frame.origin),
        _points(profile.world(profile.superior[::_EVERY])),
        _points(profile.world(profile.inferior[::_EVERY])),
        _points(profile.world(profile.line_ends("superior", _BEYOND))),
        _points(profile.world(profile.line_ends("inferior", _BEYOND))),
        tuple((_point(ends[0]), _point(ends[1])) for ends in heights),
        () if canal is None else _points(_closed(canal.contour_world())),
    )


def _closed(outline: FloatArray) -> FloatArray:
    step = max(1, len(outline) // 40)
    return np.vstack([outline[::step], outline[:1]])


def _points(places: FloatArray) -> tuple[PointMm, ...]:
    return tuple(_point(place) for place in places)


def _point(place: FloatArray) -> PointMm:
    x, y, z = (round(float(value), 3) for value in place)
    return x, y, z
