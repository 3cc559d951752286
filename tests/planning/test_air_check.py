from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from corduroy.imaging import Volume
from corduroy.planning.air_check import air_warnings, passes_air


def scan(air_at: tuple[int, int, int] | None) -> Volume:
    """Soft tissue of 60 mm, with the air before the skin (below y = 8) and perhaps a bubble of 6 mm."""
    array = np.full((60, 60, 60), 40, dtype=np.int16)
    array[:, :8] = -1000
    if air_at is not None:
        box = tuple(slice(c - 3, c + 3) for c in air_at)
        array[box] = -850
    return Volume(array, np.eye(4))


NEEDLE: Any = SimpleNamespace(entry_mm=(30.0, 8.0, 30.0), target_mm=(30.0, 50.0, 30.0), gauge=11)


@pytest.mark.parametrize(
    ("bubble", "met"), [(None, False), ((30, 30, 30), True), ((34, 30, 30), True), ((44, 30, 30), False)]
)
def test_air_on_the_way_is_seen_and_air_beside_it_is_not(bubble: tuple[int, int, int] | None, met: bool) -> None:
    assert passes_air(scan(bubble), NEEDLE) is met


def test_the_air_outside_the_skin_does_not_count() -> None:
    assert not passes_air(scan(None), NEEDLE)


def test_warnings_name_numbers_and_purpose() -> None:
    (text,) = air_warnings({"biopsy": (), "cement": (1, 3)})
    assert text.startswith("Corridor 1, 3 for the cement passes air")
