"""Tomita's surgical classification of a spinal tumour's extent."""

from __future__ import annotations

from dataclasses import dataclass, fields

from corduroy.scales.choice import LabelledInt
from corduroy.scales.definition import NOT_VERIFIED, Scale
from corduroy.scales.items import Proposed


class TomitaType(LabelledInt):
    """Types 1-3 lie inside the compartment, 4-6 outside, 7 is multiple."""

    BODY = 1, "1: vertebral body"
    PEDICLE = 2, "2: body and pedicle"
    LAMINA = 3, "3: body to lamina"
    EPIDURAL = 4, "4: epidural extension"
    PARAVERTEBRAL = 5, "5: paravertebral extension"
    ADJACENT = 6, "6: adjacent vertebra involved"
    MULTIPLE = 7, "7: multiple"


TOMITA = Scale(
    key="tomita",
    name="Tomita surgical classification",
    version="types 1-7",
    source=f"Tomita; background knowledge, {NOT_VERIFIED}",
    made_for="spinal tumours, mostly metastases, before en bloc resection",
    choices=TomitaType,
    from_imaging="The type, from the involved regions (`propose_tomita`).",
    notices=(
        f"The wording of the types is {NOT_VERIFIED}.",
        "A web note words types 4 to 6 by the great vessels; that wording is not used here.",
    ),
)


@dataclass(frozen=True, slots=True)
class TomitaRegions:
    """What the lesion involves; None where it could not be seen.

    Parameters
    ----------
    body, pedicle, lamina, epidural, paravertebral, adjacent, multiple : bool or None
        `pedicle` and `lamina` of either side; `adjacent` a neighbouring vertebra by continuity; `multiple` further
        lesions elsewhere in the spine.
    """

    body: bool | None = None
    pedicle: bool | None = None
    lamina: bool | None = None
    epidural: bool | None = None
    paravertebral: bool | None = None
    adjacent: bool | None = None
    multiple: bool | None = None


_BY_REGION = dict(zip((field.name for field in fields(TomitaRegions)), TomitaType, strict=True))
_NEED_THE_BODY = frozenset({TomitaType.PEDICLE, TomitaType.LAMINA})


def propose_tomita(regions: TomitaRegions) -> Proposed[TomitaType] | None:
    """The highest type whose region is involved; regions above it that were not seen stay possible.

    Parameters
    ----------
    regions : TomitaRegions

    Returns
    -------
    Proposed or None
        None if nothing is involved, or if only pedicle or lamina are: types 2 and 3 are worded with the body.

    Notes
    -----
    The wording is background knowledge, not verified against a primary source. Epidural and paravertebral extension
    together give type 5, the higher number (author's choice).
    """
    seen = {kind: getattr(regions, name) for name, kind in _BY_REGION.items()}
    involved = [kind for kind, found in seen.items() if found]
    if not involved or (max(involved) in _NEED_THE_BODY and not regions.body):
        return None
    top = max(involved)
    unseen = tuple(kind for kind, found in seen.items() if found is None and kind > top)
    names = ", ".join(name for name, kind in _BY_REGION.items() if kind in involved)
    return Proposed(top, f"involved: {names}", unseen)
