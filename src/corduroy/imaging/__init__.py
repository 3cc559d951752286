"""Images of a patient: read, written, turned to RAS+ and resampled. The only home of axes and frames."""

from corduroy.imaging._dicom_files import opened_sources
from corduroy.imaging.dicom import SeriesInfo, list_series, read_dicom
from corduroy.imaging.nifti import read_labels, read_volume, write_volume
from corduroy.imaging.read import read_scan
from corduroy.imaging.resample import resample_like, resample_to_spacing
from corduroy.imaging.volume import LabelMap, Volume

__all__ = [
    "LabelMap",
    "SeriesInfo",
    "Volume",
    "list_series",
    "opened_sources",
    "read_dicom",
    "read_labels",
    "read_scan",
    "read_volume",
    "resample_like",
    "resample_to_spacing",
    "write_volume",
]
