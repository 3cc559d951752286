"""Who was asked for, and who fell out where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the cohort file.

    Parameters
    ----------
    key : str
    words : str
        "Operated from 2011-07-01 to 2016-04-30".
    """

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One box of the flow diagram.

    Parameters
    ----------
    criterion : Criterion
    before, after : int
        Cases before and after this step.
    not_met : tuple of str
        Cases that were left out because the criterion is known not to hold.
    not_recorded : tuple of str
        Cases that were left out because it is not recorded whether it holds. "Not recorded" is not "no".
    """

    criterion: Criterion
    before: int
    after: int
    not_met: tuple[str, ...]
    not_recorded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The selection, from all cases of the registry to those analysed.

    Parameters
    ----------
    registry_cases, registry_patients : int
    steps : tuple of FlowStep
    cases : tuple of str
        Those analysed.
    patients : int
        Fewer than the cases where a patient has two.
    """

    registry_cases: int
    registry_patients: int
    steps: tuple[FlowStep, ...]
    cases: tuple[str, ...]
    patients: int
