"""A record in the making: its values, and the cell from which each of them came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from corduroy.registry.exchange.problems import Place, Problem
from corduroy.registry.exchange.units import other_unit
from corduroy.registry.record import Finding, Record, errors_of


@dataclass(frozen=True)
class Origin:
    """Where a value came from.

    Parameters
    ----------
    place : Place
    heading : str
    """

    place: Place
    heading: str = ""


@dataclass
class Draft:
    """Values for one record, not yet checked.

    Parameters
    ----------
    record : type of Record
    row : Origin
        Where problems of the record as a whole are reported.
    values : dict
    origins : dict of str to Origin
        By field.
    refused : set of str
        Fields whose cell could not be read; that is reported already.
    """

    record: type[Record]
    row: Origin
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def origin(self, name: str) -> Origin:
        """Of a field; of the row where the field has no cell of its own."""
        return self.origins.get(name, self.row)

    def build(self, problems: list[Problem]) -> Record | None:
        """The record; None, and the reasons among `problems`, if it is refused."""
        try:
            made = self.record.model_validate({n: v for n, v in self.values.items() if n not in self.refused})
        except ValidationError as error:
            problems += self._refusals(errors_of(self.record, error))
            return None
        return None if self.refused else made

    def stand_in(self) -> Record | None:
        """The record without what was refused, so that the rest of the case can be checked in the same go."""
        left = {name: value for name, value in self.values.items() if name not in self.refused}
        for _ in range(2):
            try:
                return self.record.model_validate(left)
            except ValidationError as error:
                bad = {str(part["loc"][0]) for part in error.errors(include_url=False) if part["loc"]}
                left = {name: value for name, value in left.items() if name not in bad}
        return None

    def _refusals(self, findings: list[Finding]) -> Iterator[Problem]:
        for finding in findings:
            known = finding.field in self.refused or (not finding.field and self.refused)
            # What follows from a cell that is reported already is not reported again.
            if not known:
                yield self.problem(finding)

    def problem(self, finding: Finding) -> Problem:
        """A finding about this record as a problem of its cell."""
        origin = self.origin(finding.field)
        item = self.record.items().get(finding.field)
        value = self.values.get(finding.field)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        hint = other_unit(float(value), item) if item and is_number and value is not None else ""
        return Problem(origin.place, origin.heading, f"{self.record.title}: {finding.message}{hint}", "")
