"""Uploads: what is sound is kept as it was, what is not is refused with a 4xx and leaves nothing on the disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corduroy.web.scans import PartRole
from corduroy.web.workbench import Workbench
from tests.web.conftest import Names, calling, copied, one_case


@pytest.fixture(scope="module")
def workbench(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """One for all tests here: each has a scan of its own."""
    with copied(template, tmp_path_factory.mktemp("uploads") / "workbench") as opened:
        yield opened


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[TestClient]:
    with calling(workbench) as opened:
        yield opened


@pytest.fixture(scope="module")
def names(workbench: Workbench) -> Names:
    return one_case(workbench)


@pytest.fixture
def scan_id(client: TestClient, names: Names, workbench: Workbench) -> Iterator[str]:
    made = str(client.post("scans", json={"case_id": names.case, "title": "CT"}).json()["id"])
    yield made
    workbench.scans.remove(made, "test")


def on_disk(workbench: Workbench) -> list[Path]:
    return [path for path in (workbench.folder.path / "scans").rglob("*") if path.is_file()]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


@cache
def dicom_slices(count: int = 3) -> dict[str, bytes]:
    """A small CT series, written by pydicom."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    made, series, study = {}, generate_uid(), generate_uid()
    for number in range(count):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        data.SeriesInstanceUID, data.StudyInstanceUID, data.Modality = series, study, "CT"
        data.FrameOfReferenceUID = study
        data.Rows, data.Columns, data.PixelSpacing = 8, 8, [1.0, 1.0]
        data.ImageOrientationPatient, data.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, float(number)]
        data.SliceThickness, data.InstanceNumber = 1.0, number + 1
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.RescaleSlope, data.RescaleIntercept = 1, -1024
        data.PixelData = np.full((8, 8), 1024, np.int16).tobytes()
        buffer = io.BytesIO()
        data.save_as(buffer, enforce_file_format=True)
        made[f"IMG{number}"] = buffer.getvalue()
    return made


def test_what_was_sent_is_kept_as_it_was(client: TestClient, scan_id: str, workbench: Workbench, files: Path) -> None:
    sent = {
        "image": (files / "ct.nii.gz").read_bytes(),
        "labels": (files / "labels.nii.gz").read_bytes(),
        "facts": b"confirmed_by: a surgeon\nfrankel: C\nlevel: T12\n",
    }
    for role, content in sent.items():
        answer = client.put(f"scans/{scan_id}/{role}", content=content)
        assert answer.status_code == 200, answer.text
        assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
        kept = workbench.scans.file(scan_id, PartRole(role))
        assert kept is not None
        assert kept.read_bytes() == content
    assert set(client.get(f"scans/{scan_id}").json()["parts"]) == set(sent)
    assert len(on_disk(workbench)) == 3


@pytest.mark.parametrize("kind", ["dicom in a zip", "nifti in a zip", "one nifti that is not packed"])
def test_every_form_of_an_image_is_taken(client: TestClient, scan_id: str, files: Path, kind: str) -> None:
    content = {
        "dicom in a zip": lambda: zipped(dicom_slices()),
        "nifti in a zip": lambda: zipped({"a/ct.nii.gz": (files / "ct.nii.gz").read_bytes()}),
        "one nifti that is not packed": lambda: gzip.decompress((files / "ct.nii.gz").read_bytes()),
    }[kind]()
    for role in ("image", "contrast"):
        answer = client.put(f"scans/{scan_id}/{role}", content=content)
        assert answer.status_code == 200, answer.text


def test_a_new_file_takes_the_place_of_the_old_one(
    client: TestClient, scan_id: str, workbench: Workbench, files: Path
) -> None:
    for name in ("ct", "labels"):
        assert client.put(f"scans/{scan_id}/image", content=(files / f"{name}.nii.gz").read_bytes()).status_code == 200
    assert [path.read_bytes() for path in on_disk(workbench)] == [(files / "labels.nii.gz").read_bytes()]


def bad_uploads(nifti: bytes) -> Iterator[tuple[str, str, bytes]]:
    """What somebody or something might send, and as what."""
    slices = dicom_slices()
    whole = zipped(slices)
    plain = gzip.decompress(nifti)
    bomb = zipped({"ct.dcm": b"\0" * (300 << 20)})
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("passwd")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    huge_header = bytearray(plain)
    struct.pack_into("<3h", huge_header, 42, 32767, 32767, 32767)
    yield "nothing", "image", b""
    yield "a slip out of the folder", "image", zipped({"../../evil": b"x", **slices})
    yield "an absolute name", "image", zipped({"/etc/evil": b"x", **slices})
    yield "a name of another system", "image", zipped({"..\\..\\evil": b"x", **slices})
    yield "a link", "image", link.getvalue()
    yield "a bomb in a zip", "image", bomb
    yield "a bomb in gzip", "image", gzip.compress(plain[:352] + b"\0" * (64 << 20))[:4000]
    yield "a header that promises too much", "image", gzip.compress(bytes(huge_header))
    yield "an archive cut off", "image", whole[: len(whole) // 2]
    yield "an archive with a damaged file", "image", whole.replace(b"\x00\x10\x00\x08", b"\x00\x10\x00\x09", 1)[:-40]
    yield "an archive without images", "image", zipped({"notes.txt": b"hello"})
    yield "an empty archive", "image", zipped({})
    yield "gzip cut off", "image", nifti[: len(nifti) // 2]
    yield "gzip of something else", "image", gzip.compress(b"hello" * 100)
    yield "nifti cut off", "image", plain[: len(plain) // 2]
    yield "a page", "image", b"<html><script>alert(1)</script></html>" * 20
    yield "a program", "image", b"\x7fELF" + b"\0" * 2000
    yield "dicom without an image", "image", b"\0" * 128 + b"DICM" + b"\0" * 100
    yield "a page as contrast", "contrast", b"<html></html>" * 40
    yield "a zip as labels", "labels", whole
    yield "dicom as labels", "labels", slices["IMG0"]
    yield "facts of another kind", "facts", b"\xff\xfe\x00"
    yield "facts that nobody knows", "facts", b"sins: {pain: purple}\n"
    yield "facts that run", "facts", b"!!python/object/apply:os.system ['true']\n"
    yield "facts without end", "facts", b"a: b\n" * 300_000


def test_what_is_not_sound_is_refused_and_leaves_nothing(
    client: TestClient, scan_id: str, workbench: Workbench, files: Path
) -> None:
    for what, role, content in bad_uploads((files / "ct.nii.gz").read_bytes()):
        answer = client.put(f"scans/{scan_id}/{role}", content=content)
        assert answer.status_code == 422, (what, answer.text)
        assert answer.json()["message"], what
        assert on_disk(workbench) == [], what
    assert client.get(f"scans/{scan_id}").json()["parts"] == {}


def test_a_refused_file_leaves_the_one_before_it(
    client: TestClient, scan_id: str, workbench: Workbench, files: Path
) -> None:
    good = (files / "ct.nii.gz").read_bytes()
    client.put(f"scans/{scan_id}/image", content=good)
    assert client.put(f"scans/{scan_id}/image", content=good[:-100]).status_code == 422
    assert [path.read_bytes() for path in on_disk(workbench)] == [good]


def test_too_much_is_refused_before_and_while_it_comes(client: TestClient, scan_id: str, workbench: Workbench) -> None:
    most = workbench.settings.largest_upload_bytes
    told = client.put(f"scans/{scan_id}/image", content=b"", headers={"content-length": str(most + 1)})
    assert told.status_code == 413
    counted = client.put(f"scans/{scan_id}/image", content=(b"\0" * (1 << 20) for _ in range((most >> 20) + 1)))
    assert counted.status_code == 413
    assert on_disk(workbench) == []


@pytest.mark.parametrize("name", ["../../x", "..%2F..%2Fx", "a.zip", "IMAGE", "image.nii.gz", "%00", "view/../image"])
def test_nothing_that_is_said_becomes_part_of_a_path(
    client: TestClient, scan_id: str, workbench: Workbench, name: str
) -> None:
    answer = client.put(f"scans/{scan_id}/{name}", content=b"x")
    assert 400 <= answer.status_code < 500
    assert client.put(f"scans/{name}/image", content=b"x").status_code in (404, 405, 422)
    assert on_disk(workbench) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_upload_is_kept_whole_or_not_at_all(
    client: TestClient, scan_id: str, workbench: Workbench, files: Path, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(["nifti", "zip", "plain"]))
    nifti = (files / "labels.nii.gz").read_bytes()
    content = bytearray({"nifti": nifti, "plain": gzip.decompress(nifti), "zip": zipped(dicom_slices(2))}[source])
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(content) - 1))
        content[where] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    before = on_disk(workbench)
    answer = client.put(f"scans/{scan_id}/image", content=bytes(content))
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        assert [path.read_bytes() for path in on_disk(workbench)] == [bytes(content)]
    else:
        assert on_disk(workbench) == before


def test_what_a_killed_server_left_is_swept_away_and_what_is_kept_stays(
    client: TestClient, scan_id: str, workbench: Workbench, files: Path
) -> None:
    good = (files / "ct.nii.gz").read_bytes()
    client.put(f"scans/{scan_id}/image", content=good)
    folder = workbench.folder.scan(scan_id)
    (folder / ".partial-1234").write_bytes(b"half")
    (folder / "image-00000000.nii.gz").write_bytes(b"renamed, never told")
    lonely = workbench.folder.path / "scans" / "0123456789abcdef"
    lonely.mkdir()
    (lonely / ".partial-1").write_bytes(b"half")
    workbench.scans.sweep()
    assert [path.read_bytes() for path in on_disk(workbench)] == [good]
    assert not lonely.exists()


def test_a_scan_goes_with_its_files(client: TestClient, scan_id: str, workbench: Workbench, files: Path) -> None:
    client.put(f"scans/{scan_id}/image", content=(files / "ct.nii.gz").read_bytes())
    job = client.post("jobs", json={"kind": "prepare", "scan_id": scan_id}).json()
    assert client.delete(f"scans/{scan_id}").status_code == 204
    assert client.get(f"scans/{scan_id}").status_code == 404
    assert on_disk(workbench) == []
    assert client.get(f"jobs/{job['number']}").json()["scan_id"] is None


def test_a_scan_belongs_to_a_living_case(client: TestClient) -> None:
    assert client.post("scans", json={"case_id": "cs-99"}).status_code == 404
    assert client.get("cases/cs-99/scans").status_code == 404
    assert client.put("scans/0123456789abcdef/image", content=b"x").status_code == 404
