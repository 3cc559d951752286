"""Air inside the patient, from the CT itself: lung, airway and gas in the bowel, with or without labels."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from corduroy.imaging.volume import LabelMap, Volume

AIR_HU = -400.0
"""Below this a voxel is air. Author's choice: lung lies far below, fat (about -100 HU) far above."""


def air_inside(ct: Volume, body: LabelMap) -> LabelMap:
    """Voxels of air inside the patient, on the grid of the patient's mask.

    Parameters
    ----------
    ct : Volume
        Hounsfield units.
    body : LabelMap
        The patient, 0 and 1, hollows filled.

    Notes
    -----
    When it misleads: lung that holds no air (effusion, consolidation) and bowel without gas are not seen.
    """
    to_ct = ct.inverse_affine @ body.affine
    grey = ndimage.affine_transform(
        ct.array, to_ct[:3, :3], to_ct[:3, 3], output_shape=body.shape, order=0, mode="constant", cval=0
    )
    return LabelMap(((grey < AIR_HU) & (body.array > 0)).view(np.uint8), body.affine, "air", {})
