"""What a group of figures hands back."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from benchmarks.figures import Figure


@dataclass(frozen=True)
class Report:
    """The figures of one group, and tables of particulars for whoever reads along.

    Parameters
    ----------
    figures : list of Figure
    particulars : tuple of Table
        Printed below the figures, not written.
    """

    figures: list[Figure]
    particulars: tuple[Table, ...] = ()
