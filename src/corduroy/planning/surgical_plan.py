"""What a plan is made from, and the plan: everything that a spine team should argue about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.imaging.volume import LabelMap
from corduroy.lesion import LesionFindings
from corduroy.morphometry.results import SpineMeasurement, VertebraMeasurement
from corduroy.planning.augmentation import AugmentationPlan
from corduroy.planning.biopsy import BiopsyPlan
from corduroy.planning.clinical_facts import ClinicalFacts
from corduroy.planning.corridors import CorridorPlan
from corduroy.planning.decompression_results import DecompressionPlan
from corduroy.planning.document import document_of
from corduroy.planning.embolization import EmbolizationPlan
from corduroy.planning.evidence import Prompt
from corduroy.planning.leak_sites import BreachedCortex
from corduroy.planning.lesion_extent import LesionExtent
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.plan_settings import PlanSettings
from corduroy.planning.scores import Scores
from corduroy.planning.simulated import SimulatedKind, SimulatedPart
from corduroy.provenance import Provenance

SCHEMA = "corduroy/plan/1"
DISCLAIMER = "Research software, not a medical device. Not for diagnosis or treatment decisions."
NO_LESION = "not computed: no lesion mask"
NO_GREY_VALUES = "not computed: the grey values of the lesion were not looked at"


@dataclass(frozen=True, eq=False)
class PlanInputs:
    """What a plan is made from.

    Parameters
    ----------
    case : str
        The case's name.
    spine : Spine
    measurement : SpineMeasurement
        Of the same spine.
    level : Level
        The lesion's.
    lesion : LesionMask or None
    facts : ClinicalFacts or None
    structures : LabelMap or None
        Organs and vessels in TotalSegmentator's numbers, for the corridors.
    breaches : tuple of BreachedCortex or None
        Set by a person; None: those that grey values and mask show.
    character : LesionFindings or None
        What the grey values say of the lesion.
    why_no_lesion, why_no_character : str
        Why `lesion` and `character` are None.
    simulated : dict of SimulatedKind to SimulatedPart
        What the simulations of this case left beside the plan.
    not_simulated : dict of SimulatedKind to str
        Why a part that is there is not shown.
    """

    case: str
    spine: Spine
    measurement: SpineMeasurement
    level: Level
    lesion: LesionMask | None = None
    facts: ClinicalFacts | None = None
    structures: LabelMap | None = None
    breaches: tuple[BreachedCortex, ...] | None = None
    character: LesionFindings | None = None
    why_no_lesion: str = NO_LESION
    why_no_character: str = NO_GREY_VALUES
    simulated: Mapping[SimulatedKind, SimulatedPart] = field(default_factory=dict)
    not_simulated: Mapping[SimulatedKind, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SurgicalPlan:
    """The plan. What could not be computed is None, and `missing` says why under the same name.

    Parameters
    ----------
    case : str
    level : Level
    measured : VertebraMeasurement
    lesion : LesionExtent or None
    character : LesionFindings or None
    scores : Scores
    biopsy : BiopsyPlan
    biopsy_corridors, cement_corridors : CorridorPlan or None
    corridors_through_air : dict of str to tuple of int
        For biopsy and cement: numbers, from 1, of corridors that meet air on the CT.
    embolization : EmbolizationPlan
    augmentation : AugmentationPlan or None
    decompression : DecompressionPlan or None
    prompts : tuple of Prompt
        Questions about stability.
    injection, mechanics : SimulatedPart or None
        What the simulations left beside the plan.
    missing : dict of str to str
    warnings, notices : tuple of str
    provenance : Provenance
    """

    case: str
    level: Level
    measured: VertebraMeasurement
    lesion: LesionExtent | None
    character: LesionFindings | None
    scores: Scores
    biopsy: BiopsyPlan
    biopsy_corridors: CorridorPlan | None
    embolization: EmbolizationPlan
    augmentation: AugmentationPlan | None
    cement_corridors: CorridorPlan | None
    corridors_through_air: dict[str, tuple[int, ...]]
    decompression: DecompressionPlan | None
    prompts: tuple[Prompt, ...]
    injection: SimulatedPart | None
    mechanics: SimulatedPart | None
    missing: dict[str, str]
    warnings: tuple[str, ...]
    notices: tuple[str, ...]
    provenance: Provenance
    settings: PlanSettings = field(default_factory=PlanSettings)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, schema ``corduroy/plan/1``."""
        parts = {name: document_of(getattr(self, name)) for name in _PARTS}
        return {
            "schema": SCHEMA,
            "disclaimer": DISCLAIMER,
            "case": self.case,
            "level": self.level.value,
            **parts,
            "missing": dict(self.missing),
            "warnings": list(self.warnings),
            "notices": list(self.notices),
            "settings": self.settings.model_dump(mode="json"),
            "provenance": self.provenance.as_dict(),
        }


_PARTS = (
    "measured",
    "lesion",
    "character",
    "scores",
    "biopsy",
    "biopsy_corridors",
    "embolization",
    "augmentation",
    "cement_corridors",
    "corridors_through_air",
    "decompression",
    "prompts",
    "injection",
    "mechanics",
)
