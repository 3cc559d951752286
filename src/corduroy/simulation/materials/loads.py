"""Compressive loads on a vertebra in daily life, by body weight and level, and the ratio of load to strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.errors import SettingsError
from corduroy.provenance import Measured

Direction = Literal["compression", "flexion", "extension", "lateral bending", "torsion"]
_GRAVITY_M_S2 = 9.81
_LOAD_ERROR = 0.4
"""Relative half-width of a load: author's choice. Implants measured large differences within and between persons
(10.1371/journal.pone.0098510, abstract read), and most rows rest on one person."""
_BODY_KG = (20.0, 250.0)
_PRESSURE_FACTOR = 0.66
"""Force over pressure times disc area: not verified against a primary source."""
_DISC_AREA_MM2 = 1800.0  # L4-L5 of the volunteer of 10.1097/00007632-199904150-00005: not verified
_WILKE = "10.1097/00007632-199904150-00005 (abstract read: one man of 70 kg, pressure in L4-L5; DOI not verified)"
_WILKE_KG = 70.0
_JOINT = "10.3389/fbioe.2021.661837, table 1 (read): total reaction at L4-L5 of a musculoskeletal model"


@dataclass(frozen=True)
class LoadCase:
    """A posture or activity and its compressive load at L4-L5.

    Parameters
    ----------
    name : str
    per_body_weight : float
        Load over body weight.
    direction : str
        Which load case of the spine it goes with.
    source : str
    """

    name: str
    per_body_weight: float
    direction: Direction
    source: str


def _from_pressure(name: str, pressure_mpa: float, direction: Direction) -> LoadCase:
    force = pressure_mpa * _DISC_AREA_MM2 * _PRESSURE_FACTOR
    return LoadCase(
        name,
        force / (_WILKE_KG * _GRAVITY_M_S2),
        direction,
        f"{pressure_mpa:g} MPa, {_WILKE}; force = pressure x 1800 mm2 x 0.66, both not verified",
    )


LOAD_CASES = (
    _from_pressure("standing", 0.5, "compression"),
    _from_pressure("lifting 20 kg close to the body", 1.1, "compression"),
    _from_pressure("lifting 20 kg, knees bent", 1.7, "flexion"),
    _from_pressure("lifting 20 kg, back bent", 2.3, "flexion"),
    LoadCase(
        "lifting, upright with stretched arms",
        2.28,
        "compression",
        "10.1016/j.clinbiomech.2013.11.018 (abstract read): 1500 N or 2.28 body weights at L3-L4, three persons",
    ),
    LoadCase("flexion 20 deg", 1.850, "flexion", _JOINT),
    LoadCase("extension 15 deg", 2.042, "extension", _JOINT),
    LoadCase("lateral bending 20 deg", 1.364, "lateral bending", f"{_JOINT}; the mean of right 1.359 and left 1.368"),
    LoadCase("axial rotation 15 deg", 1.105, "torsion", f"{_JOINT}; the mean of right 1.260 and left 0.949"),
)
_LEVEL_SOURCE = "10.29011/2575-8241.000134 (abstract read): one person lifting, three segments of the spine"
_LUMBAR, _MIDDLE, _UPPER = 1.0, 0.900, 0.522  # means of stoop (3594, 3200, 1730 N) and squat (2700, 2455, 1519 N)


def level_factor(level: Level) -> float:
    """Load at a level over that at L4-L5.

    Lumbar 1, T7-T12 0.90, T1-T6 0.52 (10.29011/2575-8241.000134; which vertebrae its segments hold was not read,
    author's choice).

    Raises
    ------
    SettingsError
        For cervical levels: no load was found.
    """
    if level.value.startswith(("L", "S")):
        return _LUMBAR
    if level.value.startswith("T"):
        return _MIDDLE if int(level.value[1:]) >= 7 else _UPPER
    raise SettingsError(f"a load at {level}", "T1 to S1: no cervical load was found")


def load_case(name: str) -> LoadCase:
    """A load case by its name.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    for case in LOAD_CASES:
        if case.name == name:
            return case
    raise SettingsError(f"load case '{name}'", f"one of {'; '.join(case.name for case in LOAD_CASES)}")


def compressive_load(case: LoadCase | str, body_mass_kg: float, level: Level) -> Measured:
    """Compressive force on a vertebra, in N.

    Parameters
    ----------
    case : LoadCase or str
    body_mass_kg : float
        20 to 250 kg.
    level : Level
        T1 to S1.

    Raises
    ------
    SettingsError
        If the mass is not that of a person, or the case or level has no load.

    Notes
    -----
    When this number misleads: kyphosis moves weight forward and raises the load, most at the thoracolumbar junction
    (PMC3431452); a lifted weight does not grow with body weight, as is assumed here.
    """
    if not _BODY_KG[0] <= body_mass_kg <= _BODY_KG[1]:
        raise SettingsError(f"a body mass of {body_mass_kg} kg", f"{_BODY_KG[0]:.0f} to {_BODY_KG[1]:.0f} kg")
    chosen = load_case(case) if isinstance(case, str) else case
    newton = chosen.per_body_weight * body_mass_kg * _GRAVITY_M_S2 * level_factor(level)
    return Measured(newton, "N", _LOAD_ERROR * newton, f"{chosen.name}: {chosen.source}; level: {_LEVEL_SOURCE}")


def load_to_strength(load: Measured, strength: Measured) -> Measured:
    """Load over strength; above 1 the bone is predicted to fail.

    Its half-width comes from both relative ones, first order.

    Raises
    ------
    SettingsError
        If units are not N or the strength is not above 0.
    """
    if load.unit != "N" or strength.unit != "N" or not strength.value > 0:
        raise SettingsError(f"a load of {load} and a strength of {strength}", "forces in N, the strength above 0")
    ratio = load.value / strength.value
    relative = float(np.hypot(load.uncertainty / load.value, strength.uncertainty / strength.value))
    return Measured(ratio, "1", ratio * relative, f"load to strength: {load.method}")
