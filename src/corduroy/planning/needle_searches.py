"""The searches of one plan: scene and distances are made once for the needles that share them."""

from __future__ import annotations

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.imaging.volume import LabelMap
from corduroy.planning.corridors import CorridorPlan, CorridorSettings, build_scene, search_scene
from corduroy.planning.corridors.fields import Fields, make_fields
from corduroy.planning.corridors.scene import Scene

_OF_THE_NEEDLE = ("purpose", "gauge", "per_kind", "coverage_mm", "error_mm", "error_deg")


class NeedleSearches:
    """Searches corridors into one vertebra for several needles.

    Parameters
    ----------
    spine : Spine
    level : Level
    target, structures : LabelMap or None
        As in `corduroy.planning.corridors.find_corridors`.
    """

    def __init__(self, spine: Spine, level: Level, target: LabelMap | None, structures: LabelMap | None) -> None:
        self._spine = spine
        self._level = level
        self._target = target
        self._structures = structures
        self._made: tuple[CorridorSettings, Scene, Fields] | None = None

    def find(self, settings: CorridorSettings) -> CorridorPlan:
        """Corridors for one needle; errors as in `corduroy.planning.corridors.find_corridors`."""
        shared = settings.model_copy(update={name: _default(name) for name in _OF_THE_NEEDLE})
        if self._made is None or self._made[0] != shared:
            scene = build_scene(
                self._spine,
                self._level,
                settings,
                target=self._target,
                structures=self._structures,
                names=TOTAL_STRUCTURES,
            )
            self._made = shared, scene, make_fields(scene.avoid, scene.grid.spacing, settings)
        return search_scene(self._made[1], settings, self._made[2])


def _default(name: str) -> object:
    return CorridorSettings.model_fields[name].default
