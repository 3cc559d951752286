"""Nurick grade of myelopathy by gait (1972)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledInt


class NurickGrade(LabelledInt):
    """Nurick 0 (best) to 5 (worst)."""

    ROOT_OR_NORMAL = 0, "0: root symptoms only, or normal"
    CORD_SIGNS = 1, "1: signs of cord compression, normal gait"
    GAIT_EMPLOYED = 2, "2: gait difficulty, fully employed"
    GAIT_NOT_EMPLOYED = 3, "3: gait difficulty prevents employment, walks unassisted"
    WALKS_WITH_HELP = 4, "4: cannot walk without assistance"
    CHAIR_OR_BED = 5, "5: wheelchair or bed-bound"
