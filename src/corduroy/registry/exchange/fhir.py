"""Export as one FHIR bundle, R4 or R5: a resource for each record, and an observation that holds all of its fields.

Patient, Consent, Condition, Procedure, ImagingStudy, DiagnosticReport and AdverseEvent say what they have elements for.
Beside each stands an Observation with every recorded field as a component, so that nothing is lost and nothing is
squeezed into an element that means something else. Assessments, measurements, leaks and events are Observations
themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from corduroy.registry.exchange.fhir_case import Release, case_resources
from corduroy.registry.exchange.fhir_values import Json
from corduroy.registry.exchange.folder import new_folder
from corduroy.registry.exchange.rows import child_rows
from corduroy.registry.record.choices import EventType
from corduroy.registry.store import Registry


def export_fhir(registry: Registry, folder: Path, release: Release) -> int:
    """Write ``bundle.json``, a bundle of the type "collection", into a new folder.

    Patients without a case are left out.

    Parameters
    ----------
    registry : Registry
    folder : Path
    release : {"R4", "R5"}

    Returns
    -------
    int
        Number of resources.

    Raises
    ------
    InputError
        If the folder is there already or cannot be written.
    """
    number = 0
    with new_folder(folder) as place, (place / "bundle.json").open("w", encoding="utf-8") as stream:
        stream.write('{"resourceType": "Bundle", "type": "collection"')
        for resource in registry_resources(registry, release):
            entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            text = json.dumps(entry, ensure_ascii=False, allow_nan=False)
            # Without entries the list must not be there: FHIR knows no empty lists.
            stream.write((",\n" if number else ', "entry": [\n') + text)
            number += 1
        stream.write("\n]}\n" if number else "}\n")
    return number


def registry_resources(registry: Registry, release: Release) -> Iterator[Json]:
    """The resources of all cases; a patient and a consent once, before the first case."""
    with registry.connected() as connection:
        events = child_rows(connection, "event", ("type", "on"))
        deaths = {row[0]: str(row[3]) for row in events if row[2] == EventType.DEATH.value}
    known: set[str] = set()
    for file in registry.case_files():
        pseudonym = file.patient.pseudonym
        yield from case_resources(file, release, deaths.get(pseudonym), is_first=pseudonym not in known)
        known.add(pseudonym)
