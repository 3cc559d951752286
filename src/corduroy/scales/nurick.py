"""Nurick grade of myelopathy by gait (1972)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledInt
from corduroy.scales.definition import Scale


class NurickGrade(LabelledInt):
    """Nurick 0 (best) to 5 (worst)."""

    ROOT_OR_NORMAL = 0, "0: root symptoms only, or normal"
    CORD_SIGNS = 1, "1: signs of cord compression, normal gait"
    GAIT_EMPLOYED = 2, "2: gait difficulty, fully employed"
    GAIT_NOT_EMPLOYED = 3, "3: gait difficulty prevents employment, walks unassisted"
    WALKS_WITH_HELP = 4, "4: cannot walk without assistance"
    CHAIR_OR_BED = 5, "5: wheelchair or bed-bound"


NURICK = Scale(
    key="nurick",
    name="Nurick",
    version="1972",
    source="Nurick 1972; read at physio-pedia.com/Nurick_Classification",
    made_for="cervical spondylotic myelopathy",
    choices=NurickGrade,
    notices=(
        "Employment can change the grade without any neurological change (11.8 % of patients disagreed with the "
        "leg part of the mJOA, PMC3175902).",
    ),
)
