"""The posterior elements of a vertebra: pedicles, laminae and processes, both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.pedicles import BoolArray, Pedicle, Side, find_pedicle
from corduroy.anatomy.vertebra import Vertebra

__all__ = ["Part", "Pedicle", "PosteriorElements", "Side", "find_pedicle", "find_posterior_elements"]

# All author's choice, set on the lumbar arch of a subregion mask and on thoracic arches by eye.
_COARSEST_FACET_MM = 2.0
_LAMINA_DEPTH_MM = 8.0  # in the midline, with the root of the spinous process
_JUNCTION_SHARE = 0.45  # of the pedicles' distance from the midline: the spinous process is within
_PARS_SHARE = 0.55  # of that distance: the lamina's edges rise and fall medial of it
_UPPER_EDGE, _LOWER_EDGE = 0.7, 1.3  # slopes of those edges; the lower one is steeper where the lamina hangs lower
_LEAST_ML = 0.15
_TIP_QUANTILE = 0.95
_ROOT_RATIO = 1.3  # width over height beyond which the section holds the root of a transverse process
_MIDLINE_MM = 1.5
_LEAST_ROWS = 4
_STEEPEST = 1.5  # of the lamina in the midline: y over z
_USUAL_PEDICLE = (15.0, 19.0, 4.0, 7.0)


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the posterior arch.

    Parameters
    ----------
    voxels : ndarray of bool
        On the grid of the vertebra's mask.
    volume_ml : float
    centre : ndarray, shape (3,)
        World mm.
    tip : ndarray, shape (3,)
        World mm; the end of a process (mean of its outermost twentieth), for a lamina its most posterior edge.
    """

    voxels: BoolArray
    volume_ml: float
    centre: FloatArray
    tip: FloatArray


@dataclass(frozen=True, eq=False)
class PosteriorElements:
    """Everything behind the vertebral body. Parts that are not there, or not to be told apart, are None.

    Parameters
    ----------
    pedicles : dict of Side to Pedicle or None
    pedicle_parts : dict of Side to Part or None
        The bone between the posterior wall and the middle of the canal.
    laminae : dict of Side to Part or None
        From behind the pedicle to the midline, between the articular processes.
    spinous_process : Part or None
    transverse_processes : dict of Side to Part or None
    superior_articular, inferior_articular : dict of Side to Part or None
        None for both sides where voxels are longer than 2 mm: the facets are then a voxel or two.
    flags : tuple of str
        What is missing or doubtful, in plain words.
    """

    pedicles: dict[Side, Pedicle | None]
    pedicle_parts: dict[Side, Part | None]
    laminae: dict[Side, Part | None]
    spinous_process: Part | None
    transverse_processes: dict[Side, Part | None]
    superior_articular: dict[Side, Part | None]
    inferior_articular: dict[Side, Part | None]
    flags: tuple[str, ...]


@dataclass(frozen=True)
class _Landmarks:
    """What divides one side of the arch, in the vertebra's local mm; lateral distances are positive."""

    pedicle_x: float
    edge_x: float
    z: float
    half_height: float


@dataclass(frozen=True)
class _MidlineLamina:
    """The bone behind the canal in the midline: its front ``y = start + slope z`` and its lower end, mm."""

    start: float
    slope: float
    bottom: float


@dataclass(frozen=True, eq=False)
class _Arch:
    """The voxels of the arch with their local coordinates."""

    voxels: NDArray[np.int64]
    local: FloatArray
    canal_y: float
    lamina: _MidlineLamina


def find_posterior_elements(vertebra: Vertebra) -> PosteriorElements:
    """Find pedicles, laminae and processes of one vertebra.

    Parameters
    ----------
    vertebra : Vertebra
        With its body and a point in its canal.

    Returns
    -------
    PosteriorElements

    Notes
    -----
    The pedicles are measured (see `find_pedicle`). All other parts are told apart by planes through landmarks:
    the pedicles, the middle of the canal, the bone behind the canal in the midline. When this misleads: there is
    no natural border between lamina, pars and articular processes, so volumes of these parts depend on this rule;
    after a laminectomy, or with a spondylolysis, what is left is shared out by the same planes.
    """
    pedicles = {side: find_pedicle(vertebra, side) for side in Side}
    flags = [f"no pedicle seen on the {side}" for side in Side if pedicles[side] is None]
    if vertebra.level.region == "cervical":
        flags.append("posterior elements of cervical vertebrae were not validated")
    flags += [_root_flag(pedicle) for pedicle in pedicles.values() if pedicle and _has_process_root(pedicle)]
    arch = _arch_of(vertebra)
    if vertebra.body is None or len(arch.voxels) == 0:
        return _nothing_behind(pedicles, (*flags, "no posterior arch seen"))
    landmarks = _landmarks(vertebra, pedicles)
    kinds = _kinds(arch, landmarks)
    parts = {kind: _sides(vertebra, arch, kinds == number, kind) for number, kind in enumerate(_OUTWARDS)}
    if float(vertebra.mask.spacing.max()) > _COARSEST_FACET_MM:
        parts["superior"] = parts["inferior"] = dict.fromkeys(Side)
        flags.append("voxels too long to tell the articular processes apart")
    flags += [f"no lamina seen on the {side}" for side in Side if parts["lamina"][side] is None]
    spinous = _part(vertebra, arch, kinds == list(_OUTWARDS).index("spinous"), "spinous", 1)
    if spinous is None:
        flags.append("no spinous process seen")
    return PosteriorElements(
        pedicles,
        parts["pedicle"],
        parts["lamina"],
        spinous,
        parts["transverse"],
        parts["superior"],
        parts["inferior"],
        tuple(flags),
    )


_OUTWARDS = {
    "pedicle": (0.0, 1.0, 0.0),
    "lamina": (0.0, -1.0, 0.0),
    "spinous": (0.0, -1.0, 0.0),
    "transverse": (1.0, 0.0, 0.0),
    "superior": (0.0, 0.0, 1.0),
    "inferior": (0.0, 0.0, -1.0),
}
"""The kinds of parts, by number, and the way in which their tips point (lateral, anterior, superior)."""


def _has_process_root(pedicle: Pedicle) -> bool:
    return pedicle.width_mm.value > _ROOT_RATIO * pedicle.height_mm.value


def _root_flag(pedicle: Pedicle) -> str:
    return f"the width of the {pedicle.side} pedicle includes the root of the transverse process"


def _nothing_behind(pedicles: dict[Side, Pedicle | None], flags: tuple[str, ...]) -> PosteriorElements:
    none: dict[Side, Part | None] = dict.fromkeys(Side)
    return PosteriorElements(pedicles, none, none, None, none, none, none, flags)


def _arch_of(vertebra: Vertebra) -> _Arch:
    voxels = np.argwhere(vertebra.arch_mask)
    local = vertebra.frame.local(vertebra.mask.world_from_voxel(voxels))
    canal_y = float(vertebra.frame.local(vertebra.canal_point)[1])
    return _Arch(voxels, local, canal_y, _midline_lamina(vertebra, canal_y))


def _midline_lamina(vertebra: Vertebra, canal_y: float) -> _MidlineLamina:
    """The lamina in the midline; where none is seen, as far behind the canal's middle as the posterior wall is before.

    A spinous process that slopes down under the canal is too far off to count.
    """
    if vertebra.body is None:
        return _MidlineLamina(canal_y, 0.0, 0.0)
    grid = vertebra.body.grid
    half_depth = float(vertebra.body.wall(0.0, 0.0)) - canal_y
    midline = np.abs(grid.x) <= _MIDLINE_MM
    behind = grid.values[midline, : grid.index(1, canal_y) + 1].mean(axis=0)[::-1] > 0.5
    depth = behind.argmax(axis=0) * grid.step[1]
    seen = behind.any(axis=0) & (depth < 2.0 * half_depth) & (depth > 0.0)
    if np.count_nonzero(seen) < _LEAST_ROWS:
        return _MidlineLamina(canal_y - half_depth, 0.0, 0.0)
    slope, start = np.polyfit(grid.z[seen], canal_y - depth[seen], 1)
    return _MidlineLamina(float(start), float(np.clip(slope, 0.0, _STEEPEST)), float(grid.z[seen].min()))


def _landmarks(vertebra: Vertebra, pedicles: dict[Side, Pedicle | None]) -> dict[Side, _Landmarks]:
    """From each side's pedicle; from the other side's, or the canal, where there is none."""
    own = {side: _landmark(vertebra, pedicle) for side, pedicle in pedicles.items() if pedicle is not None}
    spare = next(iter(own.values()), _Landmarks(*_USUAL_PEDICLE))
    return {side: own.get(side, spare) for side in Side}


def _landmark(vertebra: Vertebra, pedicle: Pedicle) -> _Landmarks:
    x, _, z = vertebra.frame.local(pedicle.point)
    width = min(pedicle.width_mm.value, _ROOT_RATIO * pedicle.height_mm.value)
    return _Landmarks(abs(float(x)), abs(float(x)) + width / 2, float(z), pedicle.height_mm.value / 2)


def _kinds(arch: _Arch, landmarks: dict[Side, _Landmarks]) -> NDArray[np.int64]:
    """The number of the kind of every arch voxel."""
    x, y, z = arch.local.T
    lateral = np.abs(x)
    right = x >= 0
    marks = {
        name: np.where(right, getattr(landmarks[Side.RIGHT], name), getattr(landmarks[Side.LEFT], name))
        for name in ("pedicle_x", "edge_x", "z", "half_height")
    }
    above, medial = z - marks["z"], marks["pedicle_x"] - lateral
    depth = arch.lamina.start + arch.lamina.slope * z - y
    pars = _PARS_SHARE * marks["pedicle_x"]
    fall = np.maximum((marks["z"] - marks["half_height"] - arch.lamina.bottom) / pars, _LOWER_EDGE)
    names = list(_OUTWARDS)
    conditions = {
        "spinous": (depth > _LAMINA_DEPTH_MM) & (lateral < _JUNCTION_SHARE * marks["pedicle_x"]),
        "transverse": lateral > marks["edge_x"] + np.clip(above - marks["half_height"] / 2, 0.0, None),
        "pedicle": y > arch.canal_y,
        "superior": above > _UPPER_EDGE * np.clip(medial, 0.0, None),
        "inferior": -above - marks["half_height"] > fall * np.clip(pars - lateral, 0.0, None),
    }
    chosen = np.select(list(conditions.values()), [names.index(n) for n in conditions], names.index("lamina"))
    return np.asarray(chosen)


def _sides(vertebra: Vertebra, arch: _Arch, chosen: BoolArray, kind: str) -> dict[Side, Part | None]:
    x = arch.local[:, 0]
    return {side: _part(vertebra, arch, chosen & (side.sign * x >= 0), kind, side.sign) for side in Side}


def _part(vertebra: Vertebra, arch: _Arch, chosen: BoolArray, kind: str, sign: int) -> Part | None:
    """The largest connected piece of the chosen voxels; None if it is too small to be a part."""
    voxel_ml = vertebra.mask.voxel_volume_mm3 / 1000.0
    if np.count_nonzero(chosen) * voxel_ml < _LEAST_ML:
        return None
    voxels, local = arch.voxels[chosen], arch.local[chosen]
    largest = _largest_piece(voxels)
    volume = float(np.count_nonzero(largest) * voxel_ml)
    if volume < _LEAST_ML:
        return None
    voxels, local = voxels[largest], local[largest]
    outwards = local @ (np.array(_OUTWARDS[kind]) * [sign, 1.0, 1.0])
    end = local[outwards >= np.quantile(outwards, _TIP_QUANTILE)]
    mask = np.zeros(vertebra.mask.shape, dtype=bool)
    mask[tuple(voxels.T)] = True
    frame = vertebra.frame
    return Part(mask, volume, frame.world(local.mean(axis=0)), frame.world(end.mean(axis=0)))


def _largest_piece(voxels: NDArray[np.int64]) -> BoolArray:
    """Which of the voxels belong to their largest 26-connected piece."""
    low = voxels.min(axis=0)
    box = np.zeros(voxels.max(axis=0) - low + 1, dtype=bool)
    box[tuple((voxels - low).T)] = True
    pieces, _ = ndimage.label(box, np.ones((3, 3, 3), dtype=bool))
    numbers = pieces[tuple((voxels - low).T)]
    return np.asarray(numbers == np.bincount(numbers).argmax())
