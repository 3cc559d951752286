"""A measurement before and after, in the same patients: all that few pairs allow to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from corduroy.errors import StatisticsError
from corduroy.study.descriptives import NumericSummary, summarize
from corduroy.study.effect_size import EffectSize, hedges_paired, rank_biserial_paired
from corduroy.study.hodges_lehmann import LocationEstimate, hodges_lehmann, median_interval
from corduroy.study.multiplicity import Holm, holm
from corduroy.study.permutation import PermutationTest, sign_flip_test
from corduroy.study.proportions import Proportion, clopper_pearson
from corduroy.study.scaled import Scaled, differences, pair_up
from corduroy.study.signed_rank import SignedRankTest, SignTest, Zeros, sign_test, signed_rank_test
from corduroy.study.t_intervals import TTest, paired_t

Better = Literal["lower", "higher"]

_MOST_LISTED = 10


@dataclass(frozen=True)
class MinimalChange:
    """The least change that matters to patients, as the user says, with the source: there is no default.

    Parameters
    ----------
    value : float
        In the unit of the measurement, positive.
    citation : str
        Printed with every use. No value comes from patients with a vertebral hemangioma or a spinal tumour.
    """

    value: float
    citation: str

    def __post_init__(self) -> None:
        if not self.value > 0:
            raise StatisticsError(f"a minimal change of {self.value:g}", "a positive number")
        if not self.citation.strip():
            raise StatisticsError("a minimal change without a citation", "the source it was taken from")


@dataclass(frozen=True)
class PairedOutcome:
    """One measurement before and after in the same patients.

    Parameters
    ----------
    name, unit : str
    better : {"lower", "higher"}
    n, missing : int
        Pairs; patients without one of the two values.
    before, after : NumericSummary
        Of the pairs.
    change : NumericSummary
        After minus before.
    pairs : tuple of (float, float), or None
        Each patient, in the order given, where there are at most ten.
    improved, worsened : Proportion
    unchanged : int
    signed_rank : SignedRankTest
        The primary test.
    sign : SignTest
    sign_flip : PermutationTest
    shift : LocationEstimate
        Hodges-Lehmann.
    median_change : LocationEstimate
    rank_biserial, hedges, t : EffectSize, EffectSize, TTest, or None
        None where the differences have no spread or are all zero. `t` is a sensitivity analysis.
    minimal_change : MinimalChange or None
    reached_minimal_change : Proportion or None
    """

    name: str
    unit: str
    better: Better
    n: int
    missing: int
    before: NumericSummary
    after: NumericSummary
    change: NumericSummary
    pairs: tuple[tuple[float, float], ...] | None
    improved: Proportion
    worsened: Proportion
    unchanged: int
    signed_rank: SignedRankTest
    sign: SignTest
    sign_flip: PermutationTest
    shift: LocationEstimate
    median_change: LocationEstimate
    rank_biserial: EffectSize | None
    hedges: EffectSize | None
    t: TTest | None
    minimal_change: MinimalChange | None
    reached_minimal_change: Proportion | None

    @property
    def words(self) -> str:
        """The methods and results paragraph of this end point."""
        parts = [
            f"{self.name}{f' ({self.unit})' if self.unit else ''}, {self.better} is better: {self.n} pairs, "
            f"{self.missing} patients without one of the two values.",
            self.shift.words,
            f"Improved {self.improved.words}, worse {self.worsened.words}, unchanged {self.unchanged}/{self.n}.",
            self.signed_rank.words,
            self.sign.words,
            self.sign_flip.words,
            *(extra.words for extra in (self.rank_biserial, self.hedges, self.t) if extra is not None),
        ]
        if self.minimal_change is not None and self.reached_minimal_change is not None:
            parts.append(
                f"Improved by at least {self.minimal_change.value:g} {self.unit}".rstrip()
                + f" (set by the user after {self.minimal_change.citation}): {self.reached_minimal_change.words}."
            )
        return " ".join(parts)


def paired_outcome(
    name: str,
    before: ArrayLike,
    after: ArrayLike,
    rng: np.random.Generator,
    *,
    unit: str = "",
    better: Better = "lower",
    zeros: Zeros = "wilcox",
    minimal_change: MinimalChange | None = None,
    confidence: float = 0.95,
) -> PairedOutcome:
    """Analyse one measurement before and after.

    Parameters
    ----------
    name : str
    before, after : array_like, shape (n,)
        One value each for every patient, in the same order; NaN where missing.
    rng : numpy.random.Generator
        Used only where the sign flips cannot be enumerated.
    unit : str
    better : {"lower", "higher"}
    zeros : {"wilcox", "pratt"}
        How the signed-rank test treats zero differences.
    minimal_change : MinimalChange, optional
    confidence : float

    Raises
    ------
    StatisticsError
        If the lengths differ, a value is infinite, or no patient has both values.

    Notes
    -----
    No test of normality chooses the test: at these sample sizes it has no power, and choosing by it changes the error
    of the test that follows. When this number misleads: patients operated at their worst improve by regression to the
    mean alone; there is no control group.
    """
    if better not in ("lower", "higher"):
        raise StatisticsError(f"better '{better}'", "lower or higher")
    scaled, missing = differences(before, after)
    if scaled.numbers.size == 0:
        raise StatisticsError(f"no patient with {name} before and after", "at least one")
    first, second = pair_up([before, after], ["values before", "values after"])
    there = ~(np.isnan(first) | np.isnan(second))
    first, second = first[there], second[there]
    n = int(scaled.numbers.size)
    spread = bool(np.ptp(scaled.numbers) > 0)
    ups, downs = int((scaled.numbers > 0).sum()), int((scaled.numbers < 0).sum())
    gained, lost = (ups, downs) if better == "higher" else (downs, ups)
    return PairedOutcome(
        name=name,
        unit=unit,
        better=better,
        n=n,
        missing=missing,
        before=summarize(first, f"{name}, before", unit, confidence),
        after=summarize(second, f"{name}, after", unit, confidence),
        change=summarize(scaled.values, f"{name}, change", unit, confidence),
        pairs=tuple(zip(first.tolist(), second.tolist(), strict=True)) if n <= _MOST_LISTED else None,
        improved=clopper_pearson(gained, n, confidence),
        worsened=clopper_pearson(lost, n, confidence),
        unchanged=n - ups - downs,
        signed_rank=signed_rank_test(scaled, zeros),
        sign=sign_test(scaled),
        sign_flip=sign_flip_test(scaled, rng),
        shift=hodges_lehmann(scaled, confidence),
        median_change=median_interval(scaled.values, confidence),
        rank_biserial=rank_biserial_paired(scaled) if ups + downs else None,
        hedges=hedges_paired(scaled, confidence) if spread else None,
        t=paired_t(scaled, confidence) if spread else None,
        minimal_change=minimal_change,
        reached_minimal_change=_reached(scaled, better, minimal_change, confidence),
    )


def paired_family(outcomes: Sequence[PairedOutcome], level: float = 0.05) -> Holm:
    """Holm's adjustment over all paired end points, by their signed-rank tests.

    Parameters
    ----------
    outcomes : sequence of PairedOutcome
    level : float
        Familywise error.
    """
    return holm(
        [outcome.name for outcome in outcomes],
        [outcome.signed_rank.p for outcome in outcomes],
        [outcome.signed_rank.smallest_p for outcome in outcomes],
        level,
    )


def _reached(scaled: Scaled, better: Better, minimal: MinimalChange | None, confidence: float) -> Proportion | None:
    if minimal is None:
        return None
    gains = scaled.values if better == "higher" else -scaled.values
    # A whole number of units may fall short of the same number, written by the user, in its last digit.
    reached = int((gains >= minimal.value - scaled.unit * 1e-6).sum())
    return clopper_pearson(reached, int(gains.size), confidence)
