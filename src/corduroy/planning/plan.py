"""`make_plan`: the surgical plan from one scan, its lesion and the clinical facts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.errors import MeasurementError, PlanError, SkinError
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry.results import VertebraMeasurement
from corduroy.planning.air_check import air_warnings, through_air
from corduroy.planning.augmentation import AugmentationPlan, plan_augmentation
from corduroy.planning.biopsy import BiopsyFacts, BiopsyPlan, plan_biopsy
from corduroy.planning.breaches import breaches_of
from corduroy.planning.corridors import CorridorPlan, CorridorSettings, EntryFrom
from corduroy.planning.decompression import DecompressionPlan, plan_decompression
from corduroy.planning.embolization import plan_embolization
from corduroy.planning.imaging_facts import imaging_facts
from corduroy.planning.leak_sites import BreachedCortex
from corduroy.planning.lesion_extent import LesionExtent, extent_of
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.lesion_parts import CODES
from corduroy.planning.needle_searches import NeedleSearches
from corduroy.planning.plan_settings import PlanSettings
from corduroy.planning.scores import Scores, has_deficit, is_aggressive, score
from corduroy.planning.simulated import SimulatedKind
from corduroy.planning.stability import NO_RULE, StabilityFacts, stability_prompts
from corduroy.planning.surgical_plan import PlanInputs, SurgicalPlan
from corduroy.provenance import Provenance

__all__ = ["PlanInputs", "PlanSettings", "SurgicalPlan", "fracture_by_height", "make_plan", "require_body"]

NO_SIMULATION = "not computed: the simulation was not run for this case"

T = TypeVar("T")


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
    Nothing is guessed: without a lesion there is no extent of it, and the corridors aim at the middle of the body.
    """
    chosen = settings or PlanSettings()
    measured = _measured(inputs)
    findings = inputs.character
    extent = None if inputs.lesion is None else extent_of(inputs.lesion, inputs.spine, findings)
    planner = _Planner(inputs, chosen, extent)
    scores = score(imaging_facts(measured, extent, findings), inputs.facts)
    breaches = breaches_of(findings, extent) if inputs.breaches is None else inputs.breaches
    decompression = planner.decompression()
    augmentation = planner.augmentation(breaches)
    searches = {
        "biopsy": planner.corridors("biopsy_corridors", chosen.biopsy),
        "cement": planner.corridors("cement_corridors", chosen.cement),
    }
    air = {purpose: through_air(inputs.spine.ct, found) for purpose, found in searches.items()}
    wall_lost = _posterior_wall_lost(augmentation, breaches)
    stability = StabilityFacts(inputs.level, scores.sins, measured.regional_cobb, wall_lost)
    return SurgicalPlan(
        case=inputs.case,
        level=inputs.level,
        measured=measured,
        lesion=extent,
        character=findings,
        scores=scores,
        biopsy=_biopsy(inputs, measured, scores, _has_corridor(searches["biopsy"], air["biopsy"])),
        biopsy_corridors=searches["biopsy"],
        embolization=plan_embolization([inputs.level], inputs.spine.levels),
        corridors_through_air=air,
        augmentation=augmentation,
        cement_corridors=searches["cement"],
        decompression=decompression,
        prompts=stability_prompts(stability, decompression),
        injection=inputs.simulated.get(SimulatedKind.INJECTION),
        mechanics=inputs.simulated.get(SimulatedKind.MECHANICS),
        missing=_missing(inputs, planner.missing),
        warnings=(*_warnings(inputs, augmentation, decompression), *dict.fromkeys(planner.doubts), *air_warnings(air)),
        notices=_notices(scores),
        provenance=_provenance(inputs, chosen),
        settings=chosen,
    )


class _Planner:
    """Tries each part; what cannot be had is noted with its reason."""

    def __init__(self, inputs: PlanInputs, settings: PlanSettings, extent: LesionExtent | None) -> None:
        self._inputs = inputs
        self._settings = settings
        self._in_bone = None if extent is None else extent.in_bone
        target = None if inputs.lesion is None else _target(inputs.lesion)
        self._searches = NeedleSearches(inputs.spine, inputs.level, target, inputs.structures)
        self.missing: dict[str, str] = {}
        self.doubts: list[str] = []

    def corridors(self, name: str, settings: CorridorSettings) -> CorridorPlan | None:
        """From the skin; from the bone where there is no CT, or where its image does not reach the skin."""
        from_bone = settings.model_copy(update={"entry": EntryFrom.BONE})
        if self._inputs.spine.ct is None:
            return self._try(name, lambda: self._searches.find(from_bone))
        try:
            return self._try(name, lambda: self._searches.find(settings), passing=SkinError)
        except SkinError as error:
            self.doubts.append(f"Corridors begin on the bone: {error.got}.")
            return self._try(name, lambda: self._searches.find(from_bone))

    def augmentation(self, breaches: tuple[BreachedCortex, ...] | None) -> AugmentationPlan | None:
        inputs, settings = self._inputs, self._settings.augmentation
        vertebra = inputs.spine.vertebrae[inputs.level]
        return self._try(
            "augmentation", lambda: plan_augmentation(vertebra, inputs.lesion, breaches, settings, self._in_bone)
        )

    def decompression(self) -> DecompressionPlan | None:
        inputs, settings = self._inputs, self._settings.decompression
        return self._try(
            "decompression", lambda: plan_decompression(inputs.spine, inputs.level, inputs.lesion, settings)
        )

    def _try(self, name: str, plan: Callable[[], T], passing: type[PlanError] | tuple[()] = ()) -> T | None:
        try:
            return plan()
        except passing:
            raise
        except (PlanError, MeasurementError) as error:
            self.missing[name] = f"not computed: {error}"
            return None


def _missing(inputs: PlanInputs, parts: dict[str, str]) -> dict[str, str]:
    """Why what is None is None, under the names of the plan's parts."""
    found = dict(parts)
    if inputs.lesion is None:
        found["lesion"] = inputs.why_no_lesion
    if inputs.character is None:
        found["character"] = inputs.why_no_lesion if inputs.lesion is None else inputs.why_no_character
    for kind in SimulatedKind:
        if kind not in inputs.simulated:
            refused = inputs.not_simulated.get(kind)
            found[kind.value] = NO_SIMULATION if refused is None else f"not computed: {refused}"
    return found


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


def _posterior_wall_lost(
    augmentation: AugmentationPlan | None, breaches: tuple[BreachedCortex, ...] | None
) -> bool | None:
    if augmentation is None or breaches is None:
        return None
    return any(site.yeom == "C" and site.wall == "posterior wall" for site in augmentation.leaks)


def fracture_by_height(measured: VertebraMeasurement) -> bool | None:
    """Whether the heights show a fracture: grade 2 and 3 yes, 0 no; None for 1, which overlaps with normal variants."""
    return None if measured.genant_grade in (None, 1) else bool(measured.genant_grade)


def _has_corridor(found: CorridorPlan | None, through_air: Collection[int]) -> bool | None:
    """Whether a corridor that meets no air keeps its margins; None where none was looked for."""
    return None if found is None else len(found.corridors) > len(through_air)


def _biopsy(inputs: PlanInputs, measured: VertebraMeasurement, scores: Scores, has_corridor: bool | None) -> BiopsyPlan:
    facts = inputs.facts
    stated = None if facts is None or facts.fracture is None else facts.fracture.value
    fracture = fracture_by_height(measured) if stated is None else stated
    named = () if facts is None else facts.contraindications
    turning_on = BiopsyFacts(is_aggressive(facts, scores.enneking), fracture, has_deficit(facts))
    return plan_biopsy(turning_on, named, has_corridor)


def _warnings(
    inputs: PlanInputs, augmentation: AugmentationPlan | None, decompression: DecompressionPlan | None
) -> tuple[str, ...]:
    found = [*inputs.measurement.warnings]
    found += [] if inputs.character is None else [f"{inputs.level}: {note}" for note in inputs.character.notes]
    found += [] if augmentation is None else augmentation.warnings
    found += [] if decompression is None else decompression.warnings
    if inputs.structures is None:
        found.append("No labels of organs and vessels were given: the corridors know them by geometry or not at all.")
    if inputs.facts is None:
        found.append("No clinical facts were given: neurology, pain and symptoms are not assessed.")
    for kind, part in inputs.simulated.items():
        found += [f"{kind.value.capitalize()}: {warning}" for warning in part.warnings]
    found += [f"{kind.value.capitalize()}: {why}." for kind, why in inputs.not_simulated.items()]
    return tuple(dict.fromkeys(found))


def _notices(scores: Scores) -> tuple[str, ...]:
    own = [f"{result.scale}: {notice}" for result in scores.imaging for notice in result.notices]
    return (NO_RULE, *dict.fromkeys(own))


def _provenance(inputs: PlanInputs, settings: PlanSettings) -> Provenance:
    origin = inputs.measurement.provenance
    return Provenance("surgical plan", dict(origin.inputs), settings.model_dump(mode="json"))
