"""What pages ask of the desk. Its process alone loads what computing takes: the server is small and starts at once."""

from __future__ import annotations

from pathlib import Path

from corduroy.anatomy.level import Level
from corduroy.web.conversation.answers import (
    CorridorAnswer,
    FillAnswer,
    OpenedPlan,
    PointMm,
    SagittalSlice,
    ScanFiles,
    ShownFilm,
    VertebraLines,
    WidthAnswer,
)


def ask_plan(files: ScanFiles) -> OpenedPlan:
    """See `corduroy.web.conversation.plans.open_plan`."""
    from corduroy.web.conversation.plans import open_plan

    return open_plan(files)


def ask_corridor(
    files: ScanFiles, purpose: str, gauge: int, entry_mm: PointMm, target_mm: PointMm, on_skin: bool
) -> CorridorAnswer:
    """See `corduroy.web.conversation.plans.set_corridor`."""
    from corduroy.web.conversation.plans import set_corridor

    return set_corridor(files, purpose, gauge, entry_mm, target_mm, on_skin)


def ask_fill(files: ScanFiles, volume_ml: float) -> FillAnswer:
    """See `corduroy.web.conversation.plans.set_volume`."""
    from corduroy.web.conversation.plans import set_volume

    return set_volume(files, volume_ml)


def ask_width(files: ScanFiles, levels: tuple[Level, ...], width_mm: float) -> WidthAnswer:
    """See `corduroy.web.conversation.plans.set_width`."""
    from corduroy.web.conversation.plans import set_width

    return set_width(files, levels, width_mm)


def ask_lines(files: ScanFiles, kept: Path) -> tuple[VertebraLines, ...]:
    """See `corduroy.web.conversation.geometry.lines_of`."""
    from corduroy.web.conversation.geometry import lines_of

    return lines_of(files, kept)


def ask_slice(path: Path, index: int | None) -> SagittalSlice:
    """See `corduroy.web.conversation.slices.sagittal_slice`."""
    from corduroy.web.conversation.slices import sagittal_slice

    return sagittal_slice(path, index)


def ask_film(path: Path, derived: Path) -> ShownFilm:
    """See `corduroy.web.conversation.films.shown_film`."""
    from corduroy.web.conversation.films import shown_film

    return shown_film(path, derived)
