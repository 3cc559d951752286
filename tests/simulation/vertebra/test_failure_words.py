"""Where a vertebra would fail first, in words that are read once."""

from __future__ import annotations

import pytest

from corduroy.simulation.vertebra.failure import FailureSite


@pytest.mark.parametrize(
    ("part", "across", "along", "up", "words"),
    [
        ("body", "left", "middle", "middle", "body, mid-height, mid-depth, left"),
        ("body", "middle", "anterior", "upper", "body, upper third, front, midline"),
        ("body", "right", "posterior", "lower", "body, lower third, back, right"),
        ("arch", "middle", "posterior", "middle", "arch, midline"),
    ],
)
def test_a_site_is_named_in_plain_words(part: str, across: str, along: str, up: str, words: str) -> None:
    assert FailureSite((0.0, 0.0, 0.0), part, across, along, up, 900.0).words == words
