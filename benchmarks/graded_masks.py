"""Group ``graded``: fracture grades beside those of experts, on real masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.table import Table
from scipy import stats

from benchmarks.data import GradedScan, MissingDataError, graded_scans, measurement_of, spine_of
from benchmarks.figures import Row, Target, at_least, fill
from benchmarks.groups import Report
from benchmarks.peer_totalsegmentator import NOT_INSTALLED, PeerTotalSegmentator, installed_peer
from benchmarks.pool import Tick
from corduroy.scales.genant import genant_grade

# TotalSegmentator 2.18 on 173 graded vertebrae of 18 scans with bodies from a simple splitter; measured once, earlier.
_PEER_EARLIER = {"auc 2": 0.987, "auc 1": 0.922, "exact": 0.896}

_MOST_LISTED = 8

_ROWS = (
    Row("auc 2", "graded masks: area under the ROC curve for Genant >= 2", "", at_least(0.99)),
    Row("auc 1", "graded masks: area under the ROC curve for Genant >= 1", "", at_least(0.95)),
    Row("exact", "graded masks: share with the experts' exact grade", "", at_least(0.93)),
    Row("false", "graded masks: intact vertebrae (grade 0) called >= 2", "", Target(0, 0)),
    Row("exact strict", "graded masks: share with the exact grade, ungraded ones counted as wrong", ""),
    Row("missed", "graded masks: vertebrae of grade >= 2 called 0", ""),
    Row("auc 1 bound", "graded masks: the area for Genant >= 1, if only the costliest vertebra were out of order", ""),
    Row("scans", "graded masks: scans", ""),
    Row("vertebrae", "graded masks: vertebrae with an expert's grade and a label", ""),
    Row("fractured", "graded masks: of these, grade >= 2", ""),
    Row("ungraded", "graded masks: vertebrae that Corduroy left ungraded", ""),
)


@dataclass(frozen=True)
class Graded:
    """One vertebra as the experts, Corduroy and the peer see it; scores in percent of height."""

    scan: str
    level: str
    expert: int
    score: float | None
    grade: int | None
    peer_score: float | None

    @property
    def peer_grade(self) -> int | None:
        """The peer's height difference by the same limits; it prints no grade itself."""
        return None if self.peer_score is None else int(genant_grade(self.peer_score))


def measure(quick: bool, tick: Tick) -> Report:
    """Grade every expert-graded vertebra; `quick` takes the first two scans."""
    try:
        scans = graded_scans()
    except MissingDataError as error:
        return Report(fill(_ROWS, {}, str(error)))
    peer = installed_peer()
    chosen = scans[:2] if quick else scans
    graded: list[Graded] = []
    for done, scan in enumerate(chosen, 1):
        graded += _grade(scan, peer)
        tick(done, len(chosen))
    values = _values([(g.expert, g.score, g.grade) for g in graded])
    values["scans"] = len(chosen)
    theirs = _values([(g.expert, g.peer_score, g.peer_grade) for g in graded]) if peer else {}
    peers = {row.key: _peer_cell(row.key, theirs.get(row.key), peer) for row in _ROWS[:6]}
    figures = fill(_ROWS, values, "these scans lack one of the two classes", peers)
    return Report(figures, (_disagreements(graded), _costliest(graded)))


def roc_area(scores: list[float], positive: list[bool]) -> float | None:
    """Area under the ROC curve: the share of pairs in which the positive one scores higher, ties as half."""
    ill = np.array([s for s, p in zip(scores, positive, strict=True) if p])
    well = np.array([s for s, p in zip(scores, positive, strict=True) if not p])
    if not ill.size or not well.size:
        return None
    return float(stats.mannwhitneyu(ill, well).statistic / (ill.size * well.size))


def pairs_lost(scores: list[float], positive: list[bool]) -> list[float]:
    """For each vertebra, how many of all pairs of one positive and one negative it orders wrongly; ties as half."""
    values, ill = np.array(scores), np.array(positive)
    higher = values[:, None] - values[None, :]
    wrong = (higher < 0) + 0.5 * (higher == 0)
    lost = (wrong * (ill[:, None] & ~ill[None, :])).sum(axis=1) + (wrong.T * (~ill[:, None] & ill[None, :])).sum(axis=1)
    return [float(n) for n in lost]


def _grade(scan: GradedScan, peer: PeerTotalSegmentator | None) -> list[Graded]:
    measured = {str(v.level): v for v in measurement_of(scan.labels).vertebrae}
    theirs = {} if peer is None else peer.measure(spine_of(scan.labels)).difference_percent
    graded = []
    for level, expert in scan.grades.items():
        own = measured.get(level)
        score, grade = (None, None) if own is None else (own.deformity_score, own.genant_grade)
        graded.append(Graded(scan.name, level, expert, score, grade, theirs.get(level)))
    return graded


def _values(graded: list[tuple[int, float | None, int | None]]) -> dict[str, float | None]:
    """Figures from experts' grade, score and own grade of each vertebra; the ungraded are left out where not named."""
    known = [(expert, score, grade) for expert, score, grade in graded if score is not None and grade is not None]
    experts, scores = [k[0] for k in known], [k[1] for k in known]
    exact = sum(expert == grade for expert, _, grade in known)
    fractured = [expert >= 1 for expert in experts]
    pairs = sum(fractured) * (len(known) - sum(fractured))
    return {
        "auc 2": roc_area(scores, [expert >= 2 for expert in experts]),
        "auc 1": roc_area(scores, fractured),
        "auc 1 bound": 1.0 - max(pairs_lost(scores, fractured)) / pairs if pairs else None,
        "exact": exact / len(known) if known else None,
        "exact strict": exact / len(graded) if graded else None,
        "false": sum(expert == 0 and grade >= 2 for expert, _, grade in known),
        "missed": sum(expert >= 2 and grade == 0 for expert, _, grade in known),
        "vertebrae": len(graded),
        "fractured": sum(expert >= 2 for expert, _, _ in graded),
        "ungraded": len(graded) - len(known),
    }


def _peer_cell(key: str, value: float | None, peer: PeerTotalSegmentator | None) -> str | None:
    here = NOT_INSTALLED if peer is None else f"{value:.3g} on these masks" if value is not None else "no value"
    earlier = f"; {_PEER_EARLIER[key]} on 173 vertebrae, earlier" if key in _PEER_EARLIER else ""
    version = "" if peer is None else f" {peer.version}"
    return f"TotalSegmentator{version}: {here}{earlier}"


def _costliest(graded: list[Graded]) -> Table:
    """Vertebrae that order most pairs of grade 0 and grade >= 1 wrongly."""
    table = Table(title="what the area for Genant >= 1 loses, and by which vertebrae", title_justify="left", box=None)
    for column in ("scan", "level"):
        table.add_column(column)
    for column in ("expert", "score %", "pairs lost"):
        table.add_column(column, justify="right")
    known = [(g, g.score) for g in graded if g.score is not None]
    lost = pairs_lost([score for _, score in known], [g.expert >= 1 for g, _ in known])
    for (g, score), pairs in sorted(zip(known, lost, strict=True), key=lambda row: -row[1])[:_MOST_LISTED]:
        table.add_row(g.scan, g.level, str(g.expert), f"{score:.3g}", f"{pairs:.3g}")
    return table


def _disagreements(graded: list[Graded]) -> Table:
    table = Table(title="graded otherwise than by the experts", title_justify="left", box=None, pad_edge=False)
    for column in ("scan", "level"):
        table.add_column(column)
    for column in ("expert", "Corduroy", "score %", "TotalSegmentator", "score %"):
        table.add_column(column, justify="right")
    for g in graded:
        if g.grade != g.expert:
            numbers = (g.expert, g.grade, g.score, g.peer_grade, g.peer_score)
            table.add_row(g.scan, g.level, *("-" if n is None else f"{n:.3g}" for n in numbers))
    return table
