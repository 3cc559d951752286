"""What a server is told when it starts."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class ServerSettings(BaseModel):
    """How a workbench is run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    """Where scans, results, accounts and jobs are kept."""

    registry: str | None = None
    """A registry's file or PostgreSQL URL; None: ``registry.sqlite`` in the folder, made if it is not there."""

    host: str = "127.0.0.1"
    """The address on which it listens; any but this machine's own needs accounts."""

    port: int = Field(default=8417, ge=0, le=65535)
    """Author's choice; 0: any that is free."""

    names: tuple[str, ...] = ()
    """Further names by which browsers may call it, such as ``spine.hospital.example``."""

    workers: int = Field(default=1, ge=0, le=64)
    """Processes that work on jobs; 0: jobs wait."""

    largest_upload_bytes: int = Field(default=2 << 30, gt=0)
    """Author's choice: a CT of 1 mm slices has some 0.5 GB; twice the largest that a browser shows at once."""

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which it may be called, without port."""
        own = () if self.host in ("0.0.0.0", "::") else (f"[{self.host}]" if ":" in self.host else self.host,)
        return frozenset(name.lower() for name in (*LOOPBACK, *own, *self.names))
