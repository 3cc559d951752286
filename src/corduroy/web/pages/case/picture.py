"""`ScanPicture`: the viewer with its controls, and the lines that belong to measurements and plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import isawaitable
from typing import Any

from nicegui import ui

from corduroy.web.conversation.answers import PointMm, VertebraLines
from corduroy.web.pages.scan import shown_volumes
from corduroy.web.scans import Scan
from corduroy.web.texts import text
from corduroy.web.viewer import Place, ShownLine, ShownVolume, View, Viewer
from corduroy.web.viewer.viewer import Rgb
from corduroy.web.workbench import Workbench

VIEWS: tuple[View, ...] = ("planes", "axial", "coronal", "sagittal", "solid")
_OPACITY = 0.35
_HEIGHT = "clamp(380px, calc(100vh - 330px), 900px)"
_COLOURS: dict[str, Rgb] = {
    "endplates": (86, 180, 233),
    "angles": (240, 228, 66),
    "heights": (230, 230, 230),
    "canal": (0, 200, 140),
    "biopsy": (255, 150, 215),
    "cement": (255, 165, 40),
}
_ON_AT_FIRST = ("endplates", "angles", "cement")


class ScanPicture:
    """A scan with overlays and lines; draw it where it shall stand.

    Parameters
    ----------
    workbench : Workbench
    scan : Scan
        With copies that can be shown.
    """

    def __init__(self, workbench: Workbench, scan: Scan) -> None:
        self._volumes = shown_volumes(workbench, scan)
        self._layers = dict.fromkeys(_COLOURS, False) | dict.fromkeys(_ON_AT_FIRST, True)
        self._vertebrae: tuple[VertebraLines, ...] = ()
        self._corridors: dict[str, tuple[PointMm, PointMm]] = {}
        self._chosen: str | None = None
        self._toolbar()
        self.viewer = Viewer(text("scan.picture", title=scan.title), self._volumes)
        self.viewer.style(f"height: {_HEIGHT}")
        self._boxes = ui.row().classes("items-center gap-x-3 gap-y-0 w-full")
        self._place = ui.label(text("scan.place_none")).classes("numbers quiet")
        self.viewer.on_place(self._placed)
        self.viewer.on_problem(lambda why: ui.notify(text("scan.problem", reason=why), type="negative"))
        self._on_place: list[Callable[[Place], Any]] = []
        self._layer_boxes()

    @property
    def volumes(self) -> Sequence[ShownVolume]:
        """What is shown: the image first."""
        return self._volumes

    @property
    def has_labels(self) -> bool:
        """Whether the second volume is a map of vertebrae."""
        return len(self._volumes) > 1 and "/labels." in self._volumes[1].url

    def on_place(self, handler: Callable[[Place], Any]) -> None:
        """Have a function called when the cross-hair was moved."""
        self._on_place.append(handler)

    def show_vertebrae(self, vertebrae: tuple[VertebraLines, ...]) -> None:
        """Draw endplates, angles, heights and canals."""
        self._vertebrae = vertebrae
        self._layer_boxes()
        self.draw()

    def show_corridor(self, purpose: str, ends: tuple[PointMm, PointMm] | None) -> None:
        """Draw a needle's way from entry to target, or none."""
        self._corridors.pop(purpose, None)
        if ends is not None:
            self._corridors[purpose] = ends
        self._layer_boxes()
        self.draw()

    def choose(self, level: str, *, go: bool = True) -> None:
        """Bring a vertebra out; the cross-hair goes to its centre."""
        self._chosen = level
        found = next((one for one in self._vertebrae if one.level == level), None)
        if found is not None and go:
            self.viewer.go_to(found.centre_mm)
        self.draw()

    def go_to(self, point_mm: PointMm) -> None:
        """Set the cross-hair."""
        self.viewer.go_to(point_mm)

    def draw(self) -> None:
        """Draw the lines of the layers that are on."""
        lines = [line for one in self._vertebrae for line in self._of_vertebra(one)]
        for purpose, ends in self._corridors.items():
            if self._layers[purpose]:
                lines.append(ShownLine(ends, _COLOURS[purpose], 1.2, has_dots=True))
        self.viewer.draw_lines(lines)

    def _of_vertebra(self, one: VertebraLines) -> list[ShownLine]:
        chosen = one.level == self._chosen
        wide = 0.8 if chosen else 0.4
        lines = []
        if self._layers["endplates"]:
            lines += [ShownLine(curve, _COLOURS["endplates"], wide) for curve in (one.superior_mm, one.inferior_mm)]
        # The lines of all vertebrae at once would hide the bone: angles and heights are drawn of the chosen one.
        if chosen and self._layers["angles"]:
            lines += [ShownLine(leg, _COLOURS["angles"], 0.5) for leg in (one.upper_leg_mm, one.lower_leg_mm)]
        if chosen and self._layers["heights"]:
            lines += [ShownLine(ends, _COLOURS["heights"], 0.4) for ends in one.heights_mm]
        if chosen and self._layers["canal"] and one.canal_mm:
            lines.append(ShownLine(one.canal_mm, _COLOURS["canal"], 0.5))
        return lines

    def _toolbar(self) -> None:
        with ui.row().classes("items-center gap-x-6 gap-y-1 w-full"):
            views = {view: text(f"scan.view_{view}") for view in VIEWS}
            chosen = ui.radio(views, value="planes", on_change=lambda event: self.viewer.set_view(event.value))
            chosen.props(f'inline dense aria-label="{text("scan.view")}"')
            if len(self._volumes) > 1:
                ui.label(text("scan.overlay"))
                slider = ui.slider(min=0, max=1, step=0.05, value=_OPACITY).style("width: 140px")
                slider.props(f'aria-label="{text("scan.overlay")}"')
                slider.on_value_change(lambda event: self._set_opacity(event.value))

    def _layer_boxes(self) -> None:
        """A tick box for every kind of line that there is."""
        there = [name for name in ("endplates", "angles", "heights", "canal") if self._vertebrae]
        there += [name for name in ("biopsy", "cement") if name in self._corridors]
        self._boxes.clear()
        with self._boxes:
            for name in there:
                box = ui.checkbox(text(f"scan.layer_{name}"), value=self._layers[name])
                box.on_value_change(lambda event, name=name: self._switch(name, bool(event.value)))
                red, green, blue = _COLOURS[name]
                swatch = ui.element("span").classes("corduroy-swatch").props("aria-hidden=true")
                swatch.style(f"background: rgb({red}, {green}, {blue})")

    def _switch(self, name: str, is_on: bool) -> None:
        self._layers[name] = is_on
        self.draw()

    def _set_opacity(self, opacity: float) -> None:
        for index in range(1, len(self._volumes)):
            self.viewer.set_opacity(index, opacity)

    async def _placed(self, place: Place) -> None:
        right, anterior, superior = place.mm
        value = place.values[0] if place.values else float("nan")
        words = text("scan.place", right=right, anterior=anterior, superior=superior, value=value)
        self._place.set_text(words)
        for handler in self._on_place:
            answer = handler(place)
            if isawaitable(answer):
                await answer
