"""Where cement runs and where it would leak: flow of a curing cement through porous bone, on the shared multigrid."""

from corduroy.simulation.injection.body import LeakSite, Medium, PorousBody
from corduroy.simulation.injection.build import porous_body
from corduroy.simulation.injection.curves import CEMENTS, cement_named, read_cement
from corduroy.simulation.injection.engine import inject
from corduroy.simulation.injection.medium import MediumSettings
from corduroy.simulation.injection.openings import Opening, WallSettings
from corduroy.simulation.injection.results import InjectionResult, StopReason
from corduroy.simulation.injection.settings import (
    Cannula,
    Cement,
    Gelatin,
    InjectionSettings,
    Recipe,
    Schedule,
    Shot,
    StopRule,
)

__all__ = [
    "CEMENTS",
    "Cannula",
    "Cement",
    "Gelatin",
    "InjectionResult",
    "InjectionSettings",
    "LeakSite",
    "Medium",
    "MediumSettings",
    "Opening",
    "PorousBody",
    "Recipe",
    "Schedule",
    "Shot",
    "StopReason",
    "StopRule",
    "WallSettings",
    "cement_named",
    "inject",
    "porous_body",
    "read_cement",
]
