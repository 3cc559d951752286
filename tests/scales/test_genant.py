"""The Genant grade: every published row, the shared bounds, and the kinds of deformity."""

import math

import pytest

from corduroy.errors import MeasurementError
from corduroy.scales import GENANT_SOURCE, GenantGrade, deformity_kind, genant_grade

# The rows as published: "<20", "20-25", "25-40", ">40" percent of height.
PUBLISHED = [
    (0, [-5.0, 0.0, 10.0, 19.99]),
    (1, [20.0, 22.5, 24.99]),
    (2, [25.0, 30.0, 39.99, 40.0]),
    (3, [40.01, 60.0, 100.0]),
]


@pytest.mark.parametrize(("grade", "losses"), PUBLISHED)
def test_every_published_row(grade: int, losses: list[float]) -> None:
    assert [genant_grade(loss) for loss in losses] == [grade] * len(losses)


def test_a_grade_is_an_int_and_never_falls_with_the_loss() -> None:
    grades = [genant_grade(loss / 10) for loss in range(1001)]
    assert grades == sorted(grades)
    assert isinstance(grades[0], int)
    assert GenantGrade(3) is GenantGrade.SEVERE


def test_the_source_is_genant_1993() -> None:
    assert GENANT_SOURCE == "10.1002/jbmr.5650080915"


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf, 100.1])
def test_an_impossible_loss_is_refused(loss: float) -> None:
    with pytest.raises(MeasurementError, match="height loss"):
        genant_grade(loss)
    with pytest.raises(MeasurementError, match="height loss"):
        deformity_kind(0.0, loss, 0.0)


@pytest.mark.parametrize(
    ("losses", "kind"),
    [
        ((19.9, 19.9, 19.9), "none"),
        ((30.0, 20.0, 5.0), "wedge"),
        ((30.0, 30.0, 5.0), "wedge"),
        ((15.0, 28.0, 5.0), "biconcave"),
        ((22.0, 28.0, 19.9), "biconcave"),
        ((45.0, 45.0, 20.0), "crush"),
        ((50.0, 30.0, 25.0), "crush"),
        ((0.0, 0.0, 21.0), "crush"),
    ],
)
def test_the_most_reduced_height_names_the_kind(losses: tuple[float, float, float], kind: str) -> None:
    assert deformity_kind(*losses) == kind


def test_kind_and_grade_agree_on_what_is_intact() -> None:
    for loss in (0.0, 19.99, 20.0, 41.0):
        assert (deformity_kind(loss, 0.0, 0.0) == "none") == (genant_grade(loss) == 0)
