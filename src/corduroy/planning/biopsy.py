"""Whether to biopsy: the rule of the index series, what speaks against it, and what a biopsy of a hemangioma yields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from corduroy.planning.evidence import Evidence, Strength
from corduroy.scales.biopsy import BiopsyResult

STATED = "stated in the clinical facts: "
FOUND = "found on the scan: "
"""What a contraindication of this patient begins with; the others are general, to be ruled out by a person."""


class BiopsyAdvice(StrEnum):
    """What the rule says."""

    INDICATED = "indicated"
    NOT_BY_RULE = "not asked for by the rule"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class BiopsyFacts:
    """The three things that the rule turns on; None is "not known".

    Parameters
    ----------
    aggressive : bool or None
        Whether the hemangioma is aggressive: outside the bone, with symptoms (Enneking S3).
    fracture : bool or None
        Compression fracture of the vertebra.
    deficit : bool or None
        Neurological deficit.
    """

    aggressive: bool | None = None
    fracture: bool | None = None
    deficit: bool | None = None


@dataclass(frozen=True)
class ResultClass:
    """A class in which the answer of the pathologist is kept."""

    value: str
    meaning: str


@dataclass(frozen=True)
class BiopsyPlan:
    """What to do about a biopsy.

    Parameters
    ----------
    advice : BiopsyAdvice
    reasons : tuple of str
        Which of the three hold, which do not, which are not known.
    result_classes : tuple of ResultClass
    contraindications : tuple of str
        First those of this patient, see `is_of_the_patient`; then the general ones, to be ruled out by a person.
    evidence : tuple of Evidence
    """

    advice: BiopsyAdvice
    reasons: tuple[str, ...]
    result_classes: tuple[ResultClass, ...]
    contraindications: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def is_of_the_patient(contraindication: str) -> bool:
    """Whether it was stated or found in this patient; the others are general."""
    return contraindication.startswith((STATED, FOUND))


def plan_biopsy(
    facts: BiopsyFacts, named_contraindications: Sequence[str] = (), has_corridor: bool | None = None
) -> BiopsyPlan:
    """Apply the rule of the index series: CT-guided biopsy in an aggressive VH with fracture and deficit.

    Parameters
    ----------
    facts : BiopsyFacts
    named_contraindications : sequence of str
        What the clinical facts say speaks against a biopsy.
    has_corridor : bool or None
        Whether a needle's way that keeps all margins was found; None: not looked for.

    Returns
    -------
    BiopsyPlan
        `INDICATED` if all three hold, `NOT_BY_RULE` if one does not, `UNDECIDED` while one is unknown.

    Notes
    -----
    The rule is what the index series did in its 6 patients, no trial. When it misleads: a lesion that does not look
    like a hemangioma is biopsied for that reason, which the rule does not know.
    """
    named = {
        "aggressive hemangioma": facts.aggressive,
        "compression fracture": facts.fracture,
        "neurological deficit": facts.deficit,
    }
    if False in named.values():
        advice = BiopsyAdvice.NOT_BY_RULE
    else:
        advice = BiopsyAdvice.UNDECIDED if None in named.values() else BiopsyAdvice.INDICATED
    words = {True: "yes", False: "no", None: "not known"}
    reasons = tuple(f"{name}: {words[value]}" for name, value in named.items())
    classes = tuple(ResultClass(result.value, result.label) for result in BiopsyResult)
    own = tuple(f"{STATED}{text}" for text in named_contraindications)
    no_way = (_NO_CORRIDOR,) if has_corridor is False else ()
    return BiopsyPlan(advice, reasons, classes, own + no_way + _CONTRAINDICATIONS, _EVIDENCE)


_NO_CORRIDOR = f"{FOUND}no corridor keeps its margins; consider an open biopsy during decompression."
_CONTRAINDICATIONS = (
    "Bleeding disorder or anticoagulation that is not corrected (not verified against a primary source).",
    "Infection on the needle's way (not verified against a primary source).",
)

_EVIDENCE = (
    Evidence(
        "Index series: CT-guided biopsy in all 6 patients with aggressive hemangioma, fracture and deficit; definitive "
        "in 5 (83 %, exact 95 % interval 36 to 100).",
        "index series, n = 6",
        Strength.SERIES,
    ),
    Evidence(
        "Another series of hemangiomas: definitive in 1 of 5 (1 failed, 3 discordant). Against the index series "
        "p = 0.08 (Fisher); together 6 of 11 (55 %, 23 to 83). An inadequate sample is the common failure.",
        "10.3969/j.issn.1004-406X.2011.01.10",
        Strength.SERIES,
    ),
    Evidence(
        "39 studies, 4181 percutaneous spinal biopsies of all lesions: yield 91 % (88 to 94), accuracy 86 %, "
        "complications 1 %; no difference by level, lytic or sclerotic, nor between 13 G or thicker and 14 G or "
        "thinner.",
        "10.1136/neurintsurg-2021-017419",
        Strength.POOLED_INDIRECT,
    ),
    Evidence("430 spinal biopsies: 93.3 %, worse in cervical and in benign lesions.", "PMC2443265", Strength.INDIRECT),
    Evidence("A larger bore raised complications (p = 0.01).", "J Bone Joint Surg Am 90:1722", Strength.INDIRECT),
    Evidence(
        "Hemangiomas bleed: have embolization and a cannula for hemostatic material at hand.", "", Strength.CHOICE
    ),
    Evidence("Keep the needle's way inside the field of the later operation.", "", Strength.UNVERIFIED),
)
