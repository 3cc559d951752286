"""AO Spine thoracolumbar classification (2013): morphology, neurology, modifiers."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


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
