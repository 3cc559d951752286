"""What a bone density is a density of, and the published relations between the kinds.

Equivalent, ash and apparent density differ by a factor of two and more: a law fitted to one of them is refused the
others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from corduroy.errors import SettingsError
from corduroy.imaging.volume import FloatArray, Volume


class DensityKind(StrEnum):
    """What is weighed per volume of bone with its marrow."""

    K2HPO4 = "K2HPO4-equivalent"
    HYDROXYAPATITE = "hydroxyapatite-equivalent"
    ASH = "ash"
    APPARENT_WET = "apparent wet"


@dataclass(frozen=True, eq=False)
class DensityImage:
    """A volume in mg/cm3 that knows of what.

    Parameters
    ----------
    volume : Volume
        Density in mg/cm3; NaN where it is unknown.
    kind : DensityKind
    uncertainty_mg_cm3 : float
        Half-width of the 95 % interval of the mean of a region, as far as the calibration goes.
    method : str
        How it was obtained.
    """

    volume: Volume
    kind: DensityKind
    uncertainty_mg_cm3: float
    method: str


@dataclass(frozen=True)
class KindRelation:
    """A linear relation ``to = slope * from + intercept`` between two kinds, in mg/cm3.

    Parameters
    ----------
    start, end : DensityKind
    slope, intercept_mg_cm3 : float
    source, site : str
        Where it was published, and for which bone.
    """

    start: DensityKind
    end: DensityKind
    slope: float
    intercept_mg_cm3: float
    source: str
    site: str


RELATIONS = (
    KindRelation(
        DensityKind.K2HPO4,
        DensityKind.HYDROXYAPATITE,
        1.15,
        -7.32,
        "Faulkner 1993, Osteoporos Int 3:36-42, as quoted by a secondary source; slope 1/0.86 (80 kVp) to 1/0.81 "
        "(140 kVp) in Goodsitt 1992, Bone Miner 19:145-158 (abstract read)",
        "calibration standards",
    ),
    KindRelation(
        DensityKind.K2HPO4,
        DensityKind.ASH,
        1.22,
        52.3,
        "table 1 of 10.1186/s40634-016-0072-2 (read)",
        "femur: no vertebral relation was found",
    ),
    KindRelation(
        DensityKind.ASH,
        DensityKind.APPARENT_WET,
        1 / 0.6,
        0.0,
        "table 1 of 10.1186/s40634-016-0072-2 (read)",
        "femur: no vertebral relation was found",
    ),
)


def relation_path(start: DensityKind, end: DensityKind) -> tuple[tuple[KindRelation, bool], ...]:
    """The relations that lead from one kind to another, each with whether it is walked backwards.

    Raises
    ------
    SettingsError
        If none are known.
    """
    paths: list[tuple[DensityKind, tuple[tuple[KindRelation, bool], ...]]] = [(start, ())]
    seen = {start}
    while paths:
        kind, path = paths.pop(0)
        if kind == end:
            return path
        for relation in RELATIONS:
            for here, there, backwards in ((relation.start, relation.end, False), (relation.end, relation.start, True)):
                if here == kind and there not in seen:
                    seen.add(there)
                    paths.append((there, (*path, (relation, backwards))))
    raise SettingsError(f"no relation leads from {start} to {end} density", f"one of {', '.join(DensityKind)}")


def convert_density(values_mg_cm3: FloatArray, start: DensityKind, end: DensityKind) -> FloatArray:
    """Densities of another kind.

    Parameters
    ----------
    values_mg_cm3 : ndarray
    start, end : DensityKind

    Returns
    -------
    ndarray
        In mg/cm3, of kind `end`.

    Raises
    ------
    SettingsError
        If no published relation connects them.

    Notes
    -----
    When this number misleads: ash and apparent density of vertebrae come from relations fitted to the femur.
    """
    for relation, backwards in relation_path(start, end):
        if backwards:
            values_mg_cm3 = (values_mg_cm3 - relation.intercept_mg_cm3) / relation.slope
        else:
            values_mg_cm3 = relation.slope * values_mg_cm3 + relation.intercept_mg_cm3
    return values_mg_cm3


def convert_image(image: DensityImage, end: DensityKind) -> DensityImage:
    """`convert_density` for an image; its uncertainty is scaled along."""
    slope = 1.0
    for relation, backwards in relation_path(image.kind, end):
        slope *= 1 / relation.slope if backwards else relation.slope
    values = convert_density(image.volume.array, image.kind, end)
    volume = Volume(values, image.volume.affine, image.volume.name, image.volume.meta)
    method = image.method if image.kind == end else f"{image.method}, {image.kind} to {end}"
    return DensityImage(volume, end, image.uncertainty_mg_cm3 * slope, method)
