"""The optional step that makes labels from a CT, its result stored as NIfTI because it takes minutes."""

from __future__ import annotations

from corduroy.anatomy.segmenter import TotalSegmentatorSegmenter
from corduroy.imaging import read_labels, write_volume
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.pipeline.files import replacing
from corduroy.pipeline.store import StepStore

_FILE = "segment_labels.nii.gz"


def segmented(ct: Volume, store: StepStore | None, key: str) -> LabelMap:
    """The labels of a CT, from the store if they were made before.

    Raises
    ------
    MissingPartError
        If no segmenter is installed.
    """
    if store is None:
        return TotalSegmentatorSegmenter().segment(ct)
    files = store.load_files("segment", key, store.folder)
    if files:
        return read_labels(files[0])
    labels = TotalSegmentatorSegmenter().segment(ct)
    path = store.folder / _FILE
    with replacing(path) as temporary:
        write_volume(labels, temporary)
    store.save_files("segment", key, [path])
    return labels
