"""The tables of ``workbench.sqlite``. Times are ISO 8601 in UTC with microseconds: texts that sort in time."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text

FORM = 1
"""One more whenever the tables change; kept in the file as ``PRAGMA user_version``."""

METADATA = MetaData()

SETTINGS = Table(
    "setting",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

USERS = Table(
    "user",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)
"""`password` is an argon2 hash with its parameters."""

KEYS = Table(
    "key",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("user", Text, ForeignKey("user.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)
"""Logins and tokens: SHA-256 of a secret that only its owner has."""

ATTEMPTS = Table(
    "attempt",
    METADATA,
    Column("at", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
)
"""Logins that failed."""

EVENTS = Table(
    "event",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
)
"""Who wrote what outside the registry, which has a trail of its own."""

SCANS = Table(
    "scan",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("visit", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
)

PARTS = Table(
    "part",
    METADATA,
    Column("scan_id", Text, ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
)
"""The files of a scan by their role; `file` is a name that the workbench chose, never the uploader's."""

JOBS = Table(
    "job",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("scan_id", Text, ForeignKey("scan.id"), index=True),
    Column("request", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("started_at", Text),
    Column("ended_at", Text),
    Column("attempt", Integer, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("done_percent", Integer, nullable=False),
    Column("told", Text, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Index("ix_job_state", "state", "number"),
)
"""`attempt` grows by one each time a worker takes the job; what an earlier worker still says does not count.
`deaths` counts the workers that ended while the server went on."""
