"""Members kept on disk: taken up again, made again where damaged, and other members for other inputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corduroy.pipeline import injection_members
from corduroy.pipeline.injection_members import MemberRunner, digest_of, member_key, member_runner
from corduroy.simulation.injection_study import Member, PorousVertebra, Spread, Task, draws
from tests.simulation.injection_study.conftest import dose_of, vertebra_of


@pytest.fixture(scope="module")
def vertebra() -> PorousVertebra:
    return vertebra_of()


@pytest.fixture(scope="module")
def tasks(vertebra: PorousVertebra) -> list[Task]:
    spread = Spread(permeability_m2=(1e-8, 6e-8))
    return [Task(draw, dose_of(vertebra, volume_ml=0.5)) for draw in draws(spread, 3, np.random.default_rng(1))]


@pytest.fixture(scope="module")
def kept(
    vertebra: PorousVertebra, tasks: list[Task], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Member]]:
    folder = tmp_path_factory.mktemp("members")
    return folder, list(MemberRunner(folder, 1)(vertebra, tasks))


def _nobody(*_: object) -> Member:
    raise AssertionError("a kept member was computed again")


def _same(one: Member, other: Member) -> bool:
    arrays, others = one.arrays(), other.arrays()
    return one.stop is other.stop and all(arrays[name].tobytes() == others[name].tobytes() for name in arrays)


def test_a_second_run_computes_nothing(
    vertebra: PorousVertebra, tasks: list[Task], kept: tuple[Path, list[Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, members = kept
    monkeypatch.setattr(injection_members, "run_member", _nobody)
    again = list(MemberRunner(folder, 1)(vertebra, tasks))
    assert all(_same(one, other) for one, other in zip(members, again, strict=True))
    assert [member.draw for member in again] == [task.draw for task in tasks]


def test_an_interrupted_run_keeps_what_was_done(
    vertebra: PorousVertebra, tasks: list[Task], kept: tuple[Path, list[Member]], tmp_path: Path
) -> None:
    def stopped() -> None:
        with member_runner(tmp_path, 1) as runner:
            next(runner(vertebra, tasks))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert len(list(tmp_path.glob("*.npz"))) == 1
    with member_runner(tmp_path, 1) as runner:
        whole = list(runner(vertebra, tasks))
    assert all(_same(one, other) for one, other in zip(whole, kept[1], strict=True))


def test_a_damaged_member_is_made_again(
    vertebra: PorousVertebra, tasks: list[Task], kept: tuple[Path, list[Member]], tmp_path: Path
) -> None:
    place = tmp_path / f"{member_key(digest_of(vertebra), tasks[0])}.npz"
    place.write_bytes(b"PK\x03\x04 not a whole file")
    member = next(iter(MemberRunner(tmp_path, 1)(vertebra, tasks[:1])))
    assert _same(member, kept[1][0])
    assert len(place.read_bytes()) > 1000


def test_a_change_of_anything_is_another_member(vertebra: PorousVertebra, tasks: list[Task]) -> None:
    digest, task = digest_of(vertebra), tasks[0]
    other = replace(vertebra, porosity=vertebra.porosity * np.float32(0.99))
    wider = vertebra_of(breach_mm=5.0)
    changed = [
        member_key(digest_of(other), task),
        member_key(digest_of(wider), task),
        member_key(digest, replace(task, draw=replace(task.draw, viscosity=1.01 * task.draw.viscosity))),
        member_key(digest, replace(task, dose=replace(task.dose, gelatin_percent=1.0))),
        member_key(
            digest, replace(task, dose=replace(task.dose, cement=task.dose.cement.model_copy(update={"set_pa_s": 1.0})))
        ),
    ]
    assert len({member_key(digest, task), *changed}) == 6


@pytest.mark.slow
def test_two_processes_give_the_same_bytes(
    vertebra: PorousVertebra, tasks: list[Task], kept: tuple[Path, list[Member]]
) -> None:
    with member_runner(None, 2) as runner:
        found = list(runner(vertebra, tasks))
    assert all(_same(one, other) for one, other in zip(found, kept[1], strict=True))
