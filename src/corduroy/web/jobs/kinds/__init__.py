"""The kinds of job: one file each; a new one is added to the list here."""

from corduroy.web.jobs.kinds.demo import DEMO
from corduroy.web.jobs.kinds.inject import INJECT
from corduroy.web.jobs.kinds.kind import Kind
from corduroy.web.jobs.kinds.measure import MEASURE
from corduroy.web.jobs.kinds.mechanics import MECHANICS
from corduroy.web.jobs.kinds.plan import PLAN
from corduroy.web.jobs.kinds.prepare import PREPARE
from corduroy.web.jobs.kinds.study import STUDY

KINDS: dict[str, Kind] = {kind.name: kind for kind in (PREPARE, MEASURE, PLAN, INJECT, MECHANICS, STUDY, DEMO)}
"""By name."""

__all__ = ["KINDS", "Kind"]
