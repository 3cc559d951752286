"""The injection against solutions on paper: how far off pressures, fronts and shapes are.

Each function returns relative errors. Cells are counted per radius or length.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize
from scipy.spatial.transform import Rotation

from benchmarks.injection_bodies import (
    BORE_MM,
    PERMEABILITY_MM2,
    POROSITY,
    ball,
    body_of,
    column,
    disc,
    newtonian,
    power_law,
    run,
    schedule,
)
from corduroy.errors import DoubtWarning
from corduroy.simulation.injection import InjectionResult, InjectionSettings, PorousBody, Recipe, inject

Array = NDArray[np.float64]

_PA = 1e-6
_RAYS = 600


@contextmanager
def knowingly(ratio: float) -> Iterator[None]:
    """Below a ratio of 1 the injection warns, as it must; whoever asks for such a ratio knows."""
    with warnings.catch_warnings():
        if ratio < 1:
            warnings.simplefilter("ignore", DoubtWarning)
        yield


def _along(result: InjectionResult, radii_mm: Array) -> Array:
    """Pressure at distances from the middle along the second axis, between voxels by straight lines."""
    middle = (np.array(result.fill.shape) - 1) / 2
    spacing = float(result.body.spacing_mm[0])
    line = result.pressure_mpa[int(middle[0]), :, int(middle[2])].astype(float)
    return np.asarray(np.interp(radii_mm / spacing + middle[1], np.arange(line.size), line))


def steady_sphere(cells: int) -> tuple[float, float]:
    """Errors of the pressure between 3 mm and three quarters of the radius, and in the opening; one viscosity."""
    radius, flow = 20.0, 50.0
    result = run(ball(cells, radius), newtonian(1.0), 1.0, 100.0, rate_mm3_s=flow)
    unit = flow * _PA / (4 * np.pi * PERMEABILITY_MM2)
    r = radius / cells * np.arange(int(3 * cells / radius) + 1, int(0.75 * cells))
    errors = _along(result, r) / (unit * (1 / r - 1 / radius)) - 1
    tip = unit * (2 / BORE_MM - 1 / radius)
    return float(np.abs(errors).max()), float(abs(result.tip_pressure_mpa[-1, 0] / tip - 1))


def steady_cylinder(cells: int) -> float:
    """Error of the pressure between a fifth and three quarters of the radius; one viscosity."""
    radius, flow = 20.0, 50.0
    spacing = radius / cells
    result = run(disc(cells, radius), newtonian(1.0), 1.0, 20.0, rate_mm3_s=flow)
    unit = flow * _PA / (2 * np.pi * PERMEABILITY_MM2 * spacing)
    r = spacing * np.arange(int(0.2 * cells), int(0.75 * cells))
    return float(np.abs(_along(result, r) / (unit * np.log(radius / r)) - 1).max())


def _even_rays() -> Array:
    """Directions spread evenly at random, the axes and diagonals among them."""
    rays = np.random.default_rng(3).standard_normal((_RAYS, 3))
    rays[:6] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1]]
    return np.asarray(rays / np.linalg.norm(rays, axis=1)[:, None])


def _radii_along(result: InjectionResult, rays: Array) -> Array:
    """Distance from the middle, along directions in the grid, at which the fill last falls below a half."""
    shape = np.array(result.fill.shape)
    steps = np.arange(0, shape.max() / 2, 0.05)
    places = ((shape - 1) / 2)[:, None, None] + rays.T[:, :, None] * steps
    along = ndimage.map_coordinates(result.fill, places.reshape(3, -1), order=1).reshape(len(rays), -1)
    last = along.shape[1] - 1 - np.argmax(along[:, ::-1] >= 0.5, axis=1)
    ray = np.arange(len(rays))
    inner, outer = along[ray, last], along[ray, last + 1]
    between = (inner - 0.5) / (inner - outer)
    return np.asarray((steps[last] + between * (steps[1] - steps[0])) * float(result.body.spacing_mm[0]))


def front_radii(result: InjectionResult, flat: bool) -> Array:
    """Radii of the front in all directions, or in those of a disc."""
    rays = _even_rays()
    if flat:
        rays = rays * [1, 1, 0]
        rays = rays[np.linalg.norm(rays, axis=1) > 0]
        rays /= np.linalg.norm(rays, axis=1)[:, None]
    return _radii_along(result, rays)


def piston(cells: int, ratio: float, sphere: bool) -> tuple[float, float, float]:
    """Piston-like displacement in three dimensions or in a disc, to `cells` voxels from the needle.

    Parameters
    ----------
    cells : int
    ratio : float
        Viscosity of the cement over the marrow's.
    sphere : bool
        Else a cylinder.

    Returns
    -------
    mean, shape, pressure : float
        Errors of the front's mean radius, of its radius in the worst direction, and of the pressure at three tenths of
        it, which drives it.
    """
    front, outer = 10.0, 15.0
    spacing = front / cells
    body = (ball if sphere else disc)(round(1.5 * cells), outer)
    volume = POROSITY * (4 / 3 * np.pi * front**3 if sphere else np.pi * front**2 * spacing)
    with knowingly(ratio):
        result = run(body, newtonian(ratio), 1.0, volume, rate_mm3_s=volume / 100)
    radii = front_radii(result, not sphere)
    before = result.injected_mm3[-2] / POROSITY
    at = (before * 3 / 4 / np.pi) ** (1 / 3) if sphere else (before / np.pi / spacing) ** 0.5
    r = 0.3 * front
    if sphere:
        exact = (ratio * (1 / r - 1 / at) + 1 / at - 1 / outer) / (4 * np.pi)
    else:
        exact = (ratio * np.log(at / r) + np.log(outer / at)) / (2 * np.pi * spacing)
    exact *= volume / 100 * _PA / PERMEABILITY_MM2
    pressure = float(_along(result, np.array([r]))[0])
    mean, worst = abs(radii.mean() / front - 1), np.abs(radii / front - 1).max()
    return float(mean), float(worst), abs(pressure / float(exact) - 1)


def piston_on_a_ray(cells: int, ratio: float, power: int) -> tuple[float, float]:
    """The same along one ray, where nothing can finger: errors of the front's place and of the driving pressure.

    Parameters
    ----------
    cells : int
        Of the ray, from a tenth of its length to its end.
    ratio : float
    power : int
        1 for a cylinder, 2 for a sphere.
    """
    length, start, front = 10.0, 1.0, 8.0
    body = column(cells, length, power)
    spacing = float(body.spacing_mm[0])
    section = spacing**2 / length**power
    volume = POROSITY * section * (front ** (power + 1) - start ** (power + 1)) / (power + 1)
    first = body.affine[:3, 3]
    plan = schedule(volume, volume / 100, [first], bore_mm=0.5 * spacing)
    with knowingly(ratio):
        result = inject(body, plan, Recipe(cement=newtonian(ratio), marrow_pa_s=1.0))
    r = start + spacing * (np.arange(cells) + 0.5)
    before = result.injected_mm3[-2] / POROSITY / section * (power + 1) + start ** (power + 1)
    at = before ** (1 / (power + 1))

    def potential(x: float) -> float:
        return float(np.log(x) if power == 1 else -1 / x)

    exact = ratio * (potential(at) - potential(r[0])) + potential(length) - potential(at)
    exact *= volume / 100 * _PA / PERMEABILITY_MM2 / section
    pores = np.diff(np.linspace(start, length, cells + 1) ** (power + 1))
    reached = float((result.fill[:, 0, 0] * pores).sum() + start ** (power + 1)) ** (1 / (power + 1))
    edge = start + spacing * float(result.fill[:, 0, 0].sum())
    place = max(abs(reached / front - 1), abs(edge / front - 1))
    return place, abs(float(result.pressure_mpa[0, 0, 0]) / exact - 1)


def power_law_pressure(cells: int, index: float) -> float:
    """Radial flow of a thinning fluid in a disc that is full of it: error of the pressure between two radii."""
    radius, consistency = 20.0, 10.0
    spacing = radius / cells
    volume = 1.2 * POROSITY * np.pi * radius**2 * spacing
    flow = volume / 200
    settings = InjectionSettings(layers_per_step=3.0, longest_step_s=1e3)
    result = run(disc(cells, radius), power_law(consistency, index), 1e-3, volume, settings, flow, upscaling="bundle")
    pore = np.sqrt(8 * PERMEABILITY_MM2 / POROSITY)
    r = np.linspace(0.25 * radius, 0.75 * radius, 2001)
    speed = flow / (2 * np.pi * r * spacing) / POROSITY
    viscosity = consistency * ((3 * index + 1) / (4 * index)) ** index * (4 * speed / pore) ** (index - 1)
    exact = np.trapezoid(viscosity * _PA * POROSITY * speed / PERMEABILITY_MM2, r)
    ends = _along(result, r[[0, -1]])
    return float(abs((ends[0] - ends[1]) / exact - 1))


def _from_one_end(body: PorousBody) -> PorousBody:
    """The same body, open at the far end of its first axis only."""
    site = body.sites[0]
    far = np.unravel_index(site.voxels, body.porosity.shape)[0] == body.porosity.shape[0] - 1
    site = replace(site, voxels=site.voxels[far], conductance_mm3=site.conductance_mm3[far])
    return replace(body, sites=(site,))


def buckley_leverett(cells: int, ratio: float) -> float:
    """Error of the front's place by Welge's tangent, in a row of voxels with quadratic relative permeabilities."""
    length = 40.0
    spacing = length / cells
    body = _from_one_end(body_of(np.ones((cells, 1, 1), bool), spacing, closed=(1, 2)))

    def share(s: float) -> float:
        return s**2 / (s**2 + (1 - s) ** 2 * ratio)

    def slope(s: float) -> float:
        return 2 * ratio * s * (1 - s) / (s**2 + ratio * (1 - s) ** 2) ** 2

    shock = float(optimize.brentq(lambda s: share(s) - s * slope(s), 1e-3, 1 - 1e-9))
    volume = 0.6 * POROSITY * length * spacing**2 * shock / share(shock)
    plan = schedule(volume, volume / 100, [body.affine[:3, 3]], bore_mm=0.5 * spacing)
    settings = InjectionSettings(displacement="corey", layers_per_step=0.25)
    with knowingly(ratio):
        result = inject(body, plan, Recipe(cement=newtonian(ratio), marrow_pa_s=1.0), settings)
    fill = result.fill[:, 0, 0]
    behind = int(np.flatnonzero(fill >= shock / 2)[-1])
    beyond = (fill[behind] - shock / 2) / max(float(fill[behind] - fill[behind + 1]), 1e-12)
    return float(abs((behind + 0.5 + beyond) * spacing / (0.6 * length) - 1))


def layered(cells: int, ratio: float) -> float:
    """Two layers, one four times as permeable, in free exchange: error of the worse front.

    Notes
    -----
    With piston-like displacement, layers thin against their length and free cross-flow, the mean flow has two shocks of
    speeds F/S and (1 - F)/(1 - S), S the faster layer's share of the pores and F its share of the mobility once it
    alone is full (the Riemann problem of the layers' pseudo fractional flow; derived here).
    """
    length, layers, fast = 40.0, 4, 4.0
    spacing = length / cells
    body = _from_one_end(body_of(np.ones((cells, 1, layers), bool), spacing, closed=(1, 2)))
    field = np.full(body.porosity.shape, PERMEABILITY_MM2, np.float32)
    field[:, :, layers // 2 :] *= fast
    end = body.sites[0]
    end = replace(end, conductance_mm3=2 * spacing * field.ravel()[end.voxels].astype(float))
    body = replace(body, permeability_mm2=(field, field, 100 * field), sites=(end,))
    volume = 0.35 * POROSITY * length * layers * spacing**2
    tips = [body.affine[:3, 3] + [0, 0, k * spacing] for k in range(layers)]
    plan = schedule(volume, volume / 100, tips, bore_mm=0.5 * spacing)
    fluids = Recipe(cement=newtonian(ratio), marrow_pa_s=1.0)
    result = inject(body, plan, fluids, InjectionSettings(layers_per_step=0.5))
    ahead = fast / (fast + ratio)
    mean = volume / (POROSITY * layers * spacing**2)
    fronts = result.fill.astype(float).sum(axis=0)[0] * spacing
    errors = fronts[layers // 2 :] / (2 * mean * ahead) - 1, fronts[: layers // 2] / (2 * mean * (1 - ahead)) - 1
    return float(np.abs(errors).max())


def turned_ball(cells: int) -> float:
    """Largest difference, over directions in the world, between fronts on a straight grid and on a turned one."""
    front, outer = 10.0, 15.0
    body = ball(round(1.5 * cells), outer)
    turn = Rotation.from_euler("zx", (45, 35), degrees=True).as_matrix()
    affine = body.affine.copy()
    affine[:3] = turn @ body.affine[:3]
    turned = replace(body, affine=affine)
    volume = POROSITY * 4 / 3 * np.pi * front**3
    radii = []
    for each in (body, turned):
        result = run(each, newtonian(30.0), 1.0, volume, rate_mm3_s=volume / 100)
        rays = _even_rays()
        back = np.linalg.inv(each.affine[:3, :3] / float(each.spacing_mm[0])) @ rays.T
        radii.append(_radii_along(result, back.T))
    return float(np.abs(radii[0] / radii[1] - 1).max())
