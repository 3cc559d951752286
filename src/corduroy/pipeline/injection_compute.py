"""What is computed of a planned vertebra: the injection itself, the ensemble, the other recipes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corduroy.pipeline.injection_members import MemberRunner
from corduroy.pipeline.injection_settings import InjectionCaseSettings
from corduroy.simulation.injection import Cannula
from corduroy.simulation.injection_study import (
    Candidate,
    Dose,
    Ensemble,
    PorousVertebra,
    Study,
    Task,
    candidates,
    middle,
    run_ensemble,
    run_planned,
    variants_of,
    watched_of,
)

OnStep = Callable[[str], None]
OnMember = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Subject:
    """A planned vertebra and how it is injected.

    Parameters
    ----------
    fine, coarse : PorousVertebra
        For the answers, and for the table of other recipes.
    dose : Dose
    other_cannulas : tuple of Cannula or None
        For the other number of pedicles; None where there is no corridor for it.
    """

    fine: PorousVertebra
    coarse: PorousVertebra
    dose: Dose
    other_cannulas: tuple[Cannula, ...] | None


def compute_study(
    subject: Subject, chosen: InjectionCaseSettings, runner: MemberRunner, on_step: OnStep, on_member: OnMember
) -> Study:
    """Inject as planned, as it may be, and otherwise, as far as the settings ask for it."""
    dose, middling = subject.dose, middle(chosen.spread)
    on_step("injection")
    watched = watched_of(subject.fine.openings, chosen.stop_at)
    planned = run_planned(subject.fine, Task(middling, dose), watched, chosen.target_share)
    ensemble = None
    if chosen.members:
        on_step("ensemble")
        ensemble = _ensemble(subject.fine, dose, chosen, chosen.members, runner, on_member)
    compared: tuple[Candidate, ...] = ()
    if chosen.what_if_members:
        on_step("what if")
        compared = _compared(subject, chosen, runner, on_member)
    return Study(
        subject.fine,
        dose,
        planned,
        watched,
        middling,
        chosen.spread,
        ensemble,
        compared,
        chosen.what_if_members,
        chosen.weights,
    )


def _ensemble(
    vertebra: PorousVertebra,
    dose: Dose,
    chosen: InjectionCaseSettings,
    members: int,
    runner: MemberRunner,
    on_member: OnMember,
) -> Ensemble:
    rng = np.random.default_rng(chosen.seed)
    watched = watched_of(vertebra.openings, chosen.stop_at)
    return run_ensemble(vertebra, dose, watched, chosen.spread, members, rng, runner, on_member)


def _compared(
    subject: Subject, chosen: InjectionCaseSettings, runner: MemberRunner, on_member: OnMember
) -> tuple[Candidate, ...]:
    variants = variants_of(subject.dose, subject.other_cannulas)
    each, begun = chosen.what_if_members, 0

    def run(dose: Dose) -> Ensemble:
        nonlocal begun
        before = begun * each
        begun += 1
        return _ensemble(
            subject.coarse,
            dose,
            chosen,
            each,
            runner,
            lambda done, _: on_member(before + done, len(variants) * each),
        )

    return candidates(variants, (*chosen.volumes_ml, chosen.volume_ml), run, chosen.weights)
