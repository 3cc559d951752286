"""Group ``published``: beside what was measured, as far as the open text gives what is needed.

Habib 2010 (Int J Spine Surg 4:26, abstract read) injected two cements into a benchmark body with a leak path at several
times after mixing and weighed what leaked. The body's permeability, the path, the volume and the cements' curves are
not in the text that could be read; here they are the author's choice, none tuned to the measurement, and only the
course over time and the order of the cements are compared. Where cement is far more viscous than what it displaces, its
own viscosity decides nothing; the explanations show by what else the leak falls: a displaced fluid nearer to cement's
viscosity, or a hand that cannot push on. Neither is known of the experiment, so neither counts as a result.

Of Trivedi 2023 (10.1007/s10237-023-01715-4) and Loeffel 2008 the geometry and parameters could not be read; nothing of
theirs is compared beyond the rule of averaging.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.figures import Figure, Target
from benchmarks.groups import Report
from benchmarks.injection_phantoms import hole, phantom, plan
from benchmarks.pool import Tick
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import CEMENTS, PorousBody, Recipe, inject
from corduroy.simulation.injection.openings import channels

_MEASURED_G = {
    ("low-viscosity", 3.5): 4.0,
    ("low-viscosity", 9.5): 2.6,
    ("high-viscosity", 3.5): 1.5,
    ("high-viscosity", 6.5): 0.92,
}
"""Mean mass of leaked cement; standard deviations 1.2, 1.2, 1.2, 0.6 g."""
_VOLUME_ML = 10.0
_PATH_MM, _PATH_LONG_MM = 3.0, 8.0


@dataclass(frozen=True)
class _Way:
    """One way to fill in what the text does not give."""

    words: str
    marrow_pa_s: float
    limit_mpa: float


_USUAL = _Way("", Recipe().marrow_pa_s, 1e9)
_OTHERS = (
    _Way(", if marrow were 100 times as viscous", 100 * _USUAL.marrow_pa_s, 1e9),
    _Way(", if the syringe gave 1.5 MPa at most", _USUAL.marrow_pa_s, 1.5),
)
_COARSE_MM = 2.0
"""Voxels of these explanations."""


def measure(quick: bool, tick: Tick) -> Report:
    """What leaks, over what the low-viscosity cement leaks at 3.5 minutes; then why it does not fall as measured."""
    work = [(_USUAL, _COARSE_MM if quick else 1.0), *((way, _COARSE_MM) for way in _OTHERS)]
    figures: list[Figure] = []
    for done, (way, spacing) in enumerate(work, 1):
        leaked = _leaked(_with_path(spacing), way)
        figures += _beside_measured(leaked, way.words)
        if way is _USUAL:
            order = sorted(leaked, key=lambda key: leaked[key]) == sorted(_MEASURED_G, key=lambda key: _MEASURED_G[key])
            figures.append(Figure("the four leaks are in the measured order", float(order), "", Target(1, 1)))
        tick(done, len(work))
    return Report(figures)


def _leaked(body: PorousBody, way: _Way) -> dict[tuple[str, float], float]:
    leaked = {}
    for name, minutes in _MEASURED_G:
        # the mixture of the experiment was at room temperature; so is the body
        recipe = Recipe(cement=CEMENTS[name], body_temperature_c=23.0, marrow_pa_s=way.marrow_pa_s)
        given = {"start_s": 60 * minutes, "pressure_limit_mpa": way.limit_mpa}
        schedule = plan(volume_ml=_VOLUME_ML).model_copy(update=given)
        leaked[name, minutes] = float(inject(body, schedule, recipe).leaked_mm3[-1].sum())
    return leaked


def _beside_measured(leaked: dict[tuple[str, float], float], words: str) -> list[Figure]:
    first = next(iter(_MEASURED_G))
    return [
        Figure(
            f"leak over that of low-viscosity cement at 3.5 min (peer: measured){words}: {name} at {minutes:g} min",
            leaked[name, minutes] / leaked[first],
            "",
            None,
            measured / _MEASURED_G[first],
        )
        for (name, minutes), measured in _MEASURED_G.items()
        if (name, minutes) != first
    ]


def _with_path(spacing_mm: float) -> PorousBody:
    """Even bone with a round path from the back wall to near the needle."""
    path = replace(hole("leak path", YeomType.B, np.array([0.0, -1.0, 0.0]), _PATH_MM), channel_mm=_PATH_LONG_MM)
    body = phantom(spacing_mm, (path,))
    width = channels(body.affine, body.active, (path,))
    a, b, c = (np.maximum(field, width**2 / 32).astype(np.float32) for field in body.permeability_mm2)
    return replace(body, permeability_mm2=(a, b, c))
