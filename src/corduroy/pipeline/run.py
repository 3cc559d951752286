"""The steps of one case: read, [segment], anatomy, measure, report; resumable, each result stored once made.

The steps whose results are worth storing (segment, measure, report) are looked up under the hash of everything
that they were made from. Reading and anatomy only fill memory, and run again only if a later step needs them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import corduroy
from corduroy import __version__
from corduroy.anatomy.level import Level
from corduroy.anatomy.scheme_tables import TOTALSEGMENTATOR
from corduroy.anatomy.spine import Spine, build_spine
from corduroy.errors import CorduroyWarning
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.morphometry.measure import measure_spine
from corduroy.morphometry.results import SpineMeasurement
from corduroy.pipeline.case import Case
from corduroy.pipeline.files import filling, require_writable, sweep_partials, write_json
from corduroy.pipeline.images import CaseImages, ReportWriter
from corduroy.pipeline.inputs import check_bone, read_case
from corduroy.pipeline.records import from_record, to_record
from corduroy.pipeline.segmentation import segmented
from corduroy.pipeline.settings import CaseSettings
from corduroy.pipeline.store import StepStore, key_of
from corduroy.provenance import content_hash

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Outputs:
    """Where the results of a case go; None: nowhere.

    Parameters
    ----------
    json : Path or None
        The measurement, schema ``corduroy/morphometry/1``.
    report : Path or None
        Folder of the report.
    steps : Path or None
        Folder of the stored steps, from which an interrupted run resumes.
    """

    json: Path | None = None
    report: Path | None = None
    steps: Path | None = None

    @property
    def folders(self) -> list[Path]:
        """The folders that will be written to."""
        file_folder = None if self.json is None else self.json.parent
        return [folder for folder in (file_folder, self.report, self.steps) if folder is not None]

    @classmethod
    def for_case(cls, case: Case, json: Path | None = None, report: Path | None = None) -> Outputs:
        """The user's places if there are any, else the case's own folder below ``derivatives``."""
        if json is None and report is None and case.results is not None:
            base = case.results
            name = case.name
            return cls(base / f"{name}_morphometry.json", base / f"{name}_report", base / f"{name}_steps")
        return cls(json, report, None if report is None else report / "steps")


def run_case(
    case: Case,
    settings: CaseSettings | None = None,
    outputs: Outputs | None = None,
    write_report: ReportWriter | None = None,
    on_step: OnStep | None = None,
) -> SpineMeasurement:
    """Measure one case, and write what `outputs` asks for.

    Parameters
    ----------
    case : Case
    settings : CaseSettings, optional
    outputs : Outputs, optional
    write_report : callable, optional
        Called with the measurement, the images and an empty folder, if `outputs` has a report.
    on_step : callable, optional
        Called with the name of each step as it starts.

    Returns
    -------
    SpineMeasurement
        With the warnings of all steps among its own.

    Raises
    ------
    CorduroyError
        If the input cannot be used; nothing is left behind then.
    """
    run = CaseRun(case, settings or CaseSettings(), outputs or Outputs(), on_step or in_silence)
    for folder in run.outputs.folders:
        require_writable(folder)
    measurement = run.measurement()
    if run.outputs.json is not None:
        write_json(run.outputs.json, measurement.as_dict())
    if run.outputs.report is not None and write_report is not None:
        run.report(measurement, write_report, run.outputs.report)
    return measurement


def in_silence(step: str) -> None:
    """Nobody wants to know which step has started."""
    del step


class CaseRun:
    """One case on its way; what is needed twice is kept in memory."""

    def __init__(self, case: Case, settings: CaseSettings, outputs: Outputs, on_step: OnStep) -> None:
        self.case = case
        self.settings = settings
        self.outputs = outputs
        self.on_step = on_step
        self.store = None if outputs.steps is None else StepStore(outputs.steps)
        self.segmented = False
        self.warnings: list[str] = []
        if self.store is not None:
            self.store.sweep()

    @cached_property
    def hashes(self) -> dict[str, str]:
        named = {"image": self.case.image, "labels": self.case.labels}
        return {role: content_hash(path) for role, path in named.items() if path is not None}

    def key(self, step: str) -> str:
        return key_of(
            step=step,
            inputs=self.hashes,
            settings=self.settings.model_dump(),
            version=__version__,
            source=_source_hash(),
        )

    @cached_property
    def images(self) -> tuple[Volume | None, LabelMap]:
        self.on_step("read")
        ct, labels = read_case(self.case, self.settings)
        if labels is None:
            assert ct is not None
            self.on_step("segment")
            self.segmented = True
            labels = segmented(ct, self.store, self.key("segment"))
        return ct, labels

    @cached_property
    def spine(self) -> Spine:
        ct, labels = self.images
        self.on_step("anatomy")
        scheme = TOTALSEGMENTATOR if self.segmented else self.settings.scheme
        spine = build_spine(labels, scheme=scheme, ct=ct)
        if ct is not None:
            check_bone(ct, labels, list(label_of(spine).values()))
        return spine

    def measurement(self) -> SpineMeasurement:
        stored = None if self.store is None else self.store.load("measure", self.key("measure"))
        if stored is not None:
            return from_record(stored)
        with collecting(self.warnings):
            spine = self.spine
            self.on_step("measure")
            measured = measure_spine(spine)
        measured = self._signed(measured)
        if self.store is not None:
            self.store.save("measure", self.key("measure"), to_record(measured))
        return measured

    def _signed(self, measured: SpineMeasurement) -> SpineMeasurement:
        """The measurement with all warnings and with the hashes of the files it came from."""
        origin = measured.provenance
        chosen: dict[str, Any] = self.settings.model_dump(exclude_none=True)
        return replace(
            measured,
            warnings=tuple(dict.fromkeys((*self.warnings, *measured.warnings))),
            provenance=replace(origin, inputs=self.hashes, settings={**origin.settings, **chosen}),
        )

    def report(self, measurement: SpineMeasurement, write: ReportWriter, folder: Path) -> None:
        key = key_of(report=self.key("report"), measurement=to_record(measurement), name=self.case.name)
        if self.store is not None and self.store.load_files("report", key, folder):
            return
        with collecting(self.warnings):
            spine = self.spine
        self.on_step("report")
        ct, labels = self.images
        sweep_partials(folder)
        with filling(folder) as temporary:
            write(measurement, CaseImages(self.case.name, labels, label_of(spine), ct), temporary)
            names = [file.name for file in temporary.iterdir()]
        if self.store is not None:
            self.store.save_files("report", key, [folder / name for name in names])


def label_of(spine: Spine) -> dict[Level, int]:
    return {level: number for number, level in spine.scheme.levels.items() if level in spine.vertebrae}


@contextmanager
def collecting(texts: list[str]) -> Iterator[None]:
    """Gather Corduroy's own warnings as texts; any other warning goes on to where it was going."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    finally:
        for warning in caught:
            if issubclass(warning.category, CorduroyWarning):
                texts.append(str(warning.message))
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


@lru_cache(maxsize=1)
def _source_hash() -> str:
    """Hash of this package's own code: a version number stays the same while code is being written."""
    package = Path(corduroy.__file__).parent
    return key_of(files={str(file.relative_to(package)): content_hash(file) for file in package.rglob("*.py")})
