"""Writing what was read into a registry: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection

from corduroy.errors import RecordError
from corduroy.registry.exchange.reading import KnownCase, KnownPatient, LookUp, Reading
from corduroy.registry.exchange.rows import case_rows, patient_rows
from corduroy.registry.record import Patient
from corduroy.registry.store import Change, Registry
from corduroy.registry.store.entries import id_of
from corduroy.registry.store.reading import files_of


def look_up_in(registry: Registry) -> LookUp:
    """Finds what a registry holds of patients already."""

    def look_up(pseudonyms: Collection[str]) -> dict[str, KnownPatient]:
        with registry.connected() as connection:
            numbers = {name: number for name, number in patient_rows(connection, ("pseudonym",)) if name in pseudonyms}
            cases = [(row[0], row[-1]) for row in case_rows(connection, ()) if row[0] in numbers]
            files = files_of(connection, [number for _, number in cases])
        of_patient: dict[str, dict[int, KnownCase]] = {name: {} for name in numbers}
        for name, number in cases:
            file = files[number]
            of_patient[name][file.case.case_no] = KnownCase(id_of("case", number), file)
        return {name: _known(registry, id_of("patient", numbers[name]), held) for name, held in of_patient.items()}

    return look_up


def _known(registry: Registry, entry_id: str, cases: dict[int, KnownCase]) -> KnownPatient:
    """The patient's record is in each of the cases; without a case it is asked for."""
    first = next(iter(cases.values()), None)
    patient = first.file.patient if first else registry.entry(entry_id).record
    assert isinstance(patient, Patient)
    return KnownPatient(entry_id, patient, cases)


def write_reading(registry: Registry, reading: Reading, *, who: str, why: str, confirmed: bool = False) -> int:
    """Add the cases of a reading to a registry.

    Parameters
    ----------
    registry : Registry
    reading : Reading
        Read against this same registry.
    who, why : str
        For the audit trail.
    confirmed : bool
        Whether a person stands by the doubts; the trail says so.

    Returns
    -------
    int
        Number of records added.

    Raises
    ------
    RecordError
        If there are problems, or doubts that nobody has confirmed. Nothing is written then.
    """
    if reading.problems:
        told = [str(problem) for problem in reading.problems]
        raise RecordError(f"{len(told)} problems", "a file without problems", "nothing was written", told)
    if reading.doubts and not confirmed:
        told = [str(doubt) for doubt in reading.doubts]
        raise RecordError(f"{len(told)} doubts that nobody has confirmed", do="nothing was written", problems=told)
    ids: dict[str, str] = {}
    with registry.transaction(who=who, why=why) as change:
        written = sum(_add_case(change, reading, index, ids) for index in range(len(reading.cases)))
        change.check()
        if confirmed:
            change.confirm()
    return written


def _add_case(change: Change, reading: Reading, index: int, ids: dict[str, str]) -> int:
    """The new records of one case; `ids` keeps the patients' by pseudonym for the cases that follow."""
    new = reading.cases[index]
    pseudonym = new.pseudonym
    if new.known:
        ids.setdefault(pseudonym, new.known.entry_id)
    held = new.known.cases.get(new.case_no) if new.known and new.case_no else None
    case_id = held.entry_id if held else None
    for record in new.records:
        parent = {None: None, "patient": ids.get(pseudonym), "case": case_id}[record.parent]
        entry = change.add(record, parent)
        if record.kind == "patient":
            ids[pseudonym] = entry.id
        if record.kind == "case":
            case_id = entry.id
    return len(new.records)
