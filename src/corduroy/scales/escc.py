"""Epidural spinal cord compression (ESCC, Bilsky 2010)."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import NOT_VERIFIED, Scale
from corduroy.scales.items import Proposed, Reading


class EsccGrade(LabelledStr):
    """ESCC 0 (bone only) to 3 (cord compressed, no cerebrospinal fluid visible)."""

    G0 = "0", "0: bone only"
    G1A = "1a", "1a: epidural, thecal sac not deformed"
    G1B = "1b", "1b: thecal sac deformed, cord not touched"
    G1C = "1c", "1c: thecal sac deformed, cord touched but not compressed"
    G2 = "2", "2: cord compressed, cerebrospinal fluid still visible"
    G3 = "3", "3: cord compressed, no cerebrospinal fluid visible"


ESCC = Scale(
    key="escc",
    name="ESCC (Bilsky)",
    version="2010, axial T2, worst slice",
    source="Bilsky 2010, J Neurosurg Spine 13:324; read at radiopaedia.org, in UpToDate graphic 119111 and in "
    "bio-protocol 4166041",
    made_for="spinal metastases at the level of the cord, on axial T2-weighted MRI",
    choices=EsccGrade,
    from_imaging="Grade 0 where CT shows nothing epidural; anything more needs MRI (`propose_escc_from_ct`).",
    notices=(
        "ESCC was made for metastases, not for hemangiomas.",
        f"ESCC was made for cord levels; that it does not apply below the conus is {NOT_VERIFIED}.",
    ),
)


class EsccBand(LabelledStr):
    """Low and high grade as commonly grouped; 1c lies in neither group."""

    LOW = "low grade", "Low grade (0 to 1b)"
    HIGH = "high grade", "High grade (2 and 3)"


@dataclass(frozen=True, slots=True)
class NeedsMri:
    """CT shows that the grade is not 0; which it is, only MRI can say."""

    reason: str


def escc_band(grade: EsccGrade) -> EsccBand | None:
    """Low grade (0, 1a, 1b), high grade (2, 3), or None for 1c, which the grouping leaves out.

    Notes
    -----
    Source: the grouping of Bilsky 2010, J Neurosurg Spine 13:324, as read in secondary sources.
    """
    if EsccGrade(grade) in {EsccGrade.G2, EsccGrade.G3}:
        return EsccBand.HIGH
    return None if EsccGrade(grade) is EsccGrade.G1C else EsccBand.LOW


def propose_escc_from_ct(epidural_volume_mm3: Reading) -> Proposed[EsccGrade] | NeedsMri:
    """Grade 0, or the word that MRI is needed.

    Parameters
    ----------
    epidural_volume_mm3 : Reading
        Volume of the lesion's epidural part on CT. It counts as present if its 95 % interval lies above zero.

    Returns
    -------
    Proposed or NeedsMri
        CT shows neither the thecal sac's deformation nor the fluid around the cord, so no grade above 0 is
        ever proposed from it.

    Notes
    -----
    When this misleads: a thin epidural part is easily missed on CT; 1a therefore stays possible beside 0.
    """
    if epidural_volume_mm3.corners[0] > 0:
        return NeedsMri(f"epidural part of {epidural_volume_mm3.value:.0f} mm³ on CT; the grade needs axial T2 MRI")
    return Proposed(EsccGrade.G0, "no epidural part found on CT, which can miss a thin one", (EsccGrade.G1A,))
