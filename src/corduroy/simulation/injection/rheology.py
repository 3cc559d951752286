"""From a fluid's flow curve to the viscosity that Darcy's law needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.settings import Cement, Recipe

Array = NDArray[np.float64]

PA = 1e-6
"""MPa in a Pa."""
_RATES = np.logspace(-9, 7, 1601)
"""Shear rates at a pore's wall over which flow is integrated, in 1/s."""
FIRST_RATE, RATE_STEP = -5.0, 0.1
"""Table of viscosities: decimal logarithm of the first velocity over radius (1/s), and its step."""
_TABLE_RATES = 10.0 ** (FIRST_RATE + RATE_STEP * np.arange(101))
_AGES = 400
"""Rows of the table."""


@dataclass(frozen=True, eq=False)
class ViscosityTable:
    """Viscosity in Darcy's law over the cement's age and the flow in its pores.

    Parameters
    ----------
    log_mpa_s : ndarray, shape (ages, rates)
        Natural logarithm of the viscosity in MPa·s; ages from 0 in steps of `age_step_s`, rates as `FIRST_RATE` and
        `RATE_STEP` say.
    age_step_s : float
        In seconds of curing at the reference temperature.
    setting_s : float
        Age from which the cement does not flow.
    """

    log_mpa_s: Array
    age_step_s: float
    setting_s: float


def at_age(cement: Cement, age_s: Array) -> tuple[Array, Array, Array]:
    """Consistency (Pa·sⁿ), index and yield stress (Pa) at ages (s at the reference temperature)."""
    times = np.asarray(cement.times_s)
    consistency = np.exp(np.interp(age_s, times, np.log(cement.consistency_pa_sn)))
    index = np.interp(age_s, times, cement.index)
    if not cement.yield_pa:
        return consistency, index, np.zeros_like(consistency)
    least = 1e-9
    stress = np.exp(np.interp(age_s, times, np.log(np.maximum(cement.yield_pa, least))))
    return consistency, index, np.where(stress <= 2 * least, 0.0, stress)


def curing_rate(cement: Cement, temperature_c: float) -> float:
    """How much faster than at its reference temperature a cement cures."""
    return float(np.exp(cement.faster_per_c * (temperature_c - cement.reference_temperature_c)))


def effective_viscosity(
    consistency: float, index: float, yield_pa: float, largest: float, rule: str, speed_over_radius: NDArray[Any]
) -> Array:
    """Viscosity in Darcy's law for a fluid in pores of one radius.

    Parameters
    ----------
    consistency, index, yield_pa : float
        Of the flow curve, in Pa and s.
    largest : float
        Viscosity in Pa·s that the curve is held below.
    rule : str
        ``"average"``: the mean of the viscosity over the pore's cross-section, the semi-analytical averaging of
        Eberhard 2019 (10.3389/fphy.2019.00071) that did best for cement in Trivedi 2023
        (10.1007/s10237-023-01715-4); ``"bundle"``: what gives the right pressure drop in a round pore
        (Hagen-Poiseuille's viscosity).
    speed_over_radius : ndarray
        Mean velocity in the pore over its radius, in 1/s.

    Returns
    -------
    ndarray
        Pa·s.

    Notes
    -----
    In a round pore the shear stress grows in proportion to the radius, from 0 to that at the wall. Flow and mean
    viscosity are integrals over the stress; they are computed on a fine grid of wall rates and read off at the given
    velocities. Of both papers the abstract was read; the integrals are derived here. When this misleads: a mixture
    that slips at the wall, as cement does (arXiv 2312.11426), flows faster.
    """
    viscosity = np.minimum(consistency * _RATES ** (index - 1) + yield_pa / _RATES, largest)
    stress = viscosity * _RATES
    widths = np.diff(stress)

    def integral(values: Array, first: float) -> Array:
        return first + np.concatenate(([0.0], np.cumsum((values[1:] + values[:-1]) / 2 * widths)))

    flow = integral(stress**2 * _RATES, stress[0] ** 3 * _RATES[0] / 4) / stress**3
    if rule == "bundle":
        upscaled = stress / (4 * flow)
    else:
        upscaled = 2 * integral(viscosity * stress, viscosity[0] * stress[0] ** 2 / 2) / stress**2
    logs = np.interp(np.log(speed_over_radius), np.log(flow), np.log(upscaled))
    return np.asarray(np.exp(logs))


def viscosity_table(recipe: Recipe) -> ViscosityTable:
    """The cement of a recipe, upscaled."""
    cement = recipe.cement
    assert cement is not None
    last = cement.times_s[-1] if cement.setting_s is None else cement.setting_s
    ages = np.linspace(0.0, last, _AGES)
    rows = [
        effective_viscosity(k, n, y, cement.set_pa_s, recipe.upscaling, _TABLE_RATES)
        for k, n, y in zip(*at_age(cement, ages), strict=True)
    ]
    return ViscosityTable(np.log(np.array(rows) * PA), float(ages[1]), last)


def pipe_pressure(cement: Cement, age_s: float, flow_mm3_s: float, bore_mm: float, length_mm: float) -> float:
    """Pressure in MPa that drives a flow through a cannula.

    Parameters
    ----------
    cement : Cement
    age_s : float
        Seconds of curing at the reference temperature.
    flow_mm3_s, bore_mm, length_mm : float

    Notes
    -----
    Laminar flow in a round pipe without slip. When this misleads: real cement slips; the pressure is an upper bound.
    """
    if flow_mm3_s <= 0:
        return 0.0
    radius = bore_mm / 2
    k, n, y = (float(v[0]) for v in at_age(cement, np.array([age_s])))
    speed = flow_mm3_s / (np.pi * radius**2)
    viscosity = effective_viscosity(k, n, y, cement.set_pa_s, "bundle", np.array([speed / radius]))
    return float(8 * viscosity[0] * PA * length_mm * speed / radius**2)
