"""Kaplan-Meier curves as results, and the times at which their numbers are printed."""

from __future__ import annotations

import numpy as np

from corduroy.study.results import CurveStep, RiskRow, SurvivalCurve
from corduroy.study.selection import Selection
from corduroy.study.survival import EventFree

LANDMARKS_MONTHS = (12.0, 24.0, 36.0, 60.0, 120.0)
"""Times at which numbers at risk are printed (author's choice)."""


def curve_of(found: EventFree) -> SurvivalCurve:
    """A Kaplan-Meier curve as a result."""
    events_at = _steps_down(found)
    times = np.asarray(found.times)
    censored = np.asarray(found.censored)
    steps = []
    for place, (time, share, at_risk) in enumerate(zip(found.times, found.shares, found.at_risk, strict=True)):
        band = found.band[place] if found.band is not None else None
        gone = int((censored == time).sum()) if times.size else 0
        low, high = (band.low, band.high) if band is not None else (None, None)
        steps.append(CurveStep(time, at_risk, events_at[place], gone, share, low, high))
    risk = tuple(RiskRow(mark.time, mark.at_risk, mark.share, mark.interval) for mark in found.landmarks)
    return SurvivalCurve(found.name, tuple(steps), found.censored, risk, found.band is not None, found.words)


def _steps_down(found: EventFree) -> list[int]:
    """Events at each step: what left the risk set there and was not censored."""
    after = [*found.at_risk[1:], 0]
    censored = np.asarray(found.censored)
    return [
        max(0, now - later - int((censored == time).sum()))
        for now, later, time in zip(found.at_risk, after, found.times, strict=True)
    ]


def reached(selection: Selection) -> tuple[float, ...]:
    """The landmarks up to the longest follow-up."""
    longest = selection.cases["months"].max()
    return tuple(mark for mark in LANDMARKS_MONTHS if mark <= longest)
