"""A DICOM file full of a person, and a key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from corduroy.registry.deidentify import DeidentificationKey

SHARED_DATA = Path(__file__).parents[3].parent / "shared" / "data"


@pytest.fixture
def key() -> DeidentificationKey:
    return DeidentificationKey(bytes(range(32)))


@pytest.fixture
def revealing() -> FileDataset:
    """A CT slice with names, numbers and dates at its top and nested in a sequence that stays."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["slice"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.SourceApplicationEntityTitle = "MUSTERHOSPITAL"
    slice_ = FileDataset("", {}, file_meta=meta, preamble=b"MUSTER".ljust(128, b"\0"))
    slice_.SOPClassUID, slice_.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    slice_.Modality, slice_.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    slice_.PatientName, slice_.PatientID, slice_.PatientBirthDate = "Muster^Anna", "H4711234", "19220304"
    slice_.PatientSex, slice_.PatientAge, slice_.PatientWeight = "F", "092Y", "61"
    slice_.AccessionNumber, slice_.StudyID = "ACC998877", "S55"
    slice_.StudyDate, slice_.StudyTime, slice_.AcquisitionDateTime = "20140305", "101112", "20140305101112.5+0100"
    slice_.InstitutionName, slice_.ReferringPhysicianName = "Musterspital Neustadt", "Huber^Karl"
    slice_.StudyDescription, slice_.ContrastBolusAgent = "BWS Anna Muster", ""
    slice_.StudyInstanceUID = generate_uid(entropy_srcs=["study"])
    slice_.BurnedInAnnotation = "NO"
    nested = Dataset()
    nested.ReferringPhysicianName, nested.StudyDate = "Huber^Karl", "20140305"
    nested.InstitutionName, nested.CodeValue = "Musterspital Neustadt", "T-D1100"
    slice_.AnatomicRegionSequence = Sequence([nested])
    slice_.private_block(0x0009, "MUSTER", create=True).add_new(1, "LO", "Anna Muster")
    slice_.Rows = slice_.Columns = 4
    slice_.BitsAllocated = slice_.BitsStored = 16
    slice_.HighBit, slice_.PixelRepresentation, slice_.SamplesPerPixel = 15, 1, 1
    slice_.PhotometricInterpretation = "MONOCHROME2"
    slice_.PixelData = np.arange(16, dtype=np.int16).tobytes()
    return slice_


@pytest.fixture
def shared_data() -> Path:
    """The real scans, which are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real scans (../shared/data) are not here")
    return SHARED_DATA
