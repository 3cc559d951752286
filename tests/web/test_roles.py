"""Who may do what: every operation of the interface with every role. An operation that is new has to be put in here."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from corduroy.registry.record import BY_KIND
from corduroy.web.accounts import Role
from tests.web.conftest import BASE

KINDS = "|".join(BY_KIND)
# The least role for each operation, by method and path.
LEAST: dict[str, Role] = {
    r"POST /logout": Role.VIEWER,
    r"GET /(me|tokens|codebook|job-kinds|jobs|cases)": Role.VIEWER,
    r"PUT /me/password": Role.VIEWER,
    r"POST /tokens": Role.VIEWER,
    r"DELETE /tokens/\{number\}": Role.VIEWER,
    r"GET /cases/\{case_id\}(/scans)?": Role.VIEWER,
    r"GET /scans/\{scan_id\}(/view/(\{role\}\.nii\.gz|(thumbnail|radiograph)\.png))?": Role.VIEWER,
    r"GET /frames/\{kind\}": Role.VIEWER,
    r"GET /jobs/\{number\}(/log|/results|/results/\{name\})?": Role.VIEWER,
    rf"GET /records/({KINDS})(/\{{entry_id\}}(/history)?)?": Role.VIEWER,
    rf"POST /records/({KINDS})": Role.EDITOR,
    rf"(PUT|DELETE) /records/({KINDS})/\{{entry_id\}}": Role.EDITOR,
    r"POST /(scans|jobs|jobs/\{number\}/cancel)": Role.EDITOR,
    r"DELETE /scans/\{scan_id\}": Role.EDITOR,
    r"PUT /scans/\{scan_id\}/\{role\}": Role.EDITOR,
    r"(GET|POST) /users": Role.ADMIN,
    r"(PATCH|DELETE) /users/\{name\}": Role.ADMIN,
    r"GET /(verification|events)": Role.ADMIN,
}
IN_PATH = {"entry_id": "as-9", "case_id": "cs-9", "scan_id": "0" * 16, "role": "image", "number": "9", "name": "nobody"}


def least_role(operation: str) -> Role:
    found = [role for pattern, role in LEAST.items() if re.fullmatch(pattern, operation)]
    assert len(found) == 1, f"{operation} is in the table {len(found)} times"
    return found[0]


def test_every_operation_is_open_to_its_role_and_to_no_lesser_one(clients: dict[str, TestClient]) -> None:
    paths = clients["admin"].get("openapi.json").json()["paths"]
    operations = [(method.upper(), path.removeprefix("/api/v1")) for path, own in paths.items() for method in own]
    operations.remove(("POST", "/login"))
    assert len(operations) > 80
    for method, path in operations:
        least = least_role(f"{method} {path}")
        address = path.format(**IN_PATH, kind="patient")
        for role in Role:
            if path == "/logout" and role is not Role.VIEWER:
                continue
            answer = clients[role].request(method, f"{BASE}/api/v1{address}", json={})
            refused = answer.status_code == 403
            assert refused != role.may(least), (method, path, role, answer.status_code)
            assert not refused or "ask an admin" in answer.json()["message"]


def test_a_refused_write_writes_nothing(clients: dict[str, TestClient]) -> None:
    viewer = clients["viewer"]
    assert viewer.post("records/patient", json={"record": {"pseudonym": "P-9"}}).status_code == 403
    assert viewer.post("jobs", json={"kind": "demo"}).status_code == 403
    assert viewer.get("records/patient").json() == []
    assert viewer.get("jobs").json() == []
    assert clients["editor"].post("users", json={"name": "x", "password": "x" * 12, "role": "admin"}).status_code == 403
    assert len(clients["admin"].get("users").json()) == 3


def test_a_token_is_its_owners_alone(clients: dict[str, TestClient]) -> None:
    made = clients["editor"].post("tokens", json={"title": "script"}).json()
    assert clients["admin"].delete(f"tokens/{made['number']}").status_code == 404
    headers = {"authorization": f"Bearer {made['secret']}"}
    assert clients["stranger"].get("me", headers=headers).json()["name"] == "the-editor"
    assert "secret" not in clients["editor"].get("tokens").json()[0]
    assert clients["editor"].delete(f"tokens/{made['number']}").status_code == 204
    assert clients["stranger"].get("me", headers=headers).status_code == 401


def test_events_tell_who_did_what_outside_the_registry(clients: dict[str, TestClient]) -> None:
    clients["editor"].post("jobs", json={"kind": "demo"})
    newest = clients["admin"].get("events", params={"limit": 1}).json()[0]
    assert (newest["who"], newest["what"]) == ("the-editor", "start demo")
    before = clients["admin"].get("events", params={"before": newest["number"]}).json()
    assert all(event["number"] < newest["number"] for event in before)
