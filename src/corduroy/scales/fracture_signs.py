"""What imaging knows of a vertebral fracture, as AO Spine and OF ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corduroy.errors import MeasurementError
from corduroy.scales.items import Reading

# Genant 1993 (10.1002/jbmr.5650080915): below 20 % a loss is within normal variation.
_DEFORMED_FROM_PERCENT = 20.0


@dataclass(frozen=True, slots=True)
class FractureSigns:
    """Signs of a fracture of one vertebral body.

    Parameters
    ----------
    greatest_loss_percent : float
        The greatest of the three height losses, percent of the reference height.
    endplates : {1, 2}
        How many endplates are broken.
    posterior_wall_share : Reading
        Involved share of the posterior wall, 0 to 1.

    Raises
    ------
    MeasurementError
        If the share is outside 0 to 1.
    """

    greatest_loss_percent: float
    endplates: Literal[1, 2]
    posterior_wall_share: Reading

    def __post_init__(self) -> None:
        if not 0 <= self.posterior_wall_share.value <= 1:
            raise MeasurementError(f"a posterior wall share of {self.posterior_wall_share.value}", "0 to 1")
        if self.endplates not in (1, 2):
            raise MeasurementError(f"{self.endplates} broken endplates", "1 or 2")

    @property
    def is_deformed(self) -> bool:
        """Whether the loss reaches what counts as a deformity."""
        return self.greatest_loss_percent >= _DEFORMED_FROM_PERCENT

    @property
    def basis(self) -> str:
        """The signs in words."""
        plates = "one endplate" if self.endplates == 1 else "both endplates"
        wall = 100 * self.posterior_wall_share.value
        return f"greatest height loss {self.greatest_loss_percent:.0f} %, {plates}, {wall:.0f} % of the posterior wall"
