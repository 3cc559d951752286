"""Where a cohort's records come from: a registry, or the invented patients."""

from __future__ import annotations

from pathlib import Path

from corduroy.registry.frames import frames_of
from corduroy.registry.synthetic import six_patients
from corduroy.study.cohort import SYNTHETIC
from corduroy.study.selection import Frames


def load_frames(registry: str, beside: Path) -> Frames:
    """All records of a registry.

    Parameters
    ----------
    registry : str
        A file, a postgresql:// URL, or ``synthetic``.
    beside : Path
        The folder to which a relative path refers.

    Raises
    ------
    RegistryError
        If it cannot be opened.
    """
    if registry == SYNTHETIC:
        return frames_of(six_patients())
    from corduroy.registry.store import Registry

    place = registry if "://" in registry else str(beside / Path(registry).expanduser())
    with Registry.open(place) as opened:
        return opened.frames()
