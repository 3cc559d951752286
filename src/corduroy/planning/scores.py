"""All scales of a plan: proposed from imaging, overruled by what a person stated, and what is left to confirm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from corduroy.anatomy.level import Level
from corduroy.planning.clinical_facts import ClinicalFacts, Stated
from corduroy.scales import (
    AIS,
    ESCC,
    FRANKEL,
    GENANT,
    NURICK,
    PAIN_0_10,
    TOMITA,
    EnnekingItems,
    EnnekingStage,
    EsccGrade,
    FrankelGrade,
    GenantGrade,
    Item,
    LaredoFindings,
    LaredoItems,
    NeedsMri,
    Proposed,
    Reading,
    ScaleResult,
    SinsClass,
    SinsItems,
    TomitaRegions,
    WbbExtent,
    WbbNumbering,
    enneking_result,
    grade_result,
    joa_11_result,
    laredo_result,
    number_result,
    propose_compartment,
    propose_escc_from_ct,
    propose_genant,
    propose_laredo,
    propose_sins_alignment,
    propose_sins_collapse,
    propose_sins_location,
    propose_sins_posterolateral,
    propose_tomita,
    sins_result,
    wbb_result,
)

T = TypeVar("T")


@dataclass(frozen=True)
class ImagingFacts:
    """What imaging knows of one level, as the scales ask for it; None is "not known", which is never "no".

    Parameters
    ----------
    level : Level
    greatest_loss_percent : Reading or None
        The greatest of the three height losses, percent of the reference height.
    deformity_percent : Reading or None
        What the measurement grades by: the greatest loss, or the vertebra's own difference of heights if larger.
    deformed_by_shape : bool
        Whether it is the own difference that the grade rests on.
    involved_percent : Reading or None
        Share of the body that the lesion takes.
    left_involved, right_involved : bool or None
        Facet, pedicle or costovertebral joint of the patient's left and right.
    excess_kyphosis_deg, slip_mm : Reading or None
        Against an earlier image or what is expected; both are needed for the alignment.
    epidural_mm3, outside_mm3 : Reading or None
        Epidural part; all parts outside the bone.
    regions : TomitaRegions
    cortex_expanded, margin_indistinct, honeycomb_irregular : bool or None
    wbb : WbbExtent or None
        In the numbering of the Spine Oncology Study Group.
    """

    level: Level
    greatest_loss_percent: Reading | None = None
    deformity_percent: Reading | None = None
    involved_percent: Reading | None = None
    left_involved: bool | None = None
    right_involved: bool | None = None
    excess_kyphosis_deg: Reading | None = None
    slip_mm: Reading | None = None
    epidural_mm3: Reading | None = None
    outside_mm3: Reading | None = None
    regions: TomitaRegions = field(default_factory=TomitaRegions)
    cortex_expanded: bool | None = None
    margin_indistinct: bool | None = None
    honeycomb_irregular: bool | None = None
    wbb: WbbExtent | None = None
    deformed_by_shape: bool = False


@dataclass(frozen=True)
class ToConfirm:
    """An item that a person has not set yet.

    Parameters
    ----------
    scale, item : str
    proposed : str
        What imaging proposes; ``""`` where nothing is.
    basis : str
    """

    scale: str
    item: str
    proposed: str
    basis: str


@dataclass(frozen=True)
class Scores:
    """The scales of a plan.

    Parameters
    ----------
    sins, enneking, tomita, laredo, escc, wbb, genant : ScaleResult
        Whether or not anything was assessed.
    clinical : tuple of ScaleResult
        Those that only a person can fill in, as far as they were stated: Frankel, AIS, Nurick, JOA, pain.
    to_confirm : tuple of ToConfirm
    """

    sins: ScaleResult[SinsClass]
    enneking: ScaleResult[EnnekingStage]
    tomita: ScaleResult[Any]
    laredo: ScaleResult[Any]
    escc: ScaleResult[Any]
    wbb: ScaleResult[WbbExtent]
    genant: ScaleResult[Any]
    clinical: tuple[ScaleResult[Any], ...]
    to_confirm: tuple[ToConfirm, ...]

    @property
    def imaging(self) -> tuple[ScaleResult[Any], ...]:
        """The scales to which imaging contributes."""
        return self.sins, self.enneking, self.tomita, self.laredo, self.escc, self.wbb, self.genant


def score(imaging: ImagingFacts, facts: ClinicalFacts | None = None) -> Scores:
    """Fill in every scale of the plan.

    Parameters
    ----------
    imaging : ImagingFacts
    facts : ClinicalFacts, optional
        What a person stated goes before what imaging proposes.

    Returns
    -------
    Scores
        Every result says how many of its items were assessed; nothing is mapped from one scale to another.
    """
    chooser = _Chooser(facts)
    sins = sins_result(_sins_items(imaging, chooser))
    enneking = enneking_result(_enneking_items(imaging, chooser))
    tomita = grade_result(TOMITA, chooser("tomita", propose_tomita(imaging.regions)))
    laredo = laredo_result(_laredo_items(imaging, chooser))
    escc = _escc(imaging, chooser)
    extent = None if imaging.wbb is None else Proposed(imaging.wbb, "sectors around the canal that the mask takes")
    wbb = wbb_result(extent, WbbNumbering.SOSG)
    genant = grade_result(GENANT, _genant(imaging))
    scored = (sins, enneking, tomita, laredo, escc, wbb, genant)
    return Scores(*scored, clinical=_clinical(facts), to_confirm=_to_confirm(scored))


def _genant(imaging: ImagingFacts) -> Proposed[GenantGrade] | None:
    deformity, loss = imaging.deformity_percent, imaging.greatest_loss_percent
    if deformity is None:
        return None
    return propose_genant(deformity, loss.value if loss is not None and imaging.deformed_by_shape else None)


class _Chooser:
    """A person's word where there is one, else the proposal."""

    def __init__(self, facts: ClinicalFacts | None) -> None:
        self._facts = facts

    def __call__(self, name: str, proposed: Proposed[Any] | None, group: str | None = None) -> Item[Any] | None:
        if self._facts is None:
            return proposed
        holder = self._facts if group is None else getattr(self._facts, group)
        stated: Stated[Any] | None = getattr(holder, name)
        return proposed if stated is None else self._facts.item(_with_basis(stated, proposed))


def _with_basis(stated: Stated[T], proposed: Proposed[T] | None) -> Stated[T]:
    """Keeps what was proposed beside what a person set instead."""
    if proposed is None or stated.basis or stated.value == proposed.value:
        return stated
    label = getattr(proposed.value, "label", proposed.value)
    return stated.model_copy(update={"basis": f"imaging proposed '{label}': {proposed.basis}"})


def _sins_items(imaging: ImagingFacts, choose: _Chooser) -> SinsItems:
    loss, kyphosis, slip = imaging.greatest_loss_percent, imaging.excess_kyphosis_deg, imaging.slip_mm
    collapse = None if loss is None else propose_sins_collapse(loss, imaging.involved_percent)
    alignment = None if kyphosis is None or slip is None else propose_sins_alignment(kyphosis, slip)
    sides = propose_sins_posterolateral(imaging.left_involved, imaging.right_involved)
    return SinsItems(
        location=choose("location", propose_sins_location(imaging.level), "sins"),
        pain=choose("pain", None, "sins"),
        bone_lesion=choose("bone_lesion", None, "sins"),
        alignment=choose("alignment", alignment, "sins"),
        collapse=choose("collapse", collapse, "sins"),
        posterolateral=choose("posterolateral", sides, "sins"),
    )


def _enneking_items(imaging: ImagingFacts, choose: _Chooser) -> EnnekingItems:
    outside = imaging.outside_mm3
    compartment = choose("compartment", None if outside is None else propose_compartment(outside))
    return EnnekingItems(compartment, choose("symptoms", None))


def _laredo_items(imaging: ImagingFacts, choose: _Chooser) -> LaredoItems:
    arch = (imaging.regions.pedicle, imaging.regions.lamina)
    involved = True if any(arch) else (None if None in arch else False)
    proposed = propose_laredo(
        LaredoFindings(
            imaging.level,
            imaging.involved_percent,
            involved,
            imaging.cortex_expanded,
            imaging.margin_indistinct,
            imaging.honeycomb_irregular,
            imaging.outside_mm3,
        )
    )
    names = ("location", "whole_body", "neural_arch", "cortex", "honeycomb", "soft_tissue")
    return LaredoItems(**{name: choose(name, getattr(proposed, name), "laredo") for name in names})


def _escc(imaging: ImagingFacts, choose: _Chooser) -> ScaleResult[EsccGrade]:
    volume = imaging.epidural_mm3
    proposed = None if volume is None else propose_escc_from_ct(volume)
    if isinstance(proposed, NeedsMri):
        item = choose("escc", None)
        return grade_result(ESCC, item, *(() if item else (f"Needs MRI: {proposed.reason}.",)))
    return grade_result(ESCC, choose("escc", proposed))


def _clinical(facts: ClinicalFacts | None) -> tuple[ScaleResult[Any], ...]:
    if facts is None:
        return ()
    grades = ((FRANKEL, facts.frankel), (AIS, facts.ais), (NURICK, facts.nurick))
    found = [grade_result(scale, facts.item(stated)) for scale, stated in grades if stated is not None]
    if facts.joa_11 is not None:
        found.append(joa_11_result(facts.item(facts.joa_11)))
    if facts.pain_0_10 is not None:
        found.append(number_result(PAIN_0_10, facts.item(facts.pain_0_10)))
    return tuple(found)


def _to_confirm(results: tuple[ScaleResult[Any], ...]) -> tuple[ToConfirm, ...]:
    return tuple(
        ToConfirm(result.scale, item.item, "" if item.value is None else _label(item.value), item.basis)
        for result in results
        for item in result.items
        if not item.origin.startswith("confirmed by ")
    )


def _label(value: object) -> str:
    return str(getattr(value, "label", value))


def has_deficit(facts: ClinicalFacts | None) -> bool | None:
    """Whether there is a neurological deficit: as stated, else by the Frankel grade; None if neither is known."""
    if facts is None:
        return None
    if facts.deficit is not None:
        return facts.deficit.value
    return None if facts.frankel is None else facts.frankel.value is not FrankelGrade.E


def is_aggressive(facts: ClinicalFacts | None, enneking: ScaleResult[EnnekingStage]) -> bool | None:
    """Whether the hemangioma is aggressive: as stated, else Enneking S3; None while the stage is open."""
    if facts is not None and facts.aggressive is not None:
        return facts.aggressive.value
    return None if enneking.grade is None else enneking.grade is EnnekingStage.S3
