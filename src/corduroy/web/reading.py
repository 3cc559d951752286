"""Reading everything of one case at once, as pages and interface show it."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.errors import InputError
from corduroy.registry.record import CaseFile
from corduroy.registry.store import Entry, Registry
from corduroy.registry.store.reading import all_entries, read_entry


@dataclass(frozen=True)
class CaseEntries:
    """The living records of one case.

    Parameters
    ----------
    patient, case : Entry
    entries : list of Entry
        The patient's consents, then what belongs to the case.
    file : CaseFile
        The same records put together.
    """

    patient: Entry
    case: Entry
    entries: list[Entry]
    file: CaseFile


def case_entries(registry: Registry, case_id: str) -> CaseEntries:
    """Read them from one state of the registry.

    Raises
    ------
    InputError
        If there is no such case, or it is deleted.
    """
    with registry.connected() as connection:
        case = read_entry(connection, case_id)
        if case.kind != "case" or case.deleted or case.parent_id is None:
            raise InputError(f"{case_id} is no living case", do="look at the list of cases")
        patient = read_entry(connection, case.parent_id)
        entries = list(all_entries(connection, "consent", patient.id, include_deleted=False))
        entries += all_entries(connection, None, case_id, include_deleted=False)
    # The file is made of what was just read: asking the tables for it would double the work of every look at a case.
    return CaseEntries(patient, case, entries, CaseFile.of([one.record for one in (patient, case, *entries)]))
