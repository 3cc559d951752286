"""What nobody may pass: wrong names, other people's pages, missing logins."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from corduroy.web.accounts import Role
from corduroy.web.app import api_app
from corduroy.web.gate import COOKIE, Gate
from corduroy.web.workbench import Workbench
from tests.web.conftest import BASE, PASSWORD

ELSEWHERE = "https://evil.example"


def test_a_server_called_by_a_strangers_name_does_not_answer(client: TestClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80", "[::2]"):
        answer = client.get("me", headers={"host": host})
        assert answer.status_code == 421, host
        assert "open it by the address" in answer.json()["message"]
    for host in ("localhost", "LOCALHOST:8417", "127.0.0.1:8417", "[::1]:8417"):
        assert client.get("me", headers={"host": host}).status_code == 200, host


def test_what_another_page_sends_is_refused(client: TestClient) -> None:
    for origin in (ELSEWHERE, "null", "http://localhost:1", "https://localhost.evil.example"):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            assert client.request(method, "cases", headers={"origin": origin}).status_code == 403, (method, origin)


def test_a_form_of_another_site_cannot_write_without_naming_its_origin(client: TestClient) -> None:
    for site in ("cross-site", "same-site"):
        assert client.post("jobs", json={"kind": "demo"}, headers={"sec-fetch-site": site}).status_code == 403
        assert client.get("jobs", headers={"sec-fetch-site": site}).status_code == 200
    assert client.get("jobs").json() == []


def test_its_own_pages_may_write(client: TestClient) -> None:
    headers = {"origin": BASE, "sec-fetch-site": "same-origin"}
    assert client.post("jobs", json={"kind": "demo"}, headers=headers).status_code == 201


def test_answers_forbid_loading_from_elsewhere_and_frames(client: TestClient) -> None:
    for path in ("me", "nothing-there", "openapi.json"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert "no-store" in headers["cache-control"]


def test_a_websocket_of_another_page_or_of_nobody_is_closed(clients: dict[str, TestClient]) -> None:
    for who, headers in (("stranger", {}), ("admin", {"origin": ELSEWHERE})):
        with (
            pytest.raises(WebSocketDisconnect) as closed,
            clients[who].websocket_connect("ws://localhost/_nicegui_ws/socket.io/?EIO=4", headers=headers),
        ):
            pass
        assert closed.value.code == 1008


def test_strangers_see_the_page_to_log_in_and_nothing_else(clients: dict[str, TestClient]) -> None:
    stranger = clients["stranger"]
    document = clients["admin"].get("openapi.json").json()
    for path, operations in document["paths"].items():
        for method in operations:
            if path != "/api/v1/login":
                answer = stranger.request(method, BASE + path.replace("{", "").replace("}", ""))
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"] == "Bearer"
    for path in ("openapi.json", "docs", "swagger/swagger-ui.css"):
        assert stranger.get(path).status_code == 401
    page = stranger.get(f"{BASE}/cases?x=1")
    assert page.status_code == 303
    assert page.headers["location"] == "/login?next=/cases%3Fx%3D1"


def test_logging_in_by_the_page_leads_back_and_logging_out_ends_it(clients: dict[str, TestClient]) -> None:
    browser = clients["stranger"]
    assert "Log in" in browser.get(f"{BASE}/login?next=/jobs").text
    given = {"name": "the-viewer", "password": PASSWORD, "next": "/api/v1/me"}
    answer = browser.post(f"{BASE}/login", data=given)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/api/v1/me"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("me").json() == {"name": "the-viewer", "role": "viewer", "is_local": False}
    kept = browser.cookies[COOKIE]
    assert browser.post(f"{BASE}/logout").status_code == 303
    browser.cookies.set(COOKIE, kept)
    assert browser.get("me").status_code == 401


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_logging_in_never_leads_to_another_server(clients: dict[str, TestClient], address: str) -> None:
    given = {"name": "the-viewer", "password": PASSWORD, "next": address}
    assert clients["stranger"].post(f"{BASE}/login", data=given).headers["location"] == "/"


def test_an_open_connection_ends_with_its_login(workbench: Workbench) -> None:
    user = workbench.accounts.add("anna", PASSWORD, Role.ADMIN, "test")
    secret = workbench.accounts.open_login(user)

    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["state"]["user"] == user
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        await send({"type": "websocket.close", "code": message["code"]})

    gate = Gate(echo, workbench.accounts, {"localhost"}, "local")
    browser = TestClient(gate, base_url=BASE, cookies={COOKIE: secret})
    with browser.websocket_connect("ws://localhost/_nicegui_ws/") as connection:
        connection.send_text("still there?")
        assert connection.receive_text() == "still there?"
        workbench.accounts.close_login(secret)
        connection.send_text("still there?")
        with pytest.raises(WebSocketDisconnect) as closed:
            connection.receive_text()
    assert closed.value.code == 1008


def test_a_password_is_changed_by_whoever_knows_it(clients: dict[str, TestClient]) -> None:
    editor, new = clients["editor"], "quite another one"
    assert editor.put("me/password", json={"old": "wrong password", "new": new}).status_code == 401
    assert editor.put("me/password", json={"old": PASSWORD, "new": "short"}).status_code == 422
    assert editor.put("me/password", json={"old": PASSWORD, "new": new}).status_code == 204
    assert editor.get("me").status_code == 401
    assert clients["stranger"].post("login", json={"name": "the-editor", "password": new}).status_code == 200


def test_what_is_typed_into_the_page_to_log_in_is_no_markup(clients: dict[str, TestClient]) -> None:
    given = {"name": '"><script>alert(1)</script>', "password": "x" * 12}
    page = clients["stranger"].post(f"{BASE}/login", data=given)
    assert page.status_code == 401
    assert "<script>" not in page.text


def test_a_login_over_https_is_never_sent_in_the_clear(workbench: Workbench) -> None:
    workbench.accounts.add("anna", PASSWORD, Role.ADMIN, "test")
    with TestClient(api_app(workbench), base_url="https://localhost/api/v1/") as browser:
        answer = browser.post("login", json={"name": "anna", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_an_address_without_an_operation_is_refused_in_the_interfaces_own_form(client: TestClient) -> None:
    for method, path, status in (("GET", "nonsense", 404), ("POST", "cases/1/2/3", 404), ("DELETE", "jobs", 405)):
        answer = client.request(method, path)
        assert answer.status_code == status, path
        assert set(answer.json()) == {"message", "problems", "doubts"}
        assert path in answer.json()["message"]
