"""`SurgicalPlan`: everything that a spine team should argue about, from one scan and the clinical facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.errors import MeasurementError, PlanError
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry.results import SpineMeasurement, VertebraMeasurement
from corduroy.planning.air_check import air_warnings, through_air
from corduroy.planning.augmentation import AugmentationPlan, AugmentationSettings, plan_augmentation
from corduroy.planning.biopsy import BiopsyFacts, BiopsyPlan, plan_biopsy
from corduroy.planning.clinical_facts import ClinicalFacts
from corduroy.planning.corridors import CorridorPlan, CorridorSettings, EntryFrom, Purpose, find_corridors
from corduroy.planning.decompression import DecompressionPlan, DecompressionSettings, plan_decompression
from corduroy.planning.document import document_of
from corduroy.planning.embolization import EmbolizationPlan, plan_embolization
from corduroy.planning.evidence import Prompt
from corduroy.planning.leak_sites import BreachedCortex
from corduroy.planning.lesion_extent import LesionExtent, extent_of
from corduroy.planning.lesion_mask import CODES, LesionMask
from corduroy.planning.scores import ImagingFacts, Scores, has_deficit, is_aggressive, score
from corduroy.planning.stability import NO_RULE, StabilityFacts, stability_prompts
from corduroy.provenance import Provenance
from corduroy.scales import Reading

SCHEMA = "corduroy/plan/1"
DISCLAIMER = "Research software, not a medical device. Not for diagnosis or treatment decisions."
NO_LESION = "not computed: no lesion mask"
NO_GREY_VALUES = "not computed: the grey values of the lesion were not looked at"
NO_SIMULATION = "not computed: the simulation was not run for this case"

T = TypeVar("T")


class PlanSettings(BaseModel):
    """What the team chooses; every part has its own settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    biopsy: CorridorSettings = CorridorSettings(purpose=Purpose.BIOPSY, gauge=13)
    """The needle for the biopsy. 13 G: between the 11 to 13 G usual in adults (not verified against a primary
    source)."""

    cement: CorridorSettings = CorridorSettings(purpose=Purpose.CEMENT, gauge=11)
    """The cannula for the cement. 11 G: author's choice, see the biopsy."""

    augmentation: AugmentationSettings = AugmentationSettings()
    """Cement and gelatin sponge."""

    decompression: DecompressionSettings = DecompressionSettings()
    """Laminectomy."""


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
        Found otherwise than from the mask; None: those that the mask itself shows.
    character : object with `as_dict`, or None
        What the grey values say of the lesion.
    why_no_lesion : str
        Why `lesion` is None.
    """

    case: str
    spine: Spine
    measurement: SpineMeasurement
    level: Level
    lesion: LesionMask | None = None
    facts: ClinicalFacts | None = None
    structures: LabelMap | None = None
    breaches: tuple[BreachedCortex, ...] | None = None
    character: Any = None
    why_no_lesion: str = NO_LESION


@dataclass(frozen=True, eq=False)
class SurgicalPlan:
    """The plan. What could not be computed is None, and `missing` says why under the same name.

    Parameters
    ----------
    case : str
    level : Level
    measured : VertebraMeasurement
    lesion : LesionExtent or None
    character : object with `as_dict`, or None
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
    injection, mechanics : object with `as_dict`, or None
        The places of what the simulation computes.
    missing : dict of str to str
    warnings, notices : tuple of str
    provenance : Provenance
    """

    case: str
    level: Level
    measured: VertebraMeasurement
    lesion: LesionExtent | None
    character: Any
    scores: Scores
    biopsy: BiopsyPlan
    biopsy_corridors: CorridorPlan | None
    embolization: EmbolizationPlan
    augmentation: AugmentationPlan | None
    cement_corridors: CorridorPlan | None
    corridors_through_air: dict[str, tuple[int, ...]]
    decompression: DecompressionPlan | None
    prompts: tuple[Prompt, ...]
    injection: Any
    mechanics: Any
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


def make_plan(inputs: PlanInputs, settings: PlanSettings | None = None) -> SurgicalPlan:
    """Put the plan together from what there is.

    Parameters
    ----------
    inputs : PlanInputs
    settings : PlanSettings, optional

    Raises
    ------
    PlanError
        If the level is not in view or has no body.

    Notes
    -----
    Nothing is guessed: without a lesion mask there is no lesion, and the corridors aim at the middle of the body.
    """
    chosen = settings or PlanSettings()
    measured = _measured(inputs)
    planner = _Planner(inputs, chosen)
    extent = None if inputs.lesion is None else extent_of(inputs.lesion, inputs.spine)
    scores = score(imaging_facts(measured, extent), inputs.facts)
    breaches = inputs.breaches if inputs.breaches is not None or extent is None else extent.breaches
    decompression = planner.decompression()
    augmentation = planner.augmentation(breaches)
    biopsy_corridors = planner.corridors("biopsy_corridors", chosen.biopsy)
    cement_corridors = planner.corridors("cement_corridors", chosen.cement)
    searches = {"biopsy": biopsy_corridors, "cement": cement_corridors}
    air = {purpose: through_air(inputs.spine.ct, found) for purpose, found in searches.items()}
    wall_lost = _posterior_wall_lost(augmentation, breaches)
    stability = StabilityFacts(inputs.level, scores.sins, measured.regional_cobb, wall_lost)
    return SurgicalPlan(
        case=inputs.case,
        level=inputs.level,
        measured=measured,
        lesion=extent,
        character=inputs.character,
        scores=scores,
        biopsy=_biopsy(inputs, measured, scores),
        biopsy_corridors=biopsy_corridors,
        embolization=plan_embolization([inputs.level], inputs.spine.levels),
        corridors_through_air=air,
        augmentation=augmentation,
        cement_corridors=cement_corridors,
        decompression=decompression,
        prompts=stability_prompts(stability, decompression),
        injection=None,
        mechanics=None,
        missing=_missing(inputs, planner.missing),
        warnings=(
            *_warnings(inputs, augmentation, decompression),
            *air_warnings(air),
        ),
        notices=_notices(scores),
        provenance=_provenance(inputs, chosen),
        settings=chosen,
    )


def imaging_facts(measured: VertebraMeasurement, extent: LesionExtent | None) -> ImagingFacts:
    """What the measurement and the lesion's mask tell the scales."""
    losses = [loss for loss in measured.height_loss.values() if loss is not None]
    worst = max(losses, key=lambda loss: loss.value, default=None)
    loss = None if worst is None else Reading(min(worst.value, 100.0), worst.uncertainty)
    score_percent = measured.deformity_score
    deformity = None if score_percent is None or loss is None else Reading(score_percent, loss.half_width)
    if extent is None:
        return ImagingFacts(measured.level, loss, deformity)
    left, right = (_posterolateral(extent, side) for side in (Side.LEFT, Side.RIGHT))
    return ImagingFacts(
        measured.level,
        loss,
        deformity,
        involved_percent=Reading(extent.body_share.value, extent.body_share.uncertainty),
        left_involved=left,
        right_involved=right,
        epidural_mm3=extent.reading_mm3(extent.epidural),
        outside_mm3=extent.reading_mm3(extent.epidural, extent.paravertebral),
        regions=extent.regions,
        wbb=extent.wbb,
    )


class _Planner:
    """Tries each part; what cannot be had is noted with its reason."""

    def __init__(self, inputs: PlanInputs, settings: PlanSettings) -> None:
        self._inputs = inputs
        self._settings = settings
        self.missing: dict[str, str] = {}

    def corridors(self, name: str, settings: CorridorSettings) -> CorridorPlan | None:
        inputs = self._inputs
        from_bone = settings.model_copy(update={"entry": EntryFrom.BONE})
        chosen = settings if inputs.spine.ct is not None else from_bone
        target = None if inputs.lesion is None else _target(inputs.lesion)
        structures = inputs.structures
        return self._try(
            name,
            lambda: find_corridors(
                inputs.spine, inputs.level, chosen, target=target, structures=structures, names=TOTAL_STRUCTURES
            ),
        )

    def augmentation(self, breaches: tuple[BreachedCortex, ...] | None) -> AugmentationPlan | None:
        inputs, settings = self._inputs, self._settings.augmentation
        vertebra = inputs.spine.vertebrae[inputs.level]
        return self._try("augmentation", lambda: plan_augmentation(vertebra, inputs.lesion, breaches, settings))

    def decompression(self) -> DecompressionPlan | None:
        inputs, settings = self._inputs, self._settings.decompression
        return self._try(
            "decompression", lambda: plan_decompression(inputs.spine, inputs.level, inputs.lesion, settings)
        )

    def _try(self, name: str, plan: Callable[[], T]) -> T | None:
        try:
            return plan()
        except (PlanError, MeasurementError) as error:
            self.missing[name] = f"not computed: {error}"
            return None


def _missing(inputs: PlanInputs, parts: dict[str, str]) -> dict[str, str]:
    """Why what is None is None, under the names of the plan's parts."""
    found = dict(parts)
    if inputs.lesion is None:
        found["lesion"] = inputs.why_no_lesion
    if inputs.character is None:
        found["character"] = inputs.why_no_lesion if inputs.lesion is None else NO_GREY_VALUES
    return found | {"injection": NO_SIMULATION, "mechanics": NO_SIMULATION}


def require_body(spine: Spine, level: Level) -> None:
    """Refuse a level that is not in view or has no body.

    Raises
    ------
    PlanError
    """
    vertebra = spine.vertebrae.get(level)
    if vertebra is None or vertebra.body is None:
        seen = ", ".join(v.level for v in spine.vertebrae.values() if v.body is not None)
        raise PlanError(f"{level} is not in view, or has no body that was found", f"one of {seen}")


def _measured(inputs: PlanInputs) -> VertebraMeasurement:
    require_body(inputs.spine, inputs.level)
    return inputs.measurement[inputs.level]


def _target(lesion: LesionMask) -> LabelMap:
    """The part of the lesion in the bone: what a needle aims at."""
    parts = lesion.parts
    return LabelMap((parts.array == CODES["in bone"]).astype("uint8"), parts.affine, parts.name)


def _posterolateral(extent: LesionExtent, side: Side) -> bool | None:
    found = [extent.takes(kind, side) for kind in ("pedicle", "superior", "inferior")]
    if True in found:
        return True
    return None if None in found else False


def _posterior_wall_lost(
    augmentation: AugmentationPlan | None, breaches: tuple[BreachedCortex, ...] | None
) -> bool | None:
    if augmentation is None or breaches is None:
        return None
    return any(site.yeom == "C" and site.wall == "posterior wall" for site in augmentation.leaks)


def fracture_by_height(measured: VertebraMeasurement) -> bool | None:
    """Whether the heights show a fracture: grade 2 and 3 yes, 0 no; None for 1, which overlaps with normal variants."""
    return None if measured.genant_grade in (None, 1) else bool(measured.genant_grade)


def _biopsy(inputs: PlanInputs, measured: VertebraMeasurement, scores: Scores) -> BiopsyPlan:
    facts = inputs.facts
    stated = None if facts is None or facts.fracture is None else facts.fracture.value
    fracture = fracture_by_height(measured) if stated is None else stated
    named = () if facts is None else facts.contraindications
    return plan_biopsy(BiopsyFacts(is_aggressive(facts, scores.enneking), fracture, has_deficit(facts)), named)


def _warnings(
    inputs: PlanInputs, augmentation: AugmentationPlan | None, decompression: DecompressionPlan | None
) -> tuple[str, ...]:
    found = [*inputs.measurement.warnings]
    found += [] if augmentation is None else augmentation.warnings
    found += [] if decompression is None else decompression.warnings
    if inputs.structures is None:
        found.append("No labels of organs and vessels were given: the corridors know them by geometry or not at all.")
    if inputs.facts is None:
        found.append("No clinical facts were given: neurology, pain and symptoms are not assessed.")
    return tuple(dict.fromkeys(found))


def _notices(scores: Scores) -> tuple[str, ...]:
    own = [f"{result.scale}: {notice}" for result in scores.imaging for notice in result.notices]
    return (NO_RULE, *dict.fromkeys(own))


def _provenance(inputs: PlanInputs, settings: PlanSettings) -> Provenance:
    origin = inputs.measurement.provenance
    return Provenance("surgical plan", dict(origin.inputs), settings.model_dump(mode="json"))
