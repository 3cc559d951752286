"""Scans and records without the person, and a check of what is left in an export."""

from corduroy.registry.deidentify.dicom import DicomDeidentification, deidentify_dicom
from corduroy.registry.deidentify.key import DeidentificationKey, create_key, load_key
from corduroy.registry.deidentify.leftovers import Leftover, find_leftovers, identifiers_in, listed_identifiers
from corduroy.registry.deidentify.records import deidentified, free_texts

__all__ = [
    "DeidentificationKey",
    "DicomDeidentification",
    "Leftover",
    "create_key",
    "deidentified",
    "deidentify_dicom",
    "find_leftovers",
    "free_texts",
    "identifiers_in",
    "listed_identifiers",
    "load_key",
]
