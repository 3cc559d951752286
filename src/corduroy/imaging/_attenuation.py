"""Mass attenuation coefficients by photon energy, for the tissues and calibration materials of a CT.

From the tables of the NIST (https://physics.nist.gov/PhysRefData/XrayMassCoef, ICRU-44 tissues; XCOM for compounds),
as the calibration of 10.1016/j.medengphy.2020.01.009 uses them: linear between the tabulated energies.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from corduroy.imaging.volume import FloatArray

Tissue = Literal["adipose", "air", "blood", "bone", "muscle"]
"""Reference tissues: subcutaneous fat, air, blood in the aorta, dense cortical bone, skeletal muscle."""
Material = Literal["adipose", "air", "blood", "bone", "muscle", "K2HPO4", "hydroxyapatite", "triglyceride", "water"]

_ENERGY_KEV = (40.0, 50.0, 60.0, 80.0, 100.0, 150.0, 200.0)
_CM2_PER_G: dict[Material, tuple[float, ...]] = {
    "adipose": (0.2396, 0.2123, 0.1974, 0.1800, 0.1688, 0.1500, 0.1368),
    "air": (0.2485, 0.2080, 0.1875, 0.1662, 0.1541, 0.1356, 0.1233),
    "blood": (0.2715, 0.2278, 0.2057, 0.1827, 0.1695, 0.1492, 0.1358),
    "bone": (0.6655, 0.4242, 0.3148, 0.2229, 0.1855, 0.1480, 0.1309),
    "muscle": (0.2685, 0.2262, 0.2048, 0.1823, 0.1693, 0.1492, 0.1358),
    "K2HPO4": (0.9327, 0.5573, 0.3890, 0.2508, 0.1972, 0.1480, 0.1283),
    "hydroxyapatite": (0.9877, 0.5867, 0.4067, 0.2589, 0.2019, 0.1501, 0.1297),
    "triglyceride": (0.2293, 0.2072, 0.1945, 0.1789, 0.1683, 0.1499, 0.1369),
    "water": (0.2683, 0.2269, 0.2059, 0.1837, 0.1707, 0.1505, 0.1370),
}
LOWEST_KEV, HIGHEST_KEV = _ENERGY_KEV[0], _ENERGY_KEV[-1]


def mass_attenuation(material: Material, energy_kev: FloatArray | float) -> FloatArray:
    """Coefficient in cm2/g at energies between 40 and 200 keV, linear between the tabulated ones."""
    return np.asarray(np.interp(energy_kev, _ENERGY_KEV, _CM2_PER_G[material]), dtype=np.float64)
