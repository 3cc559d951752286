"""What a planned laminectomy is: levels, borders, canal before and after, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field

from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side
from corduroy.imaging.volume import LabelMap
from corduroy.planning.arch_resection import Borders
from corduroy.planning.decompression_settings import DecompressionSettings
from corduroy.planning.document import NOT_IN_DOCUMENT
from corduroy.planning.evidence import Evidence
from corduroy.provenance import Measured

FACET_WARNING_PERCENT = 50.0
"""Warn above, never forbid: cervical bench tests (PMID 4020449); in the thoracic spine ribs change it."""


@dataclass(frozen=True)
class FacetLoss:
    """Share of one articular process that the laminectomy takes; the side is the patient's."""

    side: Side
    process: str
    lost_percent: Measured


@dataclass(frozen=True)
class WidthOption:
    """What another width would open and cost.

    Parameters
    ----------
    width_mm : float
    canal_area_mm2 : float or None
    bone_removed_ml : float
    facet_lost_percent : dict of Side to float or None
        The greater loss of both processes of a side.
    """

    width_mm: float
    canal_area_mm2: float | None
    bone_removed_ml: float
    facet_lost_percent: dict[Side, float | None]


@dataclass(frozen=True)
class LevelDecompression:
    """The laminectomy of one level.

    Parameters
    ----------
    level : Level
    why : str
    borders : Borders
        From the canal's middle to the left and right, mm.
    canal_area_before, canal_area_after : Measured or None
        mm², at the narrowest section; after: with the resected lamina's own area. None where no ring was closed.
    reference_area : Measured or None
        Mean of the neighbours' narrowest sections, mm².
    lesion_in_canal : Measured or None
        Area of the epidural part in the same section, mm². None without a lesion mask.
    bone_removed : Measured
        ml.
    lamina_removed_percent : dict of Side to float or None
    facets : tuple of FacetLoss
    options : tuple of WidthOption
    notes : tuple of str
    """

    level: Level
    why: str
    borders: Borders
    canal_area_before: Measured | None
    canal_area_after: Measured | None
    reference_area: Measured | None
    lesion_in_canal: Measured | None
    bone_removed: Measured
    lamina_removed_percent: dict[Side, float | None]
    facets: tuple[FacetLoss, ...]
    options: tuple[WidthOption, ...]
    notes: tuple[str, ...]

    @property
    def greatest_facet_loss(self) -> FacetLoss | None:
        """The process of which most is lost."""
        return max(self.facets, key=lambda loss: loss.lost_percent.value, default=None)


@dataclass(frozen=True, eq=False)
class DecompressionPlan:
    """The laminectomies, cranial to caudal, and their mask.

    Parameters
    ----------
    levels : tuple of LevelDecompression
    resected : LabelMap
        1 where bone is removed, on the grid of the spine's labels: for mechanics, and as NIfTI.
    settings : DecompressionSettings
    warnings : tuple of str
    evidence : tuple of Evidence
    """

    levels: tuple[LevelDecompression, ...]
    resected: LabelMap = field(metadata=NOT_IN_DOCUMENT)
    settings: DecompressionSettings
    warnings: tuple[str, ...]
    evidence: tuple[Evidence, ...]
