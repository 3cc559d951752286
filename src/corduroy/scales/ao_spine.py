"""AO Spine thoracolumbar classification (2013): morphology, neurology, modifiers."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale
from corduroy.scales.fracture_signs import FractureSigns
from corduroy.scales.items import Proposed, propose

_TRAUMA = "AO Spine TL is a trauma system: on a tumour's fracture it is descriptive."


class AoMorphology(LabelledStr):
    """Fracture morphology; A compression, B tension band, C translation."""

    A0 = "A0", "A0: minor, non-structural (transverse or spinous process)"
    A1 = "A1", "A1: wedge compression, one endplate, posterior wall intact"
    A2 = "A2", "A2: split or pincer, both endplates, posterior wall intact"
    A3 = "A3", "A3: incomplete burst, posterior wall involved, one endplate"
    A4 = "A4", "A4: complete burst, posterior wall involved, both endplates"
    B1 = "B1", "B1: transosseous tension band failure (Chance)"
    B2 = "B2", "B2: posterior tension band, bony or ligamentous, with a type A fracture"
    B3 = "B3", "B3: hyperextension"
    C = "C", "C: displacement or translation"


class AoNeurology(LabelledStr):
    """Neurological status in the AO Spine system."""

    N0 = "N0", "N0: intact"
    N1 = "N1", "N1: transient deficit, resolved"
    N2 = "N2", "N2: radicular"
    N3 = "N3", "N3: incomplete cord lesion or any cauda equina lesion"
    N4 = "N4", "N4: complete cord lesion"
    NX = "NX", "NX: unknown"


class AoModifier(LabelledStr):
    """Case-specific modifiers; both can apply."""

    M1 = "M1", "M1: posterior ligamentous complex indeterminate"
    M2 = "M2", "M2: patient-specific (for example ankylosing spondylitis, osteoporosis)"


AO_SPINE_TL = Scale(
    key="ao_spine_morphology",
    name="AO Spine thoracolumbar, morphology",
    version="2013",
    source="AO Spine TL poster; 10.1186/s43055-022-00715-1 table 2",
    made_for="trauma of the thoracolumbar spine",
    choices=AoMorphology,
    from_imaging="A1 to A4 from endplates and posterior wall (`propose_ao_type_a`); never A0, B or C.",
    notices=(_TRAUMA,),
)

AO_SPINE_NEUROLOGY = Scale(
    key="ao_spine_neurology",
    name="AO Spine thoracolumbar, neurology",
    version="2013",
    source="AO Spine TL poster; 10.1186/s43055-022-00715-1 table 2",
    made_for="trauma of the thoracolumbar spine",
    choices=AoNeurology,
    notices=(_TRAUMA,),
)

AO_SPINE_MODIFIERS = Scale(
    key="ao_spine_modifiers",
    name="AO Spine thoracolumbar, modifiers",
    version="2013",
    source="AO Spine TL poster; 10.1186/s43055-022-00715-1 table 2",
    made_for="trauma of the thoracolumbar spine",
    choices=AoModifier,
    multiple=True,
    notices=(_TRAUMA,),
)


def propose_ao_type_a(signs: FractureSigns) -> Proposed[AoMorphology] | None:
    """A1 to A4 from the broken endplates and the posterior wall.

    Parameters
    ----------
    signs : FractureSigns

    Returns
    -------
    Proposed or None
        None below a height loss of 20 % (Genant's bound, 10.1002/jbmr.5650080915): no deformity to classify. Where
        the wall's 95 % interval reaches zero, the type with an intact wall stays possible.

    Notes
    -----
    Source: AO Spine TL poster; 10.1186/s43055-022-00715-1 table 2. The system is one of trauma: on a tumour's fracture
    the type describes and advises nothing. A0 (processes), B (tension band) and C (translation) are for the reader.
    """
    if not signs.is_deformed:
        return None
    one_plate = signs.endplates == 1
    intact, broken = (AoMorphology.A1, AoMorphology.A3) if one_plate else (AoMorphology.A2, AoMorphology.A4)
    return propose(lambda wall: broken if wall > 0 else intact, signs.basis, signs.posterior_wall_share)
