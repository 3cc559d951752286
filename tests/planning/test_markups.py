from __future__ import annotations

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from corduroy.errors import FileFormatError, PointsError
from corduroy.morphometry import read_slicer_points
from corduroy.planning.markups import MarkedLine, MarkedPoint, line_markups, point_markups, read_line

RIGHT_FRONT_UP = (30.0, 20.0, 10.0)


def test_lps_is_declared_and_left_stays_left() -> None:
    """RAS (30, 20, 10) is 30 mm to the right and 20 to the front; LPS counts left and posterior as positive."""
    document = line_markups([MarkedLine("biopsy", RIGHT_FRONT_UP, (-5.0, 0.0, 1.0))])
    (line,) = document["markups"]
    assert line["type"] == "Line"
    assert line["coordinateSystem"] == "LPS"
    assert line["coordinateUnits"] == "mm"
    entry, target = (point["position"] for point in line["controlPoints"])
    assert entry == [-30.0, -20.0, 10.0]
    assert target == [5.0, 0.0, 1.0]
    assert "-0.0" not in json.dumps(document)


def test_the_conversion_is_the_one_that_nibabel_knows() -> None:
    lps_from_ras = nib.orientations.inv_ornt_aff(
        nib.orientations.ornt_transform(nib.orientations.axcodes2ornt("RAS"), nib.orientations.axcodes2ornt("LPS")),
        (1, 1, 1),
    )
    expected = lps_from_ras[:3, :3] @ np.array(RIGHT_FRONT_UP)
    document = point_markups([MarkedPoint("entry", RIGHT_FRONT_UP)])
    assert np.allclose(document["markups"][0]["controlPoints"][0]["position"], expected)


def test_what_is_written_is_read_back_in_ras(tmp_path: Path) -> None:
    names = [f"T12_{end}_{place}" for end in ("sup", "inf") for place in ("ant", "mid", "post")]
    points = {name: (float(10 + i), float(-3 * i), float(i)) for i, name in enumerate(names)}
    path = tmp_path / "points.mrk.json"
    path.write_text(json.dumps(point_markups([MarkedPoint(*entry) for entry in points.items()])))
    read = read_slicer_points(path)
    back = {tuple(np.round(point, 3)) for vertebra in read.points.values() for point in vertebra.values()}
    assert back == set(points.values())


def test_a_line_is_read_back_in_ras(tmp_path: Path) -> None:
    line = MarkedLine("cement 11 G", RIGHT_FRONT_UP, (-5.0, 0.0, 1.0))
    path = tmp_path / "line.mrk.json"
    path.write_text(json.dumps(line_markups([line])), encoding="utf-8")
    assert read_line(path) == line


def test_a_line_that_was_begun_and_not_ended_is_refused(tmp_path: Path) -> None:
    document = line_markups([MarkedLine("own", RIGHT_FRONT_UP, (-5.0, 0.0, 1.0))])
    document["markups"][0]["controlPoints"][1]["positionStatus"] = "undefined"
    path = tmp_path / "line.mrk.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(PointsError, match="1 ends set"):
        read_line(path)


@pytest.mark.parametrize("controls", [5, ["a"], {"a": 1}])
def test_points_that_are_no_points_are_refused(tmp_path: Path, controls: object) -> None:
    document = line_markups([MarkedLine("own", RIGHT_FRONT_UP, (-5.0, 0.0, 1.0))])
    document["markups"][0]["controlPoints"] = controls
    path = tmp_path / "line.mrk.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FileFormatError, match="no list of points"):
        read_line(path)
