"""What is known about a scan and its files."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from corduroy.registry.record import Visit

DEFAULT_TITLE = "CT"
"""Of a scan that nobody named, while nothing is loaded."""


class PartRole(StrEnum):
    """What a file of a scan is."""

    IMAGE = "image"
    """CT: a zip of DICOM files, one DICOM file of several frames, or NIfTI."""

    CONTRAST = "contrast"
    """The same patient in a phase with contrast, as the image is: it shows uptake and what lies outside the bone."""

    LABELS = "labels"
    """Numbers of vertebrae on the image's grid: NIfTI."""

    LESION = "lesion"
    """The lesion as somebody painted it: NIfTI."""

    STRUCTURES = "structures"
    """Organs and vessels in TotalSegmentator's numbers: NIfTI."""

    RADIOGRAPH = "radiograph"
    """A lateral radiograph, alone in its scan: DICOM of one frame, PNG or JPEG."""

    FACTS = "facts"
    """The clinical facts for a plan: YAML, as `corduroy plan --facts` reads it."""


class Part(BaseModel):
    """One file.

    Parameters
    ----------
    role : PartRole
    bytes : int
    sha256 : str
    made_at, made_by : str
    """

    model_config = ConfigDict(frozen=True)

    role: PartRole
    bytes: int
    sha256: str
    made_at: str
    made_by: str


class Scan(BaseModel):
    """One examination of a case.

    Parameters
    ----------
    id : str
    case_id : str
        The case's entry in the registry.
    visit : Visit
    title : str
    made_at, made_by : str
    parts : dict of PartRole to Part
    """

    model_config = ConfigDict(frozen=True)

    id: str
    case_id: str
    visit: Visit
    title: str
    made_at: str
    made_by: str
    parts: dict[PartRole, Part]
