"""The named, cited laws for vertebral bone. Each says what was read of its source.

Left out: the power laws of 10.1186/s12891-021-04571-4, whose coefficients could not be read (its abstract gives only
the specimens: 48 from 13 lumbar vertebrae, 14.5-137.8 mg CaHA/ml, which are used here as the range of trabecular bone).
"""

from __future__ import annotations

from corduroy.errors import SettingsError
from corduroy.imaging.density_kinds import DensityKind
from corduroy.simulation.materials.law import Law, Line, Power, Quantity

_NOT_VERIFIED = "not verified against a primary source"
_QCT_RANGE = (0.019, 0.126)  # 14.5 and 137.8 mg CaHA/ml as K2HPO4 by the line of Faulkner 1993
_QCT_RANGE_SOURCE = "range of lumbar specimens in 10.1186/s12891-021-04571-4; the law's own range was not read"
_WET_RANGE = (0.09, 0.35)
_WET_RANGE_SOURCE = "range of vertebral trabecular bone in the review PMID 35005442; the law's own range was not read"
_KOPPERDAHL_DOI = "10.1016/S0736-0266(01)00185-1"
_KOPPERDAHL_SITE = "human vertebral trabecular bone, cored along the axis, compression"

MORGAN_2003 = Law(
    "Morgan 2003",
    "axial modulus",
    "human vertebral trabecular bone, 61 specimens, on-axis",
    DensityKind.APPARENT_WET,
    Power(4730.0, 1.56),
    _WET_RANGE,
    _WET_RANGE_SOURCE,
    None,
    "10.1016/s0021-9290(03)00071-x",
    "abstract read (61 vertebral specimens, exponents 1.49-2.18); coefficients as in table 1 of an IJSS article and in "
    f"Ogo, {_NOT_VERIFIED}",
)
KOPPERDAHL_2002 = Law(
    "Kopperdahl 2002, linear",
    "axial modulus",
    _KOPPERDAHL_SITE,
    DensityKind.K2HPO4,
    Line(-34.7, 3230.0),
    _QCT_RANGE,
    _QCT_RANGE_SOURCE,
    None,
    _KOPPERDAHL_DOI,
    f"coefficients as in Ogo (there named after Crawford 2003), DOI and calibration material {_NOT_VERIFIED}",
)
FE_REFERENCE = Law(
    "Walle 2025 finite-element reference",
    "axial modulus",
    f"{_KOPPERDAHL_SITE}; used for all bone of a vertebra, shell and arch too",
    DensityKind.K2HPO4,
    Power(2980.0, 1.05),
    _QCT_RANGE,
    _QCT_RANGE_SOURCE,
    None,
    "10.1093/gigascience/giaf094",
    "read in the reference's own notebook, where it is named after Kopperdahl 2002",
)
KELLER_1994 = Law(
    "Keller 1994, vertebra",
    "axial modulus",
    "human lumbar vertebral trabecular bone",
    DensityKind.ASH,
    Power(1890.0, 1.92),
    (0.05, 0.26),
    "author's choice: the wet range of PMID 35005442 times the ash share 0.6; the law's own range was not read",
    None,
    "PMC6069821, table 1",
    f"read in that table, {_NOT_VERIFIED}",
)
KOPPERDAHL_2002_YIELD = Law(
    "Kopperdahl 2002, linear",
    "compressive yield stress",
    _KOPPERDAHL_SITE,
    DensityKind.K2HPO4,
    Line(-0.75, 24.9),
    _QCT_RANGE,
    _QCT_RANGE_SOURCE,
    None,
    _KOPPERDAHL_DOI,
    _NOT_VERIFIED,
)
FE_REFERENCE_YIELD = Law(
    "Walle 2025 finite-element reference",
    "compressive yield stress",
    f"{_KOPPERDAHL_SITE}; used in tension too, Mohr-Coulomb",
    DensityKind.K2HPO4,
    Power(37.4, 1.39),
    _QCT_RANGE,
    _QCT_RANGE_SOURCE,
    None,
    "10.1093/gigascience/giaf094",
    "read in the reference's own notebook, where it is named after Kopperdahl 2002",
)
KELLER_1994_STRENGTH = Law(
    "Keller 1994, vertebra",
    "compressive strength",
    "human lumbar vertebral trabecular bone",
    DensityKind.ASH,
    Power(284.0, 2.27),
    (0.05, 0.26),
    KELLER_1994.range_source,
    None,
    "PMC6069821, table 1",
    f"read in that table, {_NOT_VERIFIED}",
)

LAWS = (
    MORGAN_2003,
    KOPPERDAHL_2002,
    FE_REFERENCE,
    KELLER_1994,
    KOPPERDAHL_2002_YIELD,
    FE_REFERENCE_YIELD,
    KELLER_1994_STRENGTH,
)


def laws_for(quantity: Quantity, kind: DensityKind | None = None) -> tuple[Law, ...]:
    """The laws of a quantity, and of a density kind if one is given."""
    return tuple(law for law in LAWS if law.quantity == quantity and kind in (None, law.kind))


def law_named(name: str, quantity: Quantity) -> Law:
    """A law by its name.

    Raises
    ------
    SettingsError
        If there is none; the message lists those there are.
    """
    for law in laws_for(quantity):
        if law.name.casefold() == name.casefold():
            return law
    raise SettingsError(f"law '{name}'", f"one of {', '.join(law.name for law in laws_for(quantity))}")
