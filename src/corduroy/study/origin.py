"""Where a cohort's records come from: a registry, or the invented patients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corduroy.registry.frames import HeldRecords, Records, frames_of
from corduroy.registry.synthetic import six_patients
from corduroy.study.cohort import SYNTHETIC


@contextmanager
def opened_records(registry: str, beside: Path) -> Iterator[Records]:
    """The records of a registry as they are at this moment, as long as the ``with`` block lasts.

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
        yield HeldRecords(frames_of(six_patients()))
        return
    from corduroy.registry.store import Registry

    place = registry if "://" in registry else str(beside / Path(registry).expanduser())
    with Registry.open(place) as opened, opened.records() as records:
        yield records
