"""The pages. Each file has one function that adds its pages to the application; here they are listed."""

from __future__ import annotations

from collections.abc import Callable

from corduroy.web.pages.case import add_case
from corduroy.web.pages.cases import add_cases
from corduroy.web.pages.forms import add_forms
from corduroy.web.pages.jobs import add_jobs
from corduroy.web.pages.plan import add_plan
from corduroy.web.pages.points import add_points
from corduroy.web.pages.scan import add_scan
from corduroy.web.pages.settings import add_settings
from corduroy.web.pages.study import add_study
from corduroy.web.workbench import Workbench

PAGES: tuple[Callable[[Workbench], None], ...] = (
    add_cases,
    add_case,
    add_forms,
    add_scan,
    add_plan,
    add_points,
    add_study,
    add_jobs,
    add_settings,
)

__all__ = ["PAGES"]
