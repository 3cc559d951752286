"""A radiograph, to be measured: on which side anterior is, how large a pixel is, how much it magnifies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from nicegui import ui

from corduroy.errors import InputError
from corduroy.provenance import Posture
from corduroy.registry.record.choices import ImagingPosture
from corduroy.web.conversation import desk_of
from corduroy.web.conversation.answers import ShownFilm
from corduroy.web.conversation.questions import ask_film
from corduroy.web.gate import API
from corduroy.web.pages.points.drawing import Drawn
from corduroy.web.pages.points.readings import FilmScale, Points, check_side
from corduroy.web.pages.session import Session
from corduroy.web.scans import PartRole, Scan
from corduroy.web.texts import text

_DRAWN_LONG = 400.0  # drawing units of the longer side while nobody has said how large a pixel is
# Author's choice, as the reader of DICOM has them: no detector is finer, no picture that can be measured coarser; the
# spine lies nearer to the detector than to the source.
_PIXEL_MM = (0.01, 2.0)
_MAGNIFICATION = (1.0, 3.0)


class FilmPicture:
    """The radiograph of a scan, and what its reader says of it."""

    def __init__(self, session: Session, scan: Scan) -> None:
        self._session = session
        self._scan_id = scan.id
        self._film: ShownFilm | None = None
        self._anterior: str | None = None
        self._pixel_mm: float | None = None
        self._magnification: float | None = None
        self._posture: Posture = "unknown"
        self.sha256 = scan.parts[PartRole.RADIOGRAPH].sha256
        self.index = 0

    @property
    def acquired(self) -> date | None:
        """The day of the image, where its file says it."""
        return None if self._film is None else self._film.acquired

    @property
    def drawn(self) -> Drawn | None:
        """None until it is read."""
        film = self._film
        if film is None:
            return None
        down, across = film.spacing_mm or (self._unit, self._unit)
        address = f"{API}/scans/{self._scan_id}/view/radiograph.png?of={self.sha256[:12]}"
        letters = text("points.anterior_letter"), text("points.posterior_letter")
        sides = ("?", "?") if self._anterior is None else letters
        label = text("film.picture_unstated") if self._anterior is None else text("film.picture")
        is_mirrored = self._anterior == "right"
        return Drawn(address, film.columns * across, film.rows * down, label, sides, is_mirrored)

    def controls(self, drawn: Callable[[bool], object], valued: Callable[[], object]) -> None:
        """Draw the fields for what the file may not say.

        Parameters
        ----------
        drawn : callable
            Called when the picture is to be drawn anew; told whether it was mirrored, and its points with it.
        valued : callable
            Called when only the values change.
        """
        self._drawn, self._valued = drawn, valued
        self._place = ui.row().classes("items-end gap-4 w-full")

    async def load(self) -> None:
        """Read it, and draw the fields with what its file says."""
        scans = self._session.workbench.scans
        path = scans.file(self._scan_id, PartRole.RADIOGRAPH)
        if path is None:
            raise InputError(text("scan.none"), do=text("scan.none_do"))
        self._film = await desk_of(self._session.workbench).ask(ask_film, path, scans.derived(self._scan_id))
        self._anterior = "left" if self._film.is_oriented else None
        self._magnification = self._film.magnification
        with self._place:
            self._fields(self._film)

    def _fields(self, film: ShownFilm) -> None:
        with ui.column().classes("gap-0"):
            asked = text("film.side_known") if film.is_oriented else text("film.side")
            ui.label(asked).classes("quiet")
            sides = {side: text(f"film.side_{side}") for side in ("left", "right")}
            chosen = ui.radio(sides, value=self._anterior, on_change=lambda event: self._state(event.value))
            chosen.props(f'inline dense aria-label="{asked}"')
        if film.spacing_mm is None:
            pixel = ui.number(text("film.pixel"), format="%.5g", on_change=lambda event: self._set_pixel(event.value))
            pixel.props(f'hint="{text("film.pixel_hint")}"').style("width: 15em")
        factor = ui.number(text("film.magnification"), value=film.magnification, format="%.4g", step=0.01)
        factor.props(f'hint="{text("film.magnification_hint")}"').style("width: 13em")
        factor.on_value_change(lambda event: self._set_magnification(event.value))
        postures = {posture.value: posture.label for posture in ImagingPosture}
        posture = ui.select(postures, label=text("film.posture"), value=self._posture).style("min-width: 9em")
        posture.on_value_change(lambda event: self._set_posture(event.value))

    def _state(self, side: str) -> None:
        is_flipped = (side == "right") != (self._anterior == "right")
        self._anterior = side
        self._drawn(is_flipped)

    def _set_pixel(self, pixel_mm: float | None) -> None:
        self._pixel_mm = pixel_mm
        self._valued()

    def _set_magnification(self, magnification: float | None) -> None:
        self._magnification = magnification
        self._valued()

    def _set_posture(self, posture: Posture) -> None:
        self._posture = posture
        self._valued()

    def scale(self) -> FilmScale:
        """What the reader has said.

        Raises
        ------
        InputError
            If something lacks without which the numbers would be wrong and nobody would see it.
        """
        if self._anterior is None:
            raise InputError(text("film.lacks_side"))
        if self._film is not None and self._film.spacing_mm is None:
            _require(self._pixel_mm, _PIXEL_MM, text("film.pixel"))
        if self._magnification is not None:
            _require(self._magnification, _MAGNIFICATION, text("film.magnification"))
        return FilmScale(
            magnification=self._magnification,
            pixel_mm=self._pixel_mm,
            posture=self._posture,
            is_mirrored=self._anterior == "right",
            acquired=self.acquired,
        )

    def in_mm(self, points: Points) -> Points:
        """In millimetres of the picture, magnified as it is."""
        check_side(points)
        if self._pixel_mm is None:
            return points
        factor = self._pixel_mm / self._unit
        return {
            level: {name: (x * factor, y * factor) for name, (x, y) in group.items()} for level, group in points.items()
        }

    @property
    def _unit(self) -> float:
        """Drawing units of a pixel whose size the file does not say."""
        return 1.0 if self._film is None else _DRAWN_LONG / max(self._film.rows, self._film.columns)


def _require(value: float | None, bounds: tuple[float, float], what: str) -> None:
    low, high = bounds
    if value is None:
        raise InputError(text("film.lacks", what=what))
    if not low <= value <= high:
        raise InputError(text("film.impossible", what=what, value=value, low=low, high=high))
