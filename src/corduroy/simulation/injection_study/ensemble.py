"""Many drawn bodies, and what they say of leaks and of the fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.proportion import proportion_confint

from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection_study.dose import Dose
from corduroy.simulation.injection_study.inputs import Draw, Spread, draws
from corduroy.simulation.injection_study.member import Member, Task, run_member
from corduroy.simulation.injection_study.openings import Opening
from corduroy.simulation.injection_study.vertebra import FloatArray, PorousVertebra
from corduroy.simulation.vertebra.grid import BoolArray

Runner = Callable[[PorousVertebra, Sequence[Task]], Iterator[Member]]
"""Computes tasks, in processes or not, and yields the members in the order of the tasks."""
Tick = Callable[[int, int], None]

BATCH = 16
"""Members between two looks at the intervals."""
LEAST_MEMBERS = 32
NARROW = 0.10
"""Half-width of the widest interval at which an ensemble ends early. Author's choice."""


@dataclass(frozen=True)
class Chance:
    """A share of members with its interval.

    Parameters
    ----------
    count, members : int
    low, high : float
        Wilson's 95 % interval.
    """

    count: int
    members: int
    low: float
    high: float

    @classmethod
    def of(cls, hits: ArrayLike) -> Chance:
        """The share of members that are hit."""
        found = np.asarray(hits, dtype=bool)
        count, members = int(np.count_nonzero(found)), int(found.size)
        low, high = proportion_confint(count, members, alpha=0.05, method="wilson")
        return cls(count, members, float(max(low, 0.0)), float(min(high, 1.0)))

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.members

    @property
    def half_width(self) -> float:
        """Of the interval."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, eq=False)
class Ensemble:
    """An ensemble of one way to inject.

    Parameters
    ----------
    vertebra : PorousVertebra
    dose : Dose
    members : tuple of Member
    watched : ndarray of bool, shape (sites,)
        Sites at which the surgeon stops.
    asked : int
        How many members were allowed.
    """

    vertebra: PorousVertebra
    dose: Dose
    members: tuple[Member, ...]
    watched: NDArray[np.bool_]
    asked: int

    @property
    def openings(self) -> tuple[Opening, ...]:
        """Of the vertebra, in the order of all arrays over sites."""
        return self.vertebra.openings

    def leaks(self, volume_mm3: float, stopped: bool = False) -> NDArray[np.bool_]:
        """Which member leaks through which site, shape (members, sites).

        Parameters
        ----------
        volume_mm3 : float
            Injected, or as much as could be.
        stopped : bool
            Whether the surgeon stops at the first leak through a watched site.
        """
        rows = []
        for member in self.members:
            end = member.volume_when_stopped(self.watched, volume_mm3) if stopped else volume_mm3
            volumes = [member.volume_of_leak(site) for site in range(len(self.openings))]
            rows.append([volume is not None and volume <= end * (1 + 1e-9) for volume in volumes])
        return np.array(rows, dtype=bool).reshape(len(self.members), len(self.openings))

    def chance_by_site(self, volume_mm3: float, stopped: bool = False) -> dict[str, Chance]:
        """Chance of a leak through each site."""
        hits = self.leaks(volume_mm3, stopped)
        return {opening.name: Chance.of(hits[:, place]) for place, opening in enumerate(self.openings)}

    def chance_by_type(self, volume_mm3: float, stopped: bool = False) -> dict[YeomType, Chance]:
        """Chance of a leak of each of Yeom's types that this vertebra has a way out for."""
        hits = self.leaks(volume_mm3, stopped)
        kinds = [opening.yeom for opening in self.openings]
        return {
            kind: Chance.of(hits[:, [each is kind for each in kinds]].any(axis=1)) for kind in YeomType if kind in kinds
        }

    def chance_watched(self, volume_mm3: float) -> Chance:
        """Chance that the surgeon has to stop for a leak before a volume is in."""
        return Chance.of(self.leaks(volume_mm3)[:, self.watched].any(axis=1))

    def chance_any(self, volume_mm3: float) -> Chance:
        """Chance of any leak."""
        return Chance.of(self.leaks(volume_mm3).any(axis=1))

    def first_volumes_ml(self, site: int) -> FloatArray:
        """Injected volume in ml at which each member that leaks there has let out a drop."""
        volumes = [member.volume_of_leak(site) for member in self.members]
        return np.array([volume / 1000 for volume in volumes if volume is not None])

    def fill_probability(self, volume_mm3: float) -> FloatArray:
        """Share of members that fill a voxel, the surgeon stopping at a watched leak; shape of the grid."""
        total = np.zeros(int(self.vertebra.bone.sum()))
        for member in self.members:
            total += member.filled(member.volume_when_stopped(self.watched, volume_mm3))
        found = np.zeros(self.vertebra.grid.shape)
        found[self.vertebra.bone] = total / len(self.members)
        return found

    def shares(self, region: BoolArray, volume_mm3: float, stopped: bool = True) -> FloatArray:
        """Share of a region's pores that each member fills."""
        inside = region[self.vertebra.bone]
        ends = [m.volume_when_stopped(self.watched, volume_mm3) if stopped else volume_mm3 for m in self.members]
        return np.array([m.share_filled(inside, end) for m, end in zip(self.members, ends, strict=True)])

    def volumes_ml(self, volume_mm3: float) -> FloatArray:
        """What each member takes before the surgeon stops, in ml."""
        return np.array([m.volume_when_stopped(self.watched, volume_mm3) / 1000 for m in self.members])


def run_ensemble(
    vertebra: PorousVertebra,
    dose: Dose,
    watched: NDArray[np.bool_],
    spread: Spread,
    members: int,
    rng: np.random.Generator,
    runner: Runner | None = None,
    on_member: Tick | None = None,
) -> Ensemble:
    """Inject drawn bodies until the leak probabilities are known well enough.

    Parameters
    ----------
    vertebra : PorousVertebra
    dose : Dose
    watched : ndarray of bool, shape (sites,)
        Openings at which the surgeon stops; see `openings.watched_of`.
    spread : Spread
    members : int
        At most; 64 is the default of the command.
    rng : numpy.random.Generator
    runner : callable, optional
        Without one, in this process one after the other.
    on_member : callable, optional
        Called with how many of how many members are done.

    Notes
    -----
    From 32 members on, an ensemble ends once no site's Wilson interval is wider than ± 0.10. The members are draws of
    a scrambled Sobol sequence, more even than independent ones, so that the interval is rather too wide. When these
    numbers mislead: they are shares of the drawn bodies; whether the drawn bodies are like the patient, no interval
    says.
    """
    run = runner or in_turn
    allowed = draws(spread, members, rng)
    done: list[Member] = []
    while len(done) < members:
        for member in run(vertebra, [Task(draw, dose) for draw in _next(allowed, len(done))]):
            done.append(member)
            if on_member is not None:
                on_member(len(done), members)
        found = Ensemble(vertebra, dose, tuple(done), watched, members)
        if len(done) >= LEAST_MEMBERS and _narrow(found):
            break
    return found


def in_turn(vertebra: PorousVertebra, tasks: Sequence[Task]) -> Iterator[Member]:
    """Members one after the other."""
    for task in tasks:
        yield run_member(vertebra, task)


def _next(allowed: tuple[Draw, ...], done: int) -> tuple[Draw, ...]:
    return allowed[done : done + BATCH]


def _narrow(found: Ensemble) -> bool:
    chances = found.chance_by_site(1000 * found.dose.volume_ml).values()
    return all(chance.half_width <= NARROW for chance in chances)
