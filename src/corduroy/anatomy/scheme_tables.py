"""The label schemes themselves: which number stands for which vertebra or structure.

Where each table was read is in the scheme's `source`. The numbers were taken from the programs' own packages
(TotalSegmentator 2.18.0, TPTBox 1.1.0 and SPINEPS 2.1.3, TotalSpineSeg 20260807, spine-segment 0.1.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from corduroy.anatomy.level import Level
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES


@dataclass(frozen=True)
class LabelScheme:
    """The meaning of the numbers in a label map.

    Parameters
    ----------
    name : str
        What the user calls it (``--scheme``).
    levels : dict of int to Level
        Whole vertebrae.
    structures : dict of int to str
        Everything else: ``"sacrum"``, ``"spinal_cord"``, ``"aorta"``, ``"disc_below_L4"``.
    source : str
        Where the table was read.
    only_by_name : bool
        Left out of recognition, because its numbers cannot be told from those of a scheme in wider use.
    """

    name: str
    levels: dict[int, Level]
    structures: dict[int, str] = field(default_factory=dict)
    source: str = ""
    only_by_name: bool = False

    def label_of(self, level: Level) -> int | None:
        """The number of a level; None where the scheme has none."""
        return next((label for label, known in self.levels.items() if known == level), None)

    def structure_label(self, structure: str) -> int | None:
        """The number of a structure; None where the scheme has none."""
        return next((label for label, known in self.structures.items() if known == structure), None)

    def levels_in(self, labels: Iterable[int]) -> dict[Level, int]:
        """The levels among `labels` with their numbers, in cranio-caudal order."""
        found = {self.levels[label]: label for label in labels if label in self.levels}
        return dict(sorted(found.items(), key=lambda item: item[0].position))

    def unknown_in(self, labels: Iterable[int]) -> tuple[int, ...]:
        """The labels that the scheme gives no meaning."""
        return tuple(label for label in labels if label not in self.levels and label not in self.structures)


def _run(first: int, names: str) -> dict[int, Level]:
    """Levels numbered upwards from `first`; `names` is like ``"C1-C7 T1-T12"``, cranial first."""
    found: list[Level] = []
    for part in names.split():
        region, start, stop = part[0], *(int(end[1:]) for end in part.split("-"))
        found += [Level(f"{region}{number}") for number in range(start, stop + 1)]
    return {first + place: level for place, level in enumerate(found)}


def _run_up(first: int, names: str) -> dict[int, Level]:
    """Levels numbered upwards from `first`, caudal first."""
    return {first + place: level for place, level in enumerate(reversed(list(_run(first, names).values())))}


def _beside(levels: Mapping[int, Level], offset: int, what: str) -> dict[int, str]:
    return {label + offset: f"{what}_{level}" for label, level in levels.items()}


_VERSE_LEVELS = _run(1, "C1-C7 T1-T12 L1-L6") | {28: Level.T13}
_TOTAL_LEVELS = {26: Level.S1} | _run_up(27, "C1-C7 T1-T12 L1-L5")
_TOTAL_SPINE_LEVELS = _run(11, "C1-C7") | _run(21, "T1-T12") | _run(41, "L1-L5")
_SPINEPS_LEVELS = dict(_VERSE_LEVELS)

_SPINEPS_SUBREGIONS = {
    **{26: "sacrum", 41: "arch", 42: "spinous_process"},
    **{43: "costal_process_left", 44: "costal_process_right"},
    **{45: "superior_articular_left", 46: "superior_articular_right"},
    **{47: "inferior_articular_left", 48: "inferior_articular_right"},
    **{49: "body_border", 50: "body", 51: "dens", 52: "superior_endplate", 53: "inferior_endplate"},
    **{60: "spinal_cord", 61: "spinal_canal", 62: "endplate", 63: "rib_left", 64: "rib_right"},
    **{70: "sacral_ala_left", 71: "sacral_ala_right", 72: "sacral_posterior_elements"},
    **{73: "sacral_body", 74: "sacral_endplate", 80: "metal", 100: "disc"},
}


def _total_spine_discs() -> dict[int, str]:
    """TotalSpineSeg numbers a disc 50 above the vertebra on top of it, to the next free ten at a junction."""
    levels = list(_TOTAL_SPINE_LEVELS.values())
    numbers = [*range(63, 68), *range(71, 83), *range(91, 96), 100]
    uppers = levels[1:]
    lowers = [*levels[2:], "S"]
    return {number: f"disc_{upper}_{lower}" for number, upper, lower in zip(numbers, uppers, lowers, strict=True)}


VERSE = LabelScheme(
    "verse",
    _VERSE_LEVELS,
    {26: "sacrum", 27: "coccyx"},
    "VerSe (Sekuboyina et al. 2021, 10.1016/j.media.2021.102166; github.com/anjany/verse) and, for 26-28, "
    "the same group's TPTBox 1.1.0, core/vert_constants.py. TotalSegmentator's `vertebrae_pp` tasks "
    "use the same numbers for C1-L5.",
)
TOTALSEGMENTATOR = LabelScheme(
    "totalsegmentator",
    _TOTAL_LEVELS,
    TOTAL_STRUCTURES,
    "TotalSegmentator 2.18.0, map_to_binary.py, class map `total` (10.1148/ryai.230024). Numbers rise cranially.",
)
SPINEPS = LabelScheme(
    "spineps",
    _SPINEPS_LEVELS,
    {26: "sacrum", 27: "coccyx"}
    | _beside(_SPINEPS_LEVELS, 100, "disc_below")
    | _beside(_SPINEPS_LEVELS, 200, "endplate"),
    "SPINEPS 2.1.3, README, `seg-vert` mask (10.1007/s00330-024-11155-y): vertebra X, disc 100+X, endplates 200+X.",
)
SPINEPS_SUBREGIONS = LabelScheme(
    "spineps-subregions",
    {},
    _SPINEPS_SUBREGIONS,
    "SPINEPS 2.1.3, README, `seg-spine` mask; the same numbers in TPTBox 1.1.0, core/vert_constants.py. Holds "
    "no whole vertebrae: it goes beside the `seg-vert` mask of the same scan.",
)
TOTALSPINESEG = LabelScheme(
    "totalspineseg",
    _TOTAL_SPINE_LEVELS,
    {1: "spinal_cord", 2: "spinal_canal", 50: "sacrum"} | _total_spine_discs(),
    "TotalSpineSeg 20260807, README, step 2 output (10.5281/zenodo.13894354).",
)
SPINE_SEGMENT = LabelScheme(
    "spine-segment",
    _run(1, "C1-C7 T1-T12 L1-L6"),
    {28: "sacrum"},
    "spine-segment 0.1.6 (pypi.org/project/spine-segment), README, `*_vertebral-level.nii.gz`. It says that 28 "
    "is the sacrum, where VerSe, on which its networks stand, has T13; which of both a given file means can "
    "only be seen from where the label lies, and was not tried by running the program.",
)
TOTALSEGMENTATOR_V3 = LabelScheme(
    "totalsegmentator-v3",
    _TOTAL_LEVELS | {26: Level.L6},
    TOTAL_STRUCTURES,
    "TotalSegmentator 2.18.0, map_to_binary.py, class map `total_v3`: as `total`, but 26 is L6 and not S1.",
    only_by_name=True,
)
