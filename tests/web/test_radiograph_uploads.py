"""Radiographs are uploaded like scans: kept as they were, alone in their scan, refused without a trace."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from fastapi.testclient import TestClient

from corduroy.web.conversation.films import shown_film
from corduroy.web.scans import PartRole
from corduroy.web.scans.view import thumbnail_file
from corduroy.web.workbench import Workbench
from tests.imaging.films import COLUMNS, ROWS, SPACING_MM, dicom, film, picture
from tests.web.conftest import Names
from tests.web.test_uploads import dicom_slices, on_disk, zipped


@pytest.fixture
def scan_id(client: TestClient, names: Names) -> str:
    return str(client.post("scans", json={"case_id": names.case, "title": "Lateral"}).json()["id"])


@pytest.mark.parametrize(
    ("form", "suffix"), [("dicom", ".dcm"), ("PNG", ".png"), ("JPEG", ".jpg")], ids=["dicom", "png", "jpeg"]
)
def test_a_radiograph_is_kept_as_it_was(
    client: TestClient, scan_id: str, workbench: Workbench, form: str, suffix: str
) -> None:
    content = dicom(film()) if form == "dicom" else picture(film(), form)
    answer = client.put(f"scans/{scan_id}/radiograph", content=content)
    assert answer.status_code == 200, answer.text
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    (kept,) = on_disk(workbench)
    assert kept.read_bytes() == content
    assert kept.suffix == suffix


def test_what_is_no_lateral_radiograph_is_refused_and_leaves_nothing(
    client: TestClient, scan_id: str, workbench: Workbench
) -> None:
    bad = {
        "nothing": b"",
        "several frames": dicom(film(), NumberOfFrames=3),
        "from the front": dicom(film(), ViewPosition="AP"),
        "a CT": dicom_slices()["IMG0"],
        "an archive": zipped({"film.dcm": dicom(film())}),
        "too small": picture(np.ascontiguousarray(film()[:90, :90])),
        "cut off": picture(film())[:5000],
        "a page": b"<html></html>" * 40,
    }
    for what, content in bad.items():
        answer = client.put(f"scans/{scan_id}/radiograph", content=content)
        assert answer.status_code == 422, (what, answer.text)
        assert "radiograph" in answer.json()["message"], what
        assert ".partial" not in answer.text, what
        assert on_disk(workbench) == [], what


def test_a_radiograph_is_alone_in_its_scan(client: TestClient, scan_id: str, workbench: Workbench) -> None:
    content = dicom(film())
    assert client.put(f"scans/{scan_id}/radiograph", content=content).status_code == 200
    refused = client.put(f"scans/{scan_id}/image", content=zipped(dicom_slices()))
    assert refused.status_code == 422
    assert "alone in its scan" in refused.json()["message"]
    assert [path.read_bytes() for path in on_disk(workbench)] == [content]
    assert set(client.get(f"scans/{scan_id}").json()["parts"]) == {"radiograph"}


def test_its_picture_is_shown_once_it_was_opened_and_goes_with_its_file(
    client: TestClient, scan_id: str, workbench: Workbench
) -> None:
    address = f"scans/{scan_id}/view/radiograph.png"
    assert client.get(address).status_code == 404
    client.put(f"scans/{scan_id}/radiograph", content=dicom(film(anterior="right"), PatientOrientation=["A", "F"]))
    path, derived = workbench.scans.file(scan_id, PartRole.RADIOGRAPH), workbench.scans.derived(scan_id)
    assert path is not None
    shown = shown_film(path, derived)
    assert (shown.rows, shown.columns, shown.spacing_mm, shown.is_oriented) == (ROWS, COLUMNS, SPACING_MM, True)
    answer = client.get(address)
    assert answer.headers["content-type"] == "image/png"
    assert thumbnail_file(derived).is_file()
    client.put(f"scans/{scan_id}/radiograph", content=picture(film()))
    assert client.get(address).status_code == 404
