"""What is known of a scale before anything is scored: name, version, source, allowed values, whom it was made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from corduroy.scales.choice import LabelledInt, LabelledStr

NOT_VERIFIED = "not verified against a primary source"

Choices = type[LabelledStr] | type[LabelledInt]


@dataclass(frozen=True, slots=True)
class ScaleItem:
    """One item of a scale.

    Parameters
    ----------
    key : str
        Name in code and data.
    label : str
        Name for people.
    choices : type of enum
        The allowed values, each with its label.
    points_of : callable
        Points of a choice; by default the choice is the number itself.
    """

    key: str
    label: str
    choices: Choices
    points_of: Callable[[Any], int] = int

    @property
    def points(self) -> tuple[int, ...]:
        """The points of every choice, in order of the choices."""
        return tuple(self.points_of(choice) for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale's definition, from which codebook, data dictionary and documentation take their words.

    Parameters
    ----------
    key, name, version : str
        `version` is stored with every result; two versions of one scale are two entries.
    source : str
        Where the definition is published, and where it was read if that is somewhere else.
    made_for : str
        The patients that the scale was made for. Background knowledge where the source was not read itself.
    choices : type of enum or None
        The grades, or the classes of a total.
    minimum, maximum : float or None
        Bounds of the number, inclusive.
    unit : str
    items : tuple of ScaleItem
        Empty for a scale that is a single grade or number.
    multiple : bool
        Whether several choices can hold at once.
    from_imaging : str
        What this software proposes from imaging; ``""`` if nothing.
    notices : tuple of str
        Printed with every result.
    """

    key: str
    name: str
    version: str
    source: str
    made_for: str
    choices: Choices | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    items: tuple[ScaleItem, ...] = ()
    multiple: bool = False
    from_imaging: str = ""
    notices: tuple[str, ...] = field(default=())
