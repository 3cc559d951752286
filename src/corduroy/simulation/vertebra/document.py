"""An assessment as plain values, schema ``corduroy/mechanics/1``."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from corduroy.imaging.density import Calibration
from corduroy.provenance import Measured
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.materials.law import Law
from corduroy.simulation.materials.tissues import Tissue
from corduroy.simulation.vertebra.assess import Assessment, StateResult
from corduroy.simulation.vertebra.intervals import Sampled, interval_of
from corduroy.simulation.vertebra.neighbours import SegmentResult
from corduroy.simulation.vertebra.states import State

SCHEMA: Final = "corduroy/mechanics/1"
_DIGITS = 5


def assessment_document(found: Assessment, calibration: Calibration, materials: Materials) -> dict[str, Any]:
    """What was computed, of what it was made, and what is missing.

    Parameters
    ----------
    found : Assessment
    calibration : Calibration
    materials : Materials

    Returns
    -------
    dict
        Plain numbers of five digits, strings and lists; what is not known is None.
    """
    sampled = found.sampled
    return {
        "schema": SCHEMA,
        "level": found.level.value,
        "states": [_state(state, result, found) for state, result in found.states.items()],
        "loads": {name: measured(load) for name, load in found.loads.items()},
        "calibration": _calibration(calibration),
        "materials": _materials(materials),
        "reference_bone": found.donor or None,
        "volumes_ml": _volumes(found),
        "intervals": None
        if sampled is None
        else {"draws": sampled.draws, "voxel_mm": sampled.voxel_mm, "method": sampled.method},
        "missing": dict(found.missing),
    }


def measured(value: Measured | None) -> dict[str, Any] | None:
    """A measured value; its half-width is None where none was computed."""
    if value is None:
        return None
    return {
        "value": rounded(value.value),
        "uncertainty": rounded(value.uncertainty),
        "unit": value.unit,
        "method": value.method,
    }


def rounded(value: float) -> float | None:
    """Five digits; None for what is no number."""
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None


def _state(state: State, found: StateResult, whole: Assessment) -> dict[str, Any]:
    own, site = found.vertebra, found.vertebra.site
    bounds = {name: _bounds(whole.sampled, name, state, None) for name in ("stiffness", "strength")}
    changes = {name: _bounds(whole.sampled, name, state, State.AS_IS) for name in ("stiffness", "strength")}
    return {
        "state": state.value,
        "words": state.words,
        "stiffness": _spread(found.stiffness, bounds["stiffness"]),
        "strength": _spread(found.strength, bounds["strength"]),
        "linear_strength": [{"criterion": each.criterion, "force_n": rounded(each.force_n)} for each in own.linear],
        "load_to_strength": {
            name: _loaded(ratio, whole.loads[name], bounds["strength"])
            for name, ratio in found.load_to_strength.items()
        },
        "change_percent": {
            "stiffness": _changed(found.stiffness_change, changes["stiffness"]),
            "strength": _changed(found.strength_change, changes["strength"]),
        },
        "shell_share_percent": rounded(100 * own.shell_share),
        "first_failure": {
            "place": site.words,
            "ras_mm": [round(value, 1) for value in site.point_mm],
            "force_n": rounded(site.first_yield_n),
        },
        "segment": None if found.segment is None else _segment(found.segment),
    }


def _bounds(sampled: Sampled | None, name: str, state: State, against: State | None) -> tuple[float, float] | None:
    """Bounds of a further draw over the nominal value, or of its ratio to another state's."""
    if sampled is None:
        return None
    ratios = sampled.stiffness if name == "stiffness" else sampled.strength
    low, high = interval_of(ratios[state] if against is None else ratios[state] / ratios[against])
    return (low, high) if math.isfinite(low) else None


def _spread(value: Measured | None, bounds: tuple[float, float] | None) -> dict[str, Any] | None:
    """A measured value with its interval, which lies askew."""
    found = measured(value)
    if found is None or value is None:
        return None
    return found | {"interval": None if bounds is None else [rounded(bound * value.value) for bound in bounds]}


def _loaded(value: Measured, load: Measured, strength_bounds: tuple[float, float] | None) -> dict[str, Any] | None:
    """A ratio of load to strength; both errors are lognormal, so that the interval stays above 0."""
    found = measured(value)
    if found is None:
        return None
    if strength_bounds is None:
        return found | {"interval": None}
    low, high = load.interval
    reach = np.hypot(np.log(high / low) / 2, np.log(strength_bounds[1] / strength_bounds[0]) / 2)
    middle = value.value / np.sqrt(strength_bounds[0] * strength_bounds[1]) * np.sqrt(low * high) / load.value
    interval = [rounded(float(middle * np.exp(sign * reach))) for sign in (-1, 1)]
    return found | {"interval": interval}


def _changed(value: Measured | None, bounds: tuple[float, float] | None) -> dict[str, Any] | None:
    """A change in percent with its interval."""
    found = measured(value)
    if found is None or value is None:
        return None
    ratio = 1 + value.value / 100
    return found | {"interval": None if bounds is None else [rounded(100 * (bound * ratio - 1)) for bound in bounds]}


def _segment(found: SegmentResult) -> dict[str, Any]:
    return {
        "stiffness_n_per_mm": rounded(found.stiffness_n_per_mm),
        "facet_share_percent": {joint: rounded(100 * share) for joint, share in found.facet_share.items()},
        "strain_microstrain": {
            name: {"median": rounded(strain.median), "p95": rounded(strain.p95)}
            for name, strain in found.strains.items()
        },
    }


def _calibration(used: Calibration) -> dict[str, Any]:
    return {
        "kind": used.kind.value,
        "coefficients": [rounded(value) for value in used.coefficients],
        "method": used.method,
        "source": used.source,
        "half_width_mg_cm3_at_150_hu": rounded(1.96 * float(used.sd(150.0))),
        "notes": list(used.notes),
    }


def _materials(used: Materials) -> dict[str, Any]:
    return {
        "modulus": _law(used.modulus),
        "strength": _law(used.strength),
        "poisson": used.poisson,
        **{name: _tissue(getattr(used, name)) for name in ("cap", "disc", "facet", "cement")},
    }


def _law(law: Law) -> dict[str, Any]:
    return {"name": law.name, "quantity": law.quantity, "form": str(law.form), "source": law.doi, "read": law.verified}


def _tissue(tissue: Tissue) -> dict[str, Any]:
    return {"name": tissue.name, "modulus_mpa": rounded(tissue.modulus_mpa), "source": tissue.source}


def _volumes(found: Assessment) -> dict[str, Any]:
    """Volumes on the model's grid."""
    subject = found.subject
    each = subject.grid.voxel_mm**3 / 1000
    named = {"lesion": subject.lesion, "fill": subject.cement, "resection": subject.resection}
    bone = subject.bones.bone(found.level)
    volumes = {name: None if mask is None else rounded(float(np.sum(mask)) * each) for name, mask in named.items()}
    return volumes | {
        "body": rounded(float(subject.bones.body[found.level].sum()) * each),
        "bone": rounded(float(bone.sum()) * each),
    }
