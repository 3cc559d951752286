"""Drawn bodies really injected: mirror, seed, breaches, the document."""

from __future__ import annotations

import json

import numpy as np
import pytest

from corduroy.errors import SettingsError
from corduroy.simulation.injection import StopReason
from corduroy.simulation.injection_study import (
    Draw,
    Ensemble,
    Member,
    PorousVertebra,
    Spread,
    Study,
    Task,
    draws,
    middle,
    run_member,
    run_planned,
    study_document,
)
from corduroy.simulation.injection_study.dose import side_of
from corduroy.simulation.injection_study.place import body_of, placed_dose
from tests.simulation.injection_study.conftest import dose_of, vertebra_of

WATCHED = np.array([True, False, True])


def _draw(number: int = 3) -> Draw:
    return draws(Spread(permeability_m2=(1e-9, 6e-8)), 8, np.random.default_rng(4))[number]


@pytest.fixture(scope="module")
def member(vertebra: PorousVertebra) -> Member:
    return run_member(vertebra, Task(_draw(), dose_of(vertebra)))


def test_same_draw_same_bytes(vertebra: PorousVertebra, member: Member) -> None:
    again = run_member(vertebra, Task(_draw(), dose_of(vertebra)))
    assert all(member.arrays()[name].tobytes() == again.arrays()[name].tobytes() for name in member.arrays())


def test_mirror_in_mirror_out(member: Member) -> None:
    mirrored = vertebra_of(mirrored=True)
    other = run_member(mirrored, Task(_draw(), dose_of(mirrored, mirrored=True)))
    np.testing.assert_allclose(other.injected_mm3[-1], member.injected_mm3[-1], rtol=1e-6)
    np.testing.assert_allclose(other.leaked_mm3[-1], member.leaked_mm3[-1], rtol=2e-2, atol=1.0)
    here, there = (np.full(vertebra_of().grid.shape, np.nan) for _ in range(2))
    here[vertebra_of().bone] = member.arrival_s
    there[mirrored.bone] = other.arrival_s
    differs = np.isfinite(here) != np.isfinite(there[::-1])
    assert differs.sum() <= 0.01 * np.isfinite(here).sum()


def test_the_body_of_a_mirrored_patient_is_the_mirrored_body() -> None:
    here, there = vertebra_of(), vertebra_of(mirrored=True)
    doses = dose_of(here), dose_of(there, mirrored=True)
    assert [side_of(dose.cannulas[0], here.grid.frame) for dose in doses] == [1, -1]
    bodies = [body_of(v, _draw(), dose) for v, dose in zip((here, there), doses, strict=True)]
    np.testing.assert_allclose(bodies[1].permeability_mm2[0][::-1], bodies[0].permeability_mm2[0], rtol=1e-5)
    np.testing.assert_allclose(bodies[1].porosity[::-1], bodies[0].porosity, rtol=1e-6)


def test_balance_what_is_filled_and_what_leaks_is_what_was_injected(vertebra: PorousVertebra, member: Member) -> None:
    found = run_planned(vertebra, Task(_draw(), dose_of(vertebra)), ~WATCHED & False, None)
    held = float((found.fill * found.body.porosity).sum()) * found.body.voxel_mm3
    assert held + found.leaked_mm3[-1].sum() == pytest.approx(found.injected_mm3[-1], rel=1e-5)
    assert found.injected_mm3[-1] == pytest.approx(member.injected_mm3[-1])


def test_a_wider_breach_leaks_more_through_itself_only() -> None:
    leaked = []
    known = middle(Spread(permeability_m2=(2e-8, 2e-8)))
    for breach in (2.0, 8.0):
        vertebra = vertebra_of(breach_mm=breach)
        dose = dose_of(vertebra, volume_ml=9.0, rate_ml_s=0.2, pressure_limit_mpa=50.0)
        leaked.append(run_member(vertebra, Task(known, dose)).leaked_mm3[-1])
    assert leaked[1][2] > leaked[0][2] + 10
    assert leaked[1][0] <= leaked[0][0] + 1e-6


def test_the_plan_stops_at_the_leak_that_is_watched_and_not_at_others() -> None:
    vertebra = vertebra_of(breach_mm=8.0)
    dose = dose_of(vertebra, volume_ml=9.0, rate_ml_s=0.2, pressure_limit_mpa=50.0)
    task = Task(middle(Spread(permeability_m2=(2e-8, 2e-8))), dose)
    stopped, others = (run_planned(vertebra, task, np.arange(3) == site, None) for site in (2, 1))
    assert stopped.stop is StopReason.LEAK
    assert 0 < stopped.injected_mm3[-1] < 9000
    assert stopped.leaked_mm3[-1, 2] == pytest.approx(5.0, abs=60.0)
    assert others.leaked_mm3[-1, 2] > stopped.leaked_mm3[-1, 2]
    assert others.injected_mm3[-1] > stopped.injected_mm3[-1]


def test_a_tip_that_would_leave_the_bone_is_moved_less(vertebra: PorousVertebra) -> None:
    from dataclasses import replace

    far = replace(_draw(), depth_mm=40.0, lateral_mm=0.0, height_mm=0.0)
    dose = dose_of(vertebra)
    moved = placed_dose(vertebra, dose, far)
    shift = np.linalg.norm(np.subtract(moved.cannulas[0].tip_mm, dose.cannulas[0].tip_mm))
    assert 0 <= shift <= 20.0
    assert any(shift == pytest.approx(40 * share, abs=1e-6) for share in (0.0, 0.25, 0.5))


def test_bad_doses_are_refused_before_anything_is_computed(vertebra: PorousVertebra) -> None:
    with pytest.raises(SettingsError, match="volume"):
        run_member(vertebra, Task(_draw(), dose_of(vertebra, volume_ml=-1.0)))


def test_document_holds_plain_numbers_and_says_why_it_ended(vertebra: PorousVertebra, member: Member) -> None:
    dose = dose_of(vertebra, volume_ml=4.0)
    nominal = middle(Spread(permeability_m2=(2e-8, 2e-8)))
    planned = run_planned(vertebra, Task(nominal, dose), WATCHED, None)
    ensemble = Ensemble(vertebra, dose, (member,) * 6, WATCHED, 6)
    document = study_document(Study(vertebra, dose, planned, WATCHED, nominal, Spread(), ensemble))
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    assert document["schema"] == "corduroy/injection/1"
    assert [row["site"] for row in document["leaks"]] == [opening.name for opening in vertebra.openings]
    assert set(document["ensemble"]["by_type"]) == {"B", "S", "C"}
    assert document["what_if"] is None
    found = document["planned"]
    assert len(found["course"]["times_s"]) == len(found["course"]["syringe_mpa"])
    if found["stop"]["reason"] == "leak":
        assert any(opening.name in found["stop"]["words"] for opening in vertebra.openings)
    else:
        assert found["injected_ml"] == pytest.approx(4.0)
