"""What is left of a person in an export: names, numbers, dates, and what a de-identified file must not hold."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.errors import InvalidDicomError

from corduroy.errors import FileFormatError, InputError
from corduroy.imaging import opened_sources
from corduroy.registry.deidentify.dicom import why_unsafe
from corduroy.registry.deidentify.dicom_rules import removed_tags

_IDENTIFYING = (
    "PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthDate", "PatientBirthName",
    "PatientMotherBirthName", "PatientAddress", "PatientTelephoneNumbers", "AccessionNumber", "StudyDate", "SeriesDate",
    "AcquisitionDate", "ContentDate", "StudyID", "InstitutionName", "InstitutionAddress", "StationName",
    "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "RequestingPhysician", "StudyInstanceUID",
    "SeriesInstanceUID", "DeviceSerialNumber", "RequestedProcedureID", "PerformedProcedureStepID", "AdmissionID",
)  # fmt: skip
# Shorter texts ("MR", "1") occur everywhere by chance.
_SHORTEST_KNOWN = 4
_TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".json", ".md", ".html", ".yaml", ".yml", ".xml", ".log"}
_ZIPPED_SUFFIXES = {".xlsx", ".docx", ".zip"}
_PATTERNS = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]{2,}"),
    "a telephone number": re.compile(r"(?<![\w.:-])\+?\d{2,4}[ /]\(?\d{2,5}\)?[ /-]\d{3,}[ -]?\d{2,}(?![\w.])"),
    "a title before a name": re.compile(r"\b(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|Hr|Fr)\.? [A-ZÄÖÜ][a-zäöüß]+"),
    "an accession or hospital number": re.compile(r"\b(?:accession|MRN|PID|case no|hospital no)\W{1,4}\w*\d{4,}", re.I),
}
_DAY_FORMATS = ("%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")


@dataclass(frozen=True)
class Leftover:
    """Something that should not be in an export.

    Parameters
    ----------
    place : str
        File (below the export), and line or attribute.
    what : str
        What it looks like.
    text : str
        What was found.
    """

    place: str
    what: str
    text: str


def identifiers_in(source: Path) -> frozenset[str]:
    """What identifies the patient in original DICOM files, to be looked for in an export.

    Parameters
    ----------
    source : Path
        A file, folder or zip of original DICOM files.

    Returns
    -------
    frozenset of str
        Names (whole and in parts), numbers, UIDs, and dates in five ways of writing.
    """
    found: set[str] = set()
    with opened_sources(source) as files:
        for file in files:
            dataset = _dicom(file.read(), stop_before_pixels=True)
            for keyword in _IDENTIFYING if dataset is not None else ():
                value = str(dataset.get(keyword, "") or "") if dataset is not None else ""
                found |= _ways_of_writing(keyword, value)
    return frozenset(text for text in found if len(text) >= _SHORTEST_KNOWN)


def listed_identifiers(path: Path) -> frozenset[str]:
    """Names and numbers from a text file, one per line.

    Raises
    ------
    FileFormatError
        If the file cannot be read as UTF-8 text.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileFormatError(
            f"{path.name} cannot be read ({error})", "a UTF-8 text file, one name per line"
        ) from error
    return frozenset(line.strip() for line in lines if len(line.strip()) >= _SHORTEST_KNOWN)


def find_leftovers(export: Path, known: Collection[str] = ()) -> list[Leftover]:
    """Look through an export for what is left of a person.

    Parameters
    ----------
    export : Path
        A file or a folder.
    known : collection of str
        What is known of the patients (`identifiers_in`, or a list of names): looked for in every file, the packed ones
        too, in any case of letters.

    Returns
    -------
    list of Leftover

    Raises
    ------
    InputError
        If the export does not exist.

    When this misleads: nothing found is no proof. Without `known` only patterns are looked for; text inside pictures
    is never read.
    """
    if not export.exists():
        raise InputError(f"there is no {export}", "the file or folder of an export")
    files = sorted(path for path in export.rglob("*") if path.is_file()) if export.is_dir() else [export]
    needles = sorted(text for text in known if len(text) >= _SHORTEST_KNOWN)
    root = export if export.is_dir() else export.parent
    return [left for path in files for left in _in_file(path, path.relative_to(root).as_posix(), needles)]


def _in_file(path: Path, place: str, needles: list[str]) -> Iterator[Leftover]:
    yield from _known_in(place.encode(), f"{place} (its name)", needles)
    content = path.read_bytes()
    yield from _known_in(content, place, needles)
    if path.suffix.lower() in _ZIPPED_SUFFIXES and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                yield from _known_in(archive.read(member), f"{place}/{member}", needles)
    elif path.suffix.lower() in _TEXT_SUFFIXES:
        yield from _patterns_in(content.decode("utf-8", "replace"), place)
    else:
        dataset = _dicom(path, stop_before_pixels=True)
        if dataset is not None:
            yield from _in_dicom(dataset, place)


def _known_in(content: bytes, place: str, needles: list[str]) -> Iterator[Leftover]:
    """Known texts as they lie in a file, in the encodings that medical files use."""
    lowered = content.lower()
    for text in needles:
        forms = {text.lower().encode(encoding, "ignore") for encoding in ("utf-8", "latin-1", "utf-16-le")}
        if any(len(form) >= _SHORTEST_KNOWN and form in lowered for form in forms):
            yield Leftover(place, "known of a patient", text)


def _patterns_in(text: str, place: str) -> Iterator[Leftover]:
    for number, line in enumerate(text.splitlines(), start=1):
        for what, pattern in _PATTERNS.items():
            for match in pattern.finditer(line):
                yield Leftover(f"{place}, line {number}", what, match[0])


def _in_dicom(dataset: Dataset, place: str) -> Iterator[Leftover]:
    """What the basic profile would have removed."""
    if str(dataset.get("PatientIdentityRemoved", "")) != "YES":
        yield Leftover(place, "a DICOM file that does not say that the identity was removed", "PatientIdentityRemoved")
    if reason := why_unsafe(dataset):
        yield Leftover(place, "a DICOM file that may show text", reason)
    forbidden, pseudonym = removed_tags(), str(dataset.get("PatientID", ""))
    for element in dataset.iterall():
        if element.tag.is_private:
            yield Leftover(place, "a private attribute", str(element.tag))
        elif (element.tag.group, element.tag.element) in forbidden:
            yield Leftover(place, "an attribute that the profile removes", element.keyword)
        elif element.VR == "PN" and element.value and str(element.value) not in (pseudonym, "ANONYMIZED"):
            yield Leftover(place, "a name", f"{element.keyword} {element.value}")


def _ways_of_writing(keyword: str, value: str) -> set[str]:
    if keyword.endswith("Date"):
        try:
            day = datetime.strptime(value.strip(), "%Y%m%d")
        except ValueError:
            return set()
        return {day.strftime(form) for form in _DAY_FORMATS}
    parts = set(re.split(r"[\^= ,]+", value)) if keyword.endswith(("Name", "Names", "Physician")) else set()
    return {text for text in {value.strip(), *parts} if text}


def _dicom(content: object, stop_before_pixels: bool) -> Dataset | None:
    try:
        return pydicom.dcmread(content, stop_before_pixels=stop_before_pixels)  # type: ignore[arg-type]
    except (InvalidDicomError, EOFError, ValueError, KeyError, TypeError):
        return None
