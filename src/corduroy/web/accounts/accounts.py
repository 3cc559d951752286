"""`Accounts`: users, their passwords, logins and tokens, in the workbench's database."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update

from corduroy.errors import InputError
from corduroy.web.accounts.refusals import LoginError, TooManyLoginsError
from corduroy.web.accounts.users import Role, User, require_name, require_password
from corduroy.web.base import Database, moment
from corduroy.web.base.tables import ATTEMPTS, KEYS, USERS

LOGIN_HOURS = 12
LONGEST_TOKEN_DAYS = 365
# Author's choices: five tries in a quarter of an hour are enough for a person who mistypes, and 480 a day for nobody.
MOST_FAILURES_OF_NAME = 5
MOST_FAILURES_FROM_ADDRESS = 20
WINDOW_MINUTES = 15
# How long another process (`corduroy users`) may change an account before this one notices.
_REMEMBERED_S = 5.0
_MOST_REMEMBERED = 10_000

_LOGIN, _TOKEN = "login", "token"
T = TypeVar("T")


@dataclass(frozen=True)
class Token:
    """A key for programs, without the secret itself."""

    number: int
    user: str
    title: str
    made_at: str
    expires_at: str


class Accounts:
    """Every change is written to the workbench's events with the name of whoever made it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHasher()
        self._known: dict[str, tuple[float, Any]] = {}
        self._guard = threading.Lock()

    @cached_property
    def _nobody(self) -> str:
        """Compared against where there is no such user, so that the answer takes as long."""
        return self._hasher.hash(secrets.token_hex(16))

    @property
    def exist(self) -> bool:
        """Whether there is any account; until then whoever sits at this machine may do everything."""
        return self._remembered("exist", lambda c: c.execute(select(USERS.c.name).limit(1)).first() is not None)

    def users(self) -> list[User]:
        """All, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(USERS.c.name, USERS.c.role).order_by(USERS.c.name)).all()
        return [User(row.name, Role(row.role)) for row in rows]

    def add(self, name: str, password: str, role: Role, who: str) -> User:
        """A new user; the first one must be an admin, as nobody else could add others.

        Raises
        ------
        InputError
            If the name is taken or the password too short.
        """
        require_name(name)
        require_password(password)
        hashed = self._hasher.hash(password)
        with self._database.noted(who, "add user", f"{name} ({role})") as connection:
            if connection.execute(select(USERS.c.name).where(USERS.c.name == name)).first():
                raise InputError(f"there is a user {name} already", "another name")
            if role is not Role.ADMIN and _admins(connection) == 0:
                raise InputError(f"the first user as {role}", "an admin", "add an admin before all others")
            connection.execute(insert(USERS).values(name=name, role=role, password=hashed, made_at=moment()))
        self._forget()
        return User(name, role)

    def change(self, name: str, who: str, *, role: Role | None = None, password: str | None = None) -> User:
        """Another role or password. Whoever is logged in under the name is logged out by a new password.

        Raises
        ------
        InputError
            If there is no such user, or nobody would be an admin any more.
        """
        told = " and ".join(word for word, given in (("role", role), ("password", password)) if given)
        values: dict[str, Any] = {} if role is None else {"role": role}
        if password is not None:
            require_password(password)
            values["password"] = self._hasher.hash(password)
        with self._database.noted(who, f"change {told or 'nothing'} of user", name) as connection:
            if values:
                connection.execute(update(USERS).where(USERS.c.name == name).values(**values))
            if password is not None:
                connection.execute(delete(KEYS).where(KEYS.c.user == name))
            found = connection.execute(select(USERS.c.role).where(USERS.c.name == name)).scalar_one_or_none()
            _require_sound(connection, name, found)
        self._forget()
        return User(name, Role(str(found)))

    def remove(self, name: str, who: str) -> None:
        """Take an account away; what its user wrote stays in the trail.

        Raises
        ------
        InputError
            If there is no such user, or nobody would be an admin any more.
        """
        with self._database.noted(who, "remove user", name) as connection:
            found = connection.execute(select(USERS.c.role).where(USERS.c.name == name)).scalar_one_or_none()
            connection.execute(delete(USERS).where(USERS.c.name == name))
            _require_sound(connection, name, found)
        self._forget()

    def checked(self, name: str, password: str, address: str) -> User:
        """The user whose password this is.

        Raises
        ------
        LoginError
            If it is not.
        TooManyLoginsError
            If this name, or this address, has failed too often in the last quarter of an hour.
        """
        with self._database.writing() as connection:
            _require_patience(connection, name, address)
            query = select(USERS.c.name, USERS.c.role, USERS.c.password).where(USERS.c.name == name)
            row = connection.execute(query).first()
            # Counted before it is checked: many at once do not slip through.
            connection.execute(insert(ATTEMPTS).values(at=moment(), name=name[:64], address=address))
        if not self._verified(self._nobody if row is None else row.password, password) or row is None:
            raise LoginError("name and password do not belong together", do="look at both; capital letters count")
        with self._database.writing() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.name == name))
        return User(row.name, Role(row.role))

    def open_login(self, user: User) -> str:
        """The secret of a new login, for a cookie."""
        return self._new_key(_LOGIN, user, "browser", timedelta(hours=LOGIN_HOURS))[0]

    def new_token(self, user: User, title: str, days: int) -> tuple[str, Token]:
        """The secret of a new token, for a program; it is shown once."""
        if not 1 <= days <= LONGEST_TOKEN_DAYS:
            raise InputError(f"a token for {days} days", f"1 to {LONGEST_TOKEN_DAYS} days")
        return self._new_key(_TOKEN, user, title, timedelta(days=days))

    def tokens(self, user: User) -> list[Token]:
        """The tokens of a user that have not expired."""
        mine = (KEYS.c.user == user.name, KEYS.c.kind == _TOKEN, KEYS.c.expires_at > moment())
        columns = (KEYS.c.number, KEYS.c.user, KEYS.c.title, KEYS.c.made_at, KEYS.c.expires_at)
        with self._database.reading() as connection:
            return [Token(*row) for row in connection.execute(select(*columns).where(*mine).order_by(KEYS.c.number))]

    def remove_token(self, user: User, number: int) -> bool:
        """Make a token of this user worthless; False if there is none of that number."""
        mine = (KEYS.c.user == user.name, KEYS.c.kind == _TOKEN, KEYS.c.number == number)
        with self._database.noted(user.name, "remove token", str(number)) as connection:
            gone = connection.execute(delete(KEYS).where(*mine)).rowcount
        self._forget()
        return bool(gone)

    def owner(self, secret: str) -> User | None:
        """Whose login or token this is, if it has not expired."""
        hashed = _hashed(secret)
        query = (
            select(USERS.c.name, USERS.c.role, KEYS.c.expires_at)
            .join(KEYS, KEYS.c.user == USERS.c.name)
            .where(KEYS.c.hash == hashed)
        )
        row = self._remembered(hashed, lambda connection: connection.execute(query).first())
        return User(row.name, Role(row.role)) if row is not None and row.expires_at > moment() else None

    def close_login(self, secret: str) -> None:
        """Log out."""
        with self._database.writing() as connection:
            connection.execute(delete(KEYS).where(KEYS.c.hash == _hashed(secret)))
        self._forget()

    def _new_key(self, kind: str, user: User, title: str, lasting: timedelta) -> tuple[str, Token]:
        secret, now = secrets.token_urlsafe(32), moment()
        expires = (datetime.now(UTC) + lasting).isoformat(timespec="microseconds")
        with self._database.noted(user.name, f"new {kind}", title) as connection:
            connection.execute(delete(KEYS).where(KEYS.c.expires_at < now))
            number = 1 + (connection.execute(select(func.max(KEYS.c.number))).scalar() or 0)
            row = {"number": number, "user": user.name, "title": title, "made_at": now, "expires_at": expires}
            connection.execute(insert(KEYS).values(hash=_hashed(secret), kind=kind, **row))
        return secret, Token(number, user.name, title, now, expires)

    def _verified(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _remembered(self, key: str, asked: Callable[[Connection], T]) -> T:
        """The answer of the database, kept for some seconds: every request asks."""
        now = time.monotonic()
        held = self._known.get(key)
        if held is not None and held[0] > now:
            answer: T = held[1]
            return answer
        with self._database.reading() as connection:
            answer = asked(connection)
        with self._guard:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = (now + _REMEMBERED_S, answer)
        return answer

    def _forget(self) -> None:
        with self._guard:
            self._known.clear()


def _hashed(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _admins(connection: Connection) -> int:
    query = select(func.count()).select_from(USERS).where(USERS.c.role == Role.ADMIN)
    return int(connection.execute(query).scalar_one())


def _require_sound(connection: Connection, name: str, found: str | None) -> None:
    if found is None:
        raise InputError(f"there is no user {name}", do="look at the list of users")
    if _admins(connection) == 0:
        raise InputError(f"{name} is the only admin", do="make somebody else an admin before")


def _require_patience(connection: Connection, name: str, address: str) -> None:
    since = (datetime.now(UTC) - timedelta(minutes=WINDOW_MINUTES)).isoformat(timespec="microseconds")
    connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at < since))
    for column, value, most in (
        (ATTEMPTS.c.name, name[:64], MOST_FAILURES_OF_NAME),
        (ATTEMPTS.c.address, address, MOST_FAILURES_FROM_ADDRESS),
    ):
        times = list(connection.execute(select(ATTEMPTS.c.at).where(column == value).order_by(ATTEMPTS.c.at)).scalars())
        if len(times) >= most:
            again = datetime.fromisoformat(times[-most]) + timedelta(minutes=WINDOW_MINUTES)
            wait_s = max(1, round((again - datetime.now(UTC)).total_seconds()))
            refused = TooManyLoginsError(
                f"{len(times)} logins failed", do=f"try again in {-(-wait_s // 60)} minutes, or ask an admin"
            )
            refused.wait_s = wait_s
            raise refused
