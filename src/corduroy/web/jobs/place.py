"""What a worker process is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WorkerPlace:
    """Where things are; it travels to another process.

    Parameters
    ----------
    folder : Path
        The workbench's.
    registry : str
        A file or a URL.
    largest_upload_bytes : int
    """

    folder: Path
    registry: str
    largest_upload_bytes: int
