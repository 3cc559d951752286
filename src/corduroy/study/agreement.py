"""Do readers agree on grades: weighted kappa; and the words for the agreement of measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from statsmodels.stats.inter_rater import cohens_kappa

from corduroy.errors import StatisticsError
from corduroy.morphometry.agreement import ReaderAgreement
from corduroy.study.interval import Interval
from corduroy.study.proportions import Proportion, clopper_pearson
from corduroy.study.versions import OWN, credit

Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True)
class WeightedKappa:
    """Agreement of two readers on grades, beyond chance.

    Parameters
    ----------
    kappa : float
    interval : Interval or None
        From the large-sample standard error: approximate. None where all subjects were graded alike: that error is zero
        then, and the interval would claim certainty.
    weights : {"none", "linear", "quadratic"}
    agreed : Proportion
        Subjects graded alike, of all, with its exact interval.
    categories : tuple of str
    table : tuple of tuple of int
        Rows: first reader; columns: second.
    """

    kappa: float
    interval: Interval | None
    weights: Weights
    agreed: Proportion
    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]

    @property
    def words(self) -> str:
        """The coefficient as it was computed."""
        name = "Cohen's kappa" if self.weights == "none" else f"Kappa with {self.weights} weights"
        limits = (
            "no interval, as all were graded alike"
            if self.interval is None
            else f"{self.interval.text(2)} from the large-sample standard error"
        )
        return f"{name}: {self.kappa:.2f}, {limits} ({credit('statsmodels')}); graded alike {self.agreed.words}."


def weighted_kappa(
    first: Sequence[str], second: Sequence[str], categories: Sequence[str], weights: Weights = "linear"
) -> WeightedKappa:
    """Weighted kappa of two readers.

    Parameters
    ----------
    first, second : sequence of str
        Grades of the same subjects, in the same order, none missing.
    categories : sequence of str
        All grades in their order, also those that nobody gave: the weights depend on them.
    weights : {"none", "linear", "quadratic"}
        What a disagreement by several grades counts.

    Raises
    ------
    StatisticsError
        If the lists differ in length, a grade is unknown, there are fewer than two subjects, or both readers gave one
        and the same grade throughout.

    Notes
    -----
    Cohen 1968 (10.1037/h0026256), standard error of Fleiss, Cohen & Everitt 1969 (10.1037/h0028106), both as in
    statsmodels. When this number misleads: kappa depends on how frequent the grades are; below about thirty
    subjects (author's choice) the interval is rough.
    """
    place = {grade: number for number, grade in enumerate(categories)}
    if len(first) != len(second) or len(first) < 2:
        raise StatisticsError(f"{len(first)} and {len(second)} grades", "two grades for each of two subjects or more")
    if unknown := sorted({grade for grade in (*first, *second) if grade not in place}):
        raise StatisticsError(f"grade '{unknown[0]}'", ", ".join(categories))
    if weights not in ("none", "linear", "quadratic"):
        raise StatisticsError(f"weights '{weights}'", "none, linear or quadratic")
    if len({*first, *second}) < 2:
        raise StatisticsError("one grade throughout", "subjects that differ", "kappa has no value then")
    table = np.zeros((len(categories), len(categories)), dtype=np.int64)
    np.add.at(table, ([place[grade] for grade in first], [place[grade] for grade in second]), 1)
    found = cohens_kappa(table, wt=None if weights == "none" else weights)
    alike, limits = int(np.trace(table)), None
    if alike < len(first):
        low, high = max(-1.0, float(found.kappa_low)), min(1.0, float(found.kappa_upp))
        limits = Interval(low, high, 0.95, None, "approximate", "normal approximation")
    return WeightedKappa(
        kappa=float(found.kappa),
        interval=limits,
        weights=weights,
        agreed=clopper_pearson(alike, len(first)),
        categories=tuple(categories),
        table=tuple(tuple(int(count) for count in row) for row in table),
    )


def reader_words(agreement: ReaderAgreement, unit: str) -> str:
    """The sentence for the agreement of measurements (`corduroy.morphometry.reader_agreement`).

    Parameters
    ----------
    agreement : ReaderAgreement
    unit : str
        Of the measurements.
    """
    low, high = agreement.icc_agreement_interval
    fixed_low, fixed_high = agreement.icc_consistency_interval
    return (
        f"{agreement.readers} readers, {agreement.subjects} subjects: ICC(2,1) {agreement.icc_agreement:.2f} "
        f"({low:.2f} to {high:.2f}), ICC(3,1) {agreement.icc_consistency:.2f} ({fixed_low:.2f} to {fixed_high:.2f}), "
        f"95 % intervals after McGraw and Wong; standard error of measurement {agreement.sem_agreement:.3g} {unit}, "
        f"smallest detectable difference {agreement.detectable_difference:.3g} {unit} ({OWN})."
    )
