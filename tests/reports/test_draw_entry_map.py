"""The map of a search: drawn, with the patient's sides where they belong."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy import Level, Side
from corduroy.planning.corridors import (
    Angles,
    Corridor,
    CorridorPlan,
    CorridorSettings,
    EntryMap,
    Kind,
    Robustness,
)
from corduroy.reports.plan.draw_entry_map import draw_entry_map


def corridor() -> Corridor:
    return Corridor(
        Kind.TRANSPEDICULAR,
        Side.RIGHT,
        (40.0, -80.0, 5.0),
        (20.0, -40.0, 2.0),
        (0.0, 0.0, 0.0),
        Angles(26.6, 3.2),
        Angles(26.6, 3.2),
        89.6,
        44.8,
        "transverse process",
        20.0,
        0.5,
        {},
        None,
        1.0,
        None,
        11,
        11,
        Robustness(0.9, 1.0, 0.8, 512),
        1.0,
    )


def plan(around: np.ndarray) -> CorridorPlan:
    height = np.arange(-10.0, 11.0, 2.0)
    angle, z = np.meshgrid(np.deg2rad(around), height)
    points = np.stack([90 * np.sin(angle), -90 * np.cos(angle), z], axis=-1)
    spare = np.where(angle > 0, 2.0, -1.0)
    rows = height if len(around) > 1 else np.empty(0)
    entries = EntryMap(points, spare, spare, spare.astype(np.uint8), around if len(around) > 1 else rows, rows)
    settings = CorridorSettings()
    return CorridorPlan(Level.T9, (corridor(),), entries, {}, (), 10, 5, None, "", (), settings)


def test_the_map_puts_the_right_side_on_the_right() -> None:
    figure = draw_entry_map(plan(np.arange(-60.0, 61.0, 2.0)))
    assert figure is not None
    axes = figure.axes[0]
    letters = {text.get_text(): text.get_position()[0] for text in axes.texts if text.get_text() in "LR"}
    assert letters["R"] > letters["L"]
    number = next(text for text in axes.texts if text.get_text() == "1")
    assert number.get_position()[0] == pytest.approx(np.degrees(np.arctan2(40, 80)), abs=2.0)


def test_no_map_from_the_bone() -> None:
    assert draw_entry_map(plan(np.array([0.0]))) is None
