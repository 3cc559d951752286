"""Levels: names that people write, order, transitional vertebrae."""

from __future__ import annotations

import pytest

from corduroy.anatomy.level import Level
from corduroy.errors import LabelError


@pytest.mark.parametrize(
    ("text", "level"),
    [
        *[("t12", Level.T12), ("Th12", Level.T12), ("D12", Level.T12), (" L1 ", Level.L1)],
        *[
            ("vertebrae_T4", Level.T4),
            ("S1", Level.S1),
            ("C7", Level.C7),
            ("l6", Level.L6),
            ("TH13", Level.T13),
        ],
    ],
)
def test_parse_accepts_what_people_write(text: str, level: Level) -> None:
    assert Level.parse(text) is level


@pytest.mark.parametrize("text", ["", "T", "L7", "T14", "C8", "sacrum", "12", "THD1"])
def test_parse_refuses_what_is_no_level(text: str) -> None:
    with pytest.raises(LabelError, match="no vertebral level"):
        Level.parse(text)


def test_positions_run_from_cranial_to_caudal() -> None:
    assert [level.position for level in Level] == list(range(len(Level)))
    assert Level.C1.position < Level.T1.position < Level.T13.position < Level.L1.position < Level.S1.position


def test_regions() -> None:
    assert [Level(name).region for name in ("C3", "T13", "L6", "S1")] == [*("cervical", "thoracic", "lumbar", "sacral")]


@pytest.mark.parametrize(
    ("above", "below", "present", "adjacent"),
    [
        ("T12", "L1", set(), True),
        ("T12", "L1", {Level.T13}, False),
        ("T12", "T13", {Level.T13}, True),
        ("L5", "S1", set(), True),
        ("L5", "S1", {Level.L6}, False),
        ("T11", "L1", set(), False),
        ("L1", "T12", set(), False),
        ("L1", "L1", set(), False),
    ],
)
def test_transitional_vertebrae_count_only_where_present(
    above: str, below: str, present: set[Level], adjacent: bool
) -> None:
    assert Level(above).is_next_above(Level(below), present) is adjacent
