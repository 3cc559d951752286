"""Records without the person: dates moved, ages capped, free text taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from corduroy.errors import InputError
from corduroy.registry.deidentify.key import DeidentificationKey
from corduroy.registry.record import CaseFile, Record

_OLDEST_AGE_YEARS = 90


def deidentified(case_file: CaseFile, key: DeidentificationKey) -> CaseFile:
    """A case whose dates are moved and whose free text is gone.

    Parameters
    ----------
    case_file : CaseFile
    key : DeidentificationKey
        Decides by how much the dates move; scans of the same pseudonym move by the same number of days.

    Returns
    -------
    CaseFile
        Intervals between dates and the age at surgery are unchanged; an age above 90 becomes 90.

    Raises
    ------
    InputError
        If a moved date would lie before any that a record may hold.

    When this misleads: the pseudonym stays. If it was made from initials or a hospital number, the person is still in
    it. A rare disease in a small town may identify a person by level, sex and age alone.
    """
    shift = key.date_shift(case_file.patient.pseudonym)
    changes: dict[str, Any] = {}
    for field in fields(case_file):
        value = getattr(case_file, field.name)
        if isinstance(value, tuple):
            changes[field.name] = tuple(_moved(record, shift) for record in value)
        elif isinstance(value, Record):
            changes[field.name] = _moved(value, shift)
    moved = replace(case_file, **changes)
    return replace(moved, patient=_without_exact_age(case_file, moved, shift))


def free_texts(case_files: Iterable[CaseFile]) -> Iterator[tuple[str, str, str]]:
    """Every free text that would be taken out: pseudonym, ``kind.field``, text. A person may want to keep its sense."""
    for case_file in case_files:
        for record in case_file.records():
            for name, item in record.items().items():
                value = getattr(record, name)
                if item.kind == "free text" and value:
                    yield case_file.patient.pseudonym, f"{record.kind}.{name}", str(value)


def _moved(record: Record, shift: timedelta) -> Record:
    changes: dict[str, Any] = {}
    for name, item in record.items().items():
        value = getattr(record, name)
        if isinstance(value, date):
            changes[name] = value + shift
        elif item.kind == "free text":
            changes[name] = None
    try:
        return type(record).model_validate(record.model_dump() | changes)
    except ValueError as error:
        raise InputError(
            f"{record.title} cannot be moved by {-shift.days} days ({error})", "dates some years after 1971"
        ) from error


def _without_exact_age(original: CaseFile, moved: CaseFile, shift: timedelta) -> Any:
    """The patient with the year of birth moved so that the age at surgery stays, up to 90."""
    born = original.patient.birth_year
    if born is None:
        return moved.patient
    if original.surgery is None or moved.surgery is None:
        return moved.patient.model_copy(update={"birth_year": born + round(shift.days / 365.25)})
    age = min(original.surgery.year - born, _OLDEST_AGE_YEARS)
    return moved.patient.model_copy(update={"birth_year": moved.surgery.year - age})
