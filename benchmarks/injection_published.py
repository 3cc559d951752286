"""Group ``published``: beside what was measured, as far as the open text gives what is needed.

Habib 2010 (Int J Spine Surg 4:26, abstract read) injected two cements into a benchmark body with a leak path at several
times after mixing and weighed what leaked. The body's permeability, the path, the volume and the cements' curves are
not in the text that could be read; here they are the author's choice, none tuned to the measurement, and only the
course over time and the order of the cements are compared. Of Trivedi 2023 (10.1007/s10237-023-01715-4) and Loeffel
2008 the geometry and parameters could not be read; nothing of theirs is compared beyond the rule of averaging.
"""

from __future__ import annotations

from dataclasses import replace

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


def measure(quick: bool, tick: Tick) -> Report:
    """What leaks, over what the low-viscosity cement leaks at 3.5 minutes."""
    body = _with_path(2.0 if quick else 1.0)
    leaked = {}
    for done, (name, minutes) in enumerate(_MEASURED_G, 1):
        # the mixture of the experiment was at room temperature; so is the body
        recipe = Recipe(cement=CEMENTS[name], body_temperature_c=23.0)
        schedule = plan(volume_ml=_VOLUME_ML).model_copy(update={"start_s": 60 * minutes})
        leaked[name, minutes] = float(inject(body, schedule, recipe).leaked_mm3[-1].sum())
        tick(done, len(_MEASURED_G))
    first = ("low-viscosity", 3.5)
    figures = [
        Figure(
            f"{name} cement at {minutes:g} min: leak over that of low viscosity at 3.5 min (peer: measured)",
            leaked[name, minutes] / leaked[first],
            "",
            None,
            measured / _MEASURED_G[first],
        )
        for (name, minutes), measured in _MEASURED_G.items()
    ]
    order = sorted(leaked, key=lambda key: leaked[key]) == sorted(_MEASURED_G, key=lambda key: _MEASURED_G[key])
    figures.append(Figure("the four leaks are in the measured order", float(order), "", Target(1, 1)))
    return Report(figures)


def _with_path(spacing_mm: float) -> PorousBody:
    """Even bone with a round path from the back wall to near the needle."""
    path = replace(hole("leak path", YeomType.B, np.array([0.0, -1.0, 0.0]), _PATH_MM), channel_mm=_PATH_LONG_MM)
    body = phantom(spacing_mm, (path,))
    width = channels(body.affine, body.active, (path,))
    a, b, c = (np.maximum(field, width**2 / 32).astype(np.float32) for field in body.permeability_mm2)
    return replace(body, permeability_mm2=(a, b, c))
