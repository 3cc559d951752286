"""Settings of a plan as YAML: what is left out keeps this needle's default, and mistakes are named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corduroy.errors import FileFormatError, SettingsError
from corduroy.planning.clinical_facts import read_clinical_facts
from corduroy.planning.corridors import EntryFrom, Purpose
from corduroy.planning.plan_settings import PlanSettings, read_plan_settings


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_needle_keeps_its_own_defaults(tmp_path: Path) -> None:
    read = read_plan_settings(written(tmp_path, "biopsy: {max_axial_deg: 50}\ncement: {entry: bone}"))
    assert read.biopsy == PlanSettings().biopsy.model_copy(update={"max_axial_deg": 50.0})
    assert (read.biopsy.gauge, read.biopsy.purpose) == (13, Purpose.BIOPSY)
    assert (read.cement.gauge, read.cement.purpose) == (11, Purpose.CEMENT)
    assert read.cement.entry is EntryFrom.BONE
    assert read.decompression == PlanSettings().decompression


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml settings\n(.*?)```", page, re.DOTALL)
    read = read_plan_settings(written(tmp_path, example))
    assert read.biopsy.gauge == 11
    assert read.augmentation.volumes_ml == (3.0, 5.0, 7.0)
    assert read.decompression.width_mm == 18.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("biopsy: {gauge: 12.5}", "biopsy.gauge"),
        ("biopsy: {gauge: 99}", "the table holds"),
        ("biopsy: {purpose: cement}", "biopsy.purpose is biopsy"),
        ("cement: {neural_margin_mm: -1}", "cement.neural_margin_mm"),
        ("needle: {gauge: 11}", "needle"),
        ("decompression: {width_mm: 3}\nbiopsy: {gauge: 99}", "and 1 more"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(told)):
        read_plan_settings(written(tmp_path, text))


@pytest.mark.parametrize("text", ["", "- 1", "biopsy: {gauge: 11", "biopsy: &a {gauge: 11}\ncement: *a"])
def test_what_is_no_yaml_of_names_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileFormatError):
        read_plan_settings(written(tmp_path, text))


def test_the_facts_may_hold_settings(tmp_path: Path) -> None:
    facts = written(tmp_path, "confirmed_by: A\nplan: {biopsy: {gauge: 16}}")
    read = read_clinical_facts(facts).plan
    assert read is not None
    assert (read.biopsy.gauge, read.cement.gauge) == (16, 11)
    with pytest.raises(SettingsError, match=r"plan\.biopsy\.gauge"):
        read_clinical_facts(written(tmp_path, "confirmed_by: A\nplan: {biopsy: {gauge: 99}}"))
