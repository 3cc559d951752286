"""What the six invented patients are like: one plan each.

Every number is invented (author's choice) save the totals: ages 314 years, operations 1093 min, blood loss 5450 ml and
follow-up 299 months are the only whole totals whose means over six patients are those that the index series prints
(52.3 years, 182.2 min, 908.3 ml, 49.8 months). So are one man, five thoracic levels, five definitive biopsies of six,
and no leak, re-fracture, adjacent fracture or recurrence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from corduroy.anatomy import Level
from corduroy.registry.record.choices import Sex


@dataclass(frozen=True)
class Plan:
    """One patient.

    Parameters
    ----------
    operated : date
    age, minutes, blood_ml, months : int
        At surgery, of surgery, in surgery, of follow-up.
    frankel, pain, leg, odi, joa : tuple
        Before surgery, at discharge, after 3, 12, 24, 36 months, and later; the last value is kept for visits beyond.
    heights_mm : tuple of float
        Before surgery: anterior, middle, posterior, and the neighbours' mean anterior height.
    restored_mm : float
        Gain of anterior height at surgery.
    body_depth_mm : float
        From which the wedge angle follows.
    cobb_deg : float
        Regional angle before surgery.
    """

    operated: date
    sex: Sex
    age: int
    level: Level
    minutes: int
    blood_ml: int
    months: int
    frankel: str
    pain: tuple[float, ...]
    leg: tuple[float, ...]
    odi: tuple[float, ...]
    joa: tuple[float, ...]
    heights_mm: tuple[float, float, float, float]
    restored_mm: float
    body_depth_mm: float
    cobb_deg: float
    canal_percent: float
    cement_ml: float
    biopsy_result: str
    vessels: str
    transfusion_u: float
    days_of_symptoms: int
    since_embolization_h: float


F, M = Sex.FEMALE, Sex.MALE

PLANS: tuple[Plan, ...] = (
    Plan(
        date(2011, 7, 14), F, 51, Level.T7, 185, 900, 67, "CDDEEEE",
        (8, 4, 3, 2, 1, 1, 1), (4, 2, 1, 0, 0, 0, 0), (62, 44, 30, 18, 14, 12, 12), (5, 6.5, 8, 10, 10.5, 10.5, 10.5),
        (13.8, 12.9, 18.9, 18.6), 2.9, 27.0, 21.0, 48.0, 4.0, "definitive", "L T7, R T7", 2, 75, 22,
    ),
    Plan(
        date(2012, 5, 22), F, 38, Level.T5, 165, 600, 58, "DDEEEEE",
        (6, 4, 2, 1, 1, 0, 0), (3, 1, 0, 0, 0, 0, 0), (44, 36, 20, 10, 8, 6, 6), (7, 8, 9.5, 11, 11, 11, 11),
        (13.1, 12.4, 16.9, 16.8), 1.9, 24.0, 24.0, 34.0, 2.5, "definitive", "R T5, R T6", 0, 140, 26,
    ),
    Plan(
        date(2013, 3, 5), M, 58, Level.T9, 220, 1500, 52, "BCCDDDD",
        (8, 5, 4, 3, 2, 2, 2), (5, 3, 2, 2, 1, 1, 1), (78, 66, 52, 38, 34, 30, 30), (2.5, 3.5, 5, 6.5, 7, 7.5, 7.5),
        (14.6, 13.6, 21.4, 20.7), 4.1, 30.0, 23.0, 61.0, 5.0, "definitive", "L T9, R T9, L T10", 4, 21, 19,
    ),
    Plan(
        date(2014, 2, 18), F, 65, Level.T12, 198, 1150, 45, "CDDDDDD",
        (7, 4, 3, 3, 2, 2, 2), (6, 3, 2, 1, 1, 1, 1), (70, 52, 40, 30, 28, 26, 28), (4, 5, 6.5, 7.5, 8, 8, 8),
        (15.9, 15.2, 24.1, 22.6), 4.4, 31.5, 18.0, 52.0, 5.5, "inadequate", "R T12, L L1", 3, 45, 28,
    ),
    Plan(
        date(2015, 1, 27), F, 47, Level.T8, 150, 500, 41, "DEEEEEE",
        (7, 3, 2, 1, 1, 1, 1), (2, 1, 0, 0, 0, 0, 0), (50, 34, 20, 12, 10, 8, 8), (7.5, 9, 10, 11, 11, 11, 11),
        (14.9, 14.0, 18.6, 18.9), 2.2, 26.5, 20.0, 38.0, 3.5, "definitive", "L T8, R T8", 0, 160, 24,
    ),
    Plan(
        date(2016, 4, 12), F, 55, Level.L1, 175, 800, 36, "CDDEEE",
        (9, 5, 3, 2, 2, 1), (7, 4, 2, 1, 1, 0), (66, 48, 32, 22, 16, 16), (4.5, 6, 8, 9.5, 10, 10.5),
        (16.8, 16.1, 25.0, 23.9), 4.8, 32.5, 12.0, 55.0, 6.0, "definitive", "L L1, R L1", 2, 30, 20,
    ),
)  # fmt: skip
"""In the order of their operations."""
