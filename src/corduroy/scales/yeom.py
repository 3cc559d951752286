"""Cement leakage by route (Yeom 2003, with the later type D)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class YeomType(LabelledStr):
    """Routes of leakage; one vertebra can show several."""

    B = "B", "B: through the basivertebral vein"
    S = "S", "S: through a segmental vein"
    C = "C", "C: through a cortical defect"
    D = "D", "D: into the disc (later addition)"


class LeakModality(LabelledStr):
    """What the leak was looked for with; "no leak" means nothing without it."""

    CT = "ct", "Computed tomography"
    RADIOGRAPH = "radiograph", "Radiographs"
    FLUOROSCOPY = "fluoroscopy", "Intraoperative fluoroscopy"
