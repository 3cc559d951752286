"""What the user points at, resolved into cases: which file is the scan, which the labels, where results go."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

from corduroy.errors import CaseError, DoubtWarning, FileFormatError
from corduroy.provenance import FolderContent, folder_content

_CT_ENDS = ("_ct.nii.gz", "_ct.nii")
_LABEL_ENDS = ("_seg-vert_msk.nii.gz", "_seg-vert_msk.nii")
_NIFTI_ENDS = (".nii.gz", ".nii")
_DERIVATIVES = ("derivatives", "corduroy")
_SAYS_NOTHING = ("dicom", "dcm", "image", "images", "ct", "scan", "volume", "nifti")


@dataclass(frozen=True)
class Case:
    """One scan to be measured.

    Parameters
    ----------
    name : str
        What tables, file names and the report call it; never a path.
    image : Path or None
        A CT (NIfTI, DICOM folder, file or zip), or a label map if `labels` is None.
    labels : Path or None
        A label map.
    results : Path or None
        Folder in which the results of this case belong; None for a loose input.
    """

    name: str
    image: Path | None
    labels: Path | None = None
    results: Path | None = None

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files and folders that this case is made from."""
        return tuple(path for path in (self.image, self.labels) if path is not None)


def find_cases(path: Path, labels: Path | None = None) -> list[Case]:
    """The cases that a path stands for.

    Parameters
    ----------
    path : Path
        A NIfTI file, a DICOM file, folder or zip, or a folder of cases in the layout of public spine data
        (``sub-…/ses-…/ct/…_ct.nii.gz`` with ``…_seg-vert_msk.nii.gz``, or ``dicom/``).
    labels : Path, optional
        A label map that belongs to `path`, where `path` is one scan.

    Raises
    ------
    FileFormatError
        If a path does not exist.
    CaseError
        If `labels` is given for a folder of several cases.
    """
    for given in (path, labels):
        if given is not None and not given.exists():
            raise FileFormatError(f"there is no {given}", "an existing file or folder")
    cases = _cases_in(path) if path.is_dir() else []
    if not cases:
        return [Case(_name(path), path, labels)]
    if labels is None:
        return cases
    if len(cases) > 1:
        raise CaseError(f"--labels names one file, {path.name} holds {len(cases)} cases", do="name one case")
    return [Case(cases[0].name, cases[0].image, labels, cases[0].results)]


def _cases_in(folder: Path) -> list[Case]:
    """The cases below a folder, by name; none if it is no case folder."""
    scans: dict[str, Path] = {}
    masks: dict[str, Path] = {}
    content = folder_content(folder)
    for found in _scan_folders(folder, content):
        scans.setdefault(_entities(found), found)
    for found in _images(folder, content):
        if found.name.endswith(_CT_ENDS):
            scans[_without(found.name, _CT_ENDS)] = found
        else:
            masks[_without(found.name, _LABEL_ENDS)] = found
    root = _cohort_root(folder)
    if content.unreadable and (scans or masks):  # a folder that is one scan is told of by who reads it
        warnings.warn(DoubtWarning(content.told(folder)), stacklevel=2)
    return [
        Case(name, scans.get(name), masks.get(name), _results_folder(root, scans.get(name) or masks[name], name))
        for name in sorted(scans.keys() | masks.keys())
    ]


def _scan_folders(folder: Path, content: FolderContent) -> list[Path]:
    """``dicom`` folders of the layout, Corduroy's own results left out."""
    named = [path for path in content.folders if path.name == "dicom" and not _is_own(folder, path)]
    return [path for path in named if _entities(path) != ""]


def _images(folder: Path, content: FolderContent) -> list[Path]:
    """CT files and masks of the layout, Corduroy's own results left out."""
    ends = _CT_ENDS + _LABEL_ENDS
    return [path for path in content.files if path.name.endswith(ends) and not _is_own(folder, path)]


def _is_own(folder: Path, path: Path) -> bool:
    return _DERIVATIVES[1] in path.relative_to(folder).parts


def _entities(path: Path) -> str:
    """``sub-001_ses-preop`` from the folders' names, empty if there is no subject among them."""
    absolute = path.resolve()
    parts = [p for p in absolute.parts if p.startswith(("sub-", "ses-"))]
    return "_".join(parts) if any(p.startswith("sub-") for p in parts) else ""


def _cohort_root(folder: Path) -> Path:
    """The folder that holds the subjects, also when a subject's or a session's own folder was given."""
    absolute = folder.resolve()
    root = absolute
    for part in (absolute, *absolute.parents):
        if part.name.startswith("sub-"):
            root = part.parent
    return root.parent if root.name == "rawdata" else root


def _results_folder(root: Path, source: Path, name: str) -> Path:
    """``derivatives/corduroy/sub-…/ses-…`` below the cohort, by the entities in the case's name."""
    entities = [part for part in name.split("_") if part.startswith(("sub-", "ses-"))]
    known = entities or _entities(source).split("_")
    return root.joinpath(*_DERIVATIVES, *[part for part in known if part] or [name])


def _without(name: str, ends: tuple[str, ...]) -> str:
    return next(name.removesuffix(end) for end in ends if name.endswith(end))


def _name(path: Path) -> str:
    """The file's or folder's own name without its ending; where that says only what it holds, a folder's above it."""
    stem = _stem(path)
    names = (stem, *(folder.name for folder in path.resolve().parents if folder.name))
    return next((name for name in names if name.lower() not in _SAYS_NOTHING), stem)


def _stem(path: Path) -> str:
    name = path.resolve().name
    for end in (*_CT_ENDS, *_LABEL_ENDS, *_NIFTI_ENDS, ".zip", ".dcm", ".csv", ".mrk.json", ".json"):
        if name.lower().endswith(end):
            return name[: -len(end)] or name
    return name
