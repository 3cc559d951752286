"""One door for every scan: what the path is, its content says."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from corduroy.errors import DicomSeriesError, FileFormatError
from corduroy.imaging._dicom_files import is_zip
from corduroy.imaging._paths import existing
from corduroy.imaging.archive import open_member, opened_zip
from corduroy.imaging.dicom import read_dicom
from corduroy.imaging.nifti import read_volume, volume_from_stream
from corduroy.imaging.volume import Volume
from corduroy.provenance import content_hash

_NIFTI_ENDINGS = (".nii", ".nii.gz")
_BIDS_CT = re.compile(r"(^|[_-])ct$", re.IGNORECASE)
# Author's choice: below fat and above lung, a value that no scale but Hounsfield's goes under.
_ONLY_HU_BELOW = -200


def read_scan(path: Path, *, series: str | None = None) -> Volume:
    """Read a scan, whatever it comes as.

    Parameters
    ----------
    path : Path
        A NIfTI file, a folder with a DICOM series, a zip archive with a DICOM series or one NIfTI file, or a
        single multi-frame DICOM file.
    series : str, optional
        Identifier, number or description of the DICOM series, where there are several.

    Returns
    -------
    Volume
        With `meta`: ``modality`` (of a NIfTI image: CT where its name ends in ``ct``, as in BIDS, or its values
        go below -200), ``posture``, ``acquired`` (date or None) and ``sha256`` of the input. Nothing in it
        names a patient.

    Raises
    ------
    FileFormatError
        If there is no scan at `path`, or it is empty, truncated or damaged.
    DicomSeriesError, ArchiveError, GeometryError
        As in `read_dicom` and `read_volume`.

    Warns
    -----
    RepairWarning
        For every defect that was repaired.

    Notes
    -----
    Posture is known from DICOM only, and says how the patient lay, not how much the lying straightened a
    fractured vertebra.
    """
    path = existing(path, "a NIfTI file, or DICOM as a folder, zip archive or file")
    volume = _read(path, series)
    volume.meta["sha256"] = content_hash(path)
    return volume


def _read(path: Path, series: str | None) -> Volume:
    if path.is_dir():
        return read_dicom(path, series)
    if is_zip(path):
        volume = _nifti_in_zip(path)
        if volume is None:
            return read_dicom(path, series)
    elif _is_dicom(path):
        return read_dicom(path, series)
    else:
        volume = read_volume(path)
    if series is not None:
        raise DicomSeriesError(f"series '{series}' was asked of {path.name}, a NIfTI image", "DICOM", "leave it out")
    volume.meta.update(modality=_modality(volume), posture="unknown", acquired=None)
    return volume


def _nifti_in_zip(path: Path) -> Volume | None:
    with opened_zip(path) as (archive, members):
        files = [m for m in members if not PurePosixPath(m.filename).name.startswith(".")]
        images = [m for m in files if m.filename.lower().endswith(_NIFTI_ENDINGS)]
        if not images:
            return None
        if len(images) > 1:
            raise FileFormatError(f"{path.name} holds {len(images)} NIfTI images", "one", "unpack it and give one")
        name = PurePosixPath(images[0].filename).name
        with open_member(archive, images[0]) as stream:
            return volume_from_stream(stream, images[0].file_size, name)


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            start = stream.read(132)
    except OSError as error:
        raise FileFormatError(f"{path.name} cannot be read ({error.strerror})", "a readable file") from error
    return start[128:] == b"DICM" or start[:2] == b"\x08\x00"


def _modality(volume: Volume) -> str:
    stem = volume.name.removesuffix(".gz").removesuffix(".nii")
    return "CT" if _BIDS_CT.search(stem) or float(volume.array.min()) < _ONLY_HU_BELOW else "unknown"
