"""All states of one vertebra, alone and among its neighbours, with intervals and the loads of daily life."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import ModelError, SettingsError
from corduroy.imaging.density import Calibration
from corduroy.imaging.volume import Volume
from corduroy.provenance import Measured
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.materials.loads import compressive_load, load_to_strength
from corduroy.simulation.vertebra.bones import sample_bones
from corduroy.simulation.vertebra.capped import CAP_MM
from corduroy.simulation.vertebra.evaluate import VertebraResult, evaluate_vertebra
from corduroy.simulation.vertebra.grid import ModelGrid
from corduroy.simulation.vertebra.intervals import Sampled, change_percent, sample_results, with_interval
from corduroy.simulation.vertebra.neighbours import SegmentResult, evaluate_segment
from corduroy.simulation.vertebra.segment import build_segment
from corduroy.simulation.vertebra.states import Alterations, State, Subject

Tick = Callable[[int, int], None]

STANDING, LIFTING = "standing", "lifting, upright with stretched arms"
"""The two loads that strength is compared with, by their names among `LOAD_CASES`."""
WITHOUT_LOADS_N = 500.0
"""Reference load of fields where no published load exists. Author's choice."""
_COARSE_MM = 2.5
"""Voxels of the drawn models: only ratios are taken from them. Author's choice."""


@dataclass(frozen=True)
class AssessSettings:
    """How finely and how often.

    Parameters
    ----------
    voxel_mm : float
    samples : int
        Draws for the intervals; 0 for none.
    body_mass_kg : float
    materials : Materials
    """

    voxel_mm: float = 1.0
    samples: int = 10
    body_mass_kg: float = 70.0
    materials: Materials = field(default_factory=Materials)


@dataclass(frozen=True, eq=False)
class StateResult:
    """One state with its intervals; a half-width is NaN where nothing was sampled.

    Parameters
    ----------
    vertebra : VertebraResult
    segment : SegmentResult or None
    stiffness, strength : Measured or None
        N/mm, N. Strength: elastic-plastic, at 1.9 % apparent strain.
    load_to_strength : dict of str to Measured
    stiffness_change, strength_change : Measured or None
        Percent against the vertebra as it is; None for that itself.
    """

    vertebra: VertebraResult
    segment: SegmentResult | None
    stiffness: Measured
    strength: Measured | None
    load_to_strength: Mapping[str, Measured]
    stiffness_change: Measured | None
    strength_change: Measured | None


@dataclass(frozen=True, eq=False)
class Assessment:
    """The mechanics of one vertebra.

    Parameters
    ----------
    level : Level
    states : dict of State to StateResult
    loads : dict of str to Measured
        N.
    sampled : Sampled or None
    subject : Subject
        On the fine grid.
    donor : str
        Whose bone the intact-like reference was made of; empty without a lesion.
    missing : dict of str to str
    """

    level: Level
    states: Mapping[State, StateResult]
    loads: Mapping[str, Measured]
    sampled: Sampled | None
    subject: Subject
    donor: str
    missing: Mapping[str, str]


def assess(
    spine: Spine,
    level: Level,
    alterations: Alterations,
    calibration: Calibration,
    rng: np.random.Generator,
    settings: AssessSettings | None = None,
    tick: Tick | None = None,
) -> Assessment:
    """Compare the states of one vertebra.

    Parameters
    ----------
    spine : Spine
        With its CT.
    level : Level
    alterations : Alterations
        What is not given leaves out its states.
    calibration : Calibration
    rng : numpy.random.Generator
        For the intervals.
    settings : AssessSettings, optional
    tick : callable, optional
        Told how many of how many models are done.

    Raises
    ------
    ModelError
        If the level is absent or has no body, the scan does not show it, or a model cannot be held.
    SettingsError
        For a voxel size, number of samples or body mass out of range.

    Notes
    -----
    When this misleads: bone, cement and discs are one isotropic solid, perfectly bonded and strained once; nothing
    creeps, cracks or heals.
    """
    chosen = settings or AssessSettings()
    if spine.ct is None:
        raise ModelError("labels without a CT", "grey values, from which density follows")
    vertebrae, alone = _vertebrae(spine, level)
    loads, missing = _loads(level, chosen.body_mass_kg)
    if alone:
        missing["segment"] = alone
    work = _Work(
        vertebrae, level, spine.ct, alterations, calibration, chosen, _Counter(tick, alterations, chosen, alone)
    )
    reference = loads[STANDING].value if loads else WITHOUT_LOADS_N
    found = {state: work.vertebra(state, reference) for state in alterations.states()}
    segments = {} if alone else work.segments(reference, missing)
    sampled = work.sampled(rng)
    states = {state: _state_result(found, segments.get(state), state, sampled, loads) for state in alterations.states()}
    for state, result in found.items():
        missing |= {f"strength, {state.words}": note for note in result.notes}
    return Assessment(level, states, loads, sampled, work.subject, work.donor, missing)


def _vertebrae(spine: Spine, level: Level) -> tuple[list[Vertebra], str]:
    """The vertebra with both neighbours, or alone with the reason why."""
    own = spine.vertebrae.get(level)
    if own is None or own.body is None:
        seen = ", ".join(v.level for v in spine.vertebrae.values() if v.body is not None)
        raise ModelError(f"{level} is not in view, or has no body that was found", f"one of {seen}")
    above, below = spine.neighbours(level)
    if above is None or below is None or above.body is None or below.body is None or above.cut or below.cut:
        return [own], "not computed: the vertebrae above and below are not both in view as a whole"
    return [above, own, below], ""


def _loads(level: Level, mass_kg: float) -> tuple[dict[str, Measured], dict[str, str]]:
    try:
        return {name: compressive_load(name, mass_kg, level) for name in (STANDING, LIFTING)}, {}
    except SettingsError as error:
        if "body mass" in error.got:
            raise
        return {}, {"loads": f"not computed: {error}"}


class _Counter:
    """Models done of all, told to whoever watches."""

    def __init__(self, tick: Tick | None, alterations: Alterations, settings: AssessSettings, alone: str) -> None:
        states = len(alterations.states())
        self._tick = tick
        self._done = 0
        self._total = states * (1 if alone else 2) + (states * (settings.samples + 1) if settings.samples else 0)

    def __call__(self) -> None:
        self._done += 1
        if self._tick is not None:
            self._tick(self._done, self._total)


@dataclass
class _Work:
    """What all models share."""

    vertebrae: list[Vertebra]
    level: Level
    ct: Volume
    alterations: Alterations
    calibration: Calibration
    settings: AssessSettings
    counter: _Counter

    def __post_init__(self) -> None:
        self.subject = self._subject(self.settings.voxel_mm)
        lesion, own = self.subject.lesion, self.subject.bones.bone(self.level)
        if self.alterations.lesion is not None and (lesion is None or not (lesion & own).any()):
            raise ModelError(f"a lesion that does not lie in {self.level}", "a lesion in the bone of that vertebra")
        neighbours = " and ".join(v.level for v in self.vertebrae if v.level is not self.level)
        healthy = self.subject.donor() is None
        self.donor = "" if lesion is None else f"{self.level}, healthy part" if healthy else f"bodies of {neighbours}"

    def _subject(self, voxel_mm: float) -> Subject:
        frame = next(v.frame for v in self.vertebrae if v.level is self.level)
        grid = ModelGrid.around([v.mask for v in self.vertebrae], frame, voxel_mm, max(CAP_MM, voxel_mm) + 2 * voxel_mm)
        return Subject.on(sample_bones(grid, self.vertebrae, self.ct), self.level, self.alterations)

    def vertebra(self, state: State, load_n: float) -> VertebraResult:
        found = evaluate_vertebra(self.subject, state, self.calibration, load_n, self.settings.materials)
        self.counter()
        return found

    def segments(self, load_n: float, missing: dict[str, str]) -> dict[State, SegmentResult]:
        """Three vertebrae; what cannot be built is noted with its reason."""
        try:
            segment = build_segment(self.subject.bones)
        except ModelError as error:
            missing["segment"] = f"not computed: {error}"
            return {}
        subject = replace(self.subject, bones=segment.bones)
        found = {}
        for state in self.alterations.states():
            found[state] = evaluate_segment(subject, segment, state, self.calibration, load_n, self.settings.materials)
            self.counter()
        return found

    def sampled(self, rng: np.random.Generator) -> Sampled | None:
        if not self.settings.samples:
            return None
        states = self.alterations.states()
        coarse = self._subject(max(_COARSE_MM, self.settings.voxel_mm))
        return sample_results(
            coarse,
            states,
            self.calibration,
            rng,
            self.settings.samples,
            self.settings.materials,
            self.counter,
        )


def _state_result(
    found: Mapping[State, VertebraResult],
    segment: SegmentResult | None,
    state: State,
    sampled: Sampled | None,
    loads: Mapping[str, Measured],
) -> StateResult:
    own, before = found[state], found[State.AS_IS]
    unknown = np.full(2, np.nan)
    method = "not sampled" if sampled is None else sampled.method

    def ratios(of: State, stiffness: bool) -> np.ndarray:
        if sampled is None:
            return unknown
        return (sampled.stiffness if stiffness else sampled.strength)[of]

    def change(value: float | None, base: float | None, stiffness: bool) -> Measured | None:
        if state is State.AS_IS or value is None or base is None:
            return None
        return change_percent(value, base, ratios(state, stiffness), ratios(State.AS_IS, stiffness), method)

    strength = None
    if own.strength_n is not None:
        strength = with_interval(own.strength_n, "N", ratios(state, False), f"elastic-plastic force at 1.9 %; {method}")
    return StateResult(
        own,
        segment,
        with_interval(own.stiffness_n_per_mm, "N/mm", ratios(state, True), f"linear, between end caps; {method}"),
        strength,
        {} if strength is None else {name: load_to_strength(load, strength) for name, load in loads.items()},
        change(own.stiffness_n_per_mm, before.stiffness_n_per_mm, True),
        change(own.strength_n, before.strength_n, False),
    )
