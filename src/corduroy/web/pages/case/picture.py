"""`ScanPicture`: the viewer with its controls, and the lines that belong to measurements and plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from inspect import isawaitable
from typing import Any

from nicegui import ui

from corduroy.web.conversation.answers import PointMm, VertebraLines
from corduroy.web.pages.case.layers import OPACITY, Layer
from corduroy.web.texts import text
from corduroy.web.viewer import Place, ShownLine, ShownVolume, View, Viewer
from corduroy.web.viewer.viewer import Rgb

VIEWS: tuple[View, ...] = ("planes", "axial", "coronal", "sagittal", "solid")
_HEIGHT = "clamp(380px, calc(100vh - 330px), 900px)"
_COLOURS: dict[str, Rgb] = {
    "endplates": (86, 180, 233),
    "angles": (240, 228, 66),
    "heights": (230, 230, 230),
    "canal": (0, 200, 140),
    "biopsy": (255, 150, 215),
    "cement": (255, 165, 40),
}
_LINES_AT_FIRST = ("endplates", "angles", "cement")


class ScanPicture:
    """A scan with overlays and lines; draw it where it shall stand.

    Parameters
    ----------
    title : str
        Of the scan.
    layers : sequence of Layer
        The image first.
    """

    def __init__(self, title: str, layers: Sequence[Layer]) -> None:
        self._layers = list(layers)
        self._strength = OPACITY
        self._is_on = {name: name in _LINES_AT_FIRST for name in _COLOURS} | {layer.name: True for layer in layers}
        self._vertebrae: tuple[VertebraLines, ...] = ()
        self._corridors: dict[str, tuple[PointMm, PointMm]] = {}
        self._chosen: str | None = None
        self._toolbar()
        self.viewer = Viewer(text("scan.picture", title=title), self._volumes())
        self.viewer.style(f"height: {_HEIGHT}")
        self._boxes = ui.row().classes("items-center gap-x-5 gap-y-1 w-full")
        self._place = ui.label(text("scan.place_none")).classes("numbers quiet").props("aria-live=polite")
        self.viewer.on_place(self._placed)
        self.viewer.on_problem(lambda why: ui.notify(text("scan.problem", reason=why), type="negative"))
        self._on_place: list[Callable[[Place], Any]] = []
        self._legend()

    @property
    def has_labels(self) -> bool:
        """Whether the second volume is a map of vertebrae."""
        return len(self._layers) > 1 and self._layers[1].name == "labels"

    def show_layers(self, layers: Sequence[Layer]) -> None:
        """Show these volumes in place of those that are shown, if they are others."""
        if list(layers) == self._layers:
            return
        self._is_on |= {layer.name: True for layer in layers if layer.name not in self._is_on}
        self._layers = list(layers)
        self.viewer.show(self._volumes())
        self._legend()

    def on_place(self, handler: Callable[[Place], Any]) -> None:
        """Have a function called when the cross-hair was moved."""
        self._on_place.append(handler)

    def show_vertebrae(self, vertebrae: tuple[VertebraLines, ...]) -> None:
        """Draw endplates, angles, heights and canals."""
        self._vertebrae = vertebrae
        self._legend()
        self.draw()

    def show_corridor(self, purpose: str, ends: tuple[PointMm, PointMm] | None) -> None:
        """Draw a needle's way from entry to target, or none."""
        self._corridors.pop(purpose, None)
        if ends is not None:
            self._corridors[purpose] = ends
        self._legend()
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
            if self._is_on[purpose]:
                lines.append(ShownLine(ends, _COLOURS[purpose], 1.2, has_dots=True))
        self.viewer.draw_lines(lines)

    def _of_vertebra(self, one: VertebraLines) -> list[ShownLine]:
        chosen = one.level == self._chosen
        wide = 0.8 if chosen else 0.4
        lines = []
        if self._is_on["endplates"]:
            lines += [ShownLine(curve, _COLOURS["endplates"], wide) for curve in (one.superior_mm, one.inferior_mm)]
        # The lines of all vertebrae at once would hide the bone: angles and heights are drawn of the chosen one.
        if chosen and self._is_on["angles"]:
            lines += [ShownLine(leg, _COLOURS["angles"], 0.5) for leg in (one.upper_leg_mm, one.lower_leg_mm)]
        if chosen and self._is_on["heights"]:
            lines += [ShownLine(ends, _COLOURS["heights"], 0.4) for ends in one.heights_mm]
        if chosen and self._is_on["canal"] and one.canal_mm:
            lines.append(ShownLine(one.canal_mm, _COLOURS["canal"], 0.5))
        return lines

    def _toolbar(self) -> None:
        with ui.row().classes("items-center gap-x-6 gap-y-1 w-full"):
            views = {view: text(f"scan.view_{view}") for view in VIEWS}
            chosen = ui.radio(views, value="planes", on_change=lambda event: self.viewer.set_view(event.value))
            chosen.props(f'inline dense aria-label="{text("scan.view")}"')
            if len(self._layers) > 1:
                with ui.row().classes("items-center gap-2 no-wrap"):
                    ui.label(text("scan.overlay"))
                    slider = ui.slider(min=0, max=1, step=0.05, value=OPACITY).style("width: 110px")
                    slider.props(f'aria-label="{text("scan.overlay")}"')
                    slider.on_value_change(lambda event: self._set_strength(event.value))

    def _legend(self) -> None:
        """A tick box for every layer and every kind of line that there is, with its colours."""
        lines = [name for name in ("endplates", "angles", "heights", "canal") if self._vertebrae]
        lines += [name for name in ("biopsy", "cement") if name in self._corridors]
        self._boxes.clear()
        with self._boxes:
            for layer in self._layers[1:]:
                with ui.row().classes("items-center gap-2 no-wrap"):
                    self._box(layer.name)
                    for key, colour in layer.legend.items():
                        _swatch(colour, "corduroy-patch")
                        ui.label(text(f"scan.legend_{key}")).classes("quiet corduroy-legend")
            for name in lines:
                with ui.row().classes("items-center gap-2 no-wrap"):
                    self._box(name)
                    _swatch(_COLOURS[name], "corduroy-swatch")

    def _box(self, name: str) -> None:
        box = ui.checkbox(text(f"scan.layer_{name}"), value=self._is_on[name]).props("dense")
        box.on_value_change(lambda event: self._switch(name, bool(event.value)))

    def _switch(self, name: str, is_on: bool) -> None:
        self._is_on[name] = is_on
        if name in _COLOURS:
            if name == "canal" and is_on:
                self._go_to_canal()
            self.draw()
        else:
            self._set_strength(self._strength)

    def _go_to_canal(self) -> None:
        """Its narrowest outline lies in a plane of its own, off the vertebra's centre."""
        found = next((one.canal_mm for one in self._vertebrae if one.level == self._chosen and one.canal_mm), None)
        if found is not None:
            right, anterior, superior = (sum(values) / len(found) for values in zip(*found, strict=True))
            self.viewer.go_to((right, anterior, superior))

    def _set_strength(self, strength: float) -> None:
        self._strength = strength
        for index, volume in enumerate(self._volumes()[1:], start=1):
            self.viewer.set_opacity(index, volume.opacity)

    def _volumes(self) -> list[ShownVolume]:
        """As they are to be seen now."""
        image, *over = self._layers
        shown = [
            replace(layer.volume, opacity=layer.opacity(self._strength) if self._is_on[layer.name] else 0.0)
            for layer in over
        ]
        return [image.volume, *shown]

    async def _placed(self, place: Place) -> None:
        right, anterior, superior = place.mm
        value = place.values[0] if place.values else float("nan")
        words = text("scan.place", right=right, anterior=anterior, superior=superior, value=value)
        self._place.set_text(words)
        for handler in self._on_place:
            answer = handler(place)
            if isawaitable(answer):
                await answer


def _swatch(colour: Rgb, shape: str) -> None:
    red, green, blue = colour
    ui.element("span").classes(shape).props("aria-hidden=true").style(f"background: rgb({red}, {green}, {blue})")
