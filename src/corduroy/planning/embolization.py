"""Embolization: which segmental arteries to look at, what lies in wait there, and what to write down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side
from corduroy.errors import PlanError
from corduroy.planning.evidence import Evidence, RecordItem, Strength

_ADAMKIEWICZ_SOURCE = "PMC6620248"
_ORIGIN = (Level.T3, Level.L4)
_USUAL_ORIGIN = (Level.T8, Level.L1)
# 60 studies, 5437 persons (PMC6620248).
_PRESENT_PERCENT, _SINGLE_PERCENT, _LEFT_PERCENT, _USUAL_PERCENT = 84.6, 87.4, 76.6, 89.0
# From the aorta directly; above and below the arteries come from elsewhere. Not verified against a primary source.
_AORTIC = (Level.T3, Level.L4)


class Reason(StrEnum):
    """Why the arteries of a level are looked at."""

    OWN = "level of the lesion"
    ABOVE = "level above"
    BELOW = "level below"


class AdamkiewiczRisk(StrEnum):
    """How much of the published distribution falls on a place; an order, not a probability of its own."""

    STRONGEST = "strongest"
    STRONG = "strong"
    PRESENT = "present"
    OUTSIDE = "outside the reported range"


@dataclass(frozen=True)
class FeedingArtery:
    """The segmental artery of one side of one level.

    Parameters
    ----------
    level : Level
    side : Side
        The patient's.
    reason : Reason
    adamkiewicz : AdamkiewiczRisk
        `STRONGEST` left at T8-L1, `STRONG` right at T8-L1, `PRESENT` elsewhere from T3 to L4.
    warning : str
        ``""`` only outside T3-L4.
    """

    level: Level
    side: Side
    reason: Reason
    adamkiewicz: AdamkiewiczRisk
    warning: str


@dataclass(frozen=True)
class EmbolizationPlan:
    """What to ask of the embolization.

    Parameters
    ----------
    arteries : tuple of FeedingArtery
        Cranial to caudal, left before right.
    timing : str
    record : tuple of RecordItem
    evidence : tuple of Evidence
    warnings : tuple of str
    """

    arteries: tuple[FeedingArtery, ...]
    timing: str
    record: tuple[RecordItem, ...]
    evidence: tuple[Evidence, ...]
    warnings: tuple[str, ...]


def plan_embolization(lesion: Sequence[Level], present: Collection[Level] = ()) -> EmbolizationPlan:
    """The arteries that may feed a lesion, both sides, with the warning that belongs to each.

    Parameters
    ----------
    lesion : sequence of Level
        The levels that the lesion takes, at least one.
    present : collection of Level
        The levels that the patient has in view; tells whether T13 or L6 is a neighbour.

    Raises
    ------
    PlanError
        If no level is given.

    Notes
    -----
    The level itself, the one above and the one below, both sides: author's choice. Which arteries feed the lesion is
    seen on the angiogram, not on CT. When this misleads: no artery is safe because it lies outside T8-L1, and a level
    is counted as the patient's labels count it.
    """
    if not lesion:
        raise PlanError("an embolization of no level", "at least one level of the lesion")
    reasons = _reasons(sorted(set(lesion), key=lambda level: level.position), set(present) | set(lesion))
    arteries = tuple(
        _artery(level, side, reason)
        for level, reason in sorted(reasons.items(), key=lambda entry: entry[0].position)
        for side in (Side.LEFT, Side.RIGHT)
    )
    return EmbolizationPlan(arteries, _TIMING, _RECORD, _EVIDENCE, _warnings(list(reasons)))


def adamkiewicz_risk(level: Level, side: Side) -> AdamkiewiczRisk:
    """Where a segmental artery stands in the published distribution of the artery of Adamkiewicz (PMC6620248)."""
    if not _ORIGIN[0].position <= level.position <= _ORIGIN[1].position:
        return AdamkiewiczRisk.OUTSIDE
    if not _USUAL_ORIGIN[0].position <= level.position <= _USUAL_ORIGIN[1].position:
        return AdamkiewiczRisk.PRESENT
    return AdamkiewiczRisk.STRONGEST if side is Side.LEFT else AdamkiewiczRisk.STRONG


def _reasons(lesion: list[Level], present: set[Level]) -> dict[Level, Reason]:
    found: dict[Level, Reason] = {}
    for level in lesion:
        above = [other for other in Level if other.is_next_above(level, present)]
        below = [other for other in Level if level.is_next_above(other, present)]
        # T13 and L6 count as a neighbour only where the patient has one.
        for neighbours, reason in ((above, Reason.ABOVE), (below, Reason.BELOW)):
            real = [n for n in neighbours if n not in (Level.T13, Level.L6) or n in present]
            if real:
                found.setdefault(real[-1] if reason is Reason.ABOVE else real[0], reason)
    return found | dict.fromkeys(lesion, Reason.OWN)


def _artery(level: Level, side: Side, reason: Reason) -> FeedingArtery:
    risk = adamkiewicz_risk(level, side)
    return FeedingArtery(level, side, reason, risk, _warning(level, side, risk))


def _warning(level: Level, side: Side, risk: AdamkiewiczRisk) -> str:
    if risk is AdamkiewiczRisk.OUTSIDE:
        return ""
    usual = level.position >= _USUAL_ORIGIN[0].position and level.position <= _USUAL_ORIGIN[1].position
    where = (
        f"{_USUAL_PERCENT:g} % of these arteries arise at T8-L1"
        if usual
        else f"outside T8-L1, where {_USUAL_PERCENT:g} % arise, yet inside T3-L4, where origins are reported"
    )
    share = _LEFT_PERCENT if side is Side.LEFT else 100.0 - _LEFT_PERCENT
    return (
        f"Artery of Adamkiewicz possible: present in {_PRESENT_PERCENT:g} % of people; {where}; "
        f"{share:.1f} % arise on the {side} ({_ADAMKIEWICZ_SOURCE})."
    )


def _warnings(levels: list[Level]) -> tuple[str, ...]:
    found = [
        "A radiculomedullary artery that is seen at a feeding level makes complete embolization less likely "
        "(p = 0.02, PMC6620248); embolizing past it risks the cord."
    ]
    away = [level for level in levels if not _AORTIC[0].position <= level.position <= _AORTIC[1].position]
    if away:
        away.sort(key=lambda level: level.position)
        names = ", ".join(away)
        found.append(
            f"{names}: the arteries there do not all come from the aorta as paired segmental ones (vertebral and "
            "costocervical above T3, iliolumbar and sacral below L4; not verified against a primary source)."
        )
    return tuple(found)


_TIMING = (
    "Surgery within 24 hours of a complete embolization; write down the hours. That was where blood loss fell "
    "(233 ml less, 95 % interval 76 to 391; metastases, not hemangiomas); after partial embolization no effect was "
    "seen."
)

_RECORD = (
    RecordItem("vessels", "Arteries embolized, by side and level", "the levels above and below often feed too"),
    RecordItem("agents", "Agents", "no agent was shown to be better; without it series cannot be compared"),
    RecordItem("vascularity", "Vascularity 0 to 3 before embolization", "PMC3806015"),
    RecordItem(
        "completeness", "Completeness: complete, near-complete or partial", "blood loss fell only after complete"
    ),
    RecordItem("radiculomedullary", "Radiculomedullary artery at a feeding level", "PMC6620248"),
    RecordItem("hours_to_surgery", "Hours from embolization to surgery", "10.3340/jkns.2022.0204"),
    RecordItem("sir_2017", "Complication of the embolization, graded apart from the operation's", "PMID 28757285"),
)

_EVIDENCE = (
    Evidence(
        f"Artery of Adamkiewicz in 60 studies of 5437 persons: present in {_PRESENT_PERCENT:g} %, single in "
        f"{_SINGLE_PERCENT:g} %, left in {_LEFT_PERCENT:g} %, from T8-L1 in {_USUAL_PERCENT:g} %; origins from T3 to "
        "L4 are reported.",
        _ADAMKIEWICZ_SOURCE,
        Strength.POOLED_INDIRECT,
    ),
    Evidence(
        "Early (within 1 to 2 days) against late surgery after embolization, 7 studies, 196 and 194 patients: no "
        "difference of blood loss overall (86 ml, 95 % interval -96 to 268); complete embolization and surgery within "
        "24 hours: 233 ml less (76 to 391). Metastases.",
        "10.3340/jkns.2022.0204",
        Strength.POOLED_INDIRECT,
    ),
    Evidence(
        "Completeness of 188 embolizations of spinal tumours: complete 86.1 %, near-complete 12.7 %, partial 1.2 %.",
        "PMC3806015",
        Strength.INDIRECT,
    ),
    Evidence(
        "Same-day embolization and surgery: 4 major complications in 125 embolizations, all on the day itself.",
        "PMC5999470",
        Strength.INDIRECT,
    ),
    Evidence(
        "Harm that was reported: cord ischaemia in 17 patients (12 articles), cranial in 10 (6), symptomatic swelling "
        "of the tumour in 5 (5). Counts of cases, not rates.",
        "10.1016/j.wneu.2020.08.006",
        Strength.CASE_REPORTS,
    ),
    Evidence("24 to 72 hours between embolization and surgery is usual practice.", "", Strength.UNVERIFIED),
    Evidence(
        "Which arteries to look at: the lesion's level, the level above and the level below, both sides.",
        "",
        Strength.CHOICE,
    ),
)
