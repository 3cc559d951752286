"""Radiographs as pictures, drawn once in the desk's process."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from corduroy.imaging.radiograph import read_radiograph
from corduroy.pipeline.files import replacing
from corduroy.web.conversation.answers import ShownFilm
from corduroy.web.scans.thumbnail import HEIGHT_PX
from corduroy.web.scans.view import film_file, thumbnail_file

# Author's choice: finer than any screen, and tablets still draw it. Points are kept in millimetres, whatever it has.
_LONGEST_SIDE_PX = 4000


def shown_film(path: Path, derived: Path) -> ShownFilm:
    """What is known of a radiograph; its picture and the small one are drawn if they are not there.

    Parameters
    ----------
    path : Path
        As it was uploaded.
    derived : Path
        Where what is made from its scan is kept.
    """
    film = read_radiograph(path)
    rows, columns = film.grey.shape
    if not film_file(derived).is_file():
        _draw(Image.fromarray(film.grey), film.spacing_mm, derived)
    return ShownFilm(rows, columns, film.spacing_mm, film.magnification, film.is_oriented, film.acquired)


def _draw(picture: Image.Image, spacing_mm: tuple[float, float] | None, derived: Path) -> None:
    down, across = spacing_mm or (1.0, 1.0)
    small = max(1, round(HEIGHT_PX * picture.width * across / (picture.height * down))), HEIGHT_PX
    with replacing(thumbnail_file(derived)) as temporary:
        picture.resize(small).save(temporary, "png")
    picture.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    with replacing(film_file(derived)) as temporary:
        picture.save(temporary, "png")
