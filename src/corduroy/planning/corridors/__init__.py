"""Straight ways for a needle: every entry against every point of the lesion, past everything that must not be met."""

from corduroy.planning.corridors.avoided import Avoided, Source
from corduroy.planning.corridors.build import build_scene
from corduroy.planning.corridors.gauges import OUTER_DIAMETER_MM, largest_gauge_within, outer_diameter_mm
from corduroy.planning.corridors.results import (
    Angles,
    Blocker,
    Corridor,
    CorridorPlan,
    EntryMap,
    Kind,
    PedicleWalls,
    Robustness,
)
from corduroy.planning.corridors.scene import Scene
from corduroy.planning.corridors.search import find_corridors, search_scene
from corduroy.planning.corridors.settings import CorridorSettings, EntryFrom, Purpose

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
