"""The lines of a scan's measurements as a file: computed once, then read by every page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from corduroy.pipeline.files import write_json
from corduroy.web.conversation.answers import VertebraLines


def keep_lines(lines: Sequence[VertebraLines], kept: Path) -> None:
    """Write them."""
    write_json(kept, {"vertebrae": [asdict(one) for one in lines]})


def kept_lines(kept: Path) -> tuple[VertebraLines, ...] | None:
    """The lines from their file; None if they were not computed yet."""
    if not kept.is_file():
        return None
    document = json.loads(kept.read_text(encoding="utf-8"))
    return tuple(VertebraLines(**lines) for lines in document["vertebrae"])
