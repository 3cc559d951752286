"""Weinstein-Boriani-Biagini (WBB) zones and layers, in both published numberings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from corduroy.errors import ScaleError
from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale
from corduroy.scales.items import Item
from corduroy.scales.result import ScaleResult, make_result, record_item


class WbbNumbering(LabelledStr):
    """Which way the zones are numbered; a zone number without it is ambiguous."""

    ORIGINAL = "original", "Original: clockwise from the split spinous process"
    SOSG = "SOSG", "Spine Oncology Study Group: counter-clockwise from the left half of the spinous process"


class WbbLayer(LabelledStr):
    """Layers from the soft tissue to the dura."""

    A = "A", "A: extraosseous soft tissue"
    B = "B", "B: intraosseous, superficial"
    C = "C", "C: intraosseous, deep"
    D = "D", "D: extraosseous, extradural"
    E = "E", "E: extraosseous, intradural"


class WbbSide(LabelledStr):
    """The lesion's side, stored beside the zones since their numbers alone have been misread."""

    LEFT = "left", "Patient's left"
    RIGHT = "right", "Patient's right"
    BOTH = "both", "Both sides"


class AxialView(LabelledStr):
    """From where an axial drawing with anterior on top is seen."""

    FROM_BELOW = "from below", "Seen from below: the patient's left is on the right of the page"
    FROM_ABOVE = "from above", "Seen from above: the patient's left is on the left of the page"


_READ = "figure text read at online-elib.jp/jpoc; numberings: same figure"
_MADE_FOR = "primary spinal tumours before en bloc resection"
_NOTICES = (
    "The two numberings run in opposite directions; a zone without its numbering is ambiguous.",
    "Agreement between readers was studied in 10.1097/BRS.0b013e3181971283 (15 patients, 18 surgeons).",
)

WBB_ORIGINAL = Scale(
    key="wbb_original",
    name="WBB",
    version="original (clockwise)",
    source=f"Weinstein-Boriani-Biagini; {_READ}",
    made_for=_MADE_FOR,
    choices=WbbLayer,
    minimum=1,
    maximum=12,
    unit="zone",
    multiple=True,
    notices=_NOTICES,
)

WBB_SOSG = Scale(
    key="wbb_sosg",
    name="WBB",
    version="Spine Oncology Study Group (counter-clockwise)",
    source=f"Spine Oncology Study Group modification; {_READ}",
    made_for=_MADE_FOR,
    choices=WbbLayer,
    minimum=1,
    maximum=12,
    unit="zone",
    multiple=True,
    from_imaging="The zone of a point (`sosg_zone_at`).",
    notices=_NOTICES,
)


@dataclass(frozen=True, slots=True)
class WbbExtent:
    """Zones and layers of one lesion.

    Parameters
    ----------
    numbering : WbbNumbering
    zones : frozenset of int
        1 to 12, at least one.
    layers : frozenset of WbbLayer
    side : WbbSide

    Raises
    ------
    ScaleError
        If there is no zone or a zone is not 1 to 12, or there is no layer.
    """

    numbering: WbbNumbering
    zones: frozenset[int]
    layers: frozenset[WbbLayer]
    side: WbbSide

    def __post_init__(self) -> None:
        if not self.zones or not self.layers:
            raise ScaleError("a WBB extent without zone or layer", "at least one of each")
        for zone in self.zones:
            _check_zone(zone)

    def __str__(self) -> str:
        zones = ", ".join(map(str, sorted(self.zones)))
        return f"zones {zones} ({self.numbering}), layers {', '.join(sorted(self.layers))}, side: {self.side}"


def wbb_result(extent: Item[WbbExtent] | None, numbering: WbbNumbering) -> ScaleResult[WbbExtent]:
    """Result that carries the numbering as its version.

    Raises
    ------
    ScaleError
        If the extent was recorded in the other numbering; renumber it by name first.
    """
    scale = WBB_ORIGINAL if WbbNumbering(numbering) is WbbNumbering.ORIGINAL else WBB_SOSG
    if extent is not None and extent.value.numbering is not numbering:
        raise ScaleError(
            f"zones in the {extent.value.numbering} numbering",
            f"zones in the {numbering} numbering",
            "renumber them with renumber_wbb_original_to_sosg or renumber_wbb_sosg_to_original",
        )
    return make_result(scale, (record_item(scale.name, extent),), grade=None if extent is None else extent.value)


def renumber_wbb_original_to_sosg(zone: int, original_seen: AxialView) -> int:
    """Zone number in the Spine Oncology Study Group's numbering of the same piece of bone.

    Parameters
    ----------
    zone : int
        1 to 12, in the original numbering.
    original_seen : AxialView
        From where the drawing is seen that the original zone was read on.

    Returns
    -------
    int
        Seen from below, zone 1 of the original is the right half of the spinous process, and zone k becomes 13 - k.
        Seen from above, it is the left half, and the number stays.

    Raises
    ------
    ScaleError
        If the zone is not 1 to 12.

    Notes
    -----
    Both numberings split the same ring at the same places, so the renumbering is exact once the view is known. The
    source that was read (online-elib.jp/jpoc) says "clockwise" without a view: the caller must know it.
    """
    _check_zone(zone)
    return 13 - zone if AxialView(original_seen) is AxialView.FROM_BELOW else zone


def renumber_wbb_sosg_to_original(zone: int, original_seen: AxialView) -> int:
    """The way back of `renumber_wbb_original_to_sosg`; the same rule, which is its own inverse."""
    return renumber_wbb_original_to_sosg(zone, original_seen)


def sosg_zone_at(right_mm: float, anterior_mm: float) -> int:
    """Zone of a point, in the Spine Oncology Study Group's numbering.

    Parameters
    ----------
    right_mm, anterior_mm : float
        Offset from the canal's centre in the vertebra's own frame: x to the patient's right, y to anterior.

    Returns
    -------
    int
        1 (left half of the spinous process) through 3 and 4 (left) and 6 and 7 (anterior) to 12 (right half).

    Raises
    ------
    ScaleError
        If the point is the centre itself.

    Notes
    -----
    Twelve equal sectors around the canal's centre: the author's reading of the published drawing.
    """
    if right_mm == 0 and anterior_mm == 0:
        raise ScaleError("the canal's centre", "a point beside it", "the centre lies in no zone")
    degrees_to_the_left = math.degrees(math.atan2(-right_mm, -anterior_mm)) % 360
    return min(int(degrees_to_the_left // 30), 11) + 1


def _check_zone(zone: int) -> None:
    if zone not in range(1, 13):
        raise ScaleError(f"WBB zone {zone}", "1 to 12")
