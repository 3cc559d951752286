"""From a density image and masks to the modulus of every voxel, with one order of precedence."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.errors import ModelError, RepairWarning
from corduroy.imaging.density_kinds import DensityImage
from corduroy.imaging.volume import Box, FloatArray
from corduroy.simulation.materials.composite import Rule, cement_in_bone, mixture_modulus
from corduroy.simulation.materials.law import Law
from corduroy.simulation.materials.laws import FE_REFERENCE, FE_REFERENCE_YIELD
from corduroy.simulation.materials.tissues import DISC, FACET_CARTILAGE, PMMA_CAP, Tissue, shell_modulus

BoolArray = NDArray[np.bool_]
_MOST_UNKNOWN = 0.05  # author's choice: a bone of which more is unknown is not simulated


class Region(IntEnum):
    """What a voxel is made of; 0 is nothing."""

    EMPTY = 0
    BODY = 1
    ARCH = 2
    SHELL = 3
    LESION = 4
    CEMENT = 5
    CAP = 6
    DISC = 7
    FACET = 8


PRECEDENCE = ("resection", "cement", "lesion", "shell", "body", "arch", "caps", "discs", "facets")
"""Where masks overlap, the first of these has the voxel: what was taken out is gone, cement fills what it reaches, and
caps, discs and facet joints end at bone."""


@dataclass(frozen=True, eq=False)
class Regions:
    """Masks on the grid of the density; those not given are empty.

    Parameters
    ----------
    body, arch : ndarray of bool, shape (R, A, S)
        Bone whose modulus follows from its density.
    shell : ndarray of bool, optional
        Surface voxels that hold the cortex (`surface_of`); without it, the shell follows from its density too.
    lesion, resection, caps, discs, facets : ndarray of bool, optional
        `facets` is what fills the facet joints.
    cement : ndarray, optional
        True where cement is, or the share of the voxel that it fills, 0 to 1.

    Raises
    ------
    ModelError
        If shapes differ, a mask holds anything but truth values, or a share lies outside 0 to 1.
    """

    body: BoolArray
    arch: BoolArray | None = None
    shell: BoolArray | None = None
    lesion: BoolArray | None = None
    cement: BoolArray | FloatArray | None = None
    resection: BoolArray | None = None
    caps: BoolArray | None = None
    discs: BoolArray | None = None
    facets: BoolArray | None = None

    def __post_init__(self) -> None:
        for name, mask in self.given().items():
            if mask.shape != self.body.shape or mask.ndim != 3:
                raise ModelError(f"mask '{name}' of shape {mask.shape}", f"that of the body, {self.body.shape}")
            if name == "cement":
                if not ((mask >= 0) & (mask <= 1)).all():
                    raise ModelError("a cement share outside 0 to 1", "0 to 1 in every voxel")
            elif mask.dtype != np.bool_:
                raise ModelError(f"mask '{name}' of {mask.dtype}", "bool")

    def given(self) -> dict[str, NDArray[Any]]:
        """The masks that are there, by name."""
        masks = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: mask for name, mask in masks.items() if mask is not None}

    def box(self, margin: int = 1) -> Box:
        """The smallest box of voxels around all masks, with a margin inside the grid.

        Raises
        ------
        ModelError
            If all masks are empty.
        """
        anything: BoolArray = np.zeros(self.body.shape, dtype=bool)
        for mask in self.given().values():
            anything |= mask > 0
        found = ndimage.find_objects(anything.astype(np.uint8))
        if not found:
            raise ModelError("all masks are empty", "a bone")
        starts = [max(0, s.start - margin) for s in found[0]]
        stops = [min(n, s.stop + margin) for s, n in zip(found[0], self.body.shape, strict=True)]
        a, b, c = (slice(start, stop) for start, stop in zip(starts, stops, strict=True))
        return a, b, c

    def cropped(self, box: Box) -> Self:
        """The same masks inside a box."""
        return type(self)(**{name: mask[box] for name, mask in self.given().items()})


@dataclass(frozen=True)
class Materials:
    """Which law and which tissue for which region.

    Parameters
    ----------
    modulus, strength : Law
        For bone; of the kind of the density.
    poisson : float
        Of bone; 0.3 as in the finite-element reference.
    least_modulus_mpa : float
        Of bone voxels whose law gives less (fatty marrow): author's choice, keeps the contrast below 1e5.
    least_strength_mpa : float
        Of the same voxels: the least modulus strained by 1 %, author's choice.
    cap, disc, facet, cement : Tissue
        `cement` is what a voxel full of it is made of.
    lesion : Tissue, optional
        None: the law of the bone by the lesion's own density.
    shell_thickness_mm : float, optional
        With a shell mask: a cortex this thick in parallel with the voxel's bone. None: by density alone.
    cement_rule : str
        How cement and bone share a partly filled voxel (`mixture_modulus`).
    """

    modulus: Law = FE_REFERENCE
    strength: Law = FE_REFERENCE_YIELD
    poisson: float = 0.3
    least_modulus_mpa: float = 0.1
    least_strength_mpa: float = 0.001
    cap: Tissue = PMMA_CAP
    disc: Tissue = DISC
    facet: Tissue = FACET_CARTILAGE
    cement: Tissue = field(default_factory=cement_in_bone)
    lesion: Tissue | None = None
    shell_thickness_mm: float | None = None
    cement_rule: Rule = "middle"


@dataclass(frozen=True, eq=False)
class MaterialField:
    """What a finite-element model is made of.

    Parameters
    ----------
    modulus_mpa : ndarray, shape (R, A, S)
        Axial Young's modulus; 0 where nothing is.
    poisson : ndarray
    strength_mpa : ndarray
        Yield stress; infinite for materials without a known one, 0 where nothing is.
    region : ndarray of uint8
        `Region` of every voxel.
    box : tuple of slices
        Where this crop lies in the grid of the density.
    outside_range : tuple of 2 ints
        Bone voxels below and above the range of the modulus law.
    repaired : int
        Bone voxels whose unknown density was replaced.
    """

    modulus_mpa: FloatArray
    poisson: FloatArray
    strength_mpa: FloatArray
    region: NDArray[np.uint8]
    box: Box
    outside_range: tuple[int, int]
    repaired: int


def surface_of(mask: BoolArray) -> BoolArray:
    """The outermost voxels of a mask: those with a face to the outside."""
    return np.asarray(mask & ~ndimage.binary_erosion(mask))


def material_field(
    density: DensityImage, regions: Regions, materials: Materials | None = None, margin: int = 1
) -> MaterialField:
    """The modulus, Poisson's ratio and strength of every voxel, on a crop around the masks.

    Parameters
    ----------
    density : DensityImage
        Of the kind that the laws take.
    regions : Regions
        On the grid of `density`.
    materials : Materials, optional
    margin : int
        Empty voxels around the masks.

    Returns
    -------
    MaterialField

    Raises
    ------
    ModelError
        If shapes differ, the density is of another kind than the laws', there is no bone left, or more than 5 % of
        its density is unknown.

    Warns
    -----
    DoubtWarning
        How many bone voxels lie outside the range of the law.
    RepairWarning
        How many unknown densities were replaced by the median of the bone.

    Notes
    -----
    When this number misleads: the laws were fitted to trabecular bone; cortical voxels are extrapolated.
    """
    chosen = materials or Materials()
    if density.volume.shape != regions.body.shape:
        raise ModelError(f"masks of shape {regions.body.shape}", f"that of the density, {density.volume.shape}")
    box = regions.box(margin)
    cut = regions.cropped(box)
    region = _who_has(cut)
    bone = np.isin(region, (Region.BODY, Region.ARCH, Region.SHELL, Region.LESION, Region.CEMENT))
    if not np.isin(region, (Region.BODY, Region.ARCH, Region.SHELL)).any():
        raise ModelError("no bone is left by the masks", "a body or an arch")
    mg_cm3, repaired = _known(np.asarray(density.volume.array[box], dtype=np.float64), bone)
    chosen.modulus.warn_outside(mg_cm3[bone])
    modulus, strength = np.zeros(region.shape), np.zeros(region.shape)
    modulus[bone] = np.maximum(chosen.modulus.values(mg_cm3[bone], density.kind), chosen.least_modulus_mpa)
    strength[bone] = np.maximum(chosen.strength.values(mg_cm3[bone], density.kind), chosen.least_strength_mpa)
    result = MaterialField(
        modulus,
        np.where(bone, chosen.poisson, 0.0),
        strength,
        region,
        box,
        chosen.modulus.count_outside(mg_cm3[bone]),
        repaired,
    )
    _put_tissues(result, cut, chosen, float(density.volume.spacing.min()))
    return result


def _who_has(regions: Regions) -> NDArray[np.uint8]:
    """The region of every voxel by `PRECEDENCE`."""
    names = {"body": Region.BODY, "arch": Region.ARCH, "shell": Region.SHELL, "lesion": Region.LESION}
    names |= {"cement": Region.CEMENT, "caps": Region.CAP, "discs": Region.DISC, "facets": Region.FACET}
    names["resection"] = Region.EMPTY
    region = np.zeros(regions.body.shape, dtype=np.uint8)
    given = regions.given()
    for name in reversed(PRECEDENCE):
        if name in given:
            region[given[name] > 0] = names[name]
    return region


def _known(mg_cm3: FloatArray, bone: BoolArray) -> tuple[FloatArray, int]:
    """Densities with the unknown ones inside bone replaced."""
    unknown = bone & ~np.isfinite(mg_cm3)
    count = int(unknown.sum())
    if count == 0:
        return mg_cm3, 0
    if count > _MOST_UNKNOWN * bone.sum():
        raise ModelError(
            f"the density of {count} of {int(bone.sum())} bone voxels is unknown", f"at most {_MOST_UNKNOWN:.0%}"
        )
    filled = mg_cm3.copy()
    filled[unknown] = np.median(mg_cm3[bone & ~unknown])
    warnings.warn(
        RepairWarning(f"{count} bone voxels without a density were given the median of the bone"), stacklevel=3
    )
    return filled, count


def _put_tissues(into: MaterialField, regions: Regions, chosen: Materials, voxel_mm: float) -> None:
    """Materials that do not follow from density."""
    fixed = [(Region.CAP, chosen.cap), (Region.DISC, chosen.disc), (Region.FACET, chosen.facet)]
    if chosen.lesion is not None:
        fixed.append((Region.LESION, chosen.lesion))
    for region, tissue in fixed:
        here = into.region == region
        into.modulus_mpa[here] = tissue.modulus_mpa
        into.poisson[here] = tissue.poisson
        into.strength_mpa[here] = np.inf if tissue.strength_mpa is None else tissue.strength_mpa
    if chosen.shell_thickness_mm is not None:
        here = into.region == Region.SHELL
        added = shell_modulus(0.0, voxel_mm, chosen.shell_thickness_mm)
        share = min(1.0, chosen.shell_thickness_mm / voxel_mm)
        into.modulus_mpa[here] = added + (1 - share) * into.modulus_mpa[here]
    if regions.cement is not None:
        here = into.region == Region.CEMENT
        share = np.asarray(regions.cement, dtype=np.float64)[here]
        tissue = chosen.cement
        into.modulus_mpa[here] = mixture_modulus(
            tissue.modulus_mpa, into.modulus_mpa[here], share, chosen.cement_rule, tissue.poisson
        )
        into.poisson[here] = tissue.poisson
        yields = np.inf if tissue.strength_mpa is None else tissue.strength_mpa
        into.strength_mpa[here] = np.where(share > 0.5, yields, into.strength_mpa[here])
