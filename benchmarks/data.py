"""Where the real data lies, and each scan's labels, spine and measurement, read once."""

from __future__ import annotations

import csv
import json
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corduroy.anatomy import Spine, build_spine
from corduroy.errors import CorduroyWarning
from corduroy.imaging import read_labels
from corduroy.morphometry import SpineMeasurement, measure_spine

_BESIDE_PROJECT = Path(__file__).resolve().parents[2] / "shared" / "data"
SCHEME = "verse"


class MissingDataError(Exception):
    """A data set is not there; the message says which and where it was looked for."""


@dataclass(frozen=True)
class GradedScan:
    """A label map with the experts' Genant grades of its vertebrae, by level name."""

    name: str
    labels: Path
    grades: dict[str, int]


def data_folder() -> Path:
    """The folder of the data sets: CORDUROY_DATA, or ``../shared/data`` beside the project."""
    return Path(os.environ.get("CORDUROY_DATA") or _BESIDE_PROJECT)


def present(*parts: str) -> Path:
    """A file or folder of the data.

    Raises
    ------
    MissingDataError
        If it is not there.
    """
    path = data_folder().joinpath(*parts)
    if not path.exists():
        raise MissingDataError(f"{'/'.join(parts)} is not in the data folder; set CORDUROY_DATA")
    return path


def graded_scans() -> list[GradedScan]:
    """All graded scans: verse-graded, verse004, verse014, and what CORDUROY_GRADED adds.

    Raises
    ------
    MissingDataError
        If one of them is not there.
    """
    scans = list(_table_of_grades(present("verse-graded")))
    for name in ("verse004", "verse014"):
        labels = present(name, f"sub-{name}_seg-vert_msk.nii.gz")
        scans.append(GradedScan(name, labels, json.loads(present(name, "genant_grades.json").read_text())))
    if extra := os.environ.get("CORDUROY_GRADED"):
        scans += _table_of_grades(Path(extra))
    return scans


def _table_of_grades(folder: Path) -> Iterator[GradedScan]:
    """One scan per file that the folder's ``grades.csv`` names; vertebrae without a label are left out."""
    table = folder / "grades.csv"
    if not table.is_file():
        raise MissingDataError(f"no grades.csv in {folder.name}")
    grades: dict[str, dict[str, int]] = {}
    with table.open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row["label_in_mask"].strip().lower() == "true":
                grades.setdefault(row["file"], {})[row["vertebra"]] = int(row["genant_grade"])
    for file, levels in grades.items():
        if not (folder / file).is_file():
            raise MissingDataError(f"{file} is named by grades.csv but not in {folder.name}")
        yield GradedScan(file.removesuffix("_seg.nii.gz"), folder / file, levels)


def real_masks() -> dict[str, Path]:
    """Every real label map of vertebrae in VerSe ids, by name.

    Raises
    ------
    MissingDataError
        If one of them is not there.
    """
    masks = {scan.name: scan.labels for scan in graded_scans()}
    masks["lidc0001"] = lidc_labels()
    masks["tptbox-l3"] = present("tptbox-l3", "sub-ct_seg-vert_label-22_msk.nii.gz")
    return masks


def lidc_labels() -> Path:
    """The spine of ``lidc0001``, 18 vertebrae."""
    return present("lidc0001", "spine_crop_vertebrae_verse_ids.nii.gz")


def lidc_ct() -> Path:
    """The CT of that spine, on the same grid."""
    return present("lidc0001", "spine_crop_ct.nii.gz")


@cache
def spine_of(labels: Path) -> Spine:
    """The spine of a label map in VerSe ids."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        return build_spine(read_labels(labels), SCHEME)


@cache
def measurement_of(labels: Path) -> SpineMeasurement:
    """The measurement of a label map in VerSe ids."""
    return measure_spine(spine_of(labels))
