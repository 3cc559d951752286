"""AO Spine-DGOU classification of osteoporotic fractures (OF1-5)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class OfGrade(LabelledStr):
    """OF1 (oedema only) to OF5 (tension band failure)."""

    OF1 = "OF1", "OF1: no deformation, oedema on STIR only"
    OF2 = "OF2", "OF2: one endplate, posterior wall not involved or less than 1/5"
    OF3 = "OF3", "OF3: one endplate, posterior wall involved by more than 1/5"
    OF4 = "OF4", "OF4: both endplates, loss of the vertebral frame, collapse or pincer"
    OF5 = "OF5", "OF5: anterior or posterior tension band failure"
