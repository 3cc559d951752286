"""What a statement of the plan rests on: the statement, where it was read, and how far it carries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Strength(StrEnum):
    """How far a source carries for a vertebral hemangioma; strongest first."""

    SERIES = "case series of vertebral hemangiomas"
    POOLED_INDIRECT = "pooled studies of other patients"
    INDIRECT = "single studies of other patients"
    BENCH = "bench tests or models"
    CASE_REPORTS = "case reports"
    UNVERIFIED = "not verified against a primary source"
    CHOICE = "no published value; author's choice"


@dataclass(frozen=True)
class Evidence:
    """One statement with its source.

    Parameters
    ----------
    statement : str
        In words and numbers.
    source : str
        DOI, PubMed or PubMed Central number; ``""`` where there is none.
    strength : Strength
    """

    statement: str
    source: str
    strength: Strength


@dataclass(frozen=True)
class RecordItem:
    """Something to be written down while it is done, because it cannot be found out later.

    Parameters
    ----------
    field : str
        Name of the field in the registry's record.
    what : str
        For people.
    why : str
    """

    field: str
    what: str
    why: str


@dataclass(frozen=True)
class Prompt:
    """A question that the plan asks; it decides nothing.

    Parameters
    ----------
    subject : str
    text : str
    source : str
    """

    subject: str
    text: str
    source: str
