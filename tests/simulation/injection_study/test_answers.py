"""Sensitivity, recipes and measures on members and fills that are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from corduroy.simulation.injection_study import (
    Candidate,
    Chance,
    Dose,
    Ensemble,
    Member,
    PorousVertebra,
    Weights,
    best_of,
    candidates,
    openings_of,
    sensitivity,
    variants_of,
    watched_of,
)
from corduroy.simulation.injection_study.measures import contact, right_share
from tests.simulation.injection_study.conftest import dose_of, vertebra_of

Written = Callable[..., list[Member]]
WATCHED = np.array([True, False, True])


def test_the_input_that_drives_the_answer_comes_first(vertebra: PorousVertebra, written: Written) -> None:
    members = written(np.full((48, 3), np.nan), vertebra)
    driven = [replace(m, syringe_mpa=np.full(8, np.log(m.draw.viscosity) + 3)) for m in members]
    found = sensitivity(Ensemble(vertebra, dose_of(vertebra), tuple(driven), WATCHED, 48))
    assert set(found) == {"largest pressure in the syringe"}  # the others do not vary
    ranked = found["largest pressure in the syringe"]
    assert ranked[0].name == "viscosity"
    assert ranked[0].correlation > 0.99
    assert ranked[0].is_told
    assert not ranked[-1].is_told


def test_variants_change_one_thing_each(vertebra: PorousVertebra) -> None:
    dose = dose_of(vertebra, gelatin_percent=10.0)
    other = dose.cannulas * 2
    found = {variant.name: variant.dose for variant in variants_of(dose, other)}
    assert found["no gelatin sponge"] == replace(dose, gelatin_percent=0.0)
    assert found["2 min later"] == replace(dose, minutes_from_mixing=7.0)
    assert found["half the rate"] == replace(dose, rate_ml_s=0.025)
    assert found["both pedicles"].cannulas == other
    assert "both pedicles" not in {variant.name for variant in variants_of(dose, None)}


def test_candidates_read_smaller_volumes_off_the_largest(vertebra: PorousVertebra, written: Written) -> None:
    nan = np.nan
    asked: list[float] = []

    def run(dose: Dose) -> Ensemble:
        asked.append(dose.volume_ml)
        leaks = [[2.5, nan, nan], [nan, nan, nan], [nan, 1.0, nan], [3.5, nan, nan]]
        return Ensemble(vertebra, dose, tuple(written(np.array(leaks), vertebra)), WATCHED, 4)

    variants = variants_of(dose_of(vertebra), None)[:2]
    found = candidates(variants, (4.0, 2.0), run, Weights())
    assert asked == [4.0, 4.0]
    by_volume = {each.volume_ml: each for each in found if each.variant == "as planned"}
    assert by_volume[2.0].watched.count == 0
    assert by_volume[4.0].watched.count == 2
    assert by_volume[4.0].given_ml == pytest.approx((2.5 + 4 + 4 + 3.5) / 4)
    assert by_volume[2.0].filled < by_volume[4.0].filled
    worth = by_volume[4.0].filled - 0.5 - 0.25 * by_volume[4.0].other.value
    assert by_volume[4.0].worth == pytest.approx(worth)


def _candidate(name: str, filled: float, leaks: int, worth: float) -> Candidate:
    none = Chance.of(np.zeros(10))
    return Candidate(name, 3.0, filled, 3.0, Chance.of(np.arange(10) < leaks), none, none, 0.5, worth)


def test_the_best_follows_the_weights_and_ties_go_to_the_first() -> None:
    some = [_candidate("a", 0.5, 1, 0.4), _candidate("b", 0.7, 3, 0.4), _candidate("c", 0.4, 2, 0.2)]
    assert best_of(some).variant == "a"
    assert best_of([some[2], some[1]]).variant == "b"


def test_balance_and_contact_of_a_known_fill(vertebra: PorousVertebra) -> None:
    x = vertebra.grid.local(np.moveaxis(np.indices(vertebra.grid.shape), 0, -1))[..., 0]
    right = (vertebra.bone & (x > 0)).astype(float)
    assert right_share(vertebra, right) == 1.0
    assert right_share(vertebra, vertebra.bone.astype(float)) == pytest.approx(0.5)
    assert right_share(vertebra_of(mirrored=True), right[::-1]) == 0.0
    assert contact(vertebra.top, vertebra.top) == 1.0
    assert contact(vertebra.top, vertebra.bottom) == 0.0


def test_openings_are_named_apart_and_keep_what_was_measured() -> None:
    leak = {"wall": "posterior wall", "side": "right", "point_mm": [1, 2, 3], "basis": ""}
    vein = {"yeom": "S", "wall": "right wall", "side": "right", "point_mm": [0, 0, 0], "diameter_mm": None}
    found = openings_of([vein, {**leak, "yeom": "C", "diameter_mm": 6.5}, {**leak, "yeom": "C", "diameter_mm": None}])
    assert [each.name for each in found] == [
        "segmental vein, right",
        "breach of the posterior wall, right",
        "breach of the posterior wall, right 2",
    ]
    assert [each.known_size for each in found] == [False, True, False]
    assert found[1].diameter_mm == 6.5


def test_what_is_watched_follows_the_wall_or_the_type() -> None:
    place = {"side": None, "point_mm": [0, 0, 0], "diameter_mm": None}
    walls = [("B", "posterior wall"), ("C", "posterior wall"), ("C", "anterior wall"), ("D", "superior endplate")]
    openings = openings_of([{**place, "yeom": kind, "wall": wall} for kind, wall in walls])
    assert watched_of(openings, ("posterior",)).tolist() == [True, True, False, False]
    assert watched_of(openings, ("C", "D")).tolist() == [False, True, True, True]
