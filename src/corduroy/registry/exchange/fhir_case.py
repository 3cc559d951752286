"""The FHIR resources of one case; the few elements in which R4 and R5 differ are told apart here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from corduroy.registry.exchange.fhir_values import (
    OWN_SYSTEM,
    Json,
    choice_concept,
    components,
    own_concept,
    quantity,
    reference,
    resource_id,
    unit_of,
)
from corduroy.registry.record import (
    Biopsy,
    CaseFile,
    Complication,
    Consent,
    Embolization,
    FollowUpEvent,
    ImagingStudy,
    Leak,
    MeasurementEntry,
    Operation,
    Record,
    TreatedCase,
)
from corduroy.registry.record.choices import ConsentScope, Procedure
from corduroy.registry.synthetic import is_synthetic

Release = Literal["R4", "R5"]

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_DICOM_MODALITY = {"CT": "CT", "MR": "MR", "radiograph": "DX", "angiography": "XA"}
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_PURPOSE = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

Done = Biopsy | Embolization | Operation


def case_resources(file: CaseFile, release: Release, died: str | None = None, is_first: bool = True) -> Iterator[Json]:
    """The resources of one case.

    Parameters
    ----------
    file : CaseFile
    release : {"R4", "R5"}
    died : str, optional
        ISO date of death.
    is_first : bool
        Whether the patient and the consent are still to be told.
    """
    writer = _CaseWriter(file, release)
    if is_first:
        yield from writer.person(died)
    yield from writer.condition()
    yield from writer.treatment()
    for several in (file.assessments, file.measurements, file.leaks, file.events):
        for record in several:
            yield writer.observation(record)


class _CaseWriter:
    """Makes resources whose ids come from pseudonym, case, kind and place among their kind."""

    def __init__(self, file: CaseFile, release: Release) -> None:
        self._file = file
        self._release = release
        self._key = (file.patient.pseudonym, file.case.case_no)
        self._counts: dict[str, int] = {}
        self._subject = {"reference": f"urn:uuid:{resource_id('Patient', file.patient.pseudonym)}"}

    def person(self, died: str | None) -> Iterator[Json]:
        patient = self._file.patient
        resource: Json = {
            "resourceType": "Patient",
            "id": resource_id("Patient", patient.pseudonym),
            "identifier": [{"use": "secondary", "system": f"{OWN_SYSTEM}:pseudonym", "value": patient.pseudonym}],
            "gender": str(patient.sex) if patient.sex else "unknown",
        }
        if patient.birth_year:
            resource["birthDate"] = str(patient.birth_year)
        if died:
            resource["deceasedDateTime"] = died
        if is_synthetic([patient.pseudonym]):
            resource["meta"] = {"tag": [{"system": _PURPOSE, "code": "HTEST", "display": "test health data"}]}
        yield resource
        yield self._details(patient, resource, ("Patient", patient.pseudonym))
        if self._file.consent:
            consent = self._consent(self._file.consent)
            yield consent
            yield self._details(self._file.consent, consent, ("Consent", patient.pseudonym))

    def condition(self) -> Iterator[Json]:
        case = self._file.case
        kind = "Aggressive vertebral hemangioma" if case.aggressive else "Vertebral hemangioma"
        resource: Json = {
            "resourceType": "Condition",
            "id": self._condition_id,
            "code": {"text": kind},
            "subject": self._subject,
            "bodySite": [{"text": f"Vertebra {level}"} for level in case.levels],
        }
        if case.symptoms_since:
            resource["onsetDateTime"] = case.symptoms_since.isoformat()
        if self._release == "R5":
            # Required in R5; the record does not say whether the lesion is still active.
            resource["clinicalStatus"] = {"coding": [{"system": _CLINICAL, "code": "unknown"}]}
        resource["stage"] = [
            {"summary": choice_concept("case", item, getattr(case, name)), "type": {"text": item.label}}
            for name, item in TreatedCase.items().items()
            if name in ("enneking", "tomita", "escc") and getattr(case, name) is not None
        ]
        if not resource["stage"]:
            del resource["stage"]
        yield resource
        yield self._details(case, resource, ("Condition", *self._key))

    def treatment(self) -> Iterator[Json]:
        file = self._file
        done: list[tuple[Done, Json]] = []
        procedures: tuple[Done, ...] = (*file.biopsies, *file.embolizations, *file.operations)
        for entry in procedures:
            resource = self._procedure(entry)
            done.append((entry, resource))
            details = self._details(entry, resource, ("details", resource["id"]), part_of=True)
            yield from (resource, details)
            if isinstance(entry, Biopsy) and entry.result:
                yield self._report(entry, details)
        for study in file.imaging:
            resource = self._imaging(study)
            yield from (resource, self._details(study, resource, ("details", resource["id"]), part_of=True))
        for complication in file.complications:
            resource = self._adverse_event(complication, done)
            yield from (resource, self._details(complication, resource, ("details", resource["id"])))

    def observation(self, record: Record) -> Json:
        """A record that is an observation itself, with its main value where there is one."""
        resource = self._observation(record, self._id(record))
        if isinstance(record, MeasurementEntry):
            item = record.items()["quantity"]
            resource["code"] = choice_concept("measurement", item, record.quantity)
            resource["valueQuantity"] = quantity(record.value, unit_of(record))
            resource["method"] = {"text": record.method}
            resource["component"] = components(record, without=("quantity", "value"))
        if isinstance(record, Leak):
            resource["valueBoolean"] = record.leaked
        if isinstance(record, FollowUpEvent):
            resource["valueCodeableConcept"] = choice_concept("event", record.items()["type"], record.type)
        level = getattr(record, "level", None)
        if level is not None:
            resource["bodySite"] = {"text": f"Vertebra {level}"}
        return resource

    @property
    def _condition_id(self) -> str:
        return resource_id("Condition", *self._key)

    def _id(self, record: Record) -> str:
        self._counts[record.kind] = self._counts.get(record.kind, 0) + 1
        return resource_id(*self._key, record.kind, self._counts[record.kind])

    def _observation(self, record: Record, resource_key: str) -> Json:
        resource: Json = {
            "resourceType": "Observation",
            "id": resource_key,
            "status": "final",
            "code": own_concept(record.kind, record.title),
            "subject": self._subject,
            "focus": [{"reference": f"urn:uuid:{self._condition_id}"}],
            "component": components(record),
        }
        day: date | None = getattr(record, "on", None)
        if day is not None:
            resource["effectiveDateTime"] = day.isoformat()
        return resource

    def _details(self, record: Record, about: Json, path: tuple[str | int, ...], part_of: bool = False) -> Json:
        """All fields of a record that has a resource of its own."""
        resource = self._observation(record, resource_id("details", *path))
        if part_of:
            resource["partOf"] = [reference(about)]
        else:
            resource["focus"] = [reference(about)]
        return resource

    def _procedure(self, entry: Done) -> Json:
        resource: Json = {
            "resourceType": "Procedure",
            "id": self._id(entry),
            "status": "completed",
            "code": own_concept(entry.kind, entry.title),
            "subject": self._subject,
        }
        because = {"reference": f"urn:uuid:{self._condition_id}"}
        if self._release == "R4":
            resource |= {"performedDateTime": entry.on.isoformat(), "reasonReference": [because]}
        else:
            resource |= {"occurrenceDateTime": entry.on.isoformat(), "reason": [{"reference": because}]}
        return resource

    def _report(self, biopsy: Biopsy, details: Json) -> Json:
        concept = choice_concept("biopsy", biopsy.items()["result"], biopsy.result)
        return {
            "resourceType": "DiagnosticReport",
            "id": resource_id("report", details["id"]),
            "status": "final",
            "code": own_concept("biopsy.result", "Result of the biopsy"),
            "subject": self._subject,
            "effectiveDateTime": biopsy.on.isoformat(),
            "result": [reference(details)],
            "conclusion": concept["text"],
            "conclusionCode": [concept],
        }

    def _imaging(self, study: ImagingStudy) -> Json:
        coding = {"system": _DICOM, "code": _DICOM_MODALITY[study.modality.value]}
        resource: Json = {
            "resourceType": "ImagingStudy",
            "id": self._id(study),
            "status": "available" if study.folder else "unknown",
            "modality": [coding] if self._release == "R4" else [{"coding": [coding], "text": study.modality.label}],
            "subject": self._subject,
            "started": study.on.isoformat(),
            "description": f"{study.visit.label}, {study.posture.label.lower()}",
        }
        if study.folder:
            resource["identifier"] = [{"system": f"{OWN_SYSTEM}:folder", "value": study.folder}]
        return resource

    def _adverse_event(self, complication: Complication, done: list[tuple[Done, Json]]) -> Json:
        concept = choice_concept("complication", complication.items()["type"], complication.type)
        resource: Json = {
            "resourceType": "AdverseEvent",
            "id": self._id(complication),
            "actuality": "actual",
            "subject": self._subject,
        }
        if self._release == "R4":
            resource |= {"event": concept, "date": complication.on.isoformat()}
        else:
            resource |= {"status": "completed", "code": concept, "occurrenceDateTime": complication.on.isoformat()}
        cause = _cause(complication, done)
        if cause:
            name = "instance" if self._release == "R4" else "instanceReference"
            resource["suspectEntity"] = [{name: reference(cause)}]
        return resource

    def _consent(self, consent: Consent) -> Json:
        is_refused = consent.scope is ConsentScope.REFUSED
        text = choice_concept("consent", consent.items()["scope"], consent.scope)
        basis = {"text": consent.ethics_ref or "not recorded"}
        resource: Json = {
            "resourceType": "Consent",
            "id": resource_id("Consent", self._file.patient.pseudonym),
            "category": [text],
        }
        given = consent.given_on.isoformat() if consent.given_on else None
        if self._release == "R4":
            status = "inactive" if consent.withdrawn_on else "rejected" if is_refused else "active"
            scope = {"coding": [{"system": _SCOPE, "code": "research"}]}
            resource |= {"status": status, "scope": scope, "patient": self._subject, "policyRule": basis}
            resource |= {"dateTime": given} if given else {}
        else:
            status = "inactive" if consent.withdrawn_on else "active"
            decision = "deny" if is_refused or consent.withdrawn_on else "permit"
            resource |= {"status": status, "subject": self._subject, "decision": decision, "regulatoryBasis": [basis]}
            resource |= {"date": given} if given else {}
        return resource


def _cause(complication: Complication, done: list[tuple[Done, Json]]) -> Json | None:
    """The last procedure of the kind named, on or before the day of the complication."""
    kinds = {Procedure.BIOPSY: Biopsy, Procedure.EMBOLIZATION: Embolization, Procedure.OPERATION: Operation}
    wanted = kinds[complication.after]
    before = [(e.on, r) for e, r in done if isinstance(e, wanted) and e.on <= complication.on]
    return max(before, key=lambda pair: pair[0])[1] if before else None
