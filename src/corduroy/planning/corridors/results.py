"""Needle corridors as results: frozen, in world RAS+ millimetres, and ready for the plan's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.anatomy.posterior import Side
from corduroy.planning.corridors.avoided import Avoided, Source
from corduroy.planning.corridors.settings import CorridorSettings
from corduroy.provenance import Measured

FloatArray = NDArray[np.float64]
Point = tuple[float, float, float]


class Kind(StrEnum):
    """The way that a corridor takes into the vertebra."""

    TRANSPEDICULAR = "transpedicular"
    COSTOVERTEBRAL = "costovertebral"
    POSTEROLATERAL = "posterolateral"
    TRANSLAMINAR = "translaminar"


def kind_and_side(number: int) -> tuple[Kind, Side]:
    """What a number of `corduroy.planning.corridors.on_the_way.kind_of_way` stands for."""
    return tuple(Kind)[number // 2], (Side.LEFT, Side.RIGHT)[number % 2]


@dataclass(frozen=True)
class Angles:
    """A needle's direction, degrees.

    Parameters
    ----------
    axial_deg : float
        Between the needle and straight anterior, in the axial plane; positive where the hub leans to the patient's
        right, so that the tip goes to the left.
    sagittal_deg : float
        Between the needle and the axial plane; positive where the hub leans to cranial, so that the tip goes caudally.
    """

    axial_deg: float
    sagittal_deg: float


@dataclass(frozen=True)
class PedicleWalls:
    """Bone in mm between the needle's surface and the pedicle's walls at its isthmus; negative: through the wall.

    ``left`` and ``right`` are the patient's.
    """

    left_mm: float
    right_mm: float
    above_mm: float
    below_mm: float
    nearest_mm: float


@dataclass(frozen=True)
class Robustness:
    """Shares of misplaced needles that still touch nothing they must not.

    Parameters
    ----------
    from_entry : float
        The hub misses the entry by up to `error_mm` and the direction is wrong by up to `error_deg`, uncorrected.
    from_bone : float
        The same errors where the needle meets the bone: it was seen and aimed anew on the way there.
    on_target : float
        Of all placements from the bone, those that are clear and end in the lesion.
    placements : int
    """

    from_entry: float
    from_bone: float
    on_target: float
    placements: int

    @property
    def worth(self) -> float:
        """What robustness adds to a corridor's rank: being safe counts twice as much as hitting (author's choice)."""
        return self.from_bone + 0.5 * self.on_target


@dataclass(frozen=True)
class Corridor:
    """One straight way for a needle.

    Parameters
    ----------
    kind, side
        The way it takes; the patient's side on which it meets the bone.
    entry_mm, bone_mm, target_mm : tuple of 3 floats
        World RAS+; on the skin (or bone), where bone is first met, the tip.
    to_gantry, to_vertebra : Angles
        Against the scanner's axes and the vertebra's own.
    depth_mm, bone_depth_mm : float
        From the entry, and from the first bone, to the tip.
    bone_part : str
        What bone is met first.
    in_target_mm, coverage : float
        The needle's length inside the lesion; the share of the lesion that lies near that length.
    clearances : dict of Avoided to Measured
        From the needle's surface to the nearest voxel of each structure nearer than 20 mm. The uncertainty is one
        voxel in that direction, which is how much borders of network-made masks stray; errors of placement come on
        top.
    tightest : Avoided or None
        The structure that leaves the least beyond its margin.
    spare_mm : float
        What it leaves beyond its margin.
    walls : PedicleWalls or None
        Of a transpedicular corridor.
    gauge : int
        The needle that was asked for.
    largest_gauge : int or None
        The thickest one of the table that keeps all margins, and the pedicle's walls where it passes one.
    robustness : Robustness
    merit : float
        Room, length in the lesion, centrality and walls in one number; author's choice, see docs/corridors.md.
    remarks : tuple of str
        What a person must know before using it.
    """

    kind: Kind
    side: Side
    entry_mm: Point
    bone_mm: Point
    target_mm: Point
    to_gantry: Angles
    to_vertebra: Angles
    depth_mm: float
    bone_depth_mm: float
    bone_part: str
    in_target_mm: float
    coverage: float
    clearances: Mapping[Avoided, Measured]
    tightest: Avoided | None
    spare_mm: float
    walls: PedicleWalls | None
    gauge: int
    largest_gauge: int | None
    robustness: Robustness
    merit: float
    remarks: tuple[str, ...] = ()

    @property
    def rank(self) -> float:
        """Merit, robustness from the bone and half the share on target, added: what corridors are ordered by."""
        return self.merit + self.robustness.worth

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, lists and strings for JSON."""
        return {
            "kind": self.kind.value,
            "side": self.side.value,
            "entry_ras_mm": _rounded(self.entry_mm),
            "bone_ras_mm": _rounded(self.bone_mm),
            "target_ras_mm": _rounded(self.target_mm),
            "to_gantry": _angles(self.to_gantry),
            "to_vertebra": _angles(self.to_vertebra),
            "depth_mm": round(self.depth_mm, 1),
            "bone_depth_mm": round(self.bone_depth_mm, 1),
            "bone_part": self.bone_part,
            "in_target_mm": round(self.in_target_mm, 1),
            "coverage": round(self.coverage, 3),
            "clearances_mm": {
                group.value: {"value": round(found.value, 2), "uncertainty": round(found.uncertainty, 2)}
                for group, found in self.clearances.items()
            },
            "tightest": None if self.tightest is None else self.tightest.value,
            "spare_mm": round(self.spare_mm, 2),
            "pedicle_walls_mm": None if self.walls is None else _rounded_fields(self.walls),
            "gauge": self.gauge,
            "largest_gauge": self.largest_gauge,
            "robustness": _rounded_fields(self.robustness),
            "merit": round(self.merit, 3),
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, eq=False)
class EntryMap:
    """Every entry that was tried, and what it offers.

    Parameters
    ----------
    points_mm : ndarray, shape (rows, columns, 3)
        World RAS+; NaN where there is no entry. From the skin, rows run from caudal to cranial and columns around the
        patient from left to right; from bone there is one row.
    spare_mm : ndarray, shape (rows, columns)
        Of the entry's best corridor: what stays beyond all margins, mm; negative: what is missing. NaN where no
        target is within the limits of angle and depth. Where negative it is cut off at the needle inside the structure.
    reachable : ndarray, shape (rows, columns)
        Share of the target points that are reached safely.
    kinds : ndarray of uint8, shape (rows, columns)
        1 + the place in `Kind` of the best safe corridor, 0 where there is none.
    around_deg, height_mm : ndarray
        Columns by the angle from straight behind (positive to the patient's right), rows by world height; empty from
        bone.
    """

    points_mm: FloatArray
    spare_mm: FloatArray
    reachable: FloatArray
    kinds: NDArray[np.uint8]
    around_deg: FloatArray
    height_mm: FloatArray


@dataclass(frozen=True)
class Blocker:
    """A structure and the share of all tried corridors that it stops first, seen from the lesion."""

    structure: Avoided
    share: float


@dataclass(frozen=True, eq=False)
class CorridorPlan:
    """What the search found.

    Parameters
    ----------
    level : Level
    corridors : tuple of Corridor
        The first of each kind and side, by rank; then the others.
    entries : EntryMap
    sources : dict of Avoided to Source
        How the place of each structure is known.
    blockers : tuple of Blocker
        Most frequent first.
    candidates, safe_candidates : int
        Pairs of entry and target within the limits of angle and depth, and those of them that keep all margins.
    missing_mm : float or None
        Where nothing is safe: by how much the best corridor falls short of its margins.
    verdict : str
        In words.
    notes : tuple of str
        What makes the plan doubtful.
    settings : CorridorSettings
    """

    level: Level
    corridors: tuple[Corridor, ...]
    entries: EntryMap
    sources: Mapping[Avoided, Source]
    blockers: tuple[Blocker, ...]
    candidates: int
    safe_candidates: int
    missing_mm: float | None
    verdict: str
    notes: tuple[str, ...]
    settings: CorridorSettings

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, lists and strings for JSON; the map of entries is left out (it is an image)."""
        return {
            "level": str(self.level),
            "settings": self.settings.model_dump(mode="json"),
            "verdict": self.verdict,
            "corridors": [corridor.as_dict() for corridor in self.corridors],
            "sources": {group.value: source.value for group, source in self.sources.items()},
            "blockers": [{"structure": b.structure.value, "share": round(b.share, 4)} for b in self.blockers],
            "candidates": self.candidates,
            "safe_candidates": self.safe_candidates,
            "missing_mm": None if self.missing_mm is None else round(self.missing_mm, 2),
            "notes": list(self.notes),
        }


def _rounded(point: Point) -> list[float]:
    return [round(value, 2) for value in point]


def _angles(angles: Angles) -> dict[str, Any]:
    hub = "right" if angles.axial_deg > 0 else "left"
    lean = "cranial" if angles.sagittal_deg > 0 else "caudal"
    return {
        "axial_deg": round(angles.axial_deg, 1),
        "hub_leans_to": hub,
        "sagittal_deg": round(angles.sagittal_deg, 1),
        "hub_leans_up_or_down": lean,
    }


def _rounded_fields(values: PedicleWalls | Robustness) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in vars(values).items()}
