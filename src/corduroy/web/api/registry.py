"""The registry as a whole: what its fields mean, its tables, whether it is intact, who wrote what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import TypeAdapter
from sqlalchemy import select

from corduroy.registry.record import BY_KIND, RECORDS
from corduroy.registry.store.entries import record_class
from corduroy.web.api.bodies import EventOut, ItemOut, RecordDescription, VerificationOut
from corduroy.web.api.cases import MOST_AT_ONCE
from corduroy.web.api.refusals import refusals
from corduroy.web.api.who import Admin, Viewer
from corduroy.web.base.tables import EVENTS
from corduroy.web.workbench import Workbench

if TYPE_CHECKING:
    import pandas as pd

_ROWS_AT_ONCE = 1000
_TABLE = {"description": "The table.", "content": {"text/csv": {"schema": {"type": "string"}}}}
Kind = Annotated[str, Path(json_schema_extra={"enum": list(BY_KIND)})]


def registry_operations(workbench: Workbench) -> APIRouter:
    """Operations on the registry as a whole."""
    router = APIRouter(tags=["registry"])
    registry = workbench.registry

    @router.get("/codebook", response_model=list[RecordDescription], responses=refusals())
    def codebook(_: Viewer) -> Response:
        """Every kind of record and every field: label, unit, choices, possible and usual range, source."""
        return Response(_codebook(), media_type="application/json")

    @router.get(
        "/frames/{kind}",
        response_class=StreamingResponse,
        responses={200: _TABLE, **refusals(422, 503)},
    )
    def frame(kind: Kind, _: Viewer) -> StreamingResponse:
        """All living entries of a kind as one table (CSV); an empty cell was not recorded."""
        table = registry.frames({kind: record_class(kind).items()})[kind]
        headers = {"content-disposition": f'attachment; filename="{kind}.csv"'}
        return StreamingResponse(_as_csv(table), media_type="text/csv", headers=headers)

    @router.get("/verification", responses=refusals(422, 503))
    def verification(_: Admin, head: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$")] = None) -> VerificationOut:
        """Walk the whole trail and compare every row with it; a head that was written down must be among its hashes."""
        found = registry.verify(head)
        return VerificationOut(is_whole=found.is_whole, **asdict(found))

    @router.get("/events", responses=refusals(422))
    def events(
        _: Admin,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 50,
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    ) -> list[EventOut]:
        """Who wrote what outside the registry: scans, jobs, accounts; the newest first."""
        query = select(EVENTS).order_by(EVENTS.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(EVENTS.c.number < before)
        with workbench.database.reading() as connection:
            return [EventOut(**row) for row in connection.execute(query).mappings()]

    return router


@cache
def _codebook() -> bytes:
    """The same for as long as the server runs."""
    records = [
        RecordDescription(
            kind=record.kind,
            title=record.title,
            parent=record.parent,
            repeats=record.repeats,
            items=[ItemOut(**asdict(item)) for item in record.items().values()],
        )
        for record in RECORDS
    ]
    return TypeAdapter(list[RecordDescription]).dump_json(records)


def _as_csv(table: pd.DataFrame) -> Iterator[str]:
    """Some rows at a time; a text that a spreadsheet would run has an apostrophe in front."""
    from corduroy.registry.exchange.formulas import neutralised

    texts = [name for name in table.columns if table[name].dtype == object]
    yield ",".join(table.columns) + "\n"
    for start in range(0, len(table), _ROWS_AT_ONCE):
        rows = table.iloc[start : start + _ROWS_AT_ONCE].copy()
        for name in texts:
            rows[name] = rows[name].map(neutralised, na_action="ignore")
        yield rows.to_csv(index=False, header=False, date_format="%Y-%m-%d")
