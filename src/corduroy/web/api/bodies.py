"""What the interface takes and gives, besides the records themselves."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from corduroy.registry.record import Record, Visit
from corduroy.registry.store import CaseRow
from corduroy.web.accounts import Role
from corduroy.web.scans.scan import DEFAULT_TITLE

R = TypeVar("R", bound=Record)

# The store refuses what cannot be printed on a line; the interface says so beforehand.
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[ -~\u00a1-\u02ff]+$")
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Why something was refused.

    Parameters
    ----------
    message : str
        What was got, what was expected, what to do.
    problems : list of str
        Everything that cannot be, one by one.
    doubts : list of str
        What is unusual: send it again with ``confirm`` to stand by it.
    """

    message: str
    problems: list[str] = []
    doubts: list[str] = []


class Adding(_Body, Generic[R]):
    """A new record."""

    record: R
    parent_id: str | None = Field(default=None, max_length=30, description="The patient or case to which it belongs.")
    why: Line = "entered"
    confirm: bool = Field(default=False, description="Somebody has looked at the doubts and stands by the values.")


class Changing(_Body, Generic[R]):
    """A record in place of another one."""

    record: R
    version: int = Field(ge=1, le=2**31, description="The version that was seen.")
    why: Line
    confirm: bool = False


class Kept(BaseModel, Generic[R]):
    """A record with its place in the registry."""

    id: str
    parent_id: str | None
    version: int
    deleted: bool
    record: R


class HistoryLine(BaseModel):
    """One line of the trail."""

    at: str
    who: str
    why: str
    action: Literal["add", "update", "delete", "confirm"]
    version: int
    changes: list[str]


class CasePage(BaseModel):
    """One page of the list of cases."""

    total: int
    cases: list[CaseRow]


class WholeCase(BaseModel):
    """Everything of one case: records by kind, each with id and version."""

    case_id: str
    patient_id: str
    records: dict[str, list[dict[str, Any]]]
    doubts: list[str]


class ItemOut(BaseModel):
    """A field of a record, as the codebook describes it."""

    name: str
    label: str
    kind: str
    required: bool
    unit: str
    note: str
    source: str
    low: float | None
    high: float | None
    usual: tuple[float, float] | None
    choices: dict[str, str] | None


class RecordDescription(BaseModel):
    """A kind of record."""

    kind: str
    title: str
    parent: str | None
    repeats: bool
    items: list[ItemOut]


class VerificationOut(BaseModel):
    """Whether the registry is whole."""

    is_whole: bool
    lines: int
    entries: int
    head: str
    problem: str | None


class NewScan(_Body):
    """A scan to which files will be sent."""

    case_id: str = Field(pattern=r"^cs-[1-9][0-9]{0,17}$")
    visit: Visit = Visit.PREOPERATIVE
    title: Line = DEFAULT_TITLE


class NewJob(_Body):
    """A job to be queued."""

    kind: str = Field(max_length=40)
    scan_id: str | None = Field(default=None, max_length=40)
    request: dict[str, Any] = Field(default_factory=dict, description="As GET /job-kinds describes it.")


class JobKind(BaseModel):
    """A kind of job and what may be asked of it."""

    name: str
    title: str
    needs_scan: bool
    request: dict[str, Any]


class ResultFile(BaseModel):
    """A file that a job made."""

    name: str
    bytes: int
    url: str


class LogIn(_Body):
    """Name and password."""

    name: str = Field(min_length=1, max_length=63)
    password: str = Field(min_length=1, max_length=200)


class ChangedPassword(_Body):
    """The password that holds, and the one that is to."""

    old: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=12, max_length=200)


class Me(BaseModel):
    """Who is asking."""

    name: str
    role: Role
    is_local: bool


class NewUser(_Body):
    """A user to be added."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$")
    password: str = Field(min_length=12, max_length=200)
    role: Role


class ChangedUser(_Body):
    """What is to change about a user."""

    password: str | None = Field(default=None, min_length=12, max_length=200)
    role: Role | None = None


class NewToken(_Body):
    """A key for a program."""

    title: Line
    days: int = Field(default=90, ge=1, le=365)


class TokenOut(BaseModel):
    """A key for a program, without its secret."""

    number: int
    title: str
    made_at: str
    expires_at: str


class FreshToken(TokenOut):
    """A new key; the secret is shown this once."""

    secret: str


class EventOut(BaseModel):
    """Who wrote what outside the registry."""

    number: int
    at: str
    who: str
    what: str
    about: str
