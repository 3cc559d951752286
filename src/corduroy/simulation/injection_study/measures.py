"""What a surgeon looks at in a fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.simulation.injection import InjectionResult
from corduroy.simulation.injection_study.vertebra import FloatArray, PorousVertebra
from corduroy.simulation.vertebra.grid import BoolArray


@dataclass(frozen=True)
class FillMeasures:
    """A fill in numbers.

    Parameters
    ----------
    injected_ml, leaked_ml : float
    of_body, of_lesion : float or None
        Shares of the pores; None where no lesion is known.
    superior_contact, inferior_contact : float
        Share of each endplate's area below or above which cement ends within 3 mm.
    right_share : float
        Of the cement in the body that lies on the patient's right of the body's middle; 0.5 is even.
    """

    injected_ml: float
    leaked_ml: float
    of_body: float
    of_lesion: float | None
    superior_contact: float
    inferior_contact: float
    right_share: float


def measures_of(vertebra: PorousVertebra, found: InjectionResult) -> FillMeasures:
    """The measures at the end of an injection."""
    held = found.fill.astype(np.float64) * found.body.porosity
    lesion = vertebra.lesion & vertebra.body
    return FillMeasures(
        float(found.injected_mm3[-1]) / 1000,
        float(found.leaked_mm3[-1].sum()) / 1000,
        found.share_filled(vertebra.body),
        found.share_filled(lesion) if lesion.any() else None,
        contact(vertebra.top, found.mask()),
        contact(vertebra.bottom, found.mask()),
        right_share(vertebra, held),
    )


def contact(layer: BoolArray, filled: BoolArray) -> float:
    """Share of the columns of a layer beside an endplate that hold cement."""
    columns = layer.any(axis=2)
    return float((layer & filled).any(axis=2).sum() / max(int(columns.sum()), 1))


def right_share(vertebra: PorousVertebra, held: FloatArray) -> float:
    """Share of the cement in the body on the patient's right; one half where there is none."""
    x = vertebra.grid.local(np.moveaxis(np.indices(vertebra.grid.shape), 0, -1))[..., 0]
    inside = np.where(vertebra.body, held, 0.0)
    whole = float(inside.sum())
    return float(inside[x > 0].sum() / whole) if whole > 0 else 0.5
