"""An injection with its ensemble as plain values, schema ``corduroy/injection/1``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection import InjectionResult, StopReason
from corduroy.simulation.injection_study.dose import Dose
from corduroy.simulation.injection_study.ensemble import Chance, Ensemble
from corduroy.simulation.injection_study.inputs import Draw, Spread
from corduroy.simulation.injection_study.measures import measures_of
from corduroy.simulation.injection_study.member import LEAST_LEAK_MM3
from corduroy.simulation.injection_study.sensitivity import METHOD, sensitivity
from corduroy.simulation.injection_study.vertebra import FloatArray, PorousVertebra
from corduroy.simulation.injection_study.what_if import Candidate, Weights, best_of

SCHEMA: Final = "corduroy/injection/1"
_DIGITS = 5
_MOST_POINTS = 120


@dataclass(frozen=True, eq=False)
class Study:
    """All that was computed of one planned vertebra.

    Parameters
    ----------
    vertebra : PorousVertebra
    dose : Dose
    planned : InjectionResult
        The geometric middle of all inputs, stopped as a surgeon would stop.
    watched : ndarray of bool, shape (sites,)
    middle : Draw
    spread : Spread
    ensemble : Ensemble or None
    candidates : tuple of Candidate
    candidate_members : int
        Of each candidate's ensemble.
    weights : Weights
    """

    vertebra: PorousVertebra
    dose: Dose
    planned: InjectionResult
    watched: NDArray[np.bool_]
    middle: Draw
    spread: Spread
    ensemble: Ensemble | None = None
    candidates: tuple[Candidate, ...] = ()
    candidate_members: int = 0
    weights: Weights = field(default_factory=Weights)


def study_document(found: Study) -> dict[str, Any]:
    """What was computed and of what.

    Returns
    -------
    dict
        Plain numbers of five digits, strings and lists; what is not known is None.
    """
    return {
        "schema": SCHEMA,
        "dose": _dose(found.dose),
        "planned": _planned(found),
        "leaks": _leaks(found),
        "ensemble": None if found.ensemble is None else _ensemble(found.ensemble),
        "sensitivity": None if found.ensemble is None else _sensitivity(found.ensemble),
        "what_if": _what_if(found) if found.candidates else None,
        "inputs": {"middle": _draw(found.middle), "spread": found.spread.model_dump(mode="json")},
        "volumes_ml": _volumes(found.vertebra),
        "voxel_mm": found.vertebra.grid.voxel_mm,
        "least_leak_mm3": LEAST_LEAK_MM3,
    }


def rounded(value: float | None) -> float | None:
    """Five digits; None for what is no number."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{float(value):.{_DIGITS}g}")


def _rounded_all(values: FloatArray | Sequence[float]) -> list[float | None]:
    return [rounded(float(value)) for value in values]


def _dose(dose: Dose) -> dict[str, Any]:
    cement = dose.cement
    return {
        "cement": {"name": cement.name, "source": cement.source},
        "volume_ml": rounded(dose.volume_ml),
        "rate_ml_s": rounded(dose.rate_ml_s),
        "minutes_from_mixing": rounded(dose.minutes_from_mixing),
        "gelatin_percent": rounded(dose.gelatin_percent),
        "gelatin_before_ml": rounded(dose.gelatin_before_ml),
        "pressure_limit_mpa": rounded(dose.pressure_limit_mpa),
        "cannulas": [
            {
                "tip_ras_mm": _rounded_all(cannula.tip_mm),
                "direction_ras": _rounded_all(np.asarray(cannula.direction) / np.linalg.norm(cannula.direction)),
                "bore_mm": rounded(cannula.bore_mm),
            }
            for cannula in dose.cannulas
        ],
    }


def _planned(found: Study) -> dict[str, Any]:
    result = found.planned
    measures = measures_of(found.vertebra, result)
    keep = np.unique(np.linspace(0, len(result.times_s) - 1, _MOST_POINTS).astype(int))
    sites = [site.name for site in result.body.sites if site.lets_cement]
    return {
        "stop": {"reason": result.stop.name.lower(), "words": _stop_words(result, found.watched)},
        **{name: rounded(value) for name, value in vars(measures).items()},
        "largest_syringe_mpa": rounded(float(result.syringe_pressure_mpa.max())),
        "largest_plunger_n": rounded(float(result.plunger_force_n.max())),
        "duration_s": rounded(float(result.times_s[-1])),
        "worst_balance": rounded(result.worst_balance),
        "course": {
            "times_s": _rounded_all(result.times_s[keep]),
            "injected_ml": _rounded_all(result.injected_mm3[keep] / 1000),
            "syringe_mpa": _rounded_all(result.syringe_pressure_mpa[keep]),
            "tip_mpa": _rounded_all(np.nanmax(result.tip_pressure_mpa[keep], axis=1)),
            "plunger_n": _rounded_all(result.plunger_force_n[keep]),
            "leaked_ml": {
                name: _rounded_all(result.leaked_mm3[keep, place] / 1000) for place, name in enumerate(sites)
            },
        },
    }


def _stop_words(found: InjectionResult, watched: NDArray[np.bool_]) -> str:
    """The reason, and the site where it was a leak."""
    if found.stop is not StopReason.LEAK:
        return str(found.stop.value)
    worst = max(np.flatnonzero(watched), key=lambda n: float(found.leaked_mm3[-1, n]))
    return f"cement left through the {found.body.sites[int(worst)].name}"


def _leaks(found: Study) -> list[dict[str, Any]]:
    """One row for each way out."""
    volume = 1000 * found.dose.volume_ml
    ensemble = found.ensemble
    plain = {} if ensemble is None else ensemble.chance_by_site(volume)
    stopped = {} if ensemble is None else ensemble.chance_by_site(volume, stopped=True)
    rows = []
    for place, opening in enumerate(found.vertebra.openings):
        first = found.planned.first_reached(opening.name, LEAST_LEAK_MM3)
        volumes = np.zeros(0) if ensemble is None else ensemble.first_volumes_ml(place)
        rows.append(
            {
                "site": opening.name,
                "yeom": opening.yeom.value,
                "stops": bool(found.watched[place]),
                "wall": opening.wall,
                "side": opening.side,
                "ras_mm": _rounded_all(opening.point_mm),
                "diameter_mm": rounded(opening.diameter_mm),
                "size_is_known": opening.known_size,
                "planned_first_ml": None if first is None else rounded(first[1] / 1000),
                "planned_leaked_ml": rounded(float(found.planned.leaked_mm3[-1, place]) / 1000),
                "probability": _chance(plain.get(opening.name)),
                "probability_if_stopped": _chance(stopped.get(opening.name)),
                "first_ml": None
                if not volumes.size
                else {
                    "median": rounded(float(np.median(volumes))),
                    "range_90": _rounded_all(np.quantile(volumes, (0.05, 0.95))),
                },
            }
        )
    return rows


def _chance(chance: Chance | None) -> dict[str, Any] | None:
    if chance is None:
        return None
    return {
        "value": rounded(chance.value),
        "interval": [rounded(chance.low), rounded(chance.high)],
        "count": chance.count,
        "members": chance.members,
    }


def _ensemble(found: Ensemble) -> dict[str, Any]:
    volume = 1000 * found.dose.volume_ml
    stops = [member.stop for member in found.members]
    return {
        "members": len(found.members),
        "asked": found.asked,
        "interval": "Wilson, 95 %",
        "by_type": {kind.value: _chance(chance) for kind, chance in found.chance_by_type(volume).items()},
        "any": _chance(found.chance_any(volume)),
        "watched": _chance(found.chance_watched(volume)),
        "given_ml": _spread(found.volumes_ml(volume)),
        "of_body": _spread(found.shares(found.vertebra.body, volume)),
        "of_lesion": _spread(found.shares(found.vertebra.lesion & found.vertebra.body, volume))
        if (found.vertebra.lesion & found.vertebra.body).any()
        else None,
        "largest_syringe_mpa": _spread(np.array([member.syringe_mpa.max() for member in found.members])),
        "ends": {reason.name.lower(): stops.count(reason) for reason in StopReason if reason in stops},
    }


def _spread(values: FloatArray) -> dict[str, Any]:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return {"median": rounded(float(middle)), "range_90": [rounded(float(low)), rounded(float(high))]}


def _sensitivity(found: Ensemble) -> dict[str, Any]:
    return {
        "method": METHOD,
        "answers": {
            answer: [
                {
                    "input": each.name,
                    "words": each.words,
                    "correlation": rounded(each.correlation),
                    "interval": [rounded(each.low), rounded(each.high)],
                    "told_from_zero": each.is_told,
                }
                for each in ranked
            ]
            for answer, ranked in sensitivity(found).items()
        },
    }


def _what_if(found: Study) -> dict[str, Any]:
    best = best_of(found.candidates)
    return {
        "members": found.candidate_members,
        "weights": found.weights.model_dump(mode="json"),
        "candidates": [_candidate(each) for each in found.candidates],
        "best": {"variant": best.variant, "volume_ml": rounded(best.volume_ml), "worth": rounded(best.worth)},
    }


def _candidate(each: Candidate) -> dict[str, Any]:
    return {
        "variant": each.variant,
        "volume_ml": rounded(each.volume_ml),
        "filled": rounded(each.filled),
        "given_ml": rounded(each.given_ml),
        "watched": _chance(each.watched),
        "other": _chance(each.other),
        "unfinished": _chance(each.unfinished),
        "largest_mpa": rounded(each.largest_mpa),
        "worth": rounded(each.worth),
        "best_trade": each.best_trade,
    }


def _draw(draw: Draw) -> dict[str, Any]:
    names = ("permeability_m2", "lacuna_mm", "viscosity", "breach", "vein")
    return {name: rounded(getattr(draw, name)) for name in names}


def _volumes(vertebra: PorousVertebra) -> dict[str, Any]:
    """Volumes and pores on the model's grid."""
    each = vertebra.grid.voxel_mm**3 / 1000
    named = {"bone": vertebra.bone, "body": vertebra.body, "lesion": vertebra.lesion & vertebra.body}
    sizes = {name: rounded(float(mask.sum()) * each) for name, mask in named.items()}
    return sizes | {f"{n}_pores": rounded(float(vertebra.porosity[m].sum()) * each) for n, m in named.items()}
