"""`measure_spine`: every number of every vertebra, each with its uncertainty, its flags and its landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from corduroy.anatomy.canal import CanalRing
from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.vertebra import Body, Vertebra
from corduroy.morphometry.alignment import (
    SAGITTAL_CURVES,
    coronal_cobb_deg,
    regional_cobb_deg,
    sagittal_angle_deg,
)
from corduroy.morphometry.body_size import body_volume_ml, body_width_mm, trabecular_density
from corduroy.morphometry.deformity import deformity_score_percent, height_difference_percent, kind_of_deformity
from corduroy.morphometry.doubts import (
    BARREL,
    DEEPER,
    deeper_than_neighbours,
    deformity_error_percent,
    is_barrel,
    trust_left,
)
from corduroy.morphometry.height_loss import Loss, doubt_of_grade, height_losses
from corduroy.morphometry.results import (
    POSITIONS,
    CanalMeasurement,
    SpineMeasurement,
    VertebraLandmarks,
    VertebraMeasurement,
)
from corduroy.morphometry.sagittal import SagittalProfile, sagittal_profile
from corduroy.morphometry.settings import MorphometrySettings
from corduroy.morphometry.uncertainty import (
    angle_uncertainty_deg,
    area_uncertainty_mm2,
    body_length_uncertainty_mm,
    canal_length_uncertainty_mm,
    height_uncertainty_mm,
    volume_uncertainty_ml,
)
from corduroy.provenance import Z95, Measured, Modality, Posture, Provenance
from corduroy.scales.genant import genant_grade

_CALIBRATION_HU = 5.0  # author's choice: drift of a scanner's Hounsfield scale, 95 %
_LEAST_TRUST = 0.6
_AGAINST_NEIGHBOURS = "against both neighbours, bone only"
_LINE_DRAWN_BEYOND = 0.15
_NOT_GRADED = "not graded: Genant's scale was made for T4-L4"

Values = dict[str, Measured | None]


@dataclass(frozen=True)
class _Maker:
    """Stamps every number with how the patient was imaged."""

    modality: Modality
    posture: Posture
    acquired: date | None

    def __call__(self, value: float, unit: str, uncertainty: float, method: str) -> Measured:
        return Measured(
            value, unit, uncertainty, method, modality=self.modality, posture=self.posture, acquired=self.acquired
        )


def measure_spine(spine: Spine, settings: MorphometrySettings | None = None) -> SpineMeasurement:
    """Measure every vertebra of a spine.

    Parameters
    ----------
    spine : Spine
        From `corduroy.anatomy.build_spine`.
    settings : MorphometrySettings, optional

    Returns
    -------
    SpineMeasurement
        What cannot be measured is None, and a flag of the vertebra says why. Definitions: docs/measurements.md.
    """
    chosen = settings or MorphometrySettings()
    make = _maker(spine)
    profiles = _profiles(spine)
    heights = {level: _heights(spine.vertebrae[level], profiles.get(level), chosen, make) for level in spine.levels}
    differences = {level: height_difference_percent(profile) for level, profile in profiles.items()}
    deep = deeper_than_neighbours(spine, profiles)
    deformed = {level for level, value in differences.items() if genant_grade(value) > 0}
    presacral = {level: heights[level] for level in profiles if level.region != "sacral"}
    losses = height_losses(presacral, fractured=deformed)
    compromises = _canal_compromises(spine)
    measured = [
        _measure_vertebra(
            _Facts(
                vertebra,
                profiles.get(level),
                heights[level],
                losses.get(level),
                differences.get(level),
                regional_cobb_deg(profiles, level) if level in profiles else None,
                compromises.get(level),
                level in deep,
            ),
            spine,
            chosen,
            make,
        )
        for level, vertebra in spine.vertebrae.items()
    ]
    provenance = Provenance(
        "morphometry",
        {name: str(digest) for name, digest in _input_hashes(spine).items()},
        {**chosen.model_dump(), "scheme": spine.scheme.name},
    )
    return SpineMeasurement(tuple(measured), _alignment(profiles, make), provenance, spine.warnings)


def _maker(spine: Spine) -> _Maker:
    meta = spine.labels.meta if spine.ct is None else {**spine.labels.meta, **spine.ct.meta}
    modality: Modality = "label map" if spine.ct is None else meta.get("modality", "CT")
    return _Maker(modality, meta.get("posture", "unknown"), meta.get("acquired"))


def _input_hashes(spine: Spine) -> dict[str, str]:
    images = {"labels": spine.labels, **({} if spine.ct is None else {"ct": spine.ct})}
    return {name: image.meta["sha256"] for name, image in images.items() if "sha256" in image.meta}


def _profiles(spine: Spine) -> dict[Level, SagittalProfile]:
    """Profiles of the vertebrae that have a whole body in view."""
    found = {}
    for level, vertebra in spine.vertebrae.items():
        profile = sagittal_profile(vertebra) if not vertebra.cut else None
        if profile is not None:
            found[level] = profile
    return found


@dataclass(frozen=True)
class _Facts:
    """What is known of one vertebra before its record is written."""

    vertebra: Vertebra
    profile: SagittalProfile | None
    heights: Values
    loss: Loss | None
    difference: float | None
    regional_cobb: float | None
    compromise: tuple[float, float] | None
    deeper: bool


def _heights(
    vertebra: Vertebra, profile: SagittalProfile | None, settings: MorphometrySettings, make: _Maker
) -> Values:
    if profile is None or vertebra.level.region == "sacral":
        return dict.fromkeys(POSITIONS)
    spread = height_uncertainty_mm(vertebra)
    placed = _placed_on(vertebra)
    return {
        name: make(profile.height_mm(fraction), "mm", spread, f"endplate distance at {fraction:.0%} of depth{placed}")
        for name, fraction in settings.height_fractions.items()
    }


def _placed_on(vertebra: Vertebra) -> str:
    """Which endplates were placed on grey values, as an end to the method's name."""
    if vertebra.body is None:
        return ""
    sides = [plate.side for plate in (vertebra.body.superior, vertebra.body.inferior) if plate.edge == "grey values"]
    return f", {' and '.join(sides)} placed on grey values" if sides else ""


def _measure_vertebra(facts: _Facts, spine: Spine, settings: MorphometrySettings, make: _Maker) -> VertebraMeasurement:
    vertebra, profile, loss = facts.vertebra, facts.profile, facts.loss
    flags = list(vertebra.flags)
    score = grade = kind = None
    graded = vertebra.level.region in ("thoracic", "lumbar")
    if profile is not None and not graded:
        flags.append(_NOT_GRADED)
    if facts.deeper:
        flags.append(DEEPER)
    barrel = is_barrel(facts.heights)
    if barrel:
        flags.append(BARREL)
    percent = {} if loss is None else {name: m.value for name, m in loss.loss.items() if m is not None}
    if graded and not barrel and facts.difference is not None and len(percent) == len(POSITIONS):
        score = deformity_score_percent(facts.difference, percent)
        grade = genant_grade(score)
        kind = kind_of_deformity(grade, percent)
        flags += doubt_of_grade(score, deformity_error_percent(facts.heights))
    trust = vertebra.confidence
    if loss is not None:
        flags += loss.flags
        trust *= max(loss.trust, _LEAST_TRUST)
    density, density_flags = _density(vertebra, spine, settings, make)
    return VertebraMeasurement(
        level=vertebra.level,
        heights=facts.heights,
        reference_heights=dict.fromkeys(POSITIONS) if loss is None else dict(loss.reference),
        height_loss=dict.fromkeys(POSITIONS) if loss is None else dict(loss.loss),
        deformity=kind,
        genant_grade=None if grade is None else int(grade),
        deformity_score=score,
        wedge_angle=_wedge(profile, make),
        regional_cobb=_cobb(facts, make),
        canal=_canal(vertebra, facts.compromise, make),
        body=_body(vertebra, profile, make),
        trabecular_hu=density,
        confidence=0.0 if profile is None else trust * trust_left(barrel, facts.deeper),
        flags=tuple(dict.fromkeys([*flags, *density_flags])),
        landmarks=_landmarks(vertebra, profile, settings),
    )


def _wedge(profile: SagittalProfile | None, make: _Maker) -> Measured | None:
    if profile is None or profile.vertebra.level.region == "sacral":
        return None
    spread = np.sqrt(2.0) * angle_uncertainty_deg(profile.vertebra, profile.depth_mm)
    return make(profile.wedge_angle_deg, "deg", float(spread), "angle between the endplate lines")


def _cobb(facts: _Facts, make: _Maker) -> Measured | None:
    if facts.regional_cobb is None or facts.profile is None:
        return None
    spread = np.sqrt(2.0) * angle_uncertainty_deg(facts.vertebra, facts.profile.depth_mm)
    return make(facts.regional_cobb, "deg", float(spread), "Cobb, one level above to one below")


def _canal_compromises(spine: Spine) -> dict[Level, tuple[float, float]]:
    """Narrowing in percent and its uncertainty, where both neighbours have a closed canal."""
    found = {}
    for level, vertebra in spine.vertebrae.items():
        above, below = spine.neighbours(level)
        if vertebra.canal is None or not above or not below or above.canal is None or below.canal is None:
            continue
        rings = [(v, v.canal.area_mm2) for v in (above, below, vertebra) if v.canal is not None]
        spreads = [area_uncertainty_mm2(v, area) for v, area in rings]
        reference = (rings[0][1] + rings[1][1]) / 2
        percent = 100.0 * (reference - rings[2][1]) / reference
        relative = np.hypot(spreads[2], rings[2][1] / reference * np.hypot(spreads[0], spreads[1]) / 2) / reference
        found[level] = (percent, 100.0 * float(relative))
    return found


def _canal(vertebra: Vertebra, compromise: tuple[float, float] | None, make: _Maker) -> CanalMeasurement:
    ring = vertebra.canal
    if ring is None:
        return CanalMeasurement()
    method = "narrowest section closed by bone"
    frame = ring.frame
    narrowing = None if compromise is None else make(compromise[0], "%", compromise[1], _AGAINST_NEIGHBOURS)
    return CanalMeasurement(
        make(ring.area_mm2, "mm2", area_uncertainty_mm2(vertebra, ring.area_mm2), method),
        make(ring.ap_mm, "mm", canal_length_uncertainty_mm(vertebra, frame.anterior), method),
        make(ring.transverse_mm, "mm", canal_length_uncertainty_mm(vertebra, frame.right), method),
        narrowing,
    )


def _body(vertebra: Vertebra, profile: SagittalProfile | None, make: _Maker) -> Values:
    body = vertebra.body
    if body is None or profile is None or vertebra.level.region == "sacral":
        return {"volume": None, "depth": None, "width": None}
    volume = body_volume_ml(body)
    frame = vertebra.frame
    return {
        "volume": make(volume, "ml", volume_uncertainty_ml(vertebra, volume), "bone in front of the posterior wall"),
        "depth": make(profile.depth_mm, "mm", body_length_uncertainty_mm(vertebra, frame.anterior), "at mid-height"),
        "width": make(body_width_mm(body), "mm", body_length_uncertainty_mm(vertebra, frame.right), "at mid-height"),
    }


def _density(
    vertebra: Vertebra, spine: Spine, settings: MorphometrySettings, make: _Maker
) -> tuple[Measured | None, tuple[str, ...]]:
    body: Body | None = vertebra.body
    if spine.ct is None or body is None or vertebra.cut or vertebra.level.region == "sacral":
        return None, ()
    density = trabecular_density(body, spine.ct, settings.cortex_margin_mm)
    if density is None:
        return None, ("too little bone away from the cortex for a density",)
    spread = float(np.hypot(Z95 * density.standard_error_hu, _CALIBRATION_HU))
    return make(density.mean_hu, "HU", spread, f"mean beyond {settings.cortex_margin_mm:g} mm of the surface"), ()


def _alignment(profiles: dict[Level, SagittalProfile], make: _Maker) -> Values:
    found: Values = {}
    for name, (top, bottom, side) in SAGITTAL_CURVES.items():
        if top not in profiles or bottom not in profiles:
            found[name] = None
            continue
        ends = profiles[top], profiles[bottom]
        spread = float(np.linalg.norm([angle_uncertainty_deg(end.vertebra, end.depth_mm) for end in ends]))
        angle = sagittal_angle_deg(*ends, side)
        found[name] = make(angle, "deg", spread, f"superior endplate of {top} to {side} endplate of {bottom}")
    coronal = coronal_cobb_deg(profiles)
    found["coronal_cobb"] = None
    if coronal is not None:
        spreads = [angle_uncertainty_deg(profile.vertebra, profile.depth_mm) for profile in profiles.values()]
        found["coronal_cobb"] = make(coronal, "deg", 2.0 * max(spreads), "largest angle of endplates in front view")
    return found


def _landmarks(
    vertebra: Vertebra, profile: SagittalProfile | None, settings: MorphometrySettings
) -> VertebraLandmarks | None:
    if profile is None:
        return None
    ring: CanalRing | None = vertebra.canal
    fractions = settings.height_fractions
    return VertebraLandmarks(
        {name: profile.world(profile.height_ends(fraction)) for name, fraction in fractions.items()},
        {"superior": profile.world(profile.superior), "inferior": profile.world(profile.inferior)},
        {side: profile.world(profile.line_ends(side, _LINE_DRAWN_BEYOND)) for side in ("superior", "inferior")},
        None if ring is None else ring.contour_world(),
        vertebra.frame.origin,
        vertebra.frame.axes,
    )
