"""Work that takes longer than a page may: a durable queue in the database, and worker processes that empty it."""

from corduroy.web.jobs.job import Job, State
from corduroy.web.jobs.jobs import Jobs

__all__ = ["Job", "Jobs", "State"]
