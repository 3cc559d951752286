"""What the user may choose for a case."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class CaseSettings(BaseModel):
    """Choices that change a case's result, and so are part of its cache key and its provenance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str | None = None
    """Label scheme by name (``"verse"``, ``"totalsegmentator"`` …); None: recognised from the labels."""

    series: str | None = None
    """Series instance UID, where a DICOM folder holds several series; None: there must be only one."""
