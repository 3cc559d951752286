"""Which frames belong together, and which of several series is meant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from corduroy.errors import DicomSeriesError
from corduroy.imaging._dicom_files import Source
from corduroy.imaging._dicom_header import Frame, NotDicomError, UnfitError, frames_of
from corduroy.imaging._repairs import repaired

_SAME_DIRECTION = 1e-3  # author's choice: 0.06 degrees, the rounding of written direction cosines
_SAME_SPACING_MM = 1e-3
_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """One series that could be read as a volume.

    Parameters
    ----------
    identifier : str
        What `read_dicom` accepts as `series`; the SeriesInstanceUID, with ``/2``, ``/3``… where one series
        holds several stacks of images.
    number : int or None
        Series number.
    description : str
        Series description.
    modality : str
        ``"CT"``, ``"MR"``…
    n_slices : int
        Number of images.
    """

    identifier: str
    number: int | None
    description: str
    modality: str
    n_slices: int

    def __str__(self) -> str:
        number = "-" if self.number is None else self.number
        return (
            f"number {number} '{self.description}' ({self.modality or 'no modality'}, {self.n_slices} slices, "
            f"{self.identifier})"
        )


@dataclass(slots=True)
class Catalogue:
    """What a set of files holds: stacks of frames, and what had to be left out."""

    stacks: dict[SeriesInfo, list[Frame]] = field(default_factory=dict)
    unfit: dict[str, list[str]] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)

    def tell_left_out(self) -> None:
        """Warn about files that are no slice of a volume."""
        for reason, names in self.unfit.items():
            repaired(f"left out {_some(names)}: {reason}")
        if self.foreign:
            repaired(f"left out {_some(self.foreign)}: not DICOM")


def catalogue(sources: list[Source]) -> Catalogue:
    """Read all headers and sort the frames into stacks of one series, size and orientation."""
    result = Catalogue()
    by_uid: dict[str, list[list[Frame]]] = {}
    for source in sources:
        try:
            frames = frames_of(source)
        except NotDicomError:
            result.foreign.append(source.name)
        except UnfitError as reason:
            result.unfit.setdefault(str(reason), []).append(source.name)
        else:
            for frame in frames:
                _put(frame, by_uid.setdefault(frame.series_uid, []))
    for uid, of_series in by_uid.items():
        _name_stacks(uid, of_series, result)
    return result


def choose(found: Catalogue, series: str | None, place: str) -> SeriesInfo:
    """The series that is meant.

    Parameters
    ----------
    found : Catalogue
        All series.
    series : str or None
        Identifier, number or description; without one, the only CT series is meant.
    place : str
        What messages call the input.

    Raises
    ------
    DicomSeriesError
        If none or several fit; the message lists the candidates.
    """
    volumes = [info for info in found.stacks if info.n_slices > 1]
    if not volumes:
        raise DicomSeriesError(
            f"{place} holds no DICOM volume ({_inventory(found)})",
            "two or more slices of a CT series",
            "give the folder or zip archive of the whole series",
        )
    asked = "CT series" if series is None else f"series '{series}'"
    fitting = [v for v in volumes if v.modality == "CT"] if series is None else _matching(volumes, series)
    if len(fitting) == 1:
        return fitting[0]
    listed = "; ".join(str(info) for info in (fitting or volumes))
    raise DicomSeriesError(
        f"{place} holds {len(fitting)} times {asked}: {listed}" if fitting
        else f"{place} holds no {asked}, only {listed}",
        "one",
        "name one by its number, description or identifier",
    )  # fmt: skip


def _matching(volumes: list[SeriesInfo], series: str) -> list[SeriesInfo]:
    exact = [info for info in volumes if info.identifier == series]
    if exact:
        return exact
    wanted = series.strip().casefold()
    return [v for v in volumes if wanted in (str(v.number), v.description.casefold())]


def _put(frame: Frame, of_series: list[list[Frame]]) -> None:
    for stack in of_series:
        if _alike(stack[0], frame):
            stack.append(frame)
            return
    of_series.append([frame])


def _alike(first: Frame, second: Frame) -> bool:
    return (
        first.shape == second.shape
        and bool(np.abs(first.orientation - second.orientation).max() <= _SAME_DIRECTION)
        and bool(np.abs(np.subtract(first.spacing, second.spacing)).max() <= _SAME_SPACING_MM)
    )


def _name_stacks(uid: str, stacks: list[list[Frame]], result: Catalogue) -> None:
    stacks.sort(key=len, reverse=True)
    for place, frames in enumerate(stacks, start=1):
        head = frames[0]
        if place > 1 and len(frames) == 1:
            names = result.unfit.setdefault("an image of another size or direction than its series", [])
            names.append(head.source.name)
            continue
        if len(frames) > 1 and np.ptp([frame.position for frame in frames], axis=0).max() < _SAME_SPACING_MM:
            names = result.unfit.setdefault("images that all show one place, as in bolus tracking", [])
            names.extend(frame.source.name for frame in frames)
            continue
        identifier = uid if place == 1 else f"{uid}/{place}"
        info = SeriesInfo(identifier, head.series_number, head.description, head.modality, len(frames))
        result.stacks[info] = frames


def _inventory(found: Catalogue) -> str:
    kinds = Counter({reason: len(names) for reason, names in found.unfit.items()})
    kinds["single image"] += sum(info.n_slices == 1 for info in found.stacks)
    kinds["file that is not DICOM"] += len(found.foreign)
    return ", ".join(f"{count} × {kind}" for kind, count in kinds.items() if count) or "no files"


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
    return f"{len(names)} file{'s' if len(names) > 1 else ''} ({shown})"
