"""Typical sizes of adult vertebrae, for telling labels apart; never a reference for a measurement.

Both tables are the author's choice: round numbers near the medians of eight adult label maps (VerSe and
TotalSegmentator masks, T1-L5; the cervical entries of fewer), within the spread of about a third from one adult
to the next. They only have to tell an upper thoracic from a lumbar vertebra, or one disc space from two.
"""

from __future__ import annotations

from corduroy.anatomy.level import Level

TYPICAL_VOLUME_ML: dict[Level, float] = {
    Level(name): volume
    for name, volume in {
        **{"C1": 14.0, "C2": 17.0, "C3": 11.0, "C4": 11.0, "C5": 12.0, "C6": 14.0, "C7": 17.0},
        **{"T1": 21.0, "T2": 21.0, "T3": 21.0, "T4": 22.0, "T5": 24.0, "T6": 26.0, "T7": 29.0},
        **{"T8": 31.0, "T9": 34.0, "T10": 37.0, "T11": 40.0, "T12": 44.0, "T13": 46.0},
        **{"L1": 48.0, "L2": 54.0, "L3": 59.0, "L4": 61.0, "L5": 61.0, "L6": 61.0},
    }.items()
}
"""Volume of a whole vertebra, body and posterior elements, in ml."""

TYPICAL_PITCH_MM: dict[Level, float] = {
    Level(name): pitch
    for name, pitch in {
        **{"C1": 15.0, "C2": 17.0, "C3": 17.0, "C4": 17.0, "C5": 17.0, "C6": 18.0, "C7": 19.0},
        **{"T1": 20.0, "T2": 21.0, "T3": 22.0, "T4": 22.0, "T5": 23.0, "T6": 24.0, "T7": 24.0},
        **{"T8": 25.0, "T9": 26.0, "T10": 28.0, "T11": 30.0, "T12": 31.0, "T13": 31.0},
        **{"L1": 32.0, "L2": 34.0, "L3": 34.0, "L4": 32.0, "L5": 32.0},
    }.items()
}
"""Distance from the centroid of a whole vertebra to that of the next one below, in mm."""


def typical_distance_mm(upper: Level, lower: Level, present: set[Level]) -> float:
    """Distance between the centroids of two vertebrae that are all in place, T13 and L6 if `present`."""
    optional = {Level.T13, Level.L6} - present
    between = list(Level)[upper.position : lower.position]
    return sum(TYPICAL_PITCH_MM.get(level, 0.0) for level in between if level not in optional)
