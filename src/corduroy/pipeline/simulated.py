"""Where the simulations leave what they add to a plan, and how the plan takes it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from corduroy.anatomy.level import Level
from corduroy.pipeline.files import write_json
from corduroy.planning.simulated import SimulatedKind, SimulatedPart
from corduroy.provenance import content_hash

_MOST_BYTES = 20_000_000


@dataclass(frozen=True)
class SimulatedParts:
    """What the simulations left in a plan's folder.

    Parameters
    ----------
    parts : dict of SimulatedKind to SimulatedPart
    refused : dict of SimulatedKind to str
        Why a file that is there is not shown.
    """

    parts: dict[SimulatedKind, SimulatedPart] = field(default_factory=dict)
    refused: dict[SimulatedKind, str] = field(default_factory=dict)

    def figures(self, folder: Path | None) -> tuple[Path, ...]:
        """The pictures of all parts, in the plan's folder."""
        named = [figure.file for part in self.parts.values() for figure in part.figures]
        return () if folder is None else tuple(folder / name for name in named)


def write_simulated(part: SimulatedPart, folder: Path) -> Path:
    """Leave a part in the plan's folder, where `corduroy plan` finds it; its figures must lie there already.

    Parameters
    ----------
    part : SimulatedPart
    folder : Path
        The plan's folder (`PlanOutputs.report`).

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    place = folder / part.kind.file
    write_json(place, part.model_dump(mode="json"))
    return place


def simulated_hashes(folder: Path | None) -> dict[str, str]:
    """SHA-256 of every part in a plan's folder, by its file's name."""
    places = [] if folder is None else [folder / kind.file for kind in SimulatedKind]
    return {place.name: content_hash(place) for place in places if place.is_file()}


def read_simulated(folder: Path | None, level: Level, inputs: Mapping[str, str]) -> SimulatedParts:
    """The parts in a plan's folder that belong to this level and these inputs.

    Parameters
    ----------
    folder : Path or None
        None: there is none, so nothing is found.
    level : Level
    inputs : mapping of str to str
        SHA-256 of the plan's inputs by role.
    """
    found = SimulatedParts()
    for kind in SimulatedKind:
        place = None if folder is None else folder / kind.file
        if place is None or not place.is_file():
            continue
        try:
            part = _read(place)
            why = part.differs(level, inputs) if part.kind is kind else f"it is a part of kind {part.kind}"
            if why is None:
                why = _missing_figure(part, place.parent)
        except (OSError, ValueError) as error:
            why = f"it cannot be read ({_first_line(error)})"
        if why is None:
            found.parts[kind] = part
        else:
            found.refused[kind] = f"{kind.file} is there, but {why}: run the simulation again"
    return found


def _read(place: Path) -> SimulatedPart:
    if place.stat().st_size > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES} bytes")
    return SimulatedPart.model_validate_json(place.read_text(encoding="utf-8"))


def _missing_figure(part: SimulatedPart, folder: Path) -> str | None:
    missing = [figure.file for figure in part.figures if not (folder / figure.file).is_file()]
    return f"its figure {missing[0]} is not" if missing else None


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the document"
        return f"{place}: {first['msg'].removeprefix('Value error, ')}"
    return str(error).splitlines()[0] if str(error) else type(error).__name__
