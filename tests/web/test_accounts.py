"""Users, passwords, logins and tokens."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from corduroy.errors import InputError
from corduroy.web.accounts import Accounts, LoginError, Role, TooManyLoginsError, User
from corduroy.web.accounts.accounts import MOST_FAILURES_FROM_ADDRESS, MOST_FAILURES_OF_NAME
from corduroy.web.base import Database
from corduroy.web.base.tables import ATTEMPTS, EVENTS, KEYS
from corduroy.web.workbench import Workbench
from tests.web.conftest import PASSWORD


@pytest.fixture
def accounts(workbench: Workbench) -> Accounts:
    """Those of a workbench, with an admin and an editor."""
    workbench.accounts.add("anna", PASSWORD, Role.ADMIN, "test")
    workbench.accounts.add("ben", PASSWORD, Role.EDITOR, "test")
    return workbench.accounts


def test_each_role_may_do_what_those_before_may() -> None:
    assert [[held.may(needed) for needed in Role] for held in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_the_first_user_is_an_admin_and_the_last_admin_stays(accounts: Accounts) -> None:
    with pytest.raises(InputError, match="anna is the only admin"):
        accounts.remove("anna", "test")
    with pytest.raises(InputError, match="anna is the only admin"):
        accounts.change("anna", "test", role=Role.VIEWER)
    assert accounts.users() == [User("anna", Role.ADMIN), User("ben", Role.EDITOR)]
    accounts.change("ben", "test", role=Role.ADMIN)
    accounts.remove("anna", "test")
    assert accounts.users() == [User("ben", Role.ADMIN)]


def test_nobody_but_an_admin_can_be_first(workbench: Workbench) -> None:
    with pytest.raises(InputError, match="the first user as editor"):
        workbench.accounts.add("ben", PASSWORD, Role.EDITOR, "test")
    assert not workbench.accounts.exist


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 64, "ann\na", "-anna", "änna", "anna<"])
def test_a_name_that_no_line_of_the_trail_should_hold_is_refused(workbench: Workbench, name: str) -> None:
    with pytest.raises(InputError, match="as the name of a user"):
        workbench.accounts.add(name, PASSWORD, Role.ADMIN, "test")


def test_passwords_are_neither_kept_nor_short(workbench: Workbench, accounts: Accounts) -> None:
    with pytest.raises(InputError, match="expected 12 to 200 characters"):
        accounts.add("carl", "too short", Role.VIEWER, "test")
    held = sqlite3.connect(workbench.folder.database).execute("SELECT password FROM user").fetchall()
    assert all(row[0].startswith("$argon2id$") and PASSWORD not in row[0] for row in held)
    assert len({row[0] for row in held}) == 2


def test_secrets_are_not_kept(workbench: Workbench, accounts: Accounts) -> None:
    secret = accounts.open_login(User("ben", Role.EDITOR))
    with workbench.database.reading() as connection:
        assert secret not in connection.execute(select(KEYS.c.hash)).scalars().all()
    assert accounts.owner(secret) == User("ben", Role.EDITOR)
    assert accounts.owner(secret[:-1]) is None
    assert accounts.owner("") is None


def test_a_login_and_a_token_expire(workbench: Workbench, accounts: Accounts) -> None:
    ben = User("ben", Role.EDITOR)
    secrets = [accounts.open_login(ben), accounts.new_token(ben, "script", 30)[0]]
    with workbench.database.writing() as connection:
        past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="microseconds")
        connection.execute(update(KEYS).values(expires_at=past))
    assert [accounts.owner(secret) for secret in secrets] == [None, None]
    assert accounts.tokens(ben) == []
    with pytest.raises(InputError, match="1 to 365 days"):
        accounts.new_token(ben, "for ever", 366)


def test_a_new_password_a_new_role_and_a_removal_count_at_once(accounts: Accounts) -> None:
    secret = accounts.open_login(User("ben", Role.EDITOR))
    assert accounts.owner(secret) == User("ben", Role.EDITOR)
    accounts.change("ben", "anna", role=Role.VIEWER)
    assert accounts.owner(secret) == User("ben", Role.VIEWER)
    accounts.change("ben", "anna", password="another long one")
    assert accounts.owner(secret) is None
    assert accounts.checked("ben", "another long one", "here").name == "ben"
    secret = accounts.open_login(User("ben", Role.VIEWER))
    accounts.remove("ben", "anna")
    assert accounts.owner(secret) is None


def test_another_process_is_noticed_after_some_seconds(
    workbench: Workbench, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corduroy.web.accounts.accounts._REMEMBERED_S", 0.0)
    secret = accounts.open_login(User("ben", Role.EDITOR))
    assert accounts.owner(secret) is not None
    elsewhere = Database.opened(workbench.folder.database)
    Accounts(elsewhere).remove("ben", "root")
    elsewhere.close()
    assert accounts.owner(secret) is None


def test_too_many_failures_of_a_name_make_it_wait_and_success_forgives(accounts: Accounts) -> None:
    for _ in range(MOST_FAILURES_OF_NAME - 1):
        with pytest.raises(LoginError):
            accounts.checked("ben", "wrong password", "10.0.0.1")
    assert accounts.checked("ben", PASSWORD, "10.0.0.1") == User("ben", Role.EDITOR)
    for number in range(MOST_FAILURES_OF_NAME):
        with pytest.raises(LoginError):
            accounts.checked("ben", "wrong password", f"10.0.0.{number}")
    with pytest.raises(TooManyLoginsError, match="5 logins failed") as refused:
        accounts.checked("ben", PASSWORD, "10.0.0.99")
    assert 0 < refused.value.wait_s <= 15 * 60
    assert accounts.checked("anna", PASSWORD, "10.0.0.99").name == "anna"


def test_too_many_failures_from_an_address_make_it_wait(workbench: Workbench, accounts: Accounts) -> None:
    with workbench.database.writing() as connection:
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        tried = [{"at": now, "name": f"n{i}", "address": "10.0.0.1"} for i in range(MOST_FAILURES_FROM_ADDRESS)]
        connection.execute(ATTEMPTS.insert(), tried)
    with pytest.raises(TooManyLoginsError):
        accounts.checked("anna", PASSWORD, "10.0.0.1")
    assert accounts.checked("anna", PASSWORD, "10.0.0.2").name == "anna"


def test_old_failures_do_not_count(workbench: Workbench, accounts: Accounts) -> None:
    with workbench.database.writing() as connection:
        past = (datetime.now(UTC) - timedelta(minutes=16)).isoformat(timespec="microseconds")
        connection.execute(ATTEMPTS.insert(), [{"at": past, "name": "ben", "address": "a"}] * 50)
    assert accounts.checked("ben", PASSWORD, "a").name == "ben"


def test_failures_at_the_same_time_are_all_counted(accounts: Accounts) -> None:
    def attempt(_: int) -> str:
        try:
            accounts.checked("ben", "wrong password", "10.0.0.1")
        except InputError as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        told = sorted(pool.map(attempt, range(12)))
    assert told == ["LoginError"] * MOST_FAILURES_OF_NAME + ["TooManyLoginsError"] * (12 - MOST_FAILURES_OF_NAME)


def test_the_interface_tells_how_long_to_wait(clients: dict[str, TestClient]) -> None:
    wrong = {"name": "the-editor", "password": "wrong password"}
    for _ in range(MOST_FAILURES_OF_NAME):
        assert clients["stranger"].post("login", json=wrong).status_code == 401
    answer = clients["stranger"].post("login", json=wrong)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


def test_every_change_of_an_account_leaves_an_event(workbench: Workbench, accounts: Accounts) -> None:
    accounts.change("ben", "anna", role=Role.VIEWER)
    accounts.remove("ben", "anna")
    with workbench.database.reading() as connection:
        told = connection.execute(select(EVENTS.c.who, EVENTS.c.what, EVENTS.c.about)).all()
    assert [tuple(row) for row in told] == [
        ("test", "add user", "anna (admin)"),
        ("test", "add user", "ben (editor)"),
        ("anna", "change role of user", "ben"),
        ("anna", "remove user", "ben"),
    ]
