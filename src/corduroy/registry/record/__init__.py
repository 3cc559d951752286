"""The record: one definition from which form, store, import check, codebook and REDCap dictionary are derived."""

from corduroy.registry.record.assessment import Assessment
from corduroy.registry.record.base import Record, errors_of
from corduroy.registry.record.case_file import BY_KIND, RECORDS, CaseFile
from corduroy.registry.record.choices import Visit
from corduroy.registry.record.findings import Finding, Severity
from corduroy.registry.record.imaging import ImagingStudy, MeasurementEntry
from corduroy.registry.record.interventions import Biopsy, Embolization, Operation
from corduroy.registry.record.items import Item
from corduroy.registry.record.outcomes import Complication, FollowUpEvent, Leak
from corduroy.registry.record.patient import Consent, Patient, require_pseudonym
from corduroy.registry.record.treated_case import TreatedCase

__all__ = [
    "BY_KIND",
    "RECORDS",
    "Assessment",
    "Biopsy",
    "CaseFile",
    "Complication",
    "Consent",
    "Embolization",
    "Finding",
    "FollowUpEvent",
    "ImagingStudy",
    "Item",
    "Leak",
    "MeasurementEntry",
    "Operation",
    "Patient",
    "Record",
    "Severity",
    "TreatedCase",
    "Visit",
    "errors_of",
    "require_pseudonym",
]
