"""The small picture of a scan: the slice through the vertebrae, anterior on the left; gone with the file it shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from corduroy.imaging import LabelMap, Volume
from corduroy.web.scans import PartRole
from corduroy.web.scans.thumbnail import write_thumbnail
from corduroy.web.scans.view import thumbnail_file, view_file
from corduroy.web.workbench import Workbench
from tests.web.conftest import Names

AFFINE = np.diag([2.0, 1.0, 1.0, 1.0])


def marked() -> tuple[Volume, LabelMap]:
    """Labels on the patient's right; there it is bright in front and above, on the left everything is bright."""
    grey, labels = np.full((20, 60, 60), -150.0), np.zeros((20, 60, 60), np.uint8)
    grey[:8] = 850.0
    grey[15, 45:55, 45:55] = 850.0
    labels[13:18, 10:55, 10:55] = 20
    return Volume(grey, AFFINE, "ct"), LabelMap(labels, AFFINE, "labels")


def test_it_shows_the_slice_through_the_vertebrae_with_anterior_on_the_left(tmp_path: Path) -> None:
    write_thumbnail(*marked(), tmp_path / "t.png")
    picture = np.asarray(Image.open(tmp_path / "t.png").convert("L")).astype(float)
    half = [size // 2 for size in picture.shape]
    quarters = {
        (row, column): picture[row * half[0] : (row + 1) * half[0], column * half[1] : (column + 1) * half[1]].mean()
        for row in (0, 1)
        for column in (0, 1)
    }
    assert max(quarters, key=lambda key: quarters[key]) == (0, 0)
    assert quarters[0, 0] > 20 > max(value for key, value in quarters.items() if key != (0, 0))


@pytest.mark.parametrize("labels", [None, LabelMap(np.zeros((20, 60, 60), np.uint8), AFFINE, "none")])
def test_without_labels_it_is_the_middle_of_the_whole_scan(tmp_path: Path, labels: LabelMap | None) -> None:
    image = marked()[0]
    write_thumbnail(image, labels, tmp_path / "t.png")
    picture = Image.open(tmp_path / "t.png")
    assert picture.width == picture.height
    assert np.asarray(picture).max() == 0  # the slice in the middle is dark


def test_a_file_that_gives_way_takes_what_was_shown_of_it_along(
    workbench: Workbench, client: TestClient, names: Names, files: Path
) -> None:
    scan = client.post("scans", json={"case_id": names.case}).json()["id"]
    image = (files / "ct.nii.gz").read_bytes()
    client.put(f"scans/{scan}/image", content=image).raise_for_status()
    derived = workbench.scans.derived(scan)
    for place in (view_file(derived, PartRole.IMAGE), thumbnail_file(derived)):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"as it was")
    assert client.get(f"scans/{scan}/view/thumbnail.png").content == b"as it was"
    client.put(f"scans/{scan}/image", content=image).raise_for_status()
    assert client.get(f"scans/{scan}/view/thumbnail.png").status_code == 404
    assert client.get(f"scans/{scan}/view/image.nii.gz").status_code == 404
