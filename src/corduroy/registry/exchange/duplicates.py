"""Patients who are probably there twice: only ever a doubt, as two people can be alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from corduroy.registry.exchange.problems import Place, Problem
from corduroy.registry.record import CaseFile


def alike_names(places: Mapping[str, Place]) -> list[Problem]:
    """Pseudonyms that differ only in case, punctuation or leading zeros (``P-01``, ``p1``).

    Parameters
    ----------
    places : mapping of str to Place
        Where each pseudonym stands first.
    """
    first: dict[str, str] = {}
    found = []
    for name, place in places.items():
        plain = re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[_-]", "", name.casefold()))
        other = first.setdefault(plain, name)
        if other != name:
            got = f"pseudonym '{name}' beside '{other}' in {places[other]}"
            found.append(Problem(place, "", got, "two different patients; confirm it"))
    return found


def alike_persons(files: Iterable[CaseFile], places: Mapping[str, Place]) -> list[Problem]:
    """Patients of two pseudonyms with the same sex, year of birth, levels and day of surgery.

    Parameters
    ----------
    files : iterable of CaseFile
    places : mapping of str to Place
        Where each pseudonym stands first.
    """
    first: dict[tuple[str, int, tuple[str, ...], date], str] = {}
    found = []
    for file in files:
        patient, surgery = file.patient, file.surgery
        if patient.sex is None or patient.birth_year is None or surgery is None:
            continue
        levels = tuple(str(level) for level in file.case.levels)
        other = first.setdefault((str(patient.sex), patient.birth_year, levels, surgery), patient.pseudonym)
        if other != patient.pseudonym:
            got = f"'{patient.pseudonym}' and '{other}': same sex, year of birth, levels and day of surgery"
            found.append(Problem(places[patient.pseudonym], "", got, "two different patients; confirm it"))
    return found
