from .avoided import Avoided, Source
from .build import build_scene
from .gauges import OUTER_DIAMETER_MM, largest_gauge_within, outer_diameter_mm
from .results import (
    Angles,
    Blocker,
    Corridor,
    CorridorPlan,
    EntryMap,
    Kind,
    PedicleWalls,
    Robustness,
)
from .scene import Scene
from .search import find_corridors, search_scene
from .settings import CorridorSettings, EntryFrom, Purpose

__all__ = [
    "OUTER_DIAMETER_MM",
    "Angles",
    "Avoided",
    "Blocker",
    "Corridor",
    "CorridorPlan",
    "CorridorSettings",
    "EntryFrom",
    "EntryMap",
    "Kind",
    "PedicleWalls",
    "Purpose",
    "Robustness",
    "Scene",
    "Source",
    "build_scene",
    "find_corridors",
    "largest_gauge_within",
    "outer_diameter_mm",
    "search_scene",
]
