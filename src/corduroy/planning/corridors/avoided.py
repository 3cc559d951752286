"""What a needle must not meet: groups of structures, and which label belongs to which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.errors import PlanError
from corduroy.planning.corridors.settings import CorridorSettings


class Avoided(StrEnum):
    """A group of structures with one clearance."""

    CANAL = "spinal canal"
    CORD = "spinal cord"
    ROOTS = "nerve root zone"
    AORTA = "aorta"
    CAVA = "vena cava"
    VESSELS = "other great vessels"
    LUNG = "lung and pleura"
    AIR = "air on the CT"
    KIDNEY = "kidney"
    BOWEL = "bowel"
    ORGANS = "other organs"
    BEFORE = "space before the spine"
    BESIDE = "space beside the spine"
    RIBS = "ribs"
    BONES = "other bones"

    @property
    def code(self) -> int:
        """The number of the group on the search grid, from 1."""
        return _CODES[self]


# The first ones have the highest numbers: where voxels are merged, the highest wins, and canal is worse than bone.
_CODES = {group: number for number, group in enumerate(reversed(Avoided), start=1)}
BY_CODE = {number: group for group, number in _CODES.items()}


class Source(StrEnum):
    """Where the place of a structure is known from."""

    LABELS = "labels"
    GEOMETRY = "geometry"
    SCAN = "grey values of the CT"
    SURROUNDINGS = "labels, none near the vertebra"
    NOT_GIVEN = "not given: not avoided"


NEURAL = (Avoided.CANAL, Avoided.CORD, Avoided.ROOTS)
VASCULAR = (Avoided.AORTA, Avoided.CAVA, Avoided.VESSELS, Avoided.BEFORE)
BONY = (Avoided.RIBS, Avoided.BONES)

_NAMES: dict[Avoided, tuple[str, ...]] = {
    Avoided.CANAL: ("canal", "spinal_canal"),
    Avoided.CORD: ("spinal_cord", "cord"),
    Avoided.AORTA: ("aorta",),
    Avoided.CAVA: ("superior_vena_cava", "inferior_vena_cava"),
    Avoided.VESSELS: (
        *("pulmonary_vein", "brachiocephalic_trunk", "subclavian_artery", "common_carotid_artery"),
        *("brachiocephalic_vein", "portal_vein_and_splenic_vein", "iliac_artery", "iliac_vena"),
    ),
    Avoided.LUNG: ("lung", "lung_upper_lobe", "lung_middle_lobe", "lung_lower_lobe"),
    Avoided.KIDNEY: ("kidney", "kidney_cyst"),
    Avoided.BOWEL: ("small_bowel", "duodenum", "colon", "stomach", "esophagus"),
    Avoided.ORGANS: (
        *("spleen", "gallbladder", "liver", "pancreas", "adrenal_gland", "trachea", "thyroid_gland", "heart"),
        *("urinary_bladder", "prostate", "atrial_appendage", "brain"),
    ),
    Avoided.RIBS: ("rib", "costal_cartilages"),
    Avoided.BONES: ("sacrum", "humerus", "scapula", "clavicula", "femur", "hip", "skull", "sternum"),
}
_HARMLESS = ("autochthon", "iliopsoas", "gluteus_maximus", "gluteus_medius", "gluteus_minimus")


def group_of(name: str) -> Avoided | None:
    """The group of a structure by its name in TotalSegmentator's manner; None for muscle, which a needle may cross.

    Raises
    ------
    PlanError
        If no such structure is known.
    """
    plain = name.strip().lower().replace(" ", "_")
    parts = [part for part in plain.split("_") if part not in ("left", "right") and not part.isdigit()]
    stem = "_".join(parts)
    for group, names in _NAMES.items():
        if stem in names:
            return group
    if stem in _HARMLESS:
        return None
    raise PlanError(
        f"a structure called '{name}'",
        "a name of TotalSegmentator's task total, or spinal_canal, spinal_cord, rib, lung, kidney",
        "rename it, or leave it out if a needle may cross it",
    )


def codes_of_labels(names: Mapping[int, str] = TOTAL_STRUCTURES) -> NDArray[np.uint8]:
    """The group's number for every label of a map, 0 for what may be crossed, shape (65536,)."""
    table = np.zeros(65_536, np.uint8)
    for label, name in names.items():
        group = group_of(name)
        table[label] = 0 if group is None else group.code
    return table


def margin_mm(group: Avoided, settings: CorridorSettings) -> float:
    """What must stay between the needle's surface and a group, mm; bones stop a needle but are not harmed by it."""
    if group in NEURAL:
        return settings.neural_margin_mm
    if group in VASCULAR:
        return settings.vessel_margin_mm
    return 0.0 if group in BONY else settings.organ_margin_mm
