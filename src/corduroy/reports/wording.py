"""Numbers and findings in words, the same in every report."""

from __future__ import annotations

from corduroy.morphometry.results import GRADE_UNCERTAIN, SpineMeasurement, VertebraMeasurement
from corduroy.provenance import Measured

NOT_MEASURED = "–"
DISCLAIMER = "Research software, not a medical device."

# The names of the grades: 10.1002/jbmr.5650080915.
GRADES = {0: "none", 1: "mild", 2: "moderate", 3: "severe"}
DEFORMITIES = {"none": "no deformity", "wedge": "wedge", "biconcave": "biconcave", "crush": "crush"}
ALIGNMENTS = {
    "T4-T12": "Thoracic kyphosis T4–T12",
    "L1-L5": "Lumbar lordosis L1–L5",
    "L1-S1": "Lumbar lordosis L1–S1",
    "coronal_cobb": "Coronal Cobb angle",
}


def number(measured: Measured | None, digits: int = 1) -> str:
    """The value alone."""
    return NOT_MEASURED if measured is None else _signed(measured.value, digits)


def with_uncertainty(measured: Measured | None, digits: int = 1) -> str:
    """Value ± half-width of the 95 % interval, no unit."""
    if measured is None:
        return NOT_MEASURED
    return f"{_signed(measured.value, digits)} ± {measured.uncertainty:.{digits}f}"


def deformity_words(vertebra: VertebraMeasurement) -> str:
    """``wedge, Genant 2 (moderate)``; a doubtful one is ``possibly`` so."""
    if vertebra.genant_grade is None or vertebra.deformity is None:
        return "not graded"
    if vertebra.genant_grade == 0:
        return "no fracture by height"
    words = f"{DEFORMITIES[vertebra.deformity]}, Genant {vertebra.genant_grade} ({GRADES[vertebra.genant_grade]})"
    if vertebra.perhaps_intact:
        return f"possibly {words}, but within error of grade 0 (no fracture),"
    return f"{words}, within error of another grade," if GRADE_UNCERTAIN in vertebra.flags else words


def marked_grade(vertebra: VertebraMeasurement) -> int:
    """The grade that a vertebra is marked by: its own; one that is within error of none counts as doubtful at most.

    0: as intact, which grade 1 within error of grade 0 is; 1: doubtful; 2 and 3: fractured.
    """
    grade = vertebra.genant_grade or 0
    return min(grade - 1, 1) if vertebra.perhaps_intact else grade


def confidence_words(confidence: float) -> str:
    """A confidence of 0 to 1 in words. Author's choice of bounds."""
    if confidence >= 0.8:
        return "good"
    return "doubtful" if confidence >= 0.5 else "poor"


def flag_words(flag: str) -> str:
    """A flag as a reader wants it."""
    return flag.replace("_", " ")


def findings(measurement: SpineMeasurement) -> list[str]:
    """The case in a few sentences, worst first."""
    fractured = [v for v in measurement.vertebrae if (v.genant_grade or 0) >= 1]
    fractured.sort(key=lambda v: (v.perhaps_intact, -(v.genant_grade or 0), -(v.deformity_score or 0.0)))
    sentences = [_fracture_sentence(vertebra) for vertebra in fractured]
    graded = [v for v in measurement.vertebrae if v.genant_grade is not None]
    if not fractured and graded:
        sentences.append(f"No vertebra of {_span(measurement)} is deformed by Genant's height criteria.")
    ungraded = [str(v.level) for v in measurement.vertebrae if v.genant_grade is None]
    if ungraded:
        sentences.append(f"Not graded: {', '.join(ungraded)}; the flags say why.")
    return sentences


def _fracture_sentence(vertebra: VertebraMeasurement) -> str:
    text = f"{vertebra.level}: {deformity_words(vertebra)}"
    if vertebra.deformity_score is not None:
        made_by = "a difference between its own heights" if vertebra.graded_by_shape else "a deformity"
        text += f" by {made_by} of {vertebra.deformity_score:.0f} %"
    loss = {name: m for name, m in vertebra.height_loss.items() if m is not None}
    if loss:
        text += f"; {_loss_words(*max(loss.items(), key=lambda item: item[1].value))}"
    if vertebra.wedge_angle is not None:
        text += f"; wedge angle {with_uncertainty(vertebra.wedge_angle)}°"
    if vertebra.regional_cobb is not None:
        text += f"; regional Cobb angle {with_uncertainty(vertebra.regional_cobb)}°"
    compromise = vertebra.canal.compromise
    if compromise is not None and compromise.value > 0:
        text += f"; canal area {compromise.value:.0f} ± {compromise.uncertainty:.0f} % below its neighbours'"
    return text + "."


def _loss_words(place: str, most: Measured) -> str:
    """The greatest loss; one that its own interval takes back to nothing is no loss."""
    if most.value <= 0:
        return "no height below its reference"
    amount = f"{place} height {most.value:.0f} ± {most.uncertainty:.0f} % below its reference"
    return amount if most.interval[0] > 0 else f"{amount}, which is within error of none"


def _span(measurement: SpineMeasurement) -> str:
    levels = [str(v.level) for v in measurement.vertebrae]
    return levels[0] if len(levels) == 1 else f"{levels[0]} to {levels[-1]}"


def _signed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    # A true minus sign, as wide as a digit.
    return text.replace("-", "−")
