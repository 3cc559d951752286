"""A sagittal slice of a scan, to be measured."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from corduroy.web.conversation import desk_of
from corduroy.web.conversation.answers import SagittalSlice
from corduroy.web.conversation.questions import ask_slice
from corduroy.web.pages.frame import telling
from corduroy.web.pages.points.drawing import Drawn
from corduroy.web.pages.points.readings import FilmScale, Points, check_side
from corduroy.web.pages.session import Session
from corduroy.web.scans import PartRole, Scan
from corduroy.web.scans.view import view_file
from corduroy.web.texts import text


class SlicePicture:
    """Slices of a scan's copy; one is shown."""

    def __init__(self, session: Session, scan: Scan) -> None:
        self._session = session
        self._image = view_file(session.workbench.scans.derived(scan.id), PartRole.IMAGE)
        self._slice: SagittalSlice | None = None
        self.sha256 = scan.parts[PartRole.IMAGE].sha256 if PartRole.IMAGE in scan.parts else ""

    @property
    def drawn(self) -> Drawn | None:
        """None until it is cut."""
        if self._slice is None:
            return None
        label = text("points.picture", right=self._slice.right_mm)
        sides = text("points.anterior_letter"), text("points.posterior_letter")
        return Drawn(self._slice.address, self._slice.width_mm, self._slice.height_mm, label, sides)

    @property
    def index(self) -> int:
        """Of the slice, from left to right."""
        return 0 if self._slice is None else self._slice.index

    def controls(self, drawn: Callable[[bool], object], valued: Callable[[], object]) -> None:  # noqa: ARG002, as a film
        """Draw the field for the slice; see `FilmPicture.controls`."""
        ui.label(text("points.slice"))
        self._slider = ui.slider(min=0, max=1, value=0).style("width: 200px")
        self._slider.props(f'aria-label="{text("points.slice")}"')

        async def chosen(index: int) -> None:
            with telling():
                await self._cut(index)
                drawn(False)

        self._slider.on("change", lambda event: chosen(int(event.args)))

    async def load(self) -> None:
        """Cut the middle slice."""
        await self._cut(None)

    async def _cut(self, index: int | None) -> None:
        self._slice = await desk_of(self._session.workbench).ask(ask_slice, self._image, index)
        self._slider.props(f"max={self._slice.count - 1}")
        self._slider.set_value(self._slice.index)

    def scale(self) -> FilmScale | None:
        """A scan has no magnification."""
        return None

    def in_mm(self, points: Points) -> Points:
        """As they are: the drawing is in millimetres."""
        check_side(points)
        return points
