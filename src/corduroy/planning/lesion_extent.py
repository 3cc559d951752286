"""What the lesion's mask says by itself: how large it is, which parts it takes, and where it leaves the bone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.posterior import Part, PosteriorElements, find_posterior_elements
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import PlanError
from corduroy.lesion import Extension, LesionFindings
from corduroy.morphometry.uncertainty import volume_uncertainty_ml
from corduroy.planning.leak_sites import BreachedCortex
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.lesion_parts import PartName
from corduroy.provenance import Measured
from corduroy.scales import Reading, TomitaRegions, WbbExtent, WbbLayer, WbbNumbering, WbbSide, sosg_zone_at

BoolArray = NDArray[np.bool_]

# All author's choice.
_INVOLVED_PERCENT = 10.0  # of a part of the arch: less may be the border of two masks
_ZONE_SHARE = 0.02  # of the lesion in a sector of the WBB clock
_SIDE_SHARE = 0.8  # of a soft part on one side of the midline: it lies on that side
_LEAST_CONTACT_MM = 3.0
_NEAR_BODY_MM = 2.0
_CONTACT = "a part of the lesion outside the bone touches the wall"
_DEEP_MM = 3.0  # below the bone's surface: the deep layer of WBB


@dataclass(frozen=True)
class SoftPart:
    """The lesion outside the bone.

    Parameters
    ----------
    volume : Measured
        ml.
    side : Side or None
        The patient's, if four fifths of it lie there; None for a midline part, or where there is none.
    """

    volume: Measured
    side: Side | None


@dataclass(frozen=True)
class LesionExtent:
    """The lesion in numbers.

    Parameters
    ----------
    in_bone : Measured
        ml.
    body_share : Measured
        Percent of the vertebral body.
    parts_percent : dict of str to float or None
        Share of each part of the arch, ``"pedicle left"``, ``"spinous process"`` and so on; None: part not seen.
    involved : tuple of str
        The parts of which at least a tenth is taken by the mask; a quarter, where the grey values were looked at.
    epidural, paravertebral : SoftPart or None
        None where nothing could show it.
    other_vertebrae : bool
        Whether it reaches into a neighbour.
    breaches : tuple of BreachedCortex
        Where a part outside the bone touches the body over at least 3 mm: it has come through there or nearby.
    wbb : WbbExtent
    """

    in_bone: Measured
    body_share: Measured
    parts_percent: dict[str, float | None]
    involved: tuple[str, ...]
    epidural: SoftPart | None
    paravertebral: SoftPart | None
    other_vertebrae: bool
    breaches: tuple[BreachedCortex, ...]
    wbb: WbbExtent

    def takes(self, kind: str, side: Side | None = None) -> bool | None:
        """Whether a kind of part is involved, on a side or on any; None if no such part was seen."""
        names = [name for name in self.parts_percent if name.startswith(kind)]
        asked = [name for name in names if side is None or name.endswith(side.value)]
        if any(name in self.involved for name in asked):
            return True
        return None if not asked or any(self.parts_percent[name] is None for name in asked) else False

    @property
    def regions(self) -> TomitaRegions:
        """The regions that Tomita's types are made of; further lesions elsewhere are not looked for."""
        return TomitaRegions(
            body=self.body_share.value > 0,
            pedicle=self.takes("pedicle"),
            lamina=self.takes("lamina"),
            epidural=None if self.epidural is None else self.epidural.volume.value > 0,
            paravertebral=None if self.paravertebral is None else self.paravertebral.volume.value > 0,
            adjacent=self.other_vertebrae,
        )

    def reading_mm3(self, *parts: SoftPart | None) -> Reading | None:
        """Volume of soft parts together, mm³; None if one is not known."""
        known = [part.volume for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return Reading(1000.0 * sum(v.value for v in known), 1000.0 * sum(v.uncertainty for v in known))


def extent_of(lesion: LesionMask, spine: Spine, findings: LesionFindings | None = None) -> LesionExtent:
    """Measure a lesion's mask against the vertebra that it lies in.

    Parameters
    ----------
    lesion : LesionMask
    spine : Spine
    findings : LesionFindings, optional
        Of the same lesion. Volume in bone and shares are then taken from it, so that a plan holds one number of each.

    Raises
    ------
    PlanError
        If the vertebra has no body of its own.

    Notes
    -----
    When this misleads: a mask that strays by a voxel touches parts that the lesion spares; bone that is gone from the
    labels is missing from the body's volume.
    """
    vertebra = spine.vertebrae[lesion.level]
    if vertebra.body is None:
        raise PlanError(f"{lesion.level} without a body of its own", "a vertebra with its body")
    inside = lesion.on(vertebra.mask)
    own = float(np.count_nonzero(inside)) * vertebra.mask.voxel_volume_mm3 / 1000.0
    whole = lesion.volume_ml("in bone")
    in_bone, body_share, shares, involved = _in_bone(lesion, vertebra, inside, findings)
    return LesionExtent(
        in_bone,
        body_share,
        shares,
        involved,
        _soft(lesion, vertebra, "epidural", None if findings is None else findings.epidural),
        _soft(lesion, vertebra, "paravertebral", None if findings is None else findings.paravertebral),
        whole > 1.2 * own + 0.1,
        _breaches(lesion, vertebra),
        _wbb(lesion, vertebra, inside),
    )


def _in_bone(
    lesion: LesionMask, vertebra: Vertebra, inside: BoolArray, findings: LesionFindings | None
) -> tuple[Measured, Measured, dict[str, float | None], tuple[str, ...]]:
    """Volume, share of the body, share of every part of the arch, and the parts that count as involved."""
    elements = find_posterior_elements(vertebra)
    if findings is not None:
        seen = {name: findings.parts.get(name) for name in _parts(elements)}
        shares = {name: None if share is None else share.value for name, share in seen.items()}
        return findings.volume_ml, findings.body_share, shares, findings.involved_parts
    shares = {name: _share(inside, part) for name, part in _parts(elements).items()}
    involved = tuple(name for name, value in shares.items() if value is not None and value >= _INVOLVED_PERCENT)
    body = vertebra.body_mask
    share = 100.0 * float(np.count_nonzero(inside & body)) / float(np.count_nonzero(body) or 1)
    body_share = Measured(share, "%", share * volume_uncertainty_ml(vertebra, 1.0), "lesion mask in the body")
    volume = lesion.volume_ml("in bone")
    in_bone = Measured(volume, "ml", volume_uncertainty_ml(vertebra, volume), "voxels of the lesion mask in bone")
    return in_bone, body_share, shares, involved


def _parts(elements: PosteriorElements) -> dict[str, Part | None]:
    paired = {
        "pedicle": elements.pedicle_parts,
        "lamina": elements.laminae,
        "transverse process": elements.transverse_processes,
        "superior articular process": elements.superior_articular,
        "inferior articular process": elements.inferior_articular,
    }
    named = {f"{kind} {side.value}": sides[side] for kind, sides in paired.items() for side in Side}
    return {**named, "spinous process": elements.spinous_process}


def _share(inside: BoolArray, part: Part | None) -> float | None:
    if part is None:
        return None
    return 100.0 * float(np.count_nonzero(inside & part.voxels)) / float(np.count_nonzero(part.voxels))


def _soft(lesion: LesionMask, vertebra: Vertebra, name: PartName, seen: Extension | None) -> SoftPart | None:
    """A soft part as the mask has it; as the grey values showed it, where they made the mask."""
    if not lesion.outside_known:
        return None
    if lesion.by_grey_values:
        return None if seen is None else SoftPart(seen.volume_ml, seen.side)
    points = lesion.points(name)
    volume = lesion.volume_ml(name)
    spread = volume_uncertainty_ml(vertebra, volume)
    measured = Measured(volume, "ml", spread, f"{name} voxels of the lesion mask")
    if not len(points):
        return SoftPart(measured, None)
    middle = vertebra.frame.local(vertebra.canal_point)[0]
    right = float((vertebra.frame.local(points)[:, 0] > middle).mean())
    if max(right, 1.0 - right) < _SIDE_SHARE:
        return SoftPart(measured, None)
    return SoftPart(measured, Side.RIGHT if right > 0.5 else Side.LEFT)


def _breaches(lesion: LesionMask, vertebra: Vertebra) -> tuple[BreachedCortex, ...]:
    """Patches of the body's surface that a part outside the bone touches; how large the hole is, is not known."""
    grid = vertebra.mask
    outside = lesion.on(grid, "epidural") | lesion.on(grid, "paravertebral")
    if not outside.any():
        return ()
    from_body = ndimage.distance_transform_edt(~vertebra.body_mask, sampling=tuple(grid.spacing))
    touching = (grid.array > 0) & (from_body <= _NEAR_BODY_MM) & ndimage.binary_dilation(outside)
    patches, count = ndimage.label(touching, np.ones((3, 3, 3), dtype=bool))
    face_mm2 = float(grid.voxel_volume_mm3 ** (2.0 / 3.0))
    found = []
    for number in range(1, count + 1):
        voxels = np.argwhere(patches == number)
        if float(np.sqrt(4.0 * len(voxels) * face_mm2 / np.pi)) >= _LEAST_CONTACT_MM:
            x, y, z = grid.world_from_voxel(voxels).mean(axis=0)
            found.append(BreachedCortex((float(x), float(y), float(z)), basis=_CONTACT))
    return tuple(found)


def _wbb(lesion: LesionMask, vertebra: Vertebra, inside: BoolArray) -> WbbExtent:
    points = np.concatenate([lesion.points(name) for name in ("in bone", "epidural", "paravertebral")])
    offset = vertebra.frame.local(points) - vertebra.frame.local(vertebra.canal_point)
    zones = np.array([sosg_zone_at(float(x), float(y)) for x, y in offset[:, :2] if x or y])
    counts = np.bincount(zones, minlength=13)
    taken = frozenset(int(zone) for zone in np.flatnonzero(counts >= max(1.0, _ZONE_SHARE * len(zones))))
    right = float((offset[:, 0] > 0).mean())
    side = WbbSide.BOTH
    if max(right, 1.0 - right) >= _SIDE_SHARE:
        side = WbbSide.RIGHT if right > 0.5 else WbbSide.LEFT
    return WbbExtent(WbbNumbering.SOSG, taken, _layers(lesion, vertebra, inside), side)


def _layers(lesion: LesionMask, vertebra: Vertebra, inside: BoolArray) -> frozenset[WbbLayer]:
    padded = np.pad(vertebra.mask.array > 0, 1)
    depth = ndimage.distance_transform_edt(padded, sampling=tuple(vertebra.mask.spacing))[1:-1, 1:-1, 1:-1]
    present = {
        WbbLayer.A: lesion.volume_ml("paravertebral") > 0,
        WbbLayer.B: bool((inside & (depth <= _DEEP_MM)).any()),
        WbbLayer.C: bool((inside & (depth > _DEEP_MM)).any()),
        WbbLayer.D: lesion.volume_ml("epidural") > 0,
    }
    return frozenset(layer for layer, there in present.items() if there)
