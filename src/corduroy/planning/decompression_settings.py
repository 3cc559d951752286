"""What the surgeon chooses about a laminectomy."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from corduroy.anatomy.level import Level


class LateralBorder(StrEnum):
    """How wide a laminectomy is, where no width is given."""

    PEDICLES = "medial walls of the pedicles"
    FACETS = "medial borders of the facets"


class DecompressionSettings(BaseModel):
    """What the surgeon chooses. No published limit of a laminectomy's width in mm was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    border: LateralBorder = LateralBorder.PEDICLES
    """Lateral border, where neither width nor clearance is chosen. Author's choice."""

    width_mm: Annotated[float, Field(ge=8.0, le=40.0)] | None = None
    """Total width in mm, half of it to either side of the canal's middle; never beyond the pedicles' walls."""

    clearance_percent: Annotated[float, Field(gt=0.0, le=300.0)] | None = None
    """Wanted area of the canal in percent of its neighbours' mean: the narrowest laminectomy that reaches it is
    taken."""

    levels: tuple[Level, ...] | None = None
    """Levels to decompress; None: the lesion's, and neighbours that are narrowed or hold an epidural part."""

    narrowing_percent: Annotated[float, Field(ge=0.0, le=100.0)] = 10.0
    """Canal compromise from which a neighbour is decompressed too, percent. Author's choice: the end of the lowest band
    of spinebase.org."""
