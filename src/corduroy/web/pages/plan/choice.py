"""What a team has chosen on the page of a plan, and where it is kept."""

from __future__ import annotations

import json
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from corduroy.anatomy.level import Level
from corduroy.pipeline.files import write_json
from corduroy.planning.markups import MarkedLine, line_markups
from corduroy.web.conversation.answers import PointMm
from corduroy.web.workbench import Workbench


class Needle(BaseModel):
    """A needle's way as it was set.

    Parameters
    ----------
    gauge : int
    entry_mm, target_mm : PointMm
        World RAS+.
    spare_mm : float
        What the tightest structure leaves beyond its margin; negative: the margin is not kept.
    """

    model_config = ConfigDict(frozen=True)

    gauge: int
    entry_mm: PointMm
    target_mm: PointMm
    spare_mm: float


class Choice(BaseModel):
    """What was chosen.

    Parameters
    ----------
    plan_job : int
        The job whose plan it stands on.
    who, at : str
    needles : dict of str to Needle
        By ``"biopsy"`` and ``"cement"``.
    cement_ml : float
    laminectomy_mm : float
    laminectomy_levels : tuple of Level
    """

    model_config = ConfigDict(frozen=True)

    plan_job: int
    who: str
    at: str
    needles: dict[str, Needle]
    cement_ml: float
    laminectomy_mm: float
    laminectomy_levels: tuple[Level, ...]

    def as_markups(self) -> str:
        """The needles as markups of 3D Slicer."""
        lines = [
            MarkedLine(f"{purpose} {needle.gauge} G", needle.entry_mm, needle.target_mm)
            for purpose, needle in self.needles.items()
        ]
        return json.dumps(line_markups(lines), indent=1)


def keep_choice(workbench: Workbench, scan_id: str, choice: Choice) -> None:
    """Write it down for everybody; earlier ones stay."""
    folder = _folder(workbench, scan_id)
    with workbench.database.noted(choice.who, "keep a choice", scan_id):
        write_json(folder / f"{time.time_ns()}.json", choice.model_dump(mode="json"))


def choices(workbench: Workbench, scan_id: str) -> list[Choice]:
    """What was kept, the newest first."""
    files = sorted(_folder(workbench, scan_id).glob("*.json"), reverse=True)
    return [Choice.model_validate_json(file.read_text(encoding="utf-8")) for file in files]


def _folder(workbench: Workbench, scan_id: str) -> Path:
    return workbench.scans.derived(scan_id) / "choices"
