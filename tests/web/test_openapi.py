"""The description of the interface is complete: whatever is sent, nothing answers what it does not name, and no 5xx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from corduroy.web.accounts import Role
from corduroy.web.app import api_app
from corduroy.web.gate import API
from tests.web.conftest import BASE, PASSWORD, copied, one_case

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def called(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[str, str]]]:
    """The interface of a workbench with a case and an admin, and the admin's header."""
    with copied(template, tmp_path_factory.mktemp("openapi") / "workbench") as workbench:
        one_case(workbench)
        admin = workbench.accounts.add("anna", PASSWORD, Role.ADMIN, "test")
        secret, _ = workbench.accounts.new_token(admin, "test", 1)
        app = api_app(workbench)
        headers = {"authorization": f"Bearer {secret}", "host": "localhost"}
        with TestClient(app, base_url=BASE):
            yield schemathesis.openapi.from_asgi(f"{API}/openapi.json", app, headers=headers), headers


def fuzzed(called: tuple[Any, dict[str, str]], examples: int) -> int:
    """Call every operation with what fits its description and with what does not; how many calls that were."""
    schema, headers = called
    calls = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        fitting, unfit = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.one_of(fitting, unfit))
        def check(case: Any) -> None:
            nonlocal calls
            calls += 1
            case.call_and_validate(base_url=BASE, headers=headers, checks=CHECKS)

        check()
    return calls


def test_whatever_is_sent_the_answer_is_one_that_is_described(called: tuple[Any, dict[str, str]]) -> None:
    assert fuzzed(called, 2) > 100


@pytest.mark.slow
def test_whatever_is_sent_often_the_answer_is_one_that_is_described(called: tuple[Any, dict[str, str]]) -> None:
    assert fuzzed(called, 60) > 3000


def test_every_operation_tells_how_it_refuses_and_has_words(client: TestClient) -> None:
    document = client.get("openapi.json").json()
    ids = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert method in METHODS
            assert {"401", "403", "421"} <= set(operation["responses"]), (method, path)
            assert operation.get("description"), (method, path)
            assert operation.get("security") or path == f"{API}/login", (method, path)
            ids.append(operation["operationId"])
            for status, response in operation["responses"].items():
                if status not in ("200", "201", "204"):
                    assert "Problem" in str(response), (method, path, status)
    assert len(set(ids)) == len(ids)


def test_the_page_that_describes_it_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith("/"), address
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert len(client.get(f"swagger/{name}").content) > 100_000
