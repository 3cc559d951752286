"""A scan made ready to be shown."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from corduroy.errors import CaseError
from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.scans import PartRole

_STEPS = tuple(str(role) for role in (PartRole.IMAGE, PartRole.LABELS, PartRole.LESION))


class PrepareRequest(BaseModel):
    """What the making of copies may be told."""

    model_config = ConfigDict(extra="forbid")

    series: str | None = Field(default=None, max_length=200)
    """Number, description or UID of a series, where DICOM holds several."""


def run(task: Task) -> str:
    """Make the copies of all images that are there."""
    from corduroy.web.jobs.kinds.copies import make_copies

    request = PrepareRequest.model_validate(task.job.request)
    made = make_copies(task, request.series, task.on_step(_STEPS))
    if not made:
        raise CaseError("a scan without images", "an image or labels", "load them first")
    return f"can be shown: {', '.join(made)}"


PREPARE = Kind("prepare", "Make a scan ready to be shown", True, PrepareRequest, run)
