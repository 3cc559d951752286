"""`Lesion`: what is to be planted into a vertebra, in words and numbers that need no particular scan.

No published grey values of a hemangioma's stroma or trabeculae on CT were found; those used here follow from what
the tissues are (fat about -30 to -120 HU, soft tissue and blood about 20 to 70 HU: general physics, not verified
against a primary source) and are the author's choice, as are all sizes that carry no source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from corduroy.anatomy.pedicles import Side
from corduroy.errors import SettingsError

_HU_RANGE = (-200.0, 2000.0)
_MAX_DIAMETER_MM = 15.0
_MAX_EXPANSION_MM = 6.0
_MAX_SOFT_ML = 15.0
_SIDED = ("pedicle", "lamina", "transverse process")


class Family(StrEnum):
    """What kind of lesion it is."""

    FATTY_HEMANGIOMA = "fat-like hemangioma"
    VASCULAR_HEMANGIOMA = "vascular hemangioma"
    LYTIC_METASTASIS = "lytic metastasis"
    BLASTIC_METASTASIS = "blastic metastasis"
    OSTEOPOROTIC_BONE = "osteoporotic bone"

    @property
    def is_hemangioma(self) -> bool:
        """Whether it is one of the two hemangiomas."""
        return self in (Family.FATTY_HEMANGIOMA, Family.VASCULAR_HEMANGIOMA)


@dataclass(frozen=True)
class Trabeculae:
    """Upright columns of bone in the stroma: dots in axial, stripes in sagittal and coronal view.

    Parameters
    ----------
    spacing_mm : float
        Distance of neighbouring places of columns (a jittered hexagonal lattice).
    thickness_mm : float
        Mean diameter of the columns.
    density : float
        Share of the places that are taken, 0 to 1.
    hu : float
        Grey value of their bone before any blurring.
    """

    spacing_mm: float
    thickness_mm: float
    density: float = 1.0
    hu: float = 800.0

    def __post_init__(self) -> None:
        if not 0.5 <= self.spacing_mm <= 12.0 or not 0.1 <= self.thickness_mm < self.spacing_mm:
            raise SettingsError(
                f"trabeculae of {self.thickness_mm:g} mm every {self.spacing_mm:g} mm",
                "a spacing of 0.5 to 12 mm and a thickness from 0.1 mm to less than the spacing",
            )
        if not 0.0 < self.density <= 1.0:
            raise SettingsError(f"a density of trabeculae of {self.density:g}", "above 0, at most 1")


@dataclass(frozen=True)
class ArchPart:
    """A part of the neural arch that the lesion takes.

    Parameters
    ----------
    kind : str
        ``"pedicle"``, ``"lamina"``, ``"transverse process"`` or ``"spinous process"``.
    side : Side or None
        The patient's; None for the spinous process.
    extent : float
        Share of the part that is taken, from the body outwards, above 0 to 1.
    """

    kind: str
    side: Side | None
    extent: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in (*_SIDED, "spinous process"):
            raise SettingsError(f"arch part '{self.kind}'", ", ".join((*_SIDED, "spinous process")))
        if (self.kind in _SIDED) != (self.side is not None):
            raise SettingsError(f"{self.kind} with side {self.side}", "a side for what is paired, none for what is not")
        if not 0.0 < self.extent <= 1.0:
            raise SettingsError(f"extent {self.extent:g} of the {self.kind}", "above 0, at most 1")


@dataclass(frozen=True)
class WallPoint:
    """A place on the side wall of the body.

    Parameters
    ----------
    azimuth_deg : float
        Seen from the body's centre: 0 anterior, 90 the patient's right, 180 posterior, -90 left.
    height : float
        -1 at the inferior, 1 at the superior endplate.
    """

    azimuth_deg: float
    height: float = 0.0

    def __post_init__(self) -> None:
        if not -180.0 <= self.azimuth_deg <= 180.0 or not -0.8 <= self.height <= 0.8:
            raise SettingsError(
                f"azimuth {self.azimuth_deg:g} degrees, height {self.height:g}",
                "an azimuth of -180 to 180 degrees and a height of -0.8 to 0.8",
            )

    @property
    def name(self) -> str:
        """``"anterior"``, ``"right"``, ``"posterior"`` or ``"left"``."""
        if abs(self.azimuth_deg) <= 45.0:
            return "anterior"
        if abs(self.azimuth_deg) >= 135.0:
            return "posterior"
        return "right" if self.azimuth_deg > 0 else "left"


@dataclass(frozen=True)
class Breach:
    """A hole in the cortex.

    Parameters
    ----------
    place : WallPoint
    diameter_mm : float
    """

    place: WallPoint
    diameter_mm: float

    def __post_init__(self) -> None:
        if not 0.5 <= self.diameter_mm <= _MAX_DIAMETER_MM:
            raise SettingsError(f"a breach of {self.diameter_mm:g} mm", f"0.5 to {_MAX_DIAMETER_MM:g} mm")


@dataclass(frozen=True)
class Expansion:
    """How far the wall bulges outwards around a place.

    Parameters
    ----------
    place : WallPoint
    distance_mm : float
    """

    place: WallPoint
    distance_mm: float

    def __post_init__(self) -> None:
        if not 0.0 < self.distance_mm <= _MAX_EXPANSION_MM:
            raise SettingsError(
                f"an expansion of {self.distance_mm:g} mm", f"above 0, at most {_MAX_EXPANSION_MM:g} mm"
            )


@dataclass(frozen=True)
class SoftPart:
    """A part of the lesion outside the bone.

    Parameters
    ----------
    side : Side or None
        None for an epidural part in the midline.
    volume_ml : float
    """

    side: Side | None
    volume_ml: float

    def __post_init__(self) -> None:
        if not 0.0 < self.volume_ml <= _MAX_SOFT_ML:
            raise SettingsError(f"a soft part of {self.volume_ml:g} ml", f"above 0, at most {_MAX_SOFT_ML:g} ml")


@dataclass(frozen=True)
class Lesion:
    """A lesion of one vertebra.

    Parameters
    ----------
    family : Family
    share_percent : float
        Share of the vertebral body's volume, percent.
    centre : tuple of float
        Where in the body it begins, as fractions of the half sizes: right, anterior, superior, each -1 to 1.
    stroma_hu : float
        Mean grey value between the trabeculae, without contrast.
    irregularity : float
        How far the border strays from an ellipsoid, as a fraction of the radius.
    trabeculae : Trabeculae, optional
    arch : tuple of ArchPart
    cortical_thinning : float
        Part of the cortex's thickness that is lost over the lesion, 0 to 1.
    expansion : Expansion, optional
    breaches : tuple of Breach
    epidural, paravertebral : SoftPart, optional
    soft_hu : float
        Mean grey value of what lies outside the bone, without contrast.
    uptake_hu : float, optional
        By how much stroma and soft parts rise in a second, contrasted phase; None where there is none.
    texture_hu : float
        Standard deviation of the stroma's own smooth texture.

    Raises
    ------
    SettingsError
        If a value is outside what a vertebra can be given.
    """

    family: Family
    share_percent: float
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stroma_hu: float = -40.0
    irregularity: float = 0.2
    trabeculae: Trabeculae | None = None
    arch: tuple[ArchPart, ...] = ()
    cortical_thinning: float = 0.0
    expansion: Expansion | None = None
    breaches: tuple[Breach, ...] = ()
    epidural: SoftPart | None = None
    paravertebral: SoftPart | None = None
    soft_hu: float = 45.0
    uptake_hu: float | None = None
    texture_hu: float = 8.0

    def __post_init__(self) -> None:
        if not 1.0 <= self.share_percent <= 100.0:
            raise SettingsError(f"a share of {self.share_percent:g} %", "1 to 100 percent of the body")
        if max(abs(c) for c in self.centre) > 1.0:
            raise SettingsError(f"a centre at {self.centre}", "fractions of the half sizes from -1 to 1")
        if not 0.0 <= self.cortical_thinning <= 1.0 or not 0.0 <= self.irregularity <= 0.6:
            raise SettingsError(
                f"thinning {self.cortical_thinning:g}, irregularity {self.irregularity:g}",
                "a thinning of 0 to 1 and an irregularity of 0 to 0.6",
            )
        if not all(_HU_RANGE[0] <= hu <= _HU_RANGE[1] for hu in (self.stroma_hu, self.soft_hu)):
            raise SettingsError(f"{self.stroma_hu:g} and {self.soft_hu:g} HU", f"{_HU_RANGE[0]:g} to {_HU_RANGE[1]:g}")
        if self.paravertebral is not None and self.paravertebral.side is None:
            raise SettingsError("a paravertebral part without a side", "left or right")

    def mirrored(self) -> Lesion:
        """The same lesion with left and right exchanged; its random details stay those of the generator."""
        return replace(
            self,
            centre=(-self.centre[0], self.centre[1], self.centre[2]),
            arch=tuple(replace(part, side=_other(part.side)) for part in self.arch),
            expansion=self.expansion and replace(self.expansion, place=_mirrored(self.expansion.place)),
            breaches=tuple(replace(breach, place=_mirrored(breach.place)) for breach in self.breaches),
            epidural=self.epidural and replace(self.epidural, side=_other(self.epidural.side)),
            paravertebral=self.paravertebral and replace(self.paravertebral, side=_other(self.paravertebral.side)),
        )


def _other(side: Side | None) -> Side | None:
    if side is None:
        return None
    return Side.LEFT if side is Side.RIGHT else Side.RIGHT


def _mirrored(place: WallPoint) -> WallPoint:
    return replace(place, azimuth_deg=-place.azimuth_deg)
