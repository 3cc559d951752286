"""What should make a team ask whether to fix: prompts, never rules."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.anatomy.level import Level
from corduroy.planning.decompression_results import FACET_WARNING_PERCENT, DecompressionPlan
from corduroy.planning.evidence import Prompt
from corduroy.provenance import Measured
from corduroy.scales.result import ScaleResult
from corduroy.scales.sins import SinsClass, SinsLocation
from corduroy.scales.sins_proposals import propose_sins_location

_SINS_FROM = 7.0
_KYPHOSIS_FROM_DEG = 20.0  # author's choice; no published bound
_SINS_SOURCE = "Fisher 2010, Spine 35:E1221; made for metastases"
_FACET_SOURCE = "PMID 4020449; a cervical bench rule"
_CHOICE = "author's choice of prompt"

NO_RULE = (
    "These are questions, no rules: open vertebroplasty and laminectomy without fixation was done in 41 patients with "
    "51 fractures T12-S1 (mean follow-up 27 months), and other hemangioma series fixed."
)


@dataclass(frozen=True)
class StabilityFacts:
    """What the prompts look at; None is "not known".

    Parameters
    ----------
    level : Level
    sins : ScaleResult or None
    regional_cobb : Measured or None
        Degrees, kyphosis positive.
    posterior_wall_lost : bool or None
        Breached by the lesion, or broken.
    """

    level: Level
    sins: ScaleResult[SinsClass] | None = None
    regional_cobb: Measured | None = None
    posterior_wall_lost: bool | None = None


def stability_prompts(facts: StabilityFacts, decompression: DecompressionPlan | None) -> tuple[Prompt, ...]:
    """Every prompt that the facts give rise to, in a fixed order.

    Notes
    -----
    SINS from 7, a facet lost by more than half on either side, posterior wall and arch both lost, regional kyphosis
    from 20 degrees (author's choice), a junctional level.
    """
    found = [*_sins(facts), *_facets(decompression), *_both_columns(facts, decompression)]
    cobb = facts.regional_cobb
    if cobb is not None and cobb.value + cobb.uncertainty >= _KYPHOSIS_FROM_DEG:
        reach = "" if cobb.value >= _KYPHOSIS_FROM_DEG else " (reached by its interval only)"
        measured = f"{cobb.value:.1f} ± {cobb.uncertainty:.1f}°"
        text = f"Regional kyphosis {measured}, asked about from {_KYPHOSIS_FROM_DEG:g}°{reach}."
        found.append(Prompt("regional kyphosis", text, _CHOICE))
    if propose_sins_location(facts.level).value is SinsLocation.JUNCTIONAL:
        found.append(Prompt("junctional level", f"{facts.level} is a junctional level.", _SINS_SOURCE))
    return tuple(found)


def _sins(facts: StabilityFacts) -> list[Prompt]:
    sins = facts.sins
    if sins is None or sins.highest is None or sins.highest < _SINS_FROM:
        return []
    if sins.value is not None:
        words = f"SINS {sins.value:g} of 18"
    else:
        words = f"SINS between {sins.lowest:g} and {sins.highest:g} of 18 ({sins.assessed})"
    reach = "is" if (sins.lowest or 0.0) >= _SINS_FROM else "can be"
    return [Prompt("SINS", f"{words}: {reach} {_SINS_FROM:g} or more.", _SINS_SOURCE)]


def _facets(plan: DecompressionPlan | None) -> list[Prompt]:
    found = []
    for level in () if plan is None else plan.levels:
        for loss in level.facets:
            share = loss.lost_percent
            if share.value + share.uncertainty > FACET_WARNING_PERCENT:
                lost = f"{share.value:.0f} ± {share.uncertainty:.0f} %"
                text = f"{level.level}, {loss.side}: {lost} of the {loss.process} process lost."
                found.append(Prompt("facet", text, _FACET_SOURCE))
    return found


def _both_columns(facts: StabilityFacts, plan: DecompressionPlan | None) -> list[Prompt]:
    arch_lost = plan is not None and any(level.level is facts.level for level in plan.levels)
    if not arch_lost or not facts.posterior_wall_lost:
        return []
    text = f"{facts.level}: the posterior wall counts as breached, and the laminectomy takes the arch."
    return [Prompt("posterior wall and arch", text, _CHOICE)]
