"""What a user may choose about the measurement."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class MorphometrySettings(BaseModel):
    """Where on the mid-sagittal body the numbers are taken.

    The defaults are Corduroy's definitions (docs/measurements.md); a value taken with others is not comparable
    with one taken with these, which is why they are stored with every result.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    posterior_at: Fraction = 0.10
    """Place of the posterior height, as a share of the body's depth from its posterior wall."""

    middle_at: Fraction = 0.50
    """Place of the middle height, likewise."""

    anterior_at: Fraction = 0.90
    """Place of the anterior height, likewise."""

    cortex_margin_mm: Annotated[float, Field(gt=0.0, le=10.0)] = 4.0
    """Distance in mm from the body's surface within which bone counts as cortex, not as trabecular."""

    @property
    def height_fractions(self) -> dict[str, float]:
        """The three places by name."""
        return {"anterior": self.anterior_at, "middle": self.middle_at, "posterior": self.posterior_at}
