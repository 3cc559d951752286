"""All operations put together below ``/api/v1``, and the page that describes them."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from corduroy.web.api.accounts import account_operations
from corduroy.web.api.cases import case_operations
from corduroy.web.api.jobs import job_operations
from corduroy.web.api.records import add_doubts, record_operations
from corduroy.web.api.refusals import add_refusals, describe_refusals, refuse_unknown
from corduroy.web.api.registry import registry_operations
from corduroy.web.api.scans import scan_operations
from corduroy.web.gate import API
from corduroy.web.vendored import SWAGGER
from corduroy.web.workbench import Workbench

_OPERATIONS = (
    account_operations,
    case_operations,
    record_operations,
    registry_operations,
    scan_operations,
    job_operations,
)


def add_api(app: FastAPI, workbench: Workbench) -> None:
    """Add every operation and its description."""
    add_refusals(app)
    add_doubts(app)
    for operations in _OPERATIONS:
        app.include_router(operations(workbench), prefix=API)
    described = app.openapi
    app.openapi = lambda: describe_refusals(described())  # type: ignore[method-assign]
    app.mount(f"{API}/swagger", StaticFiles(directory=SWAGGER, check_dir=False), name="swagger")

    @app.get(f"{API}/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=f"{API}/openapi.json",
            title="Corduroy",
            swagger_js_url=f"{API}/swagger/swagger-ui-bundle.js",
            swagger_css_url=f"{API}/swagger/swagger-ui.css",
            swagger_favicon_url="/favicon.ico",
        )

    refuse_unknown(app)
