"""Epidural spinal cord compression (ESCC, Bilsky 2010)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class EsccGrade(LabelledStr):
    """ESCC 0 (bone only) to 3 (cord compressed, no cerebrospinal fluid visible)."""

    G0 = "0", "0: bone only"
    G1A = "1a", "1a: epidural, thecal sac not deformed"
    G1B = "1b", "1b: thecal sac deformed, cord not touched"
    G1C = "1c", "1c: thecal sac deformed, cord touched but not compressed"
    G2 = "2", "2: cord compressed, cerebrospinal fluid still visible"
    G3 = "3", "3: cord compressed, no cerebrospinal fluid visible"
