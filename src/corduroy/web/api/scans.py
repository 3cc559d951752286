"""Scans: streamed uploads, and the copies that a viewer loads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from corduroy.errors import InputError
from corduroy.web.api.bodies import NewScan
from corduroy.web.api.cases import CaseId
from corduroy.web.api.refusals import missing, refusals
from corduroy.web.api.who import Editor, Viewer
from corduroy.web.scans import Part, PartRole, Scan
from corduroy.web.scans.scans import UploadTooLargeError
from corduroy.web.scans.view import film_file, thumbnail_file, view_file
from corduroy.web.workbench import Workbench

ScanId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", examples=["0123456789abcdef"])]
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_UPLOAD = {"requestBody": {"required": True, "content": _BYTES}}
_IMAGE = {"description": "NIfTI, packed by gzip.", "content": _BYTES}
_PICTURE = {"description": "PNG.", "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}


def scan_operations(workbench: Workbench) -> APIRouter:
    """Operations on scans."""
    router = APIRouter(tags=["scans"])
    _readers(router, workbench)
    _writers(router, workbench)
    return router


def _readers(router: APIRouter, workbench: Workbench) -> None:
    @router.get("/cases/{case_id}/scans", responses=refusals(404, 422, 503))
    def of_case(case_id: CaseId, _: Viewer) -> list[Scan]:
        """The scans of a case, oldest first."""
        _require_case(workbench, case_id)
        return workbench.scans.of_case(case_id)

    @router.get("/scans/{scan_id}", responses=refusals(404, 422))
    def one(scan_id: ScanId, _: Viewer) -> Scan:
        """A scan and its files."""
        return _scan(workbench, scan_id)

    @router.get(
        "/scans/{scan_id}/view/{role}.nii.gz",
        response_class=FileResponse,
        responses={200: _IMAGE, **refusals(404, 422)},
    )
    def view(scan_id: ScanId, role: PartRole, _: Viewer) -> FileResponse:
        """The copy of an image that a browser can show; a job of the kind ``prepare`` makes it."""
        _scan(workbench, scan_id)
        path = view_file(workbench.scans.derived(scan_id), role)
        if not path.is_file():
            raise missing(f"copy of the {role} to be shown; start a job 'prepare'")
        return FileResponse(path, media_type="application/octet-stream")

    @router.get(
        "/scans/{scan_id}/view/thumbnail.png",
        response_class=FileResponse,
        responses={200: _PICTURE, **refusals(404, 422)},
    )
    def thumbnail(scan_id: ScanId, _: Viewer) -> FileResponse:
        """A small mid-sagittal picture; the jobs ``measure`` and ``prepare`` make it."""
        _scan(workbench, scan_id)
        path = thumbnail_file(workbench.scans.derived(scan_id))
        if not path.is_file():
            raise missing("small picture of this scan; start a job 'measure'")
        return FileResponse(path, media_type="image/png")

    @router.get(
        "/scans/{scan_id}/view/radiograph.png",
        response_class=FileResponse,
        responses={200: _PICTURE, **refusals(404, 422)},
    )
    def radiograph(scan_id: ScanId, _: Viewer) -> FileResponse:
        """A radiograph as it is shown, anterior on the left if its file says where that is; the page that measures
        it makes it."""
        _scan(workbench, scan_id)
        path = film_file(workbench.scans.derived(scan_id))
        if not path.is_file():
            raise missing("picture of a radiograph in this scan; open it to be measured")
        return FileResponse(path, media_type="image/png")


def _writers(router: APIRouter, workbench: Workbench) -> None:
    @router.post("/scans", status_code=201, responses=refusals(404, 422, 503))
    def add(given: NewScan, editor: Editor) -> Scan:
        """Add a scan to a case; its files are sent afterwards."""
        _require_case(workbench, given.case_id)
        return workbench.scans.add(given.case_id, given.visit, given.title, editor.name)

    @router.delete("/scans/{scan_id}", status_code=204, responses=refusals(404, 422))
    def remove(scan_id: ScanId, editor: Editor) -> None:
        """Take a scan with all its files away; results of its jobs stay."""
        _scan(workbench, scan_id)
        workbench.scans.remove(scan_id, editor.name)

    @router.put(
        "/scans/{scan_id}/{role}",
        openapi_extra=_UPLOAD,
        responses=refusals(404, 413, 422),
    )
    async def upload(scan_id: ScanId, role: PartRole, request: Request, editor: Editor) -> Part:
        """Send a file as the body, as it is: a zip of DICOM files or NIfTI for an image and for a phase with contrast,
        NIfTI for labels, lesion and structures, YAML for facts; or, alone in its scan, a lateral radiograph: DICOM of
        one frame, PNG or JPEG. It is looked at as a whole and kept, or refused and nothing of it stays."""
        _scan(workbench, scan_id)
        promised, most = request.headers.get("content-length", ""), workbench.settings.largest_upload_bytes
        if promised.isdecimal() and int(promised) > most:
            raise UploadTooLargeError(f"{int(promised) >> 20} MiB", f"at most {most >> 20} MiB")
        try:
            return await workbench.scans.receive(scan_id, role, request.stream(), editor.name)
        except ClientDisconnect:
            raise HTTPException(400, "the connection ended before the file did") from None


def _scan(workbench: Workbench, scan_id: str) -> Scan:
    scan = workbench.scans.scan(scan_id)
    if scan is None:
        raise missing(f"scan {scan_id}")
    return scan


def _require_case(workbench: Workbench, case_id: str) -> None:
    try:
        entry = workbench.registry.entry(case_id)
    except InputError:
        raise missing(f"case {case_id}") from None
    if entry.deleted:
        raise missing(f"case {case_id}")
