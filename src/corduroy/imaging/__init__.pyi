from ._dicom_files import opened_sources
from .dicom import SeriesInfo, list_series, read_dicom
from .nifti import read_labels, read_volume, write_volume
from .read import read_scan
from .resample import resample_like, resample_to_spacing
from .volume import LabelMap, Volume

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
