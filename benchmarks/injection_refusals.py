"""Group ``bad-input``: every impossible injection is refused by name before anything is computed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from rich.table import Table
from rich.text import Text

from benchmarks.figures import Row, Target, at_most, fill
from benchmarks.groups import Report
from benchmarks.injection_phantoms import RECIPE, phantom, plan
from benchmarks.pool import Tick
from corduroy.errors import CorduroyError
from corduroy.simulation.injection import Cannula, Gelatin, PorousBody, Recipe, Schedule, Shot, inject

Case = tuple[PorousBody, Schedule, Recipe]


def measure(quick: bool, tick: Tick) -> Report:
    """Try them all; few enough that `quick` changes nothing."""
    del quick
    body = phantom(2.0, ())
    cases = _cases(body)
    table = Table(title="answers to bad input", title_justify="left", box=None, pad_edge=False)
    table.add_column("input")
    table.add_column("said")
    refused, slowest = 0, 0.0
    for done, (name, make) in enumerate(cases.items(), 1):
        clock = time.process_time()
        try:
            inject(*make())
            said = "was not refused"
        except CorduroyError as error:
            said, refused = f"{type(error).__name__}: {error}", refused + 1
        slowest = max(slowest, time.process_time() - clock)
        table.add_row(name, Text(said))
        tick(done, len(cases))
    rows = (
        Row("refused", f"impossible injections refused by name, of {len(cases)}", "", Target(len(cases), len(cases))),
        Row("slowest", "longest time to a refusal, processors' time", "s", at_most(1.0)),
    )
    return Report(fill(rows, {"refused": refused, "slowest": slowest}), (table,))


def _cases(body: PorousBody) -> dict[str, Callable[[], Case]]:
    usual = plan()
    far = Cannula(tip_mm=(0.0, 40.0, 0.0), direction=(0.0, 1.0, 0.0))

    def shots(*given: Shot) -> Callable[[], Case]:
        return lambda: (body, usual.model_copy(update={"shots": given}), RECIPE)

    def recipe(given: Recipe) -> Callable[[], Case]:
        return lambda: (body, usual, given)

    return {
        "cannula outside the bone": lambda: (body, usual.model_copy(update={"cannulas": (far,)}), RECIPE),
        "pulled back out of the bone": shots(Shot(volume_ml=1.0, pull_back_mm=40.0)),
        "no path": lambda: (_cut(body), usual, RECIPE),
        "no way out": lambda: (replace(body, sites=()), usual, RECIPE),
        "permeability zero": lambda: (_tight(body), usual, RECIPE),
        "negative volume": shots(Shot(volume_ml=-1.0)),
        "no volume": shots(Shot(volume_ml=0.0)),
        "negative rate": shots(Shot(volume_ml=1.0, rate_ml_s=-0.05)),
        "a second cannula that is not there": shots(Shot(volume_ml=1.0, cannulas=(0, 1))),
        "negative pause": shots(Shot(volume_ml=1.0, pause_before_s=-5.0)),
        "no shots": shots(),
        "recipe without curve": recipe(Recipe()),
        "marrow without viscosity": recipe(RECIPE.model_copy(update={"marrow_pa_s": 0.0})),
        "nine tenths of gelatin": recipe(RECIPE.model_copy(update={"gelatin": Gelatin(share=0.9)})),
    }


def _tight(body: PorousBody) -> PorousBody:
    field = np.where(body.active, np.float32(0), np.float32(0))
    return replace(body, permeability_mm2=(field, *body.permeability_mm2[1:]))


def _cut(body: PorousBody) -> PorousBody:
    """Only the end beyond a gap is open."""
    porosity = body.porosity.copy()
    porosity[3] = 0
    (cortex,) = body.sites
    beyond = np.unravel_index(cortex.voxels, porosity.shape)[0] < 3
    site = replace(cortex, voxels=cortex.voxels[beyond], conductance_mm3=cortex.conductance_mm3[beyond])
    return replace(body, porosity=porosity, sites=(site,))
