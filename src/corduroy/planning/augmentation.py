"""Augmentation: how much cement fits, how full given volumes make the body, and where it could leak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import ndimage

from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import PlanError
from corduroy.morphometry.uncertainty import volume_uncertainty_ml
from corduroy.planning.cement_evidence import EVIDENCE, Choice, documented_choices
from corduroy.planning.evidence import Evidence
from corduroy.planning.leak_sites import BreachedCortex, LeakSite, leak_sites
from corduroy.planning.lesion_mask import LesionMask
from corduroy.provenance import Measured

BoolArray = NDArray[np.bool_]
Millilitres = Annotated[float, Field(gt=0.0, le=40.0)]

_GREATEST_PUBLISHED_ML = 18.0  # per level, 50 hemangiomas: mean 6.8, range 1 to 18
_TESTED_PERCENT = (10.0, 16.0, 30.0)  # of the vertebra's volume, Rotter 2015


class AugmentationSettings(BaseModel):
    """What the operator chooses about cement and gelatin sponge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    volumes_ml: tuple[Millilitres, ...] = (2.0, 3.0, 4.5, 6.0, 8.0, 10.0)
    """Volumes in ml for which the fill is given. 3 ml: Oh, T10-L2; 4.5 ml: SWISSspine; the others are author's
    choice."""

    cortex_mm: Annotated[float, Field(ge=0.0, le=5.0)] = 1.0
    """Depth in mm below the body's surface that takes no cement. Author's choice: the shell, and a voxel's blur."""

    minutes_from_mixing: Annotated[float, Field(ge=0.0, le=30.0)] = 6.5
    """When injection of a high-viscosity cement begins, minutes from mixing. Bench only; depends on brand and
    temperature."""

    gelatin_percent: Annotated[float, Field(ge=0.0, le=50.0)] = 10.0
    """Gelatin sponge mixed into the cement, percent of volume. No published value; author's choice: a starting point
    for the simulation, no recommendation."""


@dataclass(frozen=True)
class LesionShare:
    """A volume in percent of the injectable part of the lesion.

    Parameters
    ----------
    value : float
    interval_95 : tuple of float and float or None
        Its ends, which lie unevenly about the value, since a small lesion is the uncertain divisor; the upper one is
        None where the lesion's own interval reaches nothing: the share is then open above.
    unit, method : str
    """

    value: float
    interval_95: tuple[float, float | None]
    unit: str
    method: str

    @classmethod
    def of(cls, volume_ml: float, lesion: Measured) -> LesionShare | None:
        """The share, or None where nothing of the lesion is injectable."""
        if lesion.value <= 0:
            return None
        smallest, largest = lesion.interval
        high = 100.0 * volume_ml / smallest if smallest > 0 else None
        return cls(
            100.0 * volume_ml / lesion.value, (100.0 * volume_ml / largest, high), "%", f"share of: {lesion.method}"
        )


@dataclass(frozen=True)
class FillShare:
    """How full a volume of cement makes the vertebra.

    Parameters
    ----------
    volume_ml : float
    of_body_percent : Measured
        Of the body's volume.
    of_lesion_percent : LesionShare or None
        Of the injectable part of the lesion; above 100 the rest goes elsewhere. None without a lesion mask.
    """

    volume_ml: float
    of_body_percent: Measured
    of_lesion_percent: LesionShare | None


@dataclass(frozen=True)
class AugmentationPlan:
    """What can be injected, and what to fear.

    Parameters
    ----------
    body, marrow_space : Measured
        ml; the marrow space lies deeper than the settings' cortex.
    lesion_in_body : Measured or None
        ml. None without a lesion mask.
    injectable : Measured
        ml; the lesion's share of the marrow space, or all of it without a lesion mask. A ceiling: the bone in it is not
        taken off.
    injectable_is : str
    fills : tuple of FillShare
    leaks : tuple of LeakSite
    choices : tuple of Choice
        Cement phase and gelatin sponge, each with its source or the words that there is none.
    settings : AugmentationSettings
    warnings : tuple of str
    evidence : tuple of Evidence
    """

    body: Measured
    marrow_space: Measured
    lesion_in_body: Measured | None
    injectable: Measured
    injectable_is: str
    fills: tuple[FillShare, ...]
    leaks: tuple[LeakSite, ...]
    choices: tuple[Choice, ...]
    settings: AugmentationSettings
    warnings: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def plan_augmentation(
    vertebra: Vertebra,
    lesion: LesionMask | None = None,
    breaches: Sequence[BreachedCortex] | None = None,
    settings: AugmentationSettings | None = None,
    in_bone: Measured | None = None,
) -> AugmentationPlan:
    """Plan the cement of one vertebra.

    Parameters
    ----------
    vertebra : Vertebra
        With its body.
    lesion : LesionMask, optional
    breaches : sequence of BreachedCortex or None
        Holes in the cortex; None if nobody looked, empty if none was found.
    settings : AugmentationSettings, optional
    in_bone : Measured, optional
        The lesion's volume in bone as it was found: how uncertain its border makes it goes into what is injectable.

    Raises
    ------
    PlanError
        If the vertebra has no body.

    Notes
    -----
    When this misleads: volume says nothing about the way of the cement, and no dose was shown to be the right one: one
    registry found better odds from 4.5 ml, two series found no association.
    """
    if vertebra.body is None:
        raise PlanError(f"{vertebra.level} without a body of its own", "a vertebra with its body")
    chosen = settings or AugmentationSettings()
    body, marrow = vertebra.body_mask, marrow_space(vertebra, chosen.cortex_mm)
    inside = None if lesion is None else lesion.on(vertebra.mask) & body
    body_ml = _volume(vertebra, body, "voxels in front of the posterior wall")
    marrow_ml = _volume(vertebra, marrow, f"deeper than {chosen.cortex_mm:g} mm below the body's surface")
    in_body, injectable = None, marrow_ml
    if inside is not None:
        method = f"lesion in the marrow space ({marrow_ml.method})"
        in_body = _as_uncertain_as(in_bone, _volume(vertebra, inside, "lesion mask in the body"))
        injectable = _as_uncertain_as(in_bone, _volume(vertebra, inside & marrow, method))
    fills = tuple(
        FillShare(ml, _percent(ml, body_ml), None if inside is None else LesionShare.of(ml, injectable))
        for ml in chosen.volumes_ml
    )
    return AugmentationPlan(
        body_ml,
        marrow_ml,
        in_body,
        injectable,
        "marrow space of the whole body, as there is no lesion mask"
        if inside is None
        else "lesion in the marrow space",
        fills,
        leak_sites(vertebra, breaches),
        documented_choices(chosen.minutes_from_mixing, chosen.gelatin_percent),
        chosen,
        _warnings(breaches, fills, vertebra),
        EVIDENCE,
    )


def marrow_space(vertebra: Vertebra, cortex_mm: float) -> BoolArray:
    """The body's voxels deeper than the cortex, on the grid of the vertebra's mask.

    The cut towards the pedicles and the arch is no surface: there the depth is counted to the bone's own surface.
    """
    padded = np.pad(vertebra.mask.array > 0, 1)
    depth = ndimage.distance_transform_edt(padded, sampling=tuple(vertebra.mask.spacing))[1:-1, 1:-1, 1:-1]
    # A voxel's centre lies half a voxel inside of its own border.
    return np.asarray(vertebra.body_mask & (depth - float(vertebra.mask.spacing.mean()) / 2 >= cortex_mm))


def _volume(vertebra: Vertebra, mask: BoolArray, method: str) -> Measured:
    volume = float(np.count_nonzero(mask) * vertebra.mask.voxel_volume_mm3 / 1000.0)
    return Measured(volume, "ml", volume_uncertainty_ml(vertebra, volume), method)


def _as_uncertain_as(in_bone: Measured | None, part: Measured) -> Measured:
    """A part of the lesion, in relation at least as uncertain as the whole."""
    if in_bone is None or in_bone.value <= 0:
        return part
    return replace(part, uncertainty=max(part.uncertainty, part.value * in_bone.uncertainty / in_bone.value))


def _percent(volume_ml: float, of: Measured) -> Measured:
    share = 100.0 * volume_ml / of.value
    return Measured(share, "%", share * of.uncertainty / of.value, f"share of: {of.method}")


def _warnings(
    breaches: Sequence[BreachedCortex] | None, fills: Sequence[FillShare], vertebra: Vertebra
) -> tuple[str, ...]:
    found = []
    if breaches is None:
        found.append("Breached cortex was not looked for: type C leaks are possible at any wall.")
    elif any(site.yeom == "C" and site.wall == "posterior wall" for site in leak_sites(vertebra, breaches)):
        found.append(
            "The posterior wall is breached or touched by a part of the lesion outside the bone, which counts as a "
            "breach: cement can enter the canal. Inject under continuous view; stop where cement nears it."
        )
    for fill in fills:
        if fill.of_body_percent.value > _TESTED_PERCENT[-1]:
            found.append(
                f"{fill.volume_ml:g} ml fill {fill.of_body_percent.value:.0f} % of the body, more than the "
                f"{_TESTED_PERCENT[-1]:g} % that bench tests went up to (Rotter 2015)."
            )
            break
    if any(fill.volume_ml > _GREATEST_PUBLISHED_ML for fill in fills):
        found.append(
            f"More than {_GREATEST_PUBLISHED_ML:g} ml per level is beyond the published range for hemangiomas."
        )
    found.append(
        "Look for leaks on CT: it found 1.5 times as many as radiographs, and films showed 2 of 28 leaks into the "
        "canal (10.1302/0301-620x.85b1.13026)."
    )
    return tuple(found)
