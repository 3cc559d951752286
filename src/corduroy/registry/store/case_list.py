"""The list page: one row a case, a page at a time, straight from the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, exists, func, select

from corduroy.anatomy import Level
from corduroy.registry.record.choices import Sex
from corduroy.registry.store.entries import id_of
from corduroy.registry.store.tables import TABLES
from corduroy.registry.values import SEPARATOR


@dataclass(frozen=True)
class CaseFilter:
    """Which cases a page shows; what is None does not matter.

    Parameters
    ----------
    pseudonym : str
        Its beginning.
    level : Level
        Among the levels of the lesion.
    aggressive, fracture, deficit : bool
    operated_from, operated_to : date
        The days between which an operation was done, both included.
    """

    pseudonym: str | None = None
    level: Level | None = None
    aggressive: bool | None = None
    fracture: bool | None = None
    deficit: bool | None = None
    operated_from: date | None = None
    operated_to: date | None = None


@dataclass(frozen=True)
class CaseRow:
    """A case as the list shows it.

    Parameters
    ----------
    case_id, patient_id : str
    pseudonym : str
    sex : Sex or None
    birth_year : int or None
    case_no : int
    levels : tuple of Level
    operated_on : date or None
        The first operation.
    assessments : int
    last_assessed_on : date or None
    """

    case_id: str
    patient_id: str
    pseudonym: str
    sex: Sex | None
    birth_year: int | None
    case_no: int
    levels: tuple[Level, ...]
    operated_on: date | None
    assessments: int
    last_assessed_on: date | None


_PATIENT, _CASE = TABLES["patient"], TABLES["case"]
_OPERATION, _ASSESSMENT = TABLES["operation"], TABLES["assessment"]


def count_cases(connection: Connection, wanted: CaseFilter) -> int:
    """How many living cases the filter lets through."""
    return int(connection.execute(_joined(select(func.count()), wanted)).scalar_one())


def list_cases(connection: Connection, limit: int, offset: int, wanted: CaseFilter) -> list[CaseRow]:
    """One page, ordered by pseudonym and number of the case."""
    columns = (
        _CASE.c.entry_no, _PATIENT.c.entry_no.label("patient_no"), _PATIENT.c.pseudonym, _PATIENT.c.sex,
        _PATIENT.c.birth_year, _CASE.c.case_no, _CASE.c.levels,
    )  # fmt: skip
    ordered = _joined(select(*columns), wanted).order_by(_PATIENT.c.pseudonym, _CASE.c.case_no)
    # The page first, then what is counted: the rows that are skipped are not counted for nothing.
    page = ordered.limit(limit).offset(offset).subquery()
    query = select(page, *_counted(page.c.entry_no)).order_by(page.c.pseudonym, page.c.case_no)
    return [
        CaseRow(
            case_id=id_of("case", row.entry_no),
            patient_id=id_of("patient", row.patient_no),
            pseudonym=row.pseudonym,
            sex=Sex(row.sex) if row.sex else None,
            birth_year=row.birth_year,
            case_no=row.case_no,
            levels=tuple(Level(name) for name in row.levels.split(SEPARATOR)),
            operated_on=row.operated_on,
            assessments=row.assessments,
            last_assessed_on=row.last_assessed_on,
        )
        for row in connection.execute(query)
    ]


def _joined(query: Select[Any], wanted: CaseFilter) -> Select[Any]:
    """The living cases with their patients, as far as the filter lets them through."""
    joined = query.select_from(_PATIENT).join(_CASE, _CASE.c.parent_no == _PATIENT.c.entry_no)
    return joined.where(~_PATIENT.c.deleted, ~_CASE.c.deleted, *_conditions(wanted))


def _conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.pseudonym:
        yield _PATIENT.c.pseudonym.startswith(wanted.pseudonym, autoescape=True)
    if wanted.level:
        bounded = SEPARATOR + _CASE.c.levels + SEPARATOR
        yield bounded.contains(f"{SEPARATOR}{wanted.level}{SEPARATOR}")
    for name in ("aggressive", "fracture", "deficit"):
        if (answer := getattr(wanted, name)) is not None:
            yield _CASE.c[name].is_(answer)
    if wanted.operated_from or wanted.operated_to:
        between = [_OPERATION.c.parent_no == _CASE.c.entry_no, ~_OPERATION.c.deleted]
        between += [_OPERATION.c.on >= wanted.operated_from] if wanted.operated_from else []
        between += [_OPERATION.c.on <= wanted.operated_to] if wanted.operated_to else []
        yield exists().where(*between)


def _counted(case_no: ColumnElement[int]) -> tuple[Any, ...]:
    """First operation, number of assessments and the last one, of the cases of one page."""

    def of_case(value: ColumnElement[Any], table: Table) -> Any:
        return select(value).where(table.c.parent_no == case_no, ~table.c.deleted).scalar_subquery()

    return (
        of_case(func.min(_OPERATION.c.on), _OPERATION).label("operated_on"),
        of_case(func.count(), _ASSESSMENT).label("assessments"),
        of_case(func.max(_ASSESSMENT.c.on), _ASSESSMENT).label("last_assessed_on"),
    )
