"""Records, one group of operations for each kind: the bodies are the registry's own models."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse

from corduroy.errors import InputError
from corduroy.registry.record import RECORDS, Record
from corduroy.registry.store import Entry, Registry
from corduroy.registry.store.history import changes_in
from corduroy.web.api.bodies import Adding, Changing, HistoryLine, Kept, Line, Problem
from corduroy.web.api.cases import MOST_AT_ONCE
from corduroy.web.api.refusals import missing, refusals
from corduroy.web.api.who import Editor, Viewer
from corduroy.web.workbench import Workbench
from corduroy.web.writing import UnconfirmedError, written

EntryId = Annotated[str, Path(pattern=r"^[a-z]{2}-[1-9][0-9]{0,17}$", examples=["as-12"])]
ParentId = Annotated[str | None, Query(pattern=r"^(pt|cs)-[1-9][0-9]{0,17}$")]
Version = Annotated[int, Query(ge=1, le=2**31, description="The version that was seen.")]


def record_operations(workbench: Workbench) -> APIRouter:
    """Operations on each kind of record."""
    router = APIRouter(tags=["records"])
    for record in RECORDS:
        _readers(router, workbench.registry, record)
        _writers(router, workbench.registry, record)
    return router


def add_doubts(app: FastAPI) -> None:
    """Have doubts answered apart from errors."""

    @app.exception_handler(UnconfirmedError)
    async def _doubts(_: Request, error: UnconfirmedError) -> JSONResponse:
        body = Problem(message=str(error), doubts=[doubt.message for doubt in error.doubts])
        return JSONResponse(body.model_dump(), 422)


def _readers(router: APIRouter, registry: Registry, record: type[Record]) -> None:
    kind, kept = record.kind, Kept.__class_getitem__(record)

    @router.get(
        f"/records/{kind}",
        name=f"list {kind}",
        response_model=list.__class_getitem__(kept),
        responses=refusals(422, 503),
    )
    def several(
        _: Viewer,
        parent_id: ParentId = None,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    ) -> Any:
        """Living entries in the order in which they were added."""
        entries = registry.entries(kind, parent_id)
        return [_kept(entry) for entry in islice(entries, offset, offset + limit)]

    @router.get(
        f"/records/{kind}/{{entry_id}}", name=f"get {kind}", response_model=kept, responses=refusals(404, 422, 503)
    )
    def one(entry_id: EntryId, _: Viewer) -> Any:
        """One entry as it is now, deleted or not."""
        return _kept(_entry(registry, kind, entry_id))

    @router.get(f"/records/{kind}/{{entry_id}}/history", name=f"history of {kind}", responses=refusals(404, 422, 503))
    def history(entry_id: EntryId, _: Viewer) -> list[HistoryLine]:
        """Who changed it, when, why and what; oldest first."""
        _entry(registry, kind, entry_id)
        return [
            HistoryLine(
                at=line.at,
                who=line.who,
                why=line.why,
                action=line.action,
                version=line.version,
                changes=changes_in(line),
            )
            for line in registry.history(entry_id)
        ]


def _writers(router: APIRouter, registry: Registry, record: type[Record]) -> None:
    kind, kept = record.kind, Kept.__class_getitem__(record)

    def add(given: Any, editor: Editor) -> Any:
        """Add an entry. What is impossible is refused; what is unusual is refused until it is confirmed."""
        entry = written(
            registry,
            editor.name,
            given.why,
            lambda change: change.add(given.record, given.parent_id),
            is_confirmed=given.confirm,
        )
        return _kept(entry)

    def change(entry_id: EntryId, given: Any, editor: Editor) -> Any:
        """Put a record in place of another one; refused with 409 if somebody else has changed it meanwhile."""
        _entry(registry, kind, entry_id)
        entry = written(
            registry,
            editor.name,
            given.why,
            lambda change: change.update(entry_id, given.version, given.record),
            is_confirmed=given.confirm,
        )
        return _kept(entry)

    def delete(entry_id: EntryId, version: Version, why: Annotated[Line, Query()], editor: Editor) -> Any:
        """Hide an entry; it stays in the trail. What belongs to it must be deleted first."""
        _entry(registry, kind, entry_id)
        deed = written(registry, editor.name, why, lambda change: change.delete(entry_id, version), is_confirmed=True)
        return _kept(deed)

    # The bodies are made of the registry's models, kind by kind.
    add.__annotations__["given"] = Adding[record]  # type: ignore[valid-type]
    change.__annotations__["given"] = Changing[record]  # type: ignore[valid-type]
    one = f"/records/{kind}/{{entry_id}}"
    new = {"response_model": kept, "responses": refusals(404, 409, 422, 503)}
    router.post(f"/records/{kind}", name=f"add {kind}", status_code=201, **new)(add)  # type: ignore[arg-type]
    router.put(one, name=f"change {kind}", **new)(change)  # type: ignore[arg-type]
    router.delete(one, name=f"delete {kind}", **new)(delete)  # type: ignore[arg-type]


def _entry(registry: Registry, kind: str, entry_id: str) -> Entry:
    try:
        entry = registry.entry(entry_id)
    except InputError:
        raise missing(f"{kind} {entry_id}") from None
    if entry.kind != kind:
        raise missing(f"{kind} {entry_id}")
    return entry


def _kept(entry: Entry) -> dict[str, Any]:
    placed = {"id": entry.id, "parent_id": entry.parent_id, "version": entry.version, "deleted": entry.deleted}
    return {**placed, "record": entry.record}
