"""What cannot be planned is said in one line."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from corduroy.anatomy import Level, Spine
from corduroy.errors import PlanError, SettingsError
from corduroy.imaging import LabelMap
from corduroy.planning.corridors import (
    OUTER_DIAMETER_MM,
    CorridorSettings,
    find_corridors,
    largest_gauge_within,
    outer_diameter_mm,
)

Patient = tuple[Spine, LabelMap]


def test_an_empty_target(patient: Patient, body: LabelMap) -> None:
    mask = patient[0].vertebrae[Level.T12].mask
    empty = LabelMap(np.zeros(mask.shape, np.uint8), mask.affine, "lesion")
    with pytest.raises(PlanError, match="lesion is empty"):
        find_corridors(patient[0], "T12", target=empty, body=body)


def test_a_target_outside_the_bone(patient: Patient, body: LabelMap) -> None:
    elsewhere = patient[0].vertebrae[Level.L1].mask
    with pytest.raises(PlanError, match=r"100 % of the target .* lies outside T12"):
        find_corridors(patient[0], "T12", target=elsewhere, body=body)


def test_no_skin(patient: Patient) -> None:
    with pytest.raises(PlanError, match="neither a CT nor a mask"):
        find_corridors(patient[0], "T12")


def test_skin_out_of_view(patient: Patient) -> None:
    labels = patient[0].labels
    full = LabelMap(np.ones(labels.shape, np.uint8), labels.affine, "crop")
    with pytest.raises(PlanError, match="no skin is in view"):
        find_corridors(patient[0], "T12", body=full)


def test_a_level_out_of_view(patient: Patient, body: LabelMap) -> None:
    with pytest.raises(PlanError, match="L4 is not in view; expected one of T11, T12, L1"):
        find_corridors(patient[0], "L4", body=body)


def test_an_unknown_structure(patient: Patient, body: LabelMap) -> None:
    with pytest.raises(PlanError, match="a structure called 'flux_capacitor'"):
        find_corridors(patient[0], "T12", structures=patient[1], names={7: "flux_capacitor"}, body=body)


def test_settings_out_of_range() -> None:
    for wrong in ({"gauge": 3}, {"max_axial_deg": 0.0}, {"organ_margin_mm": -1.0}, {"colour": "red"}):
        with pytest.raises(ValidationError):
            CorridorSettings.model_validate(wrong)


def test_gauges() -> None:
    assert outer_diameter_mm(11) == pytest.approx(0.120 * 25.4)
    assert outer_diameter_mm(8) == pytest.approx(0.165 * 25.4)
    assert list(OUTER_DIAMETER_MM.values()) == sorted(OUTER_DIAMETER_MM.values(), reverse=True)
    assert largest_gauge_within(1.3) == 13
    assert largest_gauge_within(0.1) is None
    with pytest.raises(SettingsError, match="3 G"):
        outer_diameter_mm(3)
