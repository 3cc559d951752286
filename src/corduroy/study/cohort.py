"""The cohort file: who is in the series, what is compared with what, and what was decided before looking."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PureWindowsPath
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from corduroy.anatomy import Level
from corduroy.errors import CorduroyError
from corduroy.registry.record import BY_KIND, Item
from corduroy.registry.record.choices import Visit
from corduroy.study.analysis.outcomes import OUTCOMES
from corduroy.study.results import Criterion

SYNTHETIC = "synthetic"
"""In place of a registry: the six invented patients."""

READERS = "readers"
"""In place of a reader: the mean of all persons who measured."""

_GROUPED_BY = ("patient", "case", "biopsy", "embolization", "operation")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


class Operated(_Part):
    """The days between which the first operation took place, both included."""

    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is None and self.until is None:
            raise ValueError("neither 'from' nor 'to' is given; leave 'operated' out if any day will do")
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"operated from {self.since} to {self.until}: the second day comes before the first")
        return self


class Criteria(_Part):
    """What a case must fulfil. What is not named here is not asked for.

    Parameters
    ----------
    aggressive, fracture, deficit : bool, optional
        What the case record must say.
    operated : Operated, optional
    min_follow_up_months : int, optional
        Completed months from the first operation to the day on which the case was last seen.
    levels : tuple of Level, optional
        At least one level of the lesion is one of these.
    region : {"cervical", "thoracic", "lumbar", "sacral"}, optional
        At least one level of the lesion lies in it.
    """

    aggressive: bool | None = None
    fracture: bool | None = None
    deficit: bool | None = None
    operated: Operated | None = None
    min_follow_up_months: int | None = Field(default=None, ge=0, le=1200)
    levels: tuple[Level, ...] | None = None
    region: Literal["cervical", "thoracic", "lumbar", "sacral"] | None = None

    @field_validator("levels", mode="before")
    @classmethod
    def _as_people_write_them(cls, given: Any) -> Any:
        if isinstance(given, str):
            given = given.replace(",", " ").split()
        if not isinstance(given, list | tuple):
            return given
        if not given:
            raise ValueError("no level is named; leave 'levels' out if any level will do")
        try:
            return tuple(Level.parse(str(level)) for level in given)
        except CorduroyError as error:
            raise ValueError(str(error)) from None


class Contrast(_Part):
    """The primary contrast, chosen before the data were looked at: one visit against another."""

    before: Visit = Visit.PREOPERATIVE
    after: Visit | Literal["last"] = "last"

    @model_validator(mode="after")
    def _two_times(self) -> Self:
        if self.before == self.after:
            raise ValueError(f"'{self.before}' is compared with itself")
        if self.after is Visit.PREOPERATIVE:
            raise ValueError("'after' is the visit before surgery; exchange 'before' and 'after'")
        return self

    @property
    def words(self) -> str:
        """For a reader."""
        return f"{self.after_words} against {self.before.label.lower()}"

    @property
    def after_words(self) -> str:
        """The later time."""
        return self.after.label if isinstance(self.after, Visit) else "Last follow-up"


class MinimalImportant(_Part):
    """The least change that matters to patients, with its source; there is no default."""

    value: float = Field(gt=0, allow_inf_nan=False)
    citation: str = Field(min_length=3)


class Groups(_Part):
    """A split into two groups by a field of the record.

    Parameters
    ----------
    by : str
        Kind and field: ``operation.gelatin_use``.
    first, second : str
        The two codes; a case with another one, or none, is in no group.
    """

    by: str
    first: str
    second: str

    @field_validator("first", "second", mode="before")
    @classmethod
    def _yes_and_no_are_words_here(cls, given: Any) -> Any:
        """YAML reads a bare yes as true."""
        return {True: "yes", False: "no"}[given] if isinstance(given, bool) else given

    @model_validator(mode="after")
    def _exists(self) -> Self:
        codes = list(self.item.choices or {"yes": "", "no": ""})
        for code in (self.first, self.second):
            if code not in codes:
                raise ValueError(f"'{self.by}' has no '{code}'; there are {', '.join(codes)}")
        if self.first == self.second:
            raise ValueError(f"both groups are '{self.first}'")
        return self

    @property
    def item(self) -> Item:
        """The field's description."""
        kind, _, field = self.by.partition(".")
        items = BY_KIND[kind].items() if kind in _GROUPED_BY else {}
        able = {name: item for name, item in items.items() if item.kind in ("choice", "yes/no")}
        if field not in able:
            known = ", ".join(f"{kind}.{name}" for name in able) or ", ".join(f"{name}.…" for name in _GROUPED_BY)
            raise ValueError(f"'{self.by}' is no field to group by; there are {known}")
        return able[field]

    def label(self, code: str) -> str:
        """What a group is called."""
        return f"{self.item.label}: {(self.item.choices or {}).get(code, code)}"


class Design(_Part):
    """What no record holds and every guideline asks for. What is not given is reported as not recorded."""

    retrospective: bool | None = None
    centres: int | None = Field(default=None, ge=1, le=10_000)
    blinded_readers: bool | None = None


class Cohort(_Part):
    """A series, as its file describes it.

    Parameters
    ----------
    title : str
    registry : str
        A registry's file (relative to the cohort file), a postgresql:// URL, or ``synthetic``.
    criteria : Criteria
    compare : Contrast
    outcomes : tuple of str
        Keys of `OUTCOMES`, in the order in which they are reported. All paired end points are one family for Holm.
    reader : str
        Whose measurements the outcomes rest on: ``corduroy``, a reader's code, or ``readers`` for the mean of persons.
    minimal_changes : dict of str to MinimalImportant
        By outcome.
    groups : Groups, optional
    design : Design
    """

    title: str = Field(min_length=3, max_length=300)
    registry: str = Field(min_length=1)
    criteria: Criteria = Field(default_factory=Criteria)
    compare: Contrast = Field(default_factory=Contrast)
    outcomes: tuple[str, ...] = Field(min_length=1)
    reader: str = "corduroy"
    minimal_changes: dict[str, MinimalImportant] = Field(default_factory=dict)
    groups: Groups | None = None
    design: Design = Field(default_factory=Design)

    @field_validator("outcomes")
    @classmethod
    def _known_and_once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for key in given:
            if key not in OUTCOMES:
                raise ValueError(f"there is no outcome '{key}'; there are {', '.join(OUTCOMES)}")
        if len(set(given)) < len(given):
            raise ValueError("an outcome is named twice")
        return given

    @model_validator(mode="after")
    def _minimal_changes_of_outcomes(self) -> Self:
        for key in self.minimal_changes:
            if key not in self.outcomes:
                raise ValueError(f"a minimal change is given for '{key}', which is not among the outcomes")
            if OUTCOMES[key].grades:
                raise ValueError(f"'{key}' is a scale of grades; a minimal change is for numbers")
        return self

    @property
    def is_synthetic(self) -> bool:
        """Whether the invented patients are asked for."""
        return self.registry == SYNTHETIC

    def as_plain(self) -> dict[str, Any]:
        """What was asked for, as JSON can hold it; a URL without its password, a file without its folder.

        A report is given away: where a registry lies on somebody's disk is nobody else's concern, and the SHA-256 of
        the records says better which they were.
        """
        plain = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        is_url = "://" in self.registry
        # A path of Windows is parted by either slash.
        place = re.sub(r"//[^/@]*@", "//", self.registry) if is_url else PureWindowsPath(self.registry).name
        return plain | {"registry": place}

    def criteria_in_words(self) -> tuple[Criterion, ...]:
        """The criteria as a methods section lists them."""
        return tuple(_words(self.criteria))


def _words(criteria: Criteria) -> list[Criterion]:
    case = BY_KIND["case"].items()
    found = []
    for key in ("aggressive", "fracture", "deficit"):
        wanted = getattr(criteria, key)
        if wanted is not None:
            found.append(Criterion(key, f"{case[key].label}: {'yes' if wanted else 'no'}"))
    if criteria.levels:
        found.append(Criterion("levels", f"At least one level among {', '.join(criteria.levels)}"))
    if criteria.region:
        found.append(Criterion("region", f"At least one {criteria.region} level"))
    if criteria.operated:
        since, until = criteria.operated.since, criteria.operated.until
        days = " ".join(part for part in (f"from {since}" if since else "", f"to {until}" if until else "") if part)
        found.append(Criterion("operated", f"First operation {days}"))
    if criteria.min_follow_up_months is not None:
        found.append(Criterion("follow_up", f"Followed up for at least {criteria.min_follow_up_months} months"))
    return found
