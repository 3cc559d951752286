"""`characterise`: everything that is said of a delineated lesion, each number with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.errors import GeometryError, MeasurementError
from corduroy.imaging.volume import Volume
from corduroy.lesion.anomaly import differs
from corduroy.lesion.baseline import Baseline
from corduroy.lesion.bench import PARTS, Array, Bench, BoolArray
from corduroy.lesion.breach import CortexBreach
from corduroy.lesion.cortex import Cortex, lesion_cortex
from corduroy.lesion.delineate import Delineation
from corduroy.lesion.likeness import Likeness, hemangioma_likeness
from corduroy.lesion.outside import Extension, epidural_extension, paravertebral_extension
from corduroy.lesion.texture import Texture, lesion_texture
from corduroy.provenance import Measured

SCHEMA = "corduroy/lesion/1"
THIRDS = ("anterior", "middle", "posterior", "superior", "central", "inferior")
INVOLVED_FROM_PERCENT = 25.0
"""Share of a part from which it counts as involved; author's choice."""

_BORDER_MM = 2.0  # half-width of the 95 % interval of the border's place; from planted lesions
_LEAST_RELATIVE = 0.05  # of a volume: the mask of the vertebra is uncertain too
_LEAST_PART_VOXELS = 20


@dataclass(frozen=True, eq=False)
class LesionFindings:
    """What is seen of a lesion.

    Parameters
    ----------
    level : Level
    volume_ml : Measured
        In the bone.
    body_share : Measured
        Percent of the body's volume.
    thirds : dict of str to Measured
        Percent of each third: anterior, middle, posterior by depth; superior, central, inferior by height.
    parts : dict of str to Measured
        Percent of each part of the arch that was found, named ``"pedicle left"`` and so on.
    texture : Texture
    cortex : Cortex
    epidural : Extension or None
        None where the canal is not known.
    paravertebral : Extension
    uptake_hu : Measured or None
        Rise of the stroma in a contrasted phase.
    likeness : Likeness
        Means nothing where `differs` is False; the document then leaves it out.
    notes : tuple of str
    differs : bool or None
        Whether the lesion differs from the patient's intact vertebrae by more than the search without a seed asks for;
        None where that cannot be told.
    """

    level: Level
    volume_ml: Measured
    body_share: Measured
    thirds: dict[str, Measured]
    parts: dict[str, Measured]
    texture: Texture
    cortex: Cortex
    epidural: Extension | None
    paravertebral: Extension
    uptake_hu: Measured | None
    likeness: Likeness
    notes: tuple[str, ...]
    differs: bool | None

    @property
    def involved_parts(self) -> tuple[str, ...]:
        """Parts of the arch of which at least a quarter is lesion."""
        return tuple(name for name, share in self.parts.items() if share.value >= INVOLVED_FROM_PERCENT)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, schema ``corduroy/lesion/1``."""
        texture = {name: _json(getattr(self.texture, name)) for name in Texture.__dataclass_fields__}
        return {
            "schema": SCHEMA,
            "level": str(self.level),
            "volume_ml": _json(self.volume_ml),
            "body_share_percent": _json(self.body_share),
            "thirds_percent": {name: _json(value) for name, value in self.thirds.items()},
            "parts_percent": {name: _json(value) for name, value in self.parts.items()},
            "involved_parts": list(self.involved_parts),
            "texture": texture,
            "cortex": {
                "thinning_percent": _json(self.cortex.thinning_percent),
                "expansion_mm": _json(self.cortex.expansion_mm),
                "resolved": self.cortex.resolved,
                "smallest_breach_mm": _tenths(self.cortex.smallest_breach_mm),
                "expansion_place": self.cortex.expansion_place,
                "breaches": [_breach_json(breach) for breach in self.cortex.breaches],
                "endplates": {
                    name: {
                        "looked_at_percent": round(100.0 * endplate.looked_at),
                        "smallest_breach_mm": _tenths(endplate.smallest_breach_mm),
                        "breaches": [_breach_json(breach) for breach in endplate.breaches],
                    }
                    for name, endplate in self.cortex.endplates.items()
                },
            },
            "epidural": _extension_json(self.epidural),
            "paravertebral": _extension_json(self.paravertebral),
            "uptake_hu": _json(self.uptake_hu),
            "differs_from_intact": self.differs,
            "hemangioma_likeness": None if self.differs is False else _likeness_json(self.likeness),
            "notes": list(self.notes),
        }


def _breach_json(breach: CortexBreach) -> dict[str, Any]:
    return {
        "place": breach.place,
        "point_ras_mm": [round(float(c), 1) for c in breach.point],
        "diameter_mm": _json(breach.diameter_mm),
    }


def _likeness_json(likeness: Likeness) -> dict[str, Any]:
    return {
        "score": round(likeness.score, 2),
        "interval_95": [round(end, 2) for end in likeness.interval],
        "log_odds": _json(likeness.log_odds),
        "drivers": [
            {
                "feature": driver.name,
                "meaning": driver.meaning,
                "value": round(driver.value, 2),
                "log_odds": round(driver.pull, 2),
                "log_odds_uncertainty": round(driver.pull_uncertainty, 2),
            }
            for driver in likeness.drivers
        ],
        "words": likeness.words,
        "fitted": likeness.fitted,
    }


def characterise(
    delineation: Delineation,
    ct: Volume,
    spine: Spine,
    *,
    contrasted: Volume | None = None,
    baseline: Baseline | None = None,
) -> LesionFindings:
    """Describe a delineated lesion.

    Parameters
    ----------
    delineation : Delineation
        Found, or painted.
    ct : Volume
        Without contrast, or the only phase there is.
    spine : Spine
    contrasted : Volume, optional
        A phase with contrast, on the same grid.
    baseline : Baseline, optional
        The patient's intact vertebrae; by default all others of the spine.

    Returns
    -------
    LesionFindings

    Raises
    ------
    MeasurementError
        If no lesion was found.
    GeometryError
        If both phases are not on one grid.

    Notes
    -----
    Volumes and shares are uncertain by a border that may lie 2 mm farther in or out. Source of the definitions:
    author's choice; no published definition of most of these quantities exists.
    """
    if not delineation.found:
        raise MeasurementError(f"no lesion in {delineation.level} to describe", "a lesion", "paint or seed one")
    if contrasted is not None and not contrasted.same_grid_as(ct):
        raise GeometryError("the contrasted phase is on another grid", "both phases on one grid", "resample one")
    bench, inside = delineation.bench, delineation.inside
    intact = (baseline or Baseline.of(ct, spine)).without(bench.level)
    uptake = None if contrasted is None else bench.sampled(contrasted) - bench.grid.values
    texture = lesion_texture(bench, inside)
    epidural = epidural_extension(bench, inside, spine, ct, uptake)
    beside = paravertebral_extension(bench, inside, spine, uptake)
    soft_parts = [part.voxels for part in (epidural, beside) if part is not None and part.known]
    soft_part = np.logical_or.reduce([np.zeros_like(inside), *soft_parts])
    return LesionFindings(
        bench.level,
        _volume(bench, inside),
        _share(bench, inside, bench.in_body, "share of the body"),
        {name: _share(bench, inside, third, f"{name} third") for name, third in _thirds(bench).items()},
        {name: share for name in PARTS if (share := _part_share(bench, inside, name)) is not None},
        texture,
        lesion_cortex(bench, ct, inside, intact, texture.stroma_hu.value, soft_part),
        epidural,
        beside,
        None if uptake is None else _stroma_uptake(bench, inside, uptake, texture.stroma_hu.value),
        hemangioma_likeness(texture),
        delineation.notes,
        _differs(delineation, intact),
    )


def _differs(delineation: Delineation, intact: Baseline) -> bool | None:
    """What was found without help differs by the rule that found it; what a person pointed at is asked the same."""
    if delineation.how == "automatic":
        return True
    try:
        expected = intact.expectation(delineation.bench)
    except MeasurementError:  # too few vertebrae to compare with
        return None
    return differs(delineation.bench, expected, delineation.inside)


def _volume(bench: Bench, inside: BoolArray) -> Measured:
    volume = float(np.count_nonzero(inside)) * bench.voxel_ml
    uncertainty = max(_border_ml(bench, inside, bench.inside), _LEAST_RELATIVE * volume)
    return Measured(volume, "ml", uncertainty, "lesion volume in the bone", modality="CT")


def _border_ml(bench: Bench, inside: BoolArray, part: BoolArray) -> float:
    """Volume by which a border shifted by its uncertainty changes the lesion inside a part."""
    border = (inside ^ ndimage.binary_erosion(inside)) & ndimage.binary_dilation(bench.inside & ~inside) & part
    return float(np.count_nonzero(border)) * bench.voxel_ml * _BORDER_MM / float(bench.grid.step[0])


def _share(bench: Bench, inside: BoolArray, part: BoolArray, method: str) -> Measured:
    total = max(float(np.count_nonzero(part)), 1.0)
    share = 100.0 * float(np.count_nonzero(inside & part)) / total
    uncertainty = 100.0 * _border_ml(bench, inside, part) / (total * bench.voxel_ml)
    return Measured(share, "%", max(min(uncertainty, 100.0), 2.0), f"lesion: {method}", modality="CT")


def _part_share(bench: Bench, inside: BoolArray, name: str) -> Measured | None:
    part = bench.part(name)
    if part is None or np.count_nonzero(part) < _LEAST_PART_VOXELS:
        return None
    return _share(bench, inside, part, f"share of the {name}")


def _thirds(bench: Bench) -> dict[str, BoolArray]:
    x, y, z = (axis[bench.in_body] for axis in bench.coordinates)
    back, front = bench.body.wall(x, z), bench.body.front(x, z)
    low, high = bench.body.inferior.z(x, y), bench.body.superior.z(x, y)
    depth = np.clip((3 * (y - back) / np.maximum(front - back, 1.0)).astype(int), 0, 2)
    height = np.clip((3 * (z - low) / np.maximum(high - low, 1.0)).astype(int), 0, 2)
    thirds = {}
    for names, number in ((THIRDS[2::-1], depth), (THIRDS[:2:-1], height)):
        for k, name in enumerate(names):
            region = np.zeros_like(bench.in_body)
            region[bench.in_body] = number == k
            thirds[name] = region
    return {name: thirds[name] for name in THIRDS}


def _stroma_uptake(bench: Bench, inside: BoolArray, uptake: Array, stroma_hu: float) -> Measured:
    """Rise of the darker half of the lesion's voxels: columns of bone do not take up."""
    at = inside & bench.interior
    dark = at & (bench.grid.values <= max(float(np.median(bench.grid.values[at])), stroma_hu))
    rise = uptake[dark]
    error = 1.96 * float(rise.std()) / np.sqrt(max(len(rise) / 8.0, 1.0)) + 5.0
    return Measured(float(np.median(rise)), "HU", error, "lesion: rise of the stroma in the contrasted phase")


def _json(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {"value": round(measured.value, 2), "uncertainty": round(measured.uncertainty, 2), "unit": measured.unit}


def _tenths(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _extension_json(extension: Extension | None) -> dict[str, Any] | None:
    if extension is None:
        return None
    return {
        "volume_ml": _json(extension.volume_ml),
        "side": None if extension.side is None else str(extension.side),
        "canal_share_percent": _json(extension.canal_share),
        "known": extension.known,
    }
