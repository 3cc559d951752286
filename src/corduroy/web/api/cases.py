"""The list of cases, and everything of one case."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from corduroy.anatomy import Level
from corduroy.errors import InputError
from corduroy.registry.store import CaseFilter, Entry, Registry
from corduroy.web.api.bodies import CasePage, WholeCase
from corduroy.web.api.refusals import missing, refusals
from corduroy.web.api.who import Viewer
from corduroy.web.reading import case_entries
from corduroy.web.workbench import Workbench

CaseId = Annotated[str, Path(pattern=r"^cs-[1-9][0-9]{0,17}$", examples=["cs-2"])]
Pseudonym = Annotated[str | None, Query(max_length=24, pattern=r"^[A-Za-z0-9_-]*$")]
MOST_AT_ONCE = 500


def case_operations(workbench: Workbench) -> APIRouter:
    """Operations on cases."""
    router = APIRouter(tags=["cases"])
    registry = workbench.registry

    @router.get("/cases", responses=refusals(422, 503))
    def cases(
        _: Viewer,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
        pseudonym: Pseudonym = None,
        level: Level | None = None,
        aggressive: bool | None = None,
        fracture: bool | None = None,
        deficit: bool | None = None,
        operated_from: date | None = None,
        operated_to: date | None = None,
    ) -> CasePage:
        """A page of the list of cases, by pseudonym."""
        wanted = CaseFilter(pseudonym, level, aggressive, fracture, deficit, operated_from, operated_to)
        return CasePage(total=registry.count_cases(wanted), cases=registry.list_cases(limit, offset, wanted))

    @router.get("/cases/{case_id}", responses=refusals(404, 422, 503))
    def case(case_id: CaseId, _: Viewer) -> WholeCase:
        """Every record of one case, with ids and versions, and what is unusual in it."""
        return whole_case(registry, case_id)

    return router


def whole_case(registry: Registry, case_id: str) -> WholeCase:
    """Every living record of a case, read from one state of the registry."""
    try:
        found = case_entries(registry, case_id)
    except InputError:
        raise missing(f"case {case_id}") from None
    records: dict[str, list[dict[str, object]]] = {}
    for entry in (found.patient, found.case, *found.entries):
        records.setdefault(entry.kind, []).append(plain_entry(entry))
    doubts = [finding.message for finding in found.file.findings()]
    return WholeCase(case_id=case_id, patient_id=found.patient.id, records=records, doubts=doubts)


def plain_entry(entry: Entry) -> dict[str, object]:
    """An entry as JSON can hold it."""
    placed = {"id": entry.id, "parent_id": entry.parent_id, "version": entry.version, "deleted": entry.deleted}
    return {**placed, "record": entry.record.as_plain()}
