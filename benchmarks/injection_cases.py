"""Group ``analytic``: every solution on paper, with its target."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import injection_analytic as analytic
from benchmarks.figures import Figure, Target, at_least, at_most
from benchmarks.groups import Report
from benchmarks.pool import Tick

_RATIOS = (0.01, 0.1, 1.0, 10.0, 100.0)
_HELD = " (front held: it would finger)"

Step = Callable[[], list[Figure]]


def measure(quick: bool, tick: Tick) -> Report:
    """Compute all errors, in percent of the exact value."""
    cells = 20 if quick else 40
    steps: list[Step] = [lambda: _steady(cells), *_rays(cells), *_rounds(cells, quick), *_others(quick)]
    figures: list[Figure] = []
    for done, step in enumerate(steps, 1):
        figures += step()
        tick(done, len(steps))
    return Report(figures)


def _percent(name: str, error: float, most: float | None) -> Figure:
    return Figure(name, 100 * error, "%", None if most is None else at_most(most))


def _steady(cells: int) -> list[Figure]:
    field, tip = analytic.steady_sphere(cells)
    return [
        _percent("steady sphere: pressure, largest error", field, 1.0),
        _percent("steady sphere: pressure in the needle's opening", tip, 1.0),
        _percent("steady cylinder: pressure, largest error", analytic.steady_cylinder(cells), 1.0),
    ]


def _rays(cells: int) -> list[Step]:
    """Along one ray, where nothing can finger: all ratios, with the order of convergence."""
    return [
        lambda power=power, ratio=ratio: _ray(cells, ratio, power)  # type: ignore[misc]
        for power in (1, 2)
        for ratio in _RATIOS
    ]


def _ray(cells: int, ratio: float, power: int) -> list[Figure]:
    kind = "cylinder" if power == 1 else "sphere"
    name = f"piston along a ray, {kind}, viscosity ratio {ratio:g}"
    coarse, fine = (analytic.piston_on_a_ray(n, ratio, power) for n in (cells // 2, cells))
    return [
        _percent(f"{name}: front", fine[0], 3.0),
        _percent(f"{name}: driving pressure", fine[1], 3.0),
        Figure(f"{name}: pressure error at half the cells over that", coarse[1] / fine[1], "", at_least(2.0)),
    ]


def _rounds(cells: int, quick: bool) -> list[Step]:
    """In a disc and in a ball: the front's mean, its shape, the pressure."""
    ratios = (0.01, 100.0) if quick else _RATIOS
    return [
        lambda sphere=sphere, ratio=ratio: _round(cells, ratio, sphere)  # type: ignore[misc]
        for sphere in (False, True)
        for ratio in ratios
    ]


def _round(cells: int, ratio: float, sphere: bool) -> list[Figure]:
    name = f"piston in a {'ball' if sphere else 'disc'}, viscosity ratio {ratio:g}{_HELD if ratio < 1 else ''}"
    _, coarse_worst, coarse_pressure = analytic.piston(cells // 2, ratio, sphere)
    mean, worst, pressure = analytic.piston(cells, ratio, sphere)
    return [
        _percent(f"{name}: front's mean radius", mean, 3.0),
        _percent(f"{name}: front's radius in the worst of 600 directions", worst, 5.0),
        _percent(f"{name}: driving pressure", pressure, 3.0),
        Figure(f"{name}: worst radius's error at half the cells over that", coarse_worst / worst, "", at_least(2.0)),
        Figure(f"{name}: pressure error at half the cells over that", coarse_pressure / pressure, "", at_least(2.0)),
    ]


def _others(quick: bool) -> list[Step]:
    row = 200 if quick else 800
    return [
        *(lambda n=n: [_thinning(24 if quick else 40, n)] for n in (0.5, 0.7, 0.9)),  # type: ignore[misc]
        *(lambda ratio=ratio: [_welge(row, ratio)] for ratio in (0.1, 1.0, 10.0)),  # type: ignore[misc]
        *(lambda ratio=ratio: [_layers(ratio)] for ratio in (1.0, 2.0)),  # type: ignore[misc]
        lambda: [_turned(16 if quick else 32)],
    ]


def _thinning(cells: int, index: float) -> Figure:
    return _percent(f"power law, index {index:g}: radial pressure", analytic.power_law_pressure(cells, index), 3.0)


def _welge(cells: int, ratio: float) -> Figure:
    name = f"Buckley and Leverett, viscosity ratio {ratio:g}, {cells} voxels: front"
    return _percent(name, analytic.buckley_leverett(cells, ratio), 3.0)


def _layers(ratio: float) -> Figure:
    name = f"two layers with cross-flow, viscosity ratio {ratio:g}: worse of the two fronts"
    return _percent(name, analytic.layered(200, ratio), 3.0)


def _turned(cells: int) -> Figure:
    """Straight grid against turned grid, in directions of the world."""
    name = (
        "ball injected on a grid turned by 45 degrees about one axis and 35 about another: largest difference of radii"
    )
    return Figure(name, 100 * analytic.turned_ball(cells), "%", Target(high=5.0))
