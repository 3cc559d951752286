"""DICOM files without the person: the basic profile of PS3.15, file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from dicomanonymizer.simpledicomanonymizer import anonymize_dataset
from pydicom import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.sequence import Sequence

from corduroy.errors import DicomSeriesError, InputError
from corduroy.imaging import opened_sources
from corduroy.pipeline.files import filling
from corduroy.registry.deidentify.dicom_rules import Action, rules, shift_dates
from corduroy.registry.deidentify.key import DeidentificationKey

_IMAGES = ("CT", "MR", "PT", "XA", "RF", "DX", "CR", "SEG")
# PS3.16 CID 7050: which profile and options were applied.
_PROFILE_CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)
_SCREENSHOTS = ("SCREEN SAVE", "DOSE_INFO", "SECONDARY CAPTURE")


@dataclass(frozen=True)
class DicomDeidentification:
    """What was done to a set of files.

    Parameters
    ----------
    written : int
        How many files were written.
    skipped : dict of str to int
        Reason and number of files that were left out, because text may be burned into their pixels or because they
        hold no image.
    warnings : tuple of str
        What a person must still look at.
    """

    written: int
    skipped: dict[str, int]
    warnings: tuple[str, ...]


def deidentify_dicom(
    source: Path,
    out: Path,
    pseudonym: str,
    key: DeidentificationKey,
    on_file: Callable[[int, int], None] | None = None,
) -> DicomDeidentification:
    """Write de-identified copies of DICOM images into a new folder.

    Parameters
    ----------
    source : Path
        A file, a folder or a zip archive of one patient.
    out : Path
        A new or empty folder; files appear in it only when all are done.
    pseudonym : str
        What the patient's name and number become; also decides by how much dates move.
    key : DeidentificationKey
    on_file : callable
        Told how many of how many files are done.

    Returns
    -------
    DicomDeidentification

    Raises
    ------
    InputError
        If `out` is a file or holds files.
    DicomSeriesError
        If there is no image, or if there are images of two patients.

    Notes
    -----
    Files are named by number: original names often hold the patient's. Faces can be rebuilt from a CT of the head,
    and names may be burned into pixels without a mark: this function cannot see either, look at the images.
    Source: DICOM PS3.15 annex E.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        # What lies there may still name the patient, or be another one.
        raise InputError(f"{out} exists and is not empty", "a new or empty folder")
    patients: Counter[tuple[str, str]] = Counter()
    skipped: Counter[str] = Counter()
    actions = rules(key, pseudonym)
    written = 0
    warned: set[str] = set()
    with opened_sources(source) as files, filling(out) as folder:
        for done, file in enumerate(files, start=1):
            dataset = _read(file.read())
            reason = "no DICOM file" if dataset is None else why_unsafe(dataset)
            if dataset is None or reason:
                skipped[reason] += 1
            else:
                patients[str(dataset.get("PatientID", "")), str(dataset.get("PatientName", ""))] += 1
                warned |= set(_to_look_at(dataset))
                strip(dataset, actions, key, pseudonym)
                dataset.save_as(folder / f"IM{written + 1:05d}.dcm", enforce_file_format=True)
                written += 1
            if on_file is not None:
                on_file(done, len(files))
        if not written:
            reasons = ", ".join(f"{count} × {reason}" for reason, count in skipped.items()) or "an empty folder"
            raise DicomSeriesError(f"{source.name} holds no image to write ({reasons})", "images of one patient")
        if len(patients) > 1:
            raise DicomSeriesError(
                f"{source.name} holds {len(patients)} patients", "one", "give the folder of one patient"
            )
    return DicomDeidentification(written, dict(skipped), tuple(sorted(warned)))


def strip(dataset: Dataset, actions: dict[tuple[int, ...], Action], key: DeidentificationKey, pseudonym: str) -> None:
    """Apply the profile to a dataset in place, and to all datasets nested in it."""
    _apply(dataset, actions)
    shift = key.date_shift(pseudonym)
    for element in dataset.iterall():
        # Dates that the profile does not name move too: the table cannot know every attribute.
        if element.VR in ("DA", "DT") and (element.tag.group, element.tag.element) not in actions:
            shift_dates(element, shift)
    dataset.PatientIdentityRemoved = "YES"
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    dataset.DeidentificationMethod = "PS3.15 basic profile, modified dates, patient characteristics"
    dataset.DeidentificationMethodCodeSequence = Sequence(_code(*code) for code in _PROFILE_CODES)
    dataset.preamble = b"\0" * 128
    meta = dataset.file_meta
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    for keyword in ("SourceApplicationEntityTitle", "SendingApplicationEntityTitle", "PrivateInformation"):
        if keyword in meta:
            delattr(meta, keyword)


def why_unsafe(dataset: Dataset) -> str:
    """Why a file is left out; empty if it is an image whose pixels are not known to show text."""
    kind = str(dataset.get("Modality", ""))
    if kind not in _IMAGES or "SOPInstanceUID" not in dataset:
        return f"no image ({kind or 'no modality'})"
    if str(dataset.get("BurnedInAnnotation", "")).upper() == "YES":
        return "text burned into the pixels"
    image_type = [str(part).upper() for part in dataset.get("ImageType", None) or ()]
    if any(part in _SCREENSHOTS for part in image_type):
        return "screen capture"
    return ""


def _apply(dataset: Dataset, actions: dict[tuple[int, ...], Action]) -> None:
    """The library walks one dataset; PS3.15 E.1.1 asks for all that are nested in it too."""
    anonymize_dataset(dataset, None, delete_private_tags=True, base_rules_gen=lambda: dict(actions))
    for element in dataset:
        if element.VR == "SQ":
            for nested in element.value:
                _apply(nested, actions)


def _read(content: Any) -> Dataset | None:
    try:
        return pydicom.dcmread(content)
    except (InvalidDicomError, EOFError, ValueError, KeyError, TypeError):
        return None


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code


def _to_look_at(dataset: Dataset) -> list[str]:
    found = []
    if str(dataset.get("BodyPartExamined", "")).upper() in ("HEAD", "SKULL", "BRAIN", "FACE"):
        found.append("images of the head: a face can be rebuilt from them")
    if str(dataset.get("BurnedInAnnotation", "")).upper() != "NO":
        found.append("nothing says that no text is burned into the pixels: look at the images")
    return found
