"""AO Spine-DGOU classification of osteoporotic fractures (OF1-5)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale
from corduroy.scales.fracture_signs import FractureSigns
from corduroy.scales.items import Proposed, propose

OF_SOURCE = "10.1177/2192568217717972; AO Spine-DGOU pocket card"
OSTEOPOROTIC_ONLY = "OF was made for osteoporotic fractures, not for hemangiomas."

# The card prints "<1/5" and ">1/5" and leaves 1/5 itself open; here it opens OF3, the graver grade.
_WALL_SHARE_OF3 = 0.2


class OfGrade(LabelledStr):
    """OF1 (oedema only) to OF5 (tension band failure)."""

    OF1 = "OF1", "OF1: no deformation, oedema on STIR only"
    OF2 = "OF2", "OF2: one endplate, posterior wall not involved or less than 1/5"
    OF3 = "OF3", "OF3: one endplate, posterior wall involved by more than 1/5"
    OF4 = "OF4", "OF4: both endplates, loss of the vertebral frame, collapse or pincer"
    OF5 = "OF5", "OF5: anterior or posterior tension band failure"


OF_CLASSIFICATION = Scale(
    key="of_grade",
    name="AO Spine-DGOU OF classification",
    version="2018",
    source=OF_SOURCE,
    made_for="osteoporotic fractures of the thoracolumbar spine",
    choices=OfGrade,
    from_imaging="OF2 to OF4 from endplates and posterior wall (`propose_of`); OF1 needs STIR, OF5 a reader.",
    notices=(OSTEOPOROTIC_ONLY,),
)


def propose_of(signs: FractureSigns) -> Proposed[OfGrade] | None:
    """OF2 to OF4 from the broken endplates and the share of the posterior wall.

    Parameters
    ----------
    signs : FractureSigns

    Returns
    -------
    Proposed or None
        None below a height loss of 20 % (Genant's bound, 10.1002/jbmr.5650080915): OF1 shows on STIR only.

    Notes
    -----
    Source: 10.1177/2192568217717972 and the pocket card. Exactly 1/5 of the wall is left open there; here it is OF3.
    Loss of the frame, pincer and the tension bands (OF4, OF5) are for the reader.
    """
    if not signs.is_deformed:
        return None
    if signs.endplates == 2:
        return Proposed(OfGrade.OF4, signs.basis)
    return propose(
        lambda wall: OfGrade.OF3 if wall >= _WALL_SHARE_OF3 else OfGrade.OF2, signs.basis, signs.posterior_wall_share
    )
