"""What is true of a synthetic spine: every quantity that Corduroy measures, from the surfaces themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.anatomy.level import Level
from corduroy.phantom.sagittal import HEIGHT_FRACTIONS, SagittalTruth, sagittal_truth
from corduroy.phantom.sections import (
    CanalTruth,
    PedicleTruth,
    body_volume_ml,
    body_width_mm,
    canal_truth,
    pedicle_truth,
)
from corduroy.phantom.spine import PhantomSpine

_TRABECULAR_DEPTH_MM = 4.0
_GENANT_LIMITS_PERCENT = (20.0, 25.0, 40.0)
_ENDS = {"T4-T12": (Level.T4, Level.T12), "L1-L5": (Level.L1, Level.L5), "L1-S1": (Level.L1, Level.S1)}


@dataclass(frozen=True, eq=False)
class VertebraTruth:
    """The truth about one vertebra, by Corduroy's definitions.

    Definitions
    -----------
    - Mid-sagittal plane: x = 0 of the construct frame. The endplates are curves z(y) there, from the posterior
      to the anterior wall at the rims (where the footprint ends).
    - Endplate line: least squares through both rims of the curve, 7.5-25 % and 75-92.5 % of the depth at
      mid-height. The wedge angle lies between both lines, kyphosis (anterior lower) positive.
    - Height axis: bisector of both lines' normals. Depth is the body's extent along the line half-way between
      the endplate lines; heights are distances between the endplate curves along the height axis at 10, 50 and
      90 % of that depth from the posterior wall (other fractions can be asked for).
    - Width: largest transverse extent in the plane that holds the half-way line and the x axis.
    - Volume: inside the body's surface, pedicles and fragment excluded; the cut is the body's posterior wall
      as if no pedicle sprang from it.
    - Canal: smallest section perpendicular to the construct frame's z within the range in which this
      vertebra's bone closes a ring; compromise ``((C1 + C2) - 2 C0) / (C1 + C2) * 100`` with the neighbours'
      areas C1 and C2 (10.1371/journal.pone.0135735).
    - Loss: ``1 - H / H_intact`` of this same vertebra before its fracture, percent.
    - Genant grade from the largest loss: 1 from 20, 2 from 25, 3 from 40 percent (10.1002/jbmr.5650080915).
    - Trabecular mean: noise-free HU over the body more than 4 mm below its surface.

    Parameters
    ----------
    level : Level
    frame : Frame
        Construct frame in the posed world (RAS+ mm).
    heights_mm, reference_heights_mm, height_loss_percent : dict of str to float
        Keyed ``"anterior"``, ``"middle"``, ``"posterior"``.
    deformity : {"none", "wedge", "biconcave", "crush"}
    genant_grade : int
    wedge_angle_deg, intact_wedge_angle_deg : float
    depth_mm, width_mm, volume_ml : float
    canal : CanalTruth or None
        None where the ring is nowhere closed.
    canal_compromise_percent : float or None
        None where a neighbour is missing.
    regional_cobb_deg : float or None
        Superior endplate line of the vertebra above to the inferior one of the vertebra below, projected on
        the plane perpendicular to the mean right-axis of these two, kyphosis positive; None without both.
    pedicles : dict of str to PedicleTruth
        ``"left"`` and ``"right"``, the patient's.
    trabecular_hu : float
    height_segments, endplate_curves, endplate_lines : dict of str to ndarray
        World RAS+ mm; see `SagittalTruth`.

    Notes
    -----
    Heights of S1 are those of the modelled block and mean nothing clinically.
    """

    level: Level
    frame: Frame
    heights_mm: dict[str, float]
    reference_heights_mm: dict[str, float]
    height_loss_percent: dict[str, float]
    deformity: Literal["none", "wedge", "biconcave", "crush"]
    genant_grade: int
    wedge_angle_deg: float
    intact_wedge_angle_deg: float
    depth_mm: float
    width_mm: float
    volume_ml: float
    canal: CanalTruth | None
    canal_compromise_percent: float | None
    regional_cobb_deg: float | None
    pedicles: dict[str, PedicleTruth]
    trabecular_hu: float
    height_segments: dict[str, FloatArray]
    endplate_curves: dict[str, FloatArray]
    endplate_lines: dict[str, FloatArray]


@dataclass(frozen=True)
class SpineTruth:
    """The truth about a spine.

    Parameters
    ----------
    vertebrae : tuple of VertebraTruth
        Cranial to caudal.
    alignment : dict of str to float or None
        ``"T4-T12"``, ``"L1-L5"`` (superior endplate line of the first, inferior of the last), ``"L1-S1"``
        (to the superior endplate of S1), kyphosis positive; ``"coronal_cobb"``, the largest angle between any
        superior and any lower inferior endplate seen from the front, unsigned. None where not modelled.
    """

    vertebrae: tuple[VertebraTruth, ...]
    alignment: dict[str, float | None]

    def __getitem__(self, level: Level | str) -> VertebraTruth:
        for vertebra in self.vertebrae:
            if vertebra.level == Level(level):
                return vertebra
        raise KeyError(level)


def spine_truth(spine: PhantomSpine, fractions: dict[str, float] | None = None) -> SpineTruth:
    """Measure all surfaces of a spine.

    Parameters
    ----------
    spine : PhantomSpine
    fractions : dict of str to float, optional
        Where heights are taken, as fractions of the depth from the posterior wall.
    """
    places = fractions or HEIGHT_FRACTIONS
    profiles = [sagittal_truth(v.body, places) for v in spine.vertebrae]
    canals = [canal_truth(spine, i) for i in range(len(spine.vertebrae))]
    vertebrae = tuple(_vertebra_truth(spine, i, profiles, canals, places) for i in range(len(spine.vertebrae)))
    return SpineTruth(vertebrae, _alignment(spine, profiles))


def _vertebra_truth(
    spine: PhantomSpine,
    index: int,
    profiles: list[SagittalTruth],
    canals: list[CanalTruth | None],
    fractions: dict[str, float],
) -> VertebraTruth:
    vertebra, profile = spine.vertebrae[index], profiles[index]
    intact = sagittal_truth(vertebra.body.intact(), fractions)
    loss = {n: 100.0 * (1.0 - h / intact.heights_mm[n]) for n, h in profile.heights_mm.items()}
    fracture = vertebra.body.fracture
    inner = 0 < index < len(profiles) - 1
    return VertebraTruth(
        level=vertebra.level,
        frame=vertebra.frame,
        heights_mm=profile.heights_mm,
        reference_heights_mm=intact.heights_mm,
        height_loss_percent=loss,
        deformity="none" if fracture is None else fracture.kind,
        genant_grade=sum(max(loss.values()) >= limit for limit in _GENANT_LIMITS_PERCENT),
        wedge_angle_deg=profile.wedge_angle_deg,
        intact_wedge_angle_deg=intact.wedge_angle_deg,
        depth_mm=profile.depth_mm,
        width_mm=body_width_mm(spine, index, profile.mid_height),
        volume_ml=body_volume_ml(spine, index),
        canal=canals[index],
        canal_compromise_percent=_compromise(canals[index - 1 : index + 2]) if inner else None,
        regional_cobb_deg=_cobb(spine, profiles, index - 1, index + 1) if inner else None,
        pedicles={side: pedicle_truth(spine, index, side) for side in ("left", "right")},
        trabecular_hu=_trabecular_mean(spine, index),
        height_segments=_to_world(vertebra.frame, profile.height_segments),
        endplate_curves=_to_world(vertebra.frame, profile.endplate_curves),
        endplate_lines=_to_world(vertebra.frame, profile.endplate_lines),
    )


def _to_world(frame: Frame, groups: dict[str, FloatArray]) -> dict[str, FloatArray]:
    return {name: frame.world(points) for name, points in groups.items()}


def _compromise(canals: list[CanalTruth | None]) -> float | None:
    areas = [c.area_mm2 for c in canals if c is not None]
    if len(areas) < 3:
        return None
    return 100.0 * (areas[0] + areas[2] - 2.0 * areas[1]) / (areas[0] + areas[2])


def _trabecular_mean(spine: PhantomSpine, index: int) -> float:
    vertebra = spine.vertebrae[index]
    low, high = np.array(vertebra.body.bounds)
    x, y, z = np.meshgrid(*(np.arange(a, b, 1.0) for a, b in zip(low, high, strict=True)))
    deep = vertebra.body.distance(x, y, z) < -_TRABECULAR_DEPTH_MM
    if not deep.any():
        return vertebra.bone.trabecular_hu
    return float(vertebra.bone.trabecular(x[deep], y[deep], z[deep]).mean())


def _cobb(spine: PhantomSpine, profiles: list[SagittalTruth], above: int, below: int, last: str = "inferior") -> float:
    """Angle from a superior endplate line to one further down, seen from the right."""
    upper, lower = spine.vertebrae[above].frame, spine.vertebrae[below].frame
    right = upper.right + lower.right
    first = upper.axes @ _direction(profiles[above].endplate_lines["superior"])
    second = lower.axes @ _direction(profiles[below].endplate_lines[last])
    return _signed_angle(first, second, right)


def _direction(line: FloatArray) -> FloatArray:
    return np.asarray(line[1] - line[0])


def _signed_angle(first: FloatArray, second: FloatArray, normal: FloatArray) -> float:
    """Angle from one direction to another about a normal, both projected on its plane, degrees."""
    unit = normal / np.linalg.norm(normal)
    a, b = (v - (v @ unit) * unit for v in (first, second))
    return float(np.rad2deg(np.arctan2(np.cross(a, b) @ unit, a @ b)))


def _alignment(spine: PhantomSpine, profiles: list[SagittalTruth]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for name, (first, last) in _ENDS.items():
        if first in spine.index and last in spine.index:
            end = "superior" if last is Level.S1 else "inferior"
            found[name] = _cobb(spine, profiles, spine.index[first], spine.index[last], end)
        else:
            found[name] = None
    found["coronal_cobb"] = _coronal_cobb(spine)
    return found


def _coronal_cobb(spine: PhantomSpine) -> float | None:
    tops, bottoms = zip(*(_coronal_lines(spine, i) for i in range(len(spine.vertebrae))), strict=True)
    angles = []
    for i in range(len(tops)):
        for j in range(i + 1, len(bottoms)):
            normal = spine.vertebrae[i].frame.anterior + spine.vertebrae[j].frame.anterior
            angles.append(abs(_signed_angle(tops[i], bottoms[j], normal)))
    return max(angles) if angles else None


def _coronal_lines(spine: PhantomSpine, index: int) -> tuple[FloatArray, FloatArray]:
    """World directions of both endplates in the plane y = 0, over the central 10 to 90 % of the width."""
    vertebra = spine.vertebrae[index]
    x = np.linspace(-0.4, 0.4, 161) * vertebra.body.width
    lines = []
    for curve in vertebra.body.surfaces(x, np.zeros_like(x)):
        slope = float(np.polyfit(x, curve, 1)[0])
        lines.append(vertebra.frame.axes @ np.array([1.0, 0.0, slope]))
    return lines[0], lines[1]
