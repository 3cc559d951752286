"""What is published about cement and gelatin sponge, and the choices that had to be made where nothing is."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.planning.evidence import Evidence, Strength

NO_VALUE = "no published value; author's choice"


@dataclass(frozen=True)
class Choice:
    """One setting of the injection, with what it rests on.

    Parameters
    ----------
    setting : str
    value : float or None
        None where the plan proposes no number.
    unit : str
    words : str
    source : str
    """

    setting: str
    value: float | None
    unit: str
    words: str
    source: str


def documented_choices(minutes_from_mixing: float, gelatin_percent: float) -> tuple[Choice, ...]:
    """Cement phase and gelatin sponge as they were chosen."""
    return (
        Choice(
            "cement",
            None,
            "",
            "High viscosity: on the bench it leaked less at every time (1.5 g at 3.5 min, 0.92 g at 6.5 min) than low "
            "viscosity did (4.0 g at 3.5 min, 2.6 g at 9.5 min).",
            "Int J Spine Surg 4:26",
        ),
        Choice(
            "start of the injection",
            minutes_from_mixing,
            "min from mixing",
            "The later of the two bench times of a high-viscosity cement. Depends on brand and temperature: write down "
            "the minutes. A medium-viscosity cement hardens about 11 min after immersion at 37 °C.",
            "Int J Spine Surg 4:26; the choice of the time is the author's",
        ),
        Choice("pressure and rate", None, "", "Low pressure, under continuous view; no number was found.", NO_VALUE),
        Choice(
            "gelatin sponge in the cement",
            gelatin_percent,
            "% of volume",
            "A starting point for the simulation, no recommendation: the series that mix both print no proportion. "
            "Write down what was used.",
            NO_VALUE,
        ),
        Choice(
            "gelatin sponge before the cement",
            None,
            "",
            "In all other papers that were read gelatin goes in before the cement, not mixed with it; it is there to "
            "stop bleeding. Packed against a broken anterior wall it went with fewer anterior leaks (5 against 25 %).",
            "osteoporotic fractures, 40 and 40 patients",
        ),
    )


EVIDENCE = (
    Evidence(
        "Cement in hemangiomas: mean 6.8 ml (1 to 18) per level, n = 50; 4 to 7 ml, n = 7. Injected from one pedicle "
        "in 82 %.",
        "published series of vertebral hemangiomas",
        Strength.SERIES,
    ),
    Evidence(
        "Gelatin sponge with the cement: 290 ml less blood loss (95 % interval 160 to 421, recomputed), n = 6 and 7.",
        "10.1186/s12891-020-3143-6",
        Strength.SERIES,
    ),
    Evidence(
        "Gelatin sponge did not lower leakage: 22 against 26 % (p = 0.64).",
        "10.14245/kjs.2016.13.2.63",
        Strength.INDIRECT,
    ),
    Evidence(
        "Gelatin sponge before the cement: leaks in 16 of 61 levels (26 %), in 5 of 12 malignant ones.",
        "Spine 2006;31(8):915-9",
        Strength.INDIRECT,
    ),
    Evidence(
        "From 4.5 ml better odds of much less pain (p = 0.007, 276 fractures); two other series found no association.",
        "SWISSspine; Kaufmann, n = 158; Al-Ali",
        Strength.INDIRECT,
    ),
    Evidence(
        "10, 16 and 30 % of the vertebra's volume were compared on the bench.",
        "Rotter 2015",
        Strength.BENCH,
    ),
    Evidence("2 to 4 ml thoracic and 4 to 6 ml lumbar is usual practice.", "", Strength.UNVERIFIED),
)
