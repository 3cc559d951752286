"""The TotalSegmentator adapter: what it passes on, what it reads back, and what it says is missing.

The program itself cannot run in the tests: its weights come from outside. A module in its place records how it is
called.
"""

from __future__ import annotations

import importlib.machinery
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from corduroy.anatomy.segmenter import (
    Segmenter,
    TotalSegmentatorSegmenter,
    totalsegmentator_home,
    totalsegmentator_weights,
    turn_statistics_off,
)
from corduroy.errors import CorduroyError, GeometryError, LabelError, MissingPartError
from corduroy.imaging.volume import Volume

DATASETS = (291, 292, 293, 294, 295, 298)
LPS = np.diag([-1.0, -1.5, 2.0, 1.0])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A TotalSegmentator home of its own, with weights that are mere folders."""
    monkeypatch.setenv("TOTALSEG_HOME_DIR", str(tmp_path / "home"))
    monkeypatch.delenv("TOTALSEG_WEIGHTS_PATH", raising=False)
    for number in DATASETS:
        (tmp_path / "home" / "nnunet" / "results" / f"Dataset{number}_Total").mkdir(parents=True)
    return tmp_path / "home"


class Recorder:
    """Stands where the program's function is; answers with a box labelled L1 in its left half."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self.config_when_called: dict[str, Any] = {}
        self.label = 31

    def __call__(self, *args: Any, **kwargs: Any) -> nib.Nifti1Image:
        self.calls.append((args, kwargs))
        self.config_when_called = json.loads((self.home / "config.json").read_text())
        given = args[0]
        turned = nib.as_closest_canonical(given).as_reoriented([[0, -1], [1, -1], [2, 1]])
        labels = np.zeros(turned.shape, dtype=np.uint8)
        labels[turned.shape[0] // 2 :] = self.label
        return nib.Nifti1Image(labels, turned.affine)


@pytest.fixture
def program(home: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder(home)
    package, api = ModuleType("totalsegmentator"), ModuleType("totalsegmentator.python_api")
    package.__spec__ = importlib.machinery.ModuleSpec("totalsegmentator", None, is_package=True)
    api.totalsegmentator = recorder  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "totalsegmentator", package)
    monkeypatch.setitem(sys.modules, "totalsegmentator.python_api", api)
    return recorder


@pytest.fixture
def ct() -> Volume:
    return Volume.from_any(np.full((8, 6, 5), -50, dtype=np.int16), LPS, "scan")


def test_it_is_a_segmenter() -> None:
    segmenter: Segmenter = TotalSegmentatorSegmenter()
    assert segmenter.name == "TotalSegmentator total"
    assert segmenter.scheme.name == "totalsegmentator"
    assert segmenter.version


def test_it_asks_for_the_spine_and_its_neighbours_only(program: Recorder, ct: Volume) -> None:
    TotalSegmentatorSegmenter(device="cpu").segment(ct)
    ((image, output), kwargs), *more = program.calls
    assert not more
    assert output is None
    assert kwargs | {"roi_subset": None} == {
        **{"ml": True, "task": "total", "roi_subset": None, "device": "cpu", "quiet": True}
    }
    wanted = kwargs["roi_subset"]
    assert len(wanted) == len(set(wanted)) == 25 + 4
    assert {"vertebrae_C1", "vertebrae_T12", "vertebrae_L5", "vertebrae_S1", "sacrum", "spinal_cord", "aorta"} <= set(
        wanted
    )
    np.testing.assert_array_equal(image.get_fdata(), ct.array)
    np.testing.assert_allclose(image.affine, ct.affine)


def test_the_answer_comes_back_in_ras_on_the_grid_of_the_ct(program: Recorder, ct: Volume) -> None:
    labels = TotalSegmentatorSegmenter().segment(ct)
    assert labels.same_grid_as(ct)
    assert [str(level) for level in TotalSegmentatorSegmenter.scheme.levels_in(labels.labels)] == ["L1"]
    world = labels.world_from_voxel(np.argwhere(labels.array == program.label))
    middle = ct.world_from_voxel((np.array(ct.shape) - 1) / 2)
    assert (world[:, 0] < middle[0]).all(), "the labelled half is the patient's left"


def test_statistics_are_off_before_the_program_is_called(program: Recorder, ct: Volume) -> None:
    TotalSegmentatorSegmenter().segment(ct)
    assert program.config_when_called["send_usage_stats"] is False
    assert program.config_when_called["prediction_counter"] == 0


def test_other_settings_survive(home: Path) -> None:
    (home / "config.json").write_text(
        json.dumps({"totalseg_id": "x", "send_usage_stats": True, "license_number": "n", "prediction_counter": 7})
    )
    written = json.loads(turn_statistics_off().read_text())
    assert written == {
        **{"totalseg_id": "x", "send_usage_stats": False, "license_number": "n", "prediction_counter": 7},
        "statistics_disclaimer_shown": True,
    }
    assert [path.name for path in home.iterdir() if path.is_file()] == ["config.json"]


def test_a_broken_configuration_is_named(home: Path) -> None:
    (home / "config.json").write_text("{")
    with pytest.raises(CorduroyError, match=r"config\.json is no configuration"):
        turn_statistics_off()


def test_missing_weights_are_named_with_the_folder(home: Path, program: Recorder, ct: Volume) -> None:
    (home / "nnunet" / "results" / "Dataset292_Total").rmdir()
    with pytest.raises(MissingPartError) as caught:
        TotalSegmentatorSegmenter().segment(ct)
    assert "no folder Dataset292_* in" in str(caught.value)
    assert str(home / "nnunet" / "results") in str(caught.value)
    assert "TOTALSEG_WEIGHTS_PATH" in str(caught.value)
    assert not program.calls
    assert not (home / "config.json").exists()


def test_the_weights_path_of_the_environment_is_used(
    home: Path, program: Recorder, ct: Volume, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert totalsegmentator_weights() == home / "nnunet" / "results"
    monkeypatch.setenv("TOTALSEG_WEIGHTS_PATH", str(tmp_path / "elsewhere"))
    assert totalsegmentator_weights() == tmp_path / "elsewhere"
    with pytest.raises(MissingPartError, match="elsewhere"):
        TotalSegmentatorSegmenter().segment(ct)
    assert not program.calls


def test_the_home_follows_the_programs_own_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TOTALSEG_HOME_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert totalsegmentator_home() == tmp_path / ".totalsegmentator"
    monkeypatch.setenv("HOME", "/")
    assert totalsegmentator_home() == Path("/tmp/.totalsegmentator")


def test_a_missing_package_is_named(home: Path, ct: Volume, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corduroy.anatomy.segmenter.util.find_spec", lambda _name: None)
    with pytest.raises(MissingPartError, match=r"not installed.*--labels"):
        TotalSegmentatorSegmenter().segment(ct)
    assert not (home / "config.json").exists()


def test_a_package_that_cannot_be_loaded_is_named(
    program: Recorder, ct: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "totalsegmentator.python_api", None)
    with pytest.raises(MissingPartError, match="cannot be loaded"):
        TotalSegmentatorSegmenter().segment(ct)
    assert not program.calls


def test_a_failure_of_the_program_becomes_one_line(
    program: Recorder, ct: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(sys.modules["totalsegmentator.python_api"], "totalsegmentator", fail)
    with pytest.raises(CorduroyError, match="failed on scan: CUDA out of memory") as caught:
        TotalSegmentatorSegmenter().segment(ct)
    assert "\n" not in str(caught.value)
    assert not program.calls


def test_a_result_without_vertebrae_is_refused(program: Recorder, ct: Volume) -> None:
    program.label = 52
    with pytest.raises(LabelError, match="no vertebra in scan"):
        TotalSegmentatorSegmenter().segment(ct)


@pytest.mark.usefixtures("program")
def test_a_result_on_another_grid_is_refused(ct: Volume, monkeypatch: pytest.MonkeyPatch) -> None:
    def shrunk(*_args: Any, **_kwargs: Any) -> nib.Nifti1Image:
        return nib.Nifti1Image(np.full((3, 3, 3), 31, dtype=np.uint8), np.eye(4))

    monkeypatch.setattr(sys.modules["totalsegmentator.python_api"], "totalsegmentator", shrunk)
    with pytest.raises(GeometryError, match="another grid"):
        TotalSegmentatorSegmenter().segment(ct)
