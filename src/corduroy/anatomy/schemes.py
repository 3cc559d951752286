"""Which scheme a label map follows: by name, or recognised from its labels and where they lie.

The label set alone often fits several schemes: 21 to 24 are L2-L5 in VerSe and T1-T4 in TotalSpineSeg; 27 to
31 are T7-T11 in TotalSpineSeg and, rising, L5-L1 in TotalSegmentator. Three kinds of evidence are taken, none
of which looks at a name: the levels follow each other down the patient without doubling back, few are left out
in between, and the vertebrae have about the size of what they are said to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike

from corduroy.anatomy.label_shapes import label_shapes
from corduroy.anatomy.level import Level
from corduroy.anatomy.norms import TYPICAL_VOLUME_ML
from corduroy.anatomy.scheme_tables import (
    SPINE_SEGMENT,
    SPINEPS,
    SPINEPS_SUBREGIONS,
    TOTALSEGMENTATOR,
    TOTALSEGMENTATOR_V3,
    TOTALSPINESEG,
    VERSE,
    LabelScheme,
)
from corduroy.errors import AmbiguousSchemeError, DoubtWarning, LabelError
from corduroy.imaging.volume import LabelMap

__all__ = ["SCHEMES", "LabelScheme", "recognise", "recognise_map", "scheme_named"]

SCHEMES: tuple[LabelScheme, ...] = (
    *(VERSE, TOTALSEGMENTATOR, SPINEPS, SPINEPS_SUBREGIONS),
    *(TOTALSPINESEG, SPINE_SEGMENT, TOTALSEGMENTATOR_V3),
)
"""All known schemes; of two that mean the same for a label map, the one that stands first is taken."""

# All author's choice, set so that one swapped pair or one missing level never changes the scheme.
_MOST_UNKNOWN = 0.1  # of the labels may be foreign to the scheme: programs add classes from version to version
_LEAST_STRAIGHTNESS = 0.3  # of the way along the levels must be progress; a normal spine has above 0.9
_STRAIGHTNESS_MARGIN = 0.1
_PITCH_RANGE_MM = (8.0, 60.0)  # per level; adults have 15 to 38
_SIZE_MARGIN, _SIZE_MARGIN_OF_FEW = 0.4, 0.7  # in log volume; a few may be fractured, in a small woman
_FEW = 5
_PARTS_SPREAD_MM = 40.0  # heights of the centres of vertebral parts, each of which runs along the whole spine
_LEAST_SHARE = 0.34  # of the vertebrae that another reading of the same labels sees
_MOST_MISSING = 2  # levels left out between two labels before another scheme without gaps is believed
_CUT_FRACTION = 0.05  # of the largest cross-section lying on the image's border


_BODIES = ("body", "body_border")


@dataclass(frozen=True)
class _Evidence:
    labels: tuple[int, ...]
    centroids: Mapping[int, np.ndarray]
    volumes_ml: Mapping[int, float]


def scheme_named(name: str) -> LabelScheme:
    """A scheme by its name, whatever the case, with ``_`` or a space for ``-``.

    Raises
    ------
    LabelError
        If no scheme has that name; the message lists those there are.
    """
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    for scheme in SCHEMES:
        if scheme.name == plain:
            return scheme
    raise LabelError(f"no label scheme is called '{name}'", "one of " + ", ".join(s.name for s in SCHEMES))


def recognise(
    labels: Sequence[int],
    centroids: Mapping[int, ArrayLike] | None = None,
    volumes_ml: Mapping[int, float] | None = None,
) -> LabelScheme:
    """The scheme that a set of labels follows.

    Parameters
    ----------
    labels : sequence of int
        The labels present, background left out.
    centroids : mapping of int to array_like, shape (3,), optional
        World RAS+ mm of labels; the strongest evidence, because VerSe's numbers rise caudally and
        TotalSegmentator's cranially. Labels left out are not judged.
    volumes_ml : mapping of int to float, optional
        Volumes of labels that are wholly in view.

    Returns
    -------
    LabelScheme
        May be one without levels (``spineps-subregions``), which cannot be measured alone.

    Raises
    ------
    AmbiguousSchemeError
        If several schemes fit and differ in what they mean; the message lists them.
    LabelError
        If none fits.

    Warns
    -----
    DoubtWarning
        If some labels have no meaning in the scheme.

    Notes
    -----
    When this misleads: a lone vertebra has no order, so only its size can speak, and a large mid-thoracic or
    a small lumbar one may stay ambiguous. Name the scheme then.
    """
    evidence = _Evidence(
        tuple(sorted({int(label) for label in labels} - {0})),
        {label: np.asarray(place, dtype=np.float64) for label, place in (centroids or {}).items()},
        dict(volumes_ml or {}),
    )
    candidates = _that_know_the_labels(evidence)
    known = tuple(candidates)
    candidates = _that_go_down_the_spine(candidates, evidence)
    if not candidates:
        raise _nothing_fits(evidence, known)
    for narrow in (_of_most_vertebrae, _without_gaps, _of_fitting_size):
        candidates = _one_of_each_meaning(candidates, evidence)
        if len(candidates) > 1:
            candidates = narrow(candidates, evidence)
    candidates = _one_of_each_meaning(candidates, evidence)
    if len(candidates) > 1:
        raise _several_fit(candidates, evidence)
    _mention_unknown(candidates[0], evidence)
    return candidates[0]


def recognise_map(labels: LabelMap) -> LabelScheme:
    """The scheme of a label map, from its labels, their places and their sizes.

    Raises
    ------
    AmbiguousSchemeError, LabelError
        As `recognise`; also if the map is empty.
    """
    present = labels.labels
    candidates = _that_know_the_labels(_Evidence(present, {}, {}))
    wanted = {label for s in candidates for label in present if label in s.levels or _is_sacrum(s, label)}
    shapes = label_shapes(labels, wanted)
    centroids = {label: shape.centroid_of_all_mm for label, shape in shapes.items()}
    whole = {
        label: shape.volume_ml
        for label, shape in shapes.items()
        if all(contact.fraction <= _CUT_FRACTION for contact in shape.borders.values())
    }
    return recognise(present, centroids, whole)


def _that_know_the_labels(evidence: _Evidence) -> list[LabelScheme]:
    """Schemes that give (nearly) all labels a meaning; those that know all of them, if there are any."""
    labels = evidence.labels
    if not labels:
        raise LabelError("the label map is empty", "a map with at least one labelled vertebra")
    if set(labels) <= {1, 2}:
        raise LabelError(
            f"the labels {_listed(labels)} are those of any one- or two-class mask",
            "one number per vertebra",
            "name the scheme if they are C1 and C2",
        )
    fitting = [s for s in SCHEMES if not s.only_by_name and _has_content(s, labels)]
    knowing_all = [s for s in fitting if not s.unknown_in(labels)]
    return knowing_all or [s for s in fitting if len(s.unknown_in(labels)) <= _MOST_UNKNOWN * len(labels)]


def _has_content(scheme: LabelScheme, labels: Iterable[int]) -> bool:
    """Whether the labels hold what makes a map of this scheme useful: vertebrae, or the bodies of some."""
    return any(label in scheme.levels or scheme.structures.get(label) in _BODIES for label in labels)


def _is_sacrum(scheme: LabelScheme, label: int) -> bool:
    return scheme.structures.get(label) == "sacrum"


def _that_go_down_the_spine(candidates: list[LabelScheme], evidence: _Evidence) -> list[LabelScheme]:
    """Schemes by which the labels lie in order; clearly the straightest of them."""
    straightness = {scheme.name: _straightness(scheme, evidence) for scheme in candidates}
    fitting = [s for s in candidates if straightness[s.name] >= _LEAST_STRAIGHTNESS]
    if not any(scheme.levels for scheme in fitting):
        return fitting
    with_levels = [scheme for scheme in fitting if scheme.levels]
    best = max(straightness[scheme.name] for scheme in with_levels)
    return [s for s in fitting if not s.levels or straightness[s.name] >= best - _STRAIGHTNESS_MARGIN]


def _straightness(scheme: LabelScheme, evidence: _Evidence) -> float:
    """Net way from the topmost to the lowest level over the way along all levels; 0 if that goes upwards.

    For a scheme of parts 1 if their centres are about as high as each other, else 0.
    """
    if not scheme.levels:
        heights = [place[2] for place in evidence.centroids.values()]
        return float(np.ptp(heights) <= _PARTS_SPREAD_MM) if heights else 1.0
    levels = [
        (level, label) for level, label in scheme.levels_in(evidence.labels).items() if label in evidence.centroids
    ]
    path = [evidence.centroids[label] for _, label in levels]
    steps = levels[-1][0].position - levels[0][0].position if levels else 0
    sacrum = scheme.structure_label("sacrum")
    if sacrum in evidence.centroids and sacrum in evidence.labels and levels:
        path.append(evidence.centroids[sacrum])
        steps += max(1, Level.S1.position - levels[-1][0].position)
    if len(path) < 2:
        return 1.0
    net = path[-1] - path[0]
    length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    pitch = float(np.linalg.norm(net)) / steps
    if net[2] >= 0.0 or not _PITCH_RANGE_MM[0] <= pitch <= _PITCH_RANGE_MM[1]:
        return 0.0
    return float(np.linalg.norm(net)) / length


def _one_of_each_meaning(candidates: list[LabelScheme], evidence: _Evidence) -> list[LabelScheme]:
    """Of schemes that mean the same for these labels only the first."""
    meanings: dict[tuple[object, ...], LabelScheme] = {}
    for scheme in candidates:
        meaning = (
            tuple(scheme.levels.get(label) for label in evidence.labels),
            tuple(_is_sacrum(scheme, label) for label in evidence.labels),
            not scheme.levels,
        )
        meanings.setdefault(meaning, scheme)
    return list(meanings.values())


def _of_most_vertebrae(candidates: list[LabelScheme], evidence: _Evidence) -> list[LabelScheme]:
    """Without readings that see a vertebra or two among organs where another sees a spine."""
    counts = {s.name: sum(label in (s.levels or s.structures) for label in evidence.labels) for s in candidates}
    most = max(counts.values())
    return [scheme for scheme in candidates if counts[scheme.name] >= _LEAST_SHARE * most]


def _without_gaps(candidates: list[LabelScheme], evidence: _Evidence) -> list[LabelScheme]:
    gaps = {scheme.name: _levels_left_out(scheme, evidence) for scheme in candidates}
    least = min(gaps.values())
    return [scheme for scheme in candidates if gaps[scheme.name] <= max(least, _MOST_MISSING)]


def _levels_left_out(scheme: LabelScheme, evidence: _Evidence) -> int:
    present = scheme.levels_in(evidence.labels)
    if not present:
        return 0
    levels = list(present)
    to_the_sacrum = scheme.structure_label("sacrum") in evidence.labels
    last = Level.S1.position - 1 if to_the_sacrum else levels[-1].position
    spanned = list(Level)[levels[0].position : last + 1]
    return sum(level not in present and level not in (Level.T13, Level.L6) for level in spanned)


def _of_fitting_size(candidates: list[LabelScheme], evidence: _Evidence) -> list[LabelScheme]:
    misfit = {scheme.name: _size_misfit(scheme, evidence) for scheme in candidates}
    margin = _SIZE_MARGIN_OF_FEW if len(evidence.volumes_ml) < _FEW else _SIZE_MARGIN
    return [scheme for scheme in candidates if misfit[scheme.name] <= min(misfit.values()) + margin]


def _size_misfit(scheme: LabelScheme, evidence: _Evidence) -> float:
    """Mean absolute log ratio of the volumes to what such vertebrae have; 0 where nothing is known."""
    ratios = [
        abs(np.log(evidence.volumes_ml[label] / TYPICAL_VOLUME_ML[level]))
        for level, label in scheme.levels_in(evidence.labels).items()
        if label in evidence.volumes_ml and level in TYPICAL_VOLUME_ML
    ]
    return float(np.mean(ratios)) if ratios else 0.0


def _mention_unknown(scheme: LabelScheme, evidence: _Evidence) -> None:
    unknown = scheme.unknown_in(evidence.labels)
    if unknown:
        warn(
            DoubtWarning(f"labels not used: {_listed(unknown)} (the scheme {scheme.name} does not name them)"),
            stacklevel=3,
        )


def _several_fit(candidates: list[LabelScheme], evidence: _Evidence) -> AmbiguousSchemeError:
    readings = "; ".join(f"{s.name}: {_reading(s, evidence.labels)}" for s in candidates)
    return AmbiguousSchemeError(
        f"the labels {_listed(evidence.labels)} fit several label schemes ({readings})",
        "labels that fit one",
        "name the scheme (--scheme)",
    )


def _nothing_fits(evidence: _Evidence, known: tuple[LabelScheme, ...]) -> LabelError:
    if known:
        readings = ", ".join(f"{s.name}: {_reading(s, evidence.labels)}" for s in known)
        return LabelError(
            f"the labels {_listed(evidence.labels)} ({readings}) do not lie one below the other",
            "vertebrae in the order of their numbers",
            "check the map, or name the scheme (--scheme)",
        )
    return LabelError(
        f"the labels {_listed(evidence.labels)} fit no label scheme",
        "those of " + ", ".join(s.name for s in SCHEMES if not s.only_by_name),
        "convert the map to one of them",
    )


def _reading(scheme: LabelScheme, labels: Sequence[int]) -> str:
    levels = list(scheme.levels_in(labels))
    if not levels:
        return "parts of vertebrae"
    return str(levels[0]) if len(levels) == 1 else f"{levels[0]}-{levels[-1]}"


def _listed(labels: Sequence[int]) -> str:
    """``1-7, 9`` for 1, 2, ... 7, 9; at most eight runs."""
    runs: list[list[int]] = []
    for label in sorted(labels):
        if runs and label == runs[-1][-1] + 1:
            runs[-1][1:] = [label]
        else:
            runs.append([label])
    named = ["-".join(str(end) for end in run) for run in runs]
    return ", ".join(named[:8]) + (f" and {len(named) - 8} more runs" if len(named) > 8 else "")
