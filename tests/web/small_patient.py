"""A patient so small that a browser without a graphics card can draw the scan: three vertebrae, a hemangioma in T12."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from corduroy.anatomy import Side
from corduroy.imaging import write_volume
from corduroy.phantom import ArchPart, Breach, Family, Fracture, Lesion, SoftPart, Trabeculae, WallPoint, random_spine

_SPACING_MM = 2.0
_BESIDE = 8  # voxels
FACTS = "confirmed_by: invented surgeon\nlevel: T12\nfrankel: C\nsymptoms: present\npain_0_10: 7\n"


def write_small_patient(folder: Path) -> dict[str, Path]:
    """CT with the skin of the back, labels, lesion and facts as files, by their role."""
    broken = {"T12": Fracture("wedge", 30.0)}
    spine = random_spine(np.random.default_rng(3), ["T11", "T12", "L1"], broken, tilt_deg=4.0)
    lesion = Lesion(
        Family.VASCULAR_HEMANGIOMA,
        share_percent=70.0,
        stroma_hu=30.0,
        trabeculae=Trabeculae(3.2, 0.9),
        arch=(ArchPart("pedicle", Side.RIGHT),),
        cortical_thinning=0.5,
        breaches=(Breach(WallPoint(168.0), 7.0),),
        epidural=SoftPart(Side.RIGHT, 0.9),
    )
    planted = spine.render_with_lesion(np.random.default_rng(3), "T12", lesion, _SPACING_MM, field="torso")
    places = np.argwhere(planted.labels.array > 0)
    low, high = places.min(axis=0), places.max(axis=0)
    box = (slice(low[0] - _BESIDE, high[0] + _BESIDE), slice(0, high[1] + _BESIDE), slice(None))
    files = {}
    for role, image in (("image", planted.ct), ("labels", planted.labels), ("lesion", planted.mask)):
        files[role] = folder / f"{role}.nii.gz"
        write_volume(image.crop(box), files[role])
    files["facts"] = folder / "facts.yaml"
    files["facts"].write_text(FACTS, encoding="utf-8")
    return files
