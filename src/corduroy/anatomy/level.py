"""`Level`: the vertebrae by name, from C1 to S1, with the transitional ones."""

from __future__ import annotations

from enum import StrEnum

from corduroy.errors import LabelError


class Level(StrEnum):
    """A vertebral level. T13 and L6 are levels like others.

    Iterating over `Level` goes from cranial to caudal. ``Level("T12")`` accepts the string.
    """

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"
    C7 = "C7"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
    T13 = "T13"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    L6 = "L6"
    S1 = "S1"

    @classmethod
    def parse(cls, text: str) -> Level:
        """A level from what people write: ``t12``, ``Th12``, ``D12``, ``vertebrae_T12``.

        Raises
        ------
        LabelError
            If the text names no level.
        """
        name = text.strip().upper().removeprefix("VERTEBRAE_").replace("TH", "T").replace("D", "T", 1)
        try:
            return cls(name)
        except ValueError:
            raise LabelError(f"'{text}' is no vertebral level", "C1-C7, T1-T13, L1-L6 or S1") from None

    @property
    def region(self) -> str:
        """``"cervical"``, ``"thoracic"``, ``"lumbar"`` or ``"sacral"``."""
        return {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}[self.value[0]]

    @property
    def position(self) -> int:
        """Place in the cranio-caudal order, C1 being 0."""
        return _ORDER[self]

    def is_next_above(self, below: Level, present: set[Level]) -> bool:
        """Whether `below` is the very next vertebra caudally, T13 and L6 only counting when `present`."""
        between = _DOWNWARDS[self.position + 1 : below.position]
        return self.position < below.position and all(v in _OPTIONAL and v not in present for v in between)


_DOWNWARDS = tuple(Level)
_ORDER = {level: index for index, level in enumerate(_DOWNWARDS)}
_OPTIONAL = (Level.T13, Level.L6)
