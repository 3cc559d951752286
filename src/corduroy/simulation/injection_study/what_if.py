"""Other ways to inject the same vertebra, side by side, and the best of them under the user's weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from corduroy.simulation.injection import Cannula
from corduroy.simulation.injection_study.dose import Dose
from corduroy.simulation.injection_study.ensemble import Chance, Ensemble

AS_PLANNED = "as planned"


class Weights(BaseModel):
    """What a recipe is worth: the share of the target that it fills, less its risks. Author's choice, to be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    fill: float = Field(default=1.0, ge=0)
    """For the mean share of the lesion's pores (the body's without a lesion) that is filled, the surgeon stopping."""

    leak: float = Field(default=1.0, ge=0)
    """Against the chance of a leak where the surgeon stops."""

    other_leak: float = Field(default=0.25, ge=0)
    """Against the chance of a leak elsewhere."""

    unfinished: float = Field(default=0.25, ge=0)
    """Against the chance that pressure or curing ends it before the volume is in."""


@dataclass(frozen=True)
class Variant:
    """A way to inject with its name, and how it differs from the plan.

    Parameters
    ----------
    name : str
    dose : Dose
    """

    name: str
    dose: Dose


@dataclass(frozen=True)
class Candidate:
    """A variant at one volume.

    Parameters
    ----------
    variant : str
    volume_ml : float
    filled : float
        Mean share of the target, the surgeon stopping at a watched leak.
    given_ml : float
        Mean volume that is given.
    watched, other, unfinished : Chance
        Of a leak where the surgeon stops, of one elsewhere, of an end by pressure or curing.
    largest_mpa : float
        Median of the largest pressure in the syringe.
    worth : float
    best_trade : bool
        Whether no other candidate fills more at a smaller or the same chance of a watched leak.
    """

    variant: str
    volume_ml: float
    filled: float
    given_ml: float
    watched: Chance
    other: Chance
    unfinished: Chance
    largest_mpa: float
    worth: float
    best_trade: bool = False


def variants_of(dose: Dose, other_cannulas: tuple[Cannula, ...] | None) -> tuple[Variant, ...]:
    """The plan and its neighbours, one thing changed at a time.

    Parameters
    ----------
    dose : Dose
    other_cannulas : tuple of Cannula or None
        Those of the injection through the other number of pedicles; None where there is no corridor for it.
    """
    gelatin = 10.0 if dose.gelatin_percent == 0 else 0.0
    found = [
        Variant(AS_PLANNED, dose),
        Variant("no gelatin sponge" if gelatin == 0 else "10 % gelatin sponge", replace(dose, gelatin_percent=gelatin)),
        Variant("2 min earlier", replace(dose, minutes_from_mixing=max(0.0, dose.minutes_from_mixing - 2))),
        Variant("2 min later", replace(dose, minutes_from_mixing=dose.minutes_from_mixing + 2)),
    ]
    if dose.rate_ml_s is not None:
        found.append(Variant("half the rate", replace(dose, rate_ml_s=dose.rate_ml_s / 2)))
        found.append(Variant("twice the rate", replace(dose, rate_ml_s=dose.rate_ml_s * 2)))
    if other_cannulas is not None:
        words = "both pedicles" if len(other_cannulas) > 1 else "one pedicle"
        found.append(Variant(words, replace(dose, cannulas=other_cannulas)))
    return tuple(found)


def candidates(
    variants: Sequence[Variant],
    volumes_ml: Sequence[float],
    run: Callable[[Dose], Ensemble],
    weights: Weights,
) -> tuple[Candidate, ...]:
    """Every variant at every volume.

    Parameters
    ----------
    variants : sequence of Variant
    volumes_ml : sequence of float
        The largest one is injected, the others are read off on the way.
    run : callable
        Gives the ensemble of a dose; the same draws for every dose, so that differences are those of the doses.
    weights : Weights
    """
    most = max(volumes_ml)
    found = []
    for variant in variants:
        ensemble = run(replace(variant.dose, volume_ml=most))
        found += [_candidate(variant.name, ensemble, volume, weights) for volume in sorted(set(volumes_ml))]
    return tuple(replace(each, best_trade=_untopped(each, found)) for each in found)


def best_of(found: Sequence[Candidate]) -> Candidate:
    """The candidate of the greatest worth; of equals the smaller volume, then the first."""
    return max(enumerate(found), key=lambda pair: (round(pair[1].worth, 9), -pair[1].volume_ml, -pair[0]))[1]


def _candidate(name: str, found: Ensemble, volume_ml: float, weights: Weights) -> Candidate:
    volume = 1000 * volume_ml
    leaks = found.leaks(volume, stopped=True)
    other = np.asarray(leaks[:, ~found.watched].any(axis=1))
    short = np.array([member.injected_mm3[-1] < 0.999 * volume for member in found.members], dtype=bool)
    filled = float(found.shares(found.vertebra.target, volume).mean())
    pressures = [member.syringe_mpa[: member.steps_to(volume)].max() for member in found.members]
    watched = found.chance_watched(volume)
    chances = {"leak": watched, "other_leak": Chance.of(other), "unfinished": Chance.of(short)}
    return Candidate(
        name,
        volume_ml,
        filled,
        float(found.volumes_ml(volume).mean()),
        watched,
        chances["other_leak"],
        chances["unfinished"],
        float(np.median(pressures)),
        _worth(filled, chances, weights),
    )


def _worth(filled: float, chances: Mapping[str, Chance], weights: Weights) -> float:
    against = weights.model_dump()
    return float(weights.fill * filled - sum(against[name] * chance.value for name, chance in chances.items()))


def _untopped(one: Candidate, others: Sequence[Candidate]) -> bool:
    return not any(
        other.filled >= one.filled
        and other.watched.value <= one.watched.value
        and (other.filled > one.filled or other.watched.value < one.watched.value)
        for other in others
    )
