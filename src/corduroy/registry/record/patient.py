"""Who was treated, without saying who it is; and what was agreed to."""

from __future__ import annotations

import re
from datetime import date
from typing import ClassVar, Self

from pydantic import model_validator

from corduroy.errors import InputError
from corduroy.registry.record.base import Record
from corduroy.registry.record.choices import ConsentScope, Sex
from corduroy.registry.record.dates import EventDate
from corduroy.registry.record.items import item

_OLDEST_BIRTH_YEAR = 1900


PSEUDONYM = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,23}$"


def require_pseudonym(text: str) -> None:
    """Refuse what cannot be a pseudonym.

    Raises
    ------
    InputError
        If it holds anything but letters, digits, - and _, or is longer than 24.
    """
    if not re.fullmatch(PSEUDONYM, text):
        raise InputError(f"'{text}' as a pseudonym", "at most 24 letters, digits, - and _, no name")


class Patient(Record):
    """A pseudonym, a sex and a year of birth: no name, no number of a hospital, no full date of birth."""

    kind: ClassVar[str] = "patient"
    prefix: ClassVar[str] = "pt"
    title: ClassVar[str] = "Patient"
    parent: ClassVar[str | None] = None

    pseudonym: str = item(
        "Pseudonym",
        source="author's choice",
        required=True,
        pattern=PSEUDONYM,
        note="letters, digits, - and _; no name, no initials, no hospital number",
    )
    sex: Sex | None = item("Sex", source="PTRON: patient details")
    birth_year: int | None = item(
        "Year of birth", source="PTRON: patient details", low=_OLDEST_BIRTH_YEAR, high=2100, usual=(1920, 2015)
    )
    also_published: str | None = item(
        "Also published in",
        source="clinical.md 1.3: one patient appears in two publications",
        free_text=True,
        note="citation, so that nobody is counted twice",
    )

    @model_validator(mode="after")
    def _born_already(self) -> Self:
        if self.birth_year is not None and self.birth_year > date.today().year:
            raise ValueError(f"year of birth {self.birth_year} lies in the future")
        return self


class Consent(Record):
    """The ground on which a patient's data are kept."""

    kind: ClassVar[str] = "consent"
    prefix: ClassVar[str] = "co"
    title: ClassVar[str] = "Consent and ethics"
    parent: ClassVar[str | None] = "patient"
    repeats: ClassVar[bool] = False

    scope: ConsentScope = item("Consent covers", source="PROCESS: ethics", required=True)
    given_on: EventDate | None = item("Consent given on", source="PROCESS: ethics")
    ethics_ref: str | None = item(
        "Ethics committee and reference",
        source="PROCESS: ethics reference",
        free_text=True,
        note="committee and number",
    )
    withdrawn_on: EventDate | None = item("Consent withdrawn on", source="PROCESS: ethics")

    @model_validator(mode="after")
    def _withdrawn_after_given(self) -> Self:
        if self.given_on and self.withdrawn_on and self.withdrawn_on < self.given_on:
            raise ValueError(f"consent withdrawn on {self.withdrawn_on}, before it was given on {self.given_on}")
        return self
