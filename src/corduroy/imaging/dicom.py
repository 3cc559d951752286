"""DICOM in: a series from a folder, a zip archive or single files becomes one `Volume`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corduroy.imaging._dicom_files import opened_sources
from corduroy.imaging._dicom_geometry import plan_stack
from corduroy.imaging._dicom_header import Frame
from corduroy.imaging._dicom_pixels import same_pixels
from corduroy.imaging._dicom_series import SeriesInfo, catalogue, choose
from corduroy.imaging._dicom_stack import assemble
from corduroy.imaging.volume import Volume
from corduroy.provenance import Modality, Posture

__all__ = ["SeriesInfo", "list_series", "read_dicom"]

_POSTURE: dict[str, Posture] = {"HFS": "supine", "FFS": "supine", "HFP": "prone", "FFP": "prone"}
_MODALITY: dict[str, Modality] = {"CT": "CT", "MR": "MR", "CR": "radiograph", "DX": "radiograph"}


def list_series(path: Path | Sequence[Path]) -> list[SeriesInfo]:
    """The series of images that lie below `path`, the largest first.

    Parameters
    ----------
    path : Path or sequence of Path
        A folder, a zip archive, a DICOM file, or several of them.

    Raises
    ------
    FileFormatError
        If a path does not exist or cannot be read.
    ArchiveError
        If an archive is unsafe.
    """
    with opened_sources(path) as sources:
        found = catalogue(sources)
    return sorted(found.stacks, key=lambda info: info.n_slices, reverse=True)


def read_dicom(path: Path | Sequence[Path], series: str | None = None) -> Volume:
    """Read one series as a `Volume` in canonical RAS+.

    Parameters
    ----------
    path : Path or sequence of Path
        A folder, a zip archive (read in memory, never unpacked to disk), a DICOM file, or several of them.
        File names mean nothing; slices are sorted by where they lie.
    series : str, optional
        Identifier, number or description of the series; needed where there are several of CT.

    Returns
    -------
    Volume
        Hounsfield units, int16 where the rescale has whole numbers, else float32. `meta` holds ``modality``,
        ``posture`` and ``acquired``, and nothing that names a patient.

    Raises
    ------
    DicomSeriesError
        If no series or several fit, or slices are missing, contradict each other or do not lie in a stack.
    FileFormatError
        If pixels are damaged or compressed in a way that cannot be read.
    ArchiveError
        If an archive is unsafe.
    GeometryError
        If voxel size or orientation are no patient's.

    Warns
    -----
    RepairWarning
        For every defect that was repaired; `docs/imaging.md` lists them.
    """
    place = Path(path).name if isinstance(path, str | Path) else f"{len(path)} files"
    with opened_sources(path) as sources:
        found = catalogue(sources)
        info = choose(found, series, place)
        found.tell_left_out()
        name = info.modality if info.number is None else f"{info.modality} series {info.number}"
        plan = plan_stack(found.stacks[info], same_pixels, name)
        slices, affine = assemble(plan, name)
    first = plan.frames[0]
    return Volume.from_any(slices.transpose(2, 1, 0), affine, name, _meta(first))


def _meta(frame: Frame) -> dict[str, object]:
    return {
        "modality": _MODALITY.get(frame.modality, "unknown"),
        "posture": _POSTURE.get(frame.patient_position, "unknown"),
        "acquired": frame.acquired,
    }
