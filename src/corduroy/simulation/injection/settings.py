"""What is injected, through what, how fast, and when it stops."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from corduroy.scales.yeom import YeomType


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Cement(_Settings):
    """How a cement flows while it cures: a Herschel-Bulkley fluid whose numbers follow a curve over time.

    Shear stress = yield + consistency · rate^index at each time after mixing; between the given times the logarithms
    of consistency and yield, and the index, are interpolated.
    """

    name: str
    """What reports call it."""

    times_s: tuple[float, ...] = ()
    """Seconds after mixing at the reference temperature, ascending."""

    consistency_pa_sn: tuple[float, ...] = ()
    """Pa·sⁿ at these times: the viscosity at a shear rate of 1/s."""

    index: tuple[float, ...] = ()
    """Exponent n at these times: 1 Newtonian, below 1 shear-thinning."""

    yield_pa: tuple[float, ...] = ()
    """Yield stress in Pa at these times; empty for none."""

    reference_temperature_c: float = 23.0
    """Temperature that the curve holds for, in °C."""

    faster_per_c: float = 0.058
    """Relative growth of the rate of curing per °C: ln 2 / 12 °C, because curing times of three cements were halved
    from 25 to 37 °C (Nicholas 2007, 10.1007/s10856-007-0125-2, abstract read)."""

    set_pa_s: float = 75e3
    """Viscosity of set cement in Pa·s, the largest that is used: three cements ended at 75 kPa·s (Nicholas 2007)."""

    setting_s: float | None = None
    """Seconds after mixing, at the reference temperature, from which it does not flow; None: the end of the curve."""

    source: str = "the user's"
    """Where the curve is from."""


class Gelatin(_Settings):
    """Gelatin sponge as particles that thicken the cement and catch in throats and outlets.

    No published value was found for any of these numbers: all are the author's choice, to be varied.
    """

    share: float = 0.0
    """Volume of sponge in the injected mixture, 0 to 0.5."""

    before_ml: float = 0.0
    """Volume of sponge given through the cannula before the cement, in ml."""

    densest_share: float = 0.6
    """Share at which the mixture no longer flows; viscosity grows as (1 - share / densest)^(-2.5 densest), after
    Krieger and Dougherty 1959, 10.1122/1.548848 (not verified against a primary source)."""

    caught_per_mm: float = 0.05
    """Share of the passing particles that clean bone catches per mm of path (deep-bed filtration), in proportion less
    as its limit comes near; lacunae and voids catch none."""

    pore_limit: float = 0.5
    """Share of the pores that caught particles can take."""

    clogging: float = 3.0
    """Permeability falls as (1 - caught / limit)^clogging, down to what is left open."""

    left_open: float = 0.1
    """Share of the permeability that is left where the pores have taken all they can."""

    outlet_catch: float = 0.5
    """Share of the particles that an outlet keeps when they come to it."""

    outlet_half_mm: float = 0.5
    """Thickness of a layer of caught particles that halves an outlet's conductance, in mm over its area."""


class Recipe(_Settings):
    """What is injected and what it displaces."""

    cement: Cement | None = None
    """The cement with its curve; needed."""

    gelatin: Gelatin | None = None
    """Gelatin sponge; None for none."""

    marrow_pa_s: float = 0.07
    """Viscosity of marrow in Pa·s: 0.044 to 0.142 in human yellow marrow (10.3233/BIR-2011-0587, abstract read)."""

    mixture_temperature_c: float = 23.0
    """Of the cement until it enters the bone, in °C."""

    body_temperature_c: float = 37.0
    """Of the cement in the bone, which it is taken to reach at once (author's choice), in °C."""

    upscaling: Literal["average", "bundle"] = "average"
    """From the shear rates in a pore to the viscosity in Darcy's law; see `rheology.effective_viscosity`."""


class Cannula(_Settings):
    """A bone cannula."""

    tip_mm: tuple[float, float, float]
    """World RAS+ mm of the middle of its opening."""

    direction: tuple[float, float, float]
    """World RAS+ direction from the hub to the tip; any length but zero."""

    bore_mm: float = 2.4
    """Inner diameter, in mm: between those of 11 and 13 G cannulae; author's choice."""

    length_mm: float = 125.0
    """From the syringe to the tip, in mm; author's choice."""

    backflow_gap_mm: float = 0.0
    """Gap between the cannula and the bone along its track, in mm; 0 for none."""


class Shot(_Settings):
    """One push."""

    volume_ml: float
    """What is injected, in ml."""

    rate_ml_s: float | None = 0.05
    """Flow rate in ml/s; None injects at the pressure limit."""

    cannulas: tuple[int, ...] = (0,)
    """Which cannulas, by their place in the schedule; they share the flow alike."""

    pause_before_s: float = 0.0
    """Time that passes, and cures, before it, in s."""

    pull_back_mm: float = 0.0
    """How far these cannulas are pulled back before it, in mm."""


class Schedule(_Settings):
    """Cannulas and shots."""

    cannulas: tuple[Cannula, ...]
    """One for a unipedicular, two for a bipedicular injection."""

    shots: tuple[Shot, ...]
    """In their order."""

    start_s: float = 300.0
    """Time from mixing to the first shot, in s; author's choice."""

    pressure_limit_mpa: float = 1.5
    """Largest pressure in the syringe, in MPa: what a hand reaches in a 1 ml syringe, 1 to 2 MPa (not verified against
    a primary source)."""

    plunger_diameter_mm: float = 4.7
    """Of the syringe, for the force on its plunger, in mm: a 1 ml syringe; author's choice."""


class StopRule(_Settings):
    """When a surgeon would stop."""

    leak_types: tuple[YeomType, ...] = ()
    """Stop as soon as cement passes a site of these types; empty: go on."""

    leak_mm3: float = 5.0
    """What has to pass before it is seen, in mm³; author's choice."""

    target_share: float | None = None
    """Stop when this share of the lesion's pores, or of the body's where there is none, is filled."""

    stalled_share: float = 0.02
    """Stop when the pressure limit lets through less than this share of the flow rate asked for, or, without one, of
    the shot's first flow."""


class InjectionSettings(_Settings):
    """Numerics."""

    displacement: Literal["piston", "corey"] = "piston"
    """How cement displaces marrow: all of it but the residual behind a front, or by relative permeabilities."""

    residual_marrow: float = 0.0
    """Share of the pores that keeps its marrow; author's choice."""

    corey_exponents: tuple[float, float] = (2.0, 2.0)
    """Of the relative permeability of cement and marrow, for `corey`; author's choice."""

    layers_per_step: float = 1.0
    """How many voxels the front may move, on average, before the pressure is solved again."""

    longest_step_s: float = 4.0
    """In s; bounds how much the cement cures within a step."""

    tolerance: float = 1e-5
    """Of the pressure's residual, relative to the flow."""

    stop: StopRule = StopRule()
    """When to stop."""
