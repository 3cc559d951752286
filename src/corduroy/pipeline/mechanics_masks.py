"""The masks of the compared states: the plan's, the user's, a simulated fill, or one grown around the cannula's tip."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corduroy.anatomy.spine import Spine
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import DoubtWarning, ModelError
from corduroy.imaging import read_labels
from corduroy.imaging.volume import LabelMap
from corduroy.pipeline.file_names import INJECTED_FILE, RESECTED_FILE
from corduroy.pipeline.mechanics_settings import ASSUMED_VOLUME_ML
from corduroy.pipeline.plan_outputs import planned_lesion
from corduroy.simulation.vertebra import Alterations, grow_fill
from corduroy.simulation.vertebra.fill import marrow_of

_LEAST_INSIDE = 0.5  # of a fill that must lie in the bone of the vertebra; author's choice
_LEAST_TOLD_ML = 0.05


@dataclass(frozen=True, eq=False)
class Masks:
    """Masks, and in words where each is from or why it is missing.

    Parameters
    ----------
    alterations : Alterations
    fill_source : str
        Empty if nothing is filled.
    missing : dict of str to str
    """

    alterations: Alterations
    fill_source: str
    missing: dict[str, str]


def masks_of(
    plan: dict[str, Any],
    folder: Path,
    spine: Spine,
    vertebra: Vertebra,
    fill: Path | None,
    resection: Path | None,
    volume_ml: float | None,
) -> Masks:
    """Gather the masks of a planned case.

    Parameters
    ----------
    plan : dict
        Schema ``corduroy/plan/1``.
    folder : Path
        The plan's, with its masks.
    spine : Spine
    vertebra : Vertebra
        The planned one.
    fill, resection : Path or None
        The user's.
    volume_ml : float or None

    Raises
    ------
    ModelError
        If a fill or a resection does not lie in the bone, or the volume does not fit.
    """
    missing = {}
    lesion = planned_lesion(plan, folder)
    if lesion is None:
        missing["intact"] = plan["missing"].get("lesion", "not computed: no lesion mask")
    cut = _resection(plan, folder, resection, spine)
    if cut is None:
        missing["decompressed"] = plan["missing"].get("decompression", "not computed: no laminectomy is planned")
    if fill is not None:
        return Masks(Alterations(lesion, _given_fill(fill, vertebra), cut), "mask from a file", missing)
    simulated = simulated_fill(folder, volume_ml)
    if simulated is not None and plan["injection"] is not None:
        return Masks(
            Alterations(lesion, _given_fill(simulated, vertebra), cut), "simulated by corduroy inject", missing
        )
    tip = _tip(plan)
    if tip is None:
        missing["filled"] = "not computed: no fill mask was given and no corridor for the cement was found"
        return Masks(Alterations(lesion, None, cut), "", missing)
    volume = _volume(vertebra, volume_ml)
    return Masks(
        Alterations(lesion, grow_fill(vertebra, tip, volume), cut),
        f"{volume:.1f} ml grown through the marrow space from the tip of the planned cannula",
        missing,
    )


def simulated_fill(folder: Path | None, volume_ml: float | None) -> Path | None:
    """The fill that `corduroy inject` left in the plan's folder, if no volume is asked for instead of it."""
    place = None if folder is None or volume_ml is not None else folder / INJECTED_FILE
    return place if place is not None and place.is_file() else None


def _resection(plan: dict[str, Any], folder: Path, given: Path | None, spine: Spine) -> LabelMap | None:
    if given is None:
        return None if plan["decompression"] is None else read_labels(folder / RESECTED_FILE)
    mask = read_labels(given)
    points = mask.world_from_voxel(np.argwhere(mask.array > 0))
    if not (spine.labels.sample(points, order=0) > 0).any():
        raise ModelError(f"the resection {given.name} takes no bone", "a mask of bone of this scan")
    return mask


def _given_fill(path: Path, vertebra: Vertebra) -> LabelMap:
    """A fill from a file; what lies beside the bone carries no load and is told of."""
    mask = read_labels(path)
    points = mask.world_from_voxel(np.argwhere(mask.array > 0))
    inside = vertebra.mask.sample(points, order=0) > 0
    share = float(inside.mean())
    if share < _LEAST_INSIDE:
        raise ModelError(
            f"{1 - share:.0%} of the fill {path.name} lies outside {vertebra.level}",
            f"at least {_LEAST_INSIDE:.0%} of it in the bone of that vertebra",
            "check the level and that the mask belongs to this scan",
        )
    outside_ml = float((~inside).sum()) * mask.voxel_volume_mm3 / 1000
    if outside_ml >= _LEAST_TOLD_ML:
        warnings.warn(
            DoubtWarning(
                f"{outside_ml:.2f} ml of the fill lie outside {vertebra.level} and carry nothing in the model"
            ),
            stacklevel=2,
        )
    return mask


def _tip(plan: dict[str, Any]) -> list[float] | None:
    """Tip of the first cement corridor that meets no air."""
    search = plan["cement_corridors"]
    if search is None:
        return None
    through_air = plan["corridors_through_air"]["cement"]
    tips = [c["target_ras_mm"] for n, c in enumerate(search["corridors"], start=1) if n not in through_air]
    return tips[0] if tips else None


def _volume(vertebra: Vertebra, asked_ml: float | None) -> float:
    if asked_ml is not None:
        return asked_ml
    room_ml = float(np.count_nonzero(marrow_of(vertebra)) * vertebra.mask.voxel_volume_mm3 / 1000)
    if room_ml < ASSUMED_VOLUME_ML:
        warnings.warn(
            DoubtWarning(
                f"the marrow space of {vertebra.level} holds {room_ml:.1f} ml, less than {ASSUMED_VOLUME_ML} ml"
            ),
            stacklevel=2,
        )
    return min(ASSUMED_VOLUME_ML, room_ml)
