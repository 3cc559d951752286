"""What a search found, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from corduroy.anatomy.level import Level
from corduroy.planning.corridors.results import Blocker, Corridor
from corduroy.planning.corridors.settings import CorridorSettings

_NAMED = 3


def verdict_of(
    corridors: Sequence[Corridor],
    candidates: int,
    safe: int,
    missing_mm: float | None,
    blockers: Sequence[Blocker],
    level: Level,
    settings: CorridorSettings,
) -> str:
    """How many corridors there are, or what stands in the way of all and how much room is missing."""
    if candidates == 0:
        return (
            f"Nothing is safe: no entry reaches {level} within {settings.max_axial_deg:g}° of the sagittal plane, "
            f"{settings.max_sagittal_deg:g}° of the axial plane and {settings.max_depth_mm:g} mm of depth."
        )
    stopped = ", ".join(f"{b.structure} {100 * b.share:.0f} %" for b in blockers[:_NAMED])
    if corridors:
        best = corridors[0]  # its spare room rounded as in `Corridor.as_dict`: sentence and table then agree
        return (
            f"{safe} of {candidates} ways with a {settings.gauge} G needle keep all margins. "
            f"First: {best.kind} from the {best.side}, {round(best.spare_mm, 2):.1f} mm beyond the margin of "
            f"{best.tightest or 'everything'}. The others are stopped first by: {stopped or 'nothing'}."
        )
    if safe:
        return (
            f"Nothing is safe: {safe} of {candidates} ways kept their margins on the search grid, "
            "none when measured exactly."
        )
    short = max(missing_mm or 0.0, 0.0)
    return (
        f"Nothing is safe with a {settings.gauge} G needle: all {candidates} ways within the limits come too near. "
        f"Stopped first by: {stopped}. The best one lacks {short:.1f} mm."
    )
