"""`Viewer`: a scan in three planes and as a solid, with overlays, meshes and lines, drawn by NiiVue in the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nicegui import ui
from nicegui.events import GenericEventArguments

from corduroy.errors import MissingPartError
from corduroy.web.vendored import NIIVUE

View = Literal["planes", "axial", "coronal", "sagittal", "solid"]
Rgb = tuple[int, int, int]
PointMm = tuple[float, float, float]


@dataclass(frozen=True)
class ShownVolume:
    """An image by its address; the first one is the grey image, those after it lie over it.

    Parameters
    ----------
    url : str
        Must end in ``.nii`` or ``.nii.gz``: NiiVue goes by it.
    colormap : str
        ``"ct"``, of which the solid view shows only what is bright; or a name that NiiVue knows: ``"gray"``, ``"red"``.
    opacity : float
    window : tuple of float, optional
        The values that are drawn darkest and brightest.
    colors : dict of int to Rgb, optional
        The colour of each label of a label map; a label without a colour is not drawn.
    """

    url: str
    colormap: str = "ct"
    opacity: float = 1.0
    window: tuple[float, float] | None = None
    colors: dict[int, Rgb] | None = None

    def as_options(self) -> dict[str, Any]:
        """As the component takes it."""
        colormap = self.colormap if self.colors is None else "gray"
        options: dict[str, Any] = {"url": self.url, "colormap": colormap, "opacity": self.opacity}
        if self.window is not None:
            options |= {"cal_min": self.window[0], "cal_max": self.window[1]}
        if self.colors is not None:
            options["labels"] = _label_colours(self.colors)
        return options


@dataclass(frozen=True)
class ShownMesh:
    """A surface by its address (STL, OBJ, GIfTI, MZ3), in the scan's world: RAS+ in millimetres."""

    url: str
    color: Rgb = (220, 60, 60)
    opacity: float = 1.0

    def as_options(self) -> dict[str, Any]:
        """As the component takes it."""
        return {"url": self.url, "rgba255": [*self.color, 255], "opacity": self.opacity}


@dataclass(frozen=True)
class ShownLine:
    """A polyline in the scan's world: an endplate, an angle's leg, a needle's way.

    Parameters
    ----------
    points_mm : sequence of PointMm
        RAS+ in millimetres; at least two.
    color : Rgb
    radius_mm : float
    has_dots : bool
        Whether its points are drawn as balls, as one wants for points that can be moved.
    """

    points_mm: Sequence[PointMm]
    color: Rgb = (255, 200, 0)
    radius_mm: float = 0.6
    has_dots: bool = field(default=False)

    def as_options(self) -> dict[str, Any]:
        """As the component takes it."""
        points = [[float(value) for value in point] for point in self.points_mm]
        return {"points": points, "color": list(self.color), "radius": self.radius_mm, "dots": self.has_dots}


@dataclass(frozen=True)
class Place:
    """Where the cross-hair is.

    Parameters
    ----------
    mm : PointMm
        World, RAS+.
    values : tuple of float
        The value of each volume there.
    """

    mm: PointMm
    values: tuple[float, ...]


class Viewer(ui.element, component="viewer.js", esm={"niivue": str(NIIVUE)}):
    """Radiological view: the patient's right is on the left of the screen, and letters say so in every plane.

    Parameters
    ----------
    label : str
        What a screen reader says of the picture; its numbers belong into a table beside it.
    volumes : sequence of ShownVolume
    meshes : sequence of ShownMesh
    lines : sequence of ShownLine
    view : {"planes", "axial", "coronal", "sagittal", "solid"}

    Raises
    ------
    MissingPartError
        If NiiVue is not beside the code: Corduroy was not built with its browser's parts.
    """

    def __init__(
        self,
        label: str,
        volumes: Sequence[ShownVolume] = (),
        meshes: Sequence[ShownMesh] = (),
        lines: Sequence[ShownLine] = (),
        view: View = "planes",
    ) -> None:
        require_niivue()
        super().__init__()
        self._props["label"] = label
        self._props["volumes"] = [volume.as_options() for volume in volumes]
        self._props["meshes"] = [mesh.as_options() for mesh in meshes]
        self._props["lines"] = [line.as_options() for line in lines]
        self._props["view"] = view

    def show(self, volumes: Sequence[ShownVolume], meshes: Sequence[ShownMesh] = ()) -> None:
        """Show other images; lines stay."""
        self._props["volumes"] = [volume.as_options() for volume in volumes]
        self._props["meshes"] = [mesh.as_options() for mesh in meshes]
        self.update()
        self.run_method("show")

    def draw_lines(self, lines: Sequence[ShownLine]) -> None:
        """Draw these lines in place of those that were drawn; images are not loaded anew."""
        drawn = [line.as_options() for line in lines]
        self._props["lines"] = drawn
        self.run_method("draw_lines", drawn)

    def set_view(self, view: View) -> None:
        """Three planes with the solid, one plane, or the solid alone."""
        self._props["view"] = view
        self.run_method("set_view", view)

    def set_opacity(self, index: int, opacity: float) -> None:
        """How much a volume covers what lies below it; 0 is the grey image itself."""
        self.run_method("set_opacity", index, opacity)

    def set_window(self, low: float, high: float) -> None:
        """The grey image's values that are drawn darkest and brightest."""
        self.run_method("set_window", low, high)

    def go_to(self, point_mm: PointMm) -> None:
        """Set the cross-hair to a point of the world."""
        self.run_method("go_to", [float(value) for value in point_mm])

    def on_place(self, handler: Callable[[Place], Any], throttle_s: float = 0.1) -> None:
        """Have a function called when the user has moved the cross-hair."""
        self.on("place", lambda event: handler(_place(event)), throttle=throttle_s)

    def on_problem(self, handler: Callable[[str], Any]) -> None:
        """Have a function called with the reason when something could not be loaded."""
        self.on("problem", lambda event: handler(str(event.args["message"])))


def require_niivue() -> Path:
    """NiiVue's file.

    Raises
    ------
    MissingPartError
    """
    file = NIIVUE / "index.js"
    if not file.is_file():
        raise MissingPartError(
            f"NiiVue is not at {file}", do="install Corduroy from its wheel, or anew from its sources: pip install -e ."
        )
    return file


def _place(event: GenericEventArguments) -> Place:
    x, y, z = (float(value) for value in event.args["mm"])
    return Place((x, y, z), tuple(float(value) for value in event.args["values"]))


def _label_colours(colors: dict[int, Rgb]) -> dict[str, list[Any]]:
    """NiiVue's form: one entry for each number in `I`, background without colour."""
    numbers = [0, *sorted(colors)]
    shown = [(0, 0, 0, 0), *((*colors[number], 255) for number in sorted(colors))]
    red, green, blue, alpha = (list(channel) for channel in zip(*shown, strict=True))
    names = [str(number) for number in numbers]
    return {"R": red, "G": green, "B": blue, "A": alpha, "I": numbers, "labels": names}
