"""Every scale by its key: what codebook, data dictionary and documentation derive their choices from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from corduroy.scales.ais import AIS
from corduroy.scales.ao_spine import AO_SPINE_MODIFIERS, AO_SPINE_NEUROLOGY, AO_SPINE_TL
from corduroy.scales.biopsy import BIOPSY_RESULT
from corduroy.scales.clavien_dindo import CLAVIEN_DINDO
from corduroy.scales.definition import Scale
from corduroy.scales.disability import ODI, SF36_MCS, SF36_PCS
from corduroy.scales.embolization import COMPLETENESS, EMBOLIZATION_GRADE, VASCULARITY
from corduroy.scales.enneking import ENNEKING
from corduroy.scales.escc import ESCC
from corduroy.scales.frankel import FRANKEL
from corduroy.scales.genant import GENANT
from corduroy.scales.joa import JOA_11, MJOA_18
from corduroy.scales.laredo import LAREDO
from corduroy.scales.nurick import NURICK
from corduroy.scales.of_grade import OF_CLASSIFICATION
from corduroy.scales.of_score import OF_SCORE
from corduroy.scales.pain import PAIN_0_10, PAIN_VAS
from corduroy.scales.sins import SINS
from corduroy.scales.sir import CIRSE_2017, SIR_2017, SIR_OLD
from corduroy.scales.tomita import TOMITA
from corduroy.scales.wbb import WBB_ORIGINAL, WBB_SOSG
from corduroy.scales.yeom import YEOM

_SCALES = (
    FRANKEL,
    AIS,
    NURICK,
    MJOA_18,
    JOA_11,
    PAIN_VAS,
    PAIN_0_10,
    ODI,
    SF36_PCS,
    SF36_MCS,
    SINS,
    ESCC,
    ENNEKING,
    TOMITA,
    WBB_ORIGINAL,
    WBB_SOSG,
    LAREDO,
    GENANT,
    AO_SPINE_TL,
    AO_SPINE_NEUROLOGY,
    AO_SPINE_MODIFIERS,
    OF_CLASSIFICATION,
    OF_SCORE,
    BIOPSY_RESULT,
    VASCULARITY,
    COMPLETENESS,
    EMBOLIZATION_GRADE,
    YEOM,
    CLAVIEN_DINDO,
    SIR_OLD,
    SIR_2017,
    CIRSE_2017,
)
_BY_KEY = MappingProxyType({scale.key: scale for scale in _SCALES})


def all_scales() -> Mapping[str, Scale]:
    """Every scale by its key, in the order in which they are documented."""
    return _BY_KEY
