"""Whether a scan holds contrast medium, and what that does to a density."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corduroy.errors import DicomSeriesError, DoubtWarning
from corduroy.imaging._dicom_files import opened_sources
from corduroy.imaging._dicom_header import NotDicomError, UnfitError, quiet, read_dataset
from corduroy.imaging.density import Calibration
from corduroy.imaging.internal_density import ENHANCED_ABOVE_HU, TissueSample

CONTRAST_BIAS_MG_CM3 = 6.0
"""Mean bias of density in any contrast phase: at least this much (10.1097/RCT.0000000000000518, abstract read)."""


@dataclass(frozen=True)
class Acquisition:
    """How a scan was made, as far as its DICOM header says; None where it does not."""

    kvp: float | None
    contrast_agent: str | None
    manufacturer: str | None


@dataclass(frozen=True)
class ContrastFinding:
    """Whether there is contrast medium (None: unknown), why that is thought, and the aorta's grey value."""

    enhanced: bool | None
    reason: str
    aorta_hu: float | None


def read_acquisition(path: Path | Sequence[Path]) -> Acquisition:
    """Tube voltage, contrast agent and maker from the first DICOM file below `path`.

    Raises
    ------
    FileFormatError, ArchiveError
        If the path cannot be read.
    DicomSeriesError
        If there is no DICOM file.
    """
    tags = ["KVP", "ContrastBolusAgent", "Manufacturer"]
    with opened_sources(path) as sources, quiet():
        for source in sources:
            try:
                with source.open() as stream:
                    header = read_dataset(stream, stop_before_pixels=True, specific_tags=list(tags))
            except (NotDicomError, UnfitError):
                continue
            kvp, agent, maker = (str(header.get(tag) or "").strip() for tag in tags)
            return Acquisition(_number(kvp), agent or None, maker or None)
    raise DicomSeriesError(f"{path} holds no DICOM file", "a scan")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def detect_contrast(aorta: TissueSample | None = None, acquisition: Acquisition | None = None) -> ContrastFinding:
    """Judge by the aorta where it is known, else by the header's contrast agent.

    Notes
    -----
    When this misleads: a header without agent says nothing, since it is often left empty; the aorta is at rest in a
    delayed phase although bone is still enhanced.
    """
    agent = acquisition.contrast_agent if acquisition else None
    if aorta is not None and np.isfinite(aorta.hu):
        above = aorta.hu > ENHANCED_ABOVE_HU
        word = "above" if above else "not above"
        return ContrastFinding(above, f"aorta {aorta.hu:.0f} HU, {word} {ENHANCED_ABOVE_HU:.0f}", aorta.hu)
    if agent:
        return ContrastFinding(True, "the DICOM header names a contrast agent", None)
    return ContrastFinding(None, "neither the aorta nor a contrast agent is known", None)


def flag_contrast(calibration: Calibration, finding: ContrastFinding) -> Calibration:
    """Widen and note a calibration by what is known of contrast medium; densities are not shifted.

    Warns
    -----
    DoubtWarning
        If the scan is enhanced.

    Notes
    -----
    No correction is made: the published lines between phases belong to one scanner and protocol, and their
    coefficients could not be verified. An enhanced scan reads bone too dense.
    """
    if finding.enhanced is None:
        return replace(calibration, notes=(*calibration.notes, f"contrast medium unknown: {finding.reason}"))
    if not finding.enhanced:
        return calibration
    text = f"contrast medium ({finding.reason}): density is too high by {CONTRAST_BIAS_MG_CM3:.0f} mg/cm3 or more"
    warnings.warn(DoubtWarning(text), stacklevel=2)
    return replace(
        calibration,
        shared_sd_mg_cm3=float(np.hypot(calibration.shared_sd_mg_cm3, CONTRAST_BIAS_MG_CM3)),
        notes=(*calibration.notes, text),
    )
