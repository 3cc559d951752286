"""Of the cases without an event: was it looked for and not seen, or is it only not recorded?

The record has no field for every event that was looked for. It has: the follow-up entry "Seen, nothing new", the answer
"Complication of the biopsy: no", and cement leaks that were looked for. Nothing else is taken for a "no".
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corduroy.registry.record.choices import EventType, Procedure
from corduroy.study.results import Absence
from corduroy.study.selection import Selection


def absence(looked_for: list[str], silent: list[str], told: str = "looked for and not seen") -> Absence:
    """The two groups, and what may be said of them.

    Parameters
    ----------
    looked_for, silent : list of str
        Cases without the event: those whose records say that there was none, and those whose records say nothing.
    told : str
        What the records of the first say.
    """
    seen, mute = len(looked_for), len(silent)
    if not mute:
        words = f"{told} in {_cases(seen)}" if seen else ""
    elif not seen:
        words = f"none was recorded in {_cases(mute)}; whether it was looked for is not in the records"
    else:
        words = (
            f"{told} in {_cases(seen)}; in {_cases(mute)} none was recorded, and whether it was "
            "looked for is not in the records"
        )
    return Absence(tuple(looked_for), tuple(silent), words)


def without_event(selection: Selection, type_: EventType, happened: NDArray[np.bool_]) -> Absence:
    """Who had no such event of follow-up; `happened` is one truth per case.

    Whoever was seen after surgery was alive then: of death nothing more need be said.
    """
    cases = selection.cases
    labels = cases["label"]
    if type_ is EventType.DEATH:
        alive = (cases["days"] > 0).to_numpy(dtype=bool)
        return absence(list(labels[alive & ~happened]), list(labels[~alive & ~happened]), "seen alive after surgery")
    events = selection.frames["event"]
    told = cases.index.isin(events.loc[events["type"] == EventType.FOLLOW_UP.value, "case_id"])
    return absence(list(labels[told & ~happened]), list(labels[~told & ~happened]))


def without_complication(selection: Selection, procedure: Procedure, counted: pd.DataFrame) -> Absence:
    """Who had the procedure and no complication of it; only a biopsy's record has the answer "no"."""
    done = selection.frames[procedure.value]
    having = selection.cases.index.isin(done["case_id"]) & ~selection.cases.index.isin(counted["case_id"])
    told = np.zeros(len(having), dtype=bool)
    if procedure is Procedure.BIOPSY:
        denied = done.loc[done["complication"].eq(False).fillna(False), "case_id"]
        told = selection.cases.index.isin(denied)
    labels = selection.cases["label"]
    return absence(list(labels[having & told]), list(labels[having & ~told]))


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"
