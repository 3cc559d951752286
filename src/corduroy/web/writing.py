"""Writing one change into the registry, as pages and interface do it: doubts are told before anything is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corduroy.errors import RecordError
from corduroy.registry.record import Finding
from corduroy.registry.store import Change, Entry, Registry


class UnconfirmedError(RecordError):
    """What was sent is possible but unusual, and nobody has said that it is right. Nothing was written.

    Parameters
    ----------
    doubts : sequence of Finding
    """

    def __init__(self, doubts: Sequence[Finding]) -> None:
        super().__init__("; ".join(doubt.message for doubt in doubts), do="look at it, then send it again and confirm")
        self.doubts = tuple(doubts)


def written(
    registry: Registry, who: str, why: str, deed: Callable[[Change], Entry], *, is_confirmed: bool = False
) -> Entry:
    """Do it as one transaction.

    Parameters
    ----------
    registry : Registry
    who, why : str
        For the trail.
    deed : callable
        Adds, updates or deletes, and returns the entry.
    is_confirmed : bool
        Whether a person has looked at the doubts and stands by the values; that is kept in the trail.

    Returns
    -------
    Entry

    Raises
    ------
    UnconfirmedError
        If there are doubts and they are not confirmed.
    RecordError
        If it cannot be true; all problems are in `problems`.
    ConflictError
        If somebody else has changed the entry meanwhile.
    """
    with registry.transaction(who=who, why=why) as change:
        entry = deed(change)
        if doubts := change.check():
            if not is_confirmed:
                raise UnconfirmedError(doubts)
            change.confirm()
    return entry
