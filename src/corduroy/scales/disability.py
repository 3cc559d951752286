"""Totals of two licensed questionnaires, ODI and SF-36: bounds only, no item text."""

from __future__ import annotations

from typing import Never

from corduroy.errors import ScaleError
from corduroy.scales.definition import NOT_VERIFIED, Scale
from corduroy.scales.items import Item
from corduroy.scales.result import ScaleResult
from corduroy.scales.scoring import number_result

_LICENSED = f"Licensed instrument: only the total is imported; its bounds are {NOT_VERIFIED}."

ODI = Scale(
    key="odi",
    name="Oswestry Disability Index, total",
    version="total in percent",
    source=f"licensed questionnaire; {NOT_VERIFIED}",
    made_for="low back pain",
    minimum=0,
    maximum=100,
    unit="%",
    notices=(_LICENSED, "Higher is worse."),
)

SF36_PCS = Scale(
    key="sf36_pcs",
    name="SF-36 physical component summary",
    version="imported total; name the version (v1, RAND-36, v2) beside it",
    source=f"licensed questionnaire; {NOT_VERIFIED}",
    made_for="health-related quality of life in any population",
    minimum=0,
    maximum=100,
    unit="points",
    notices=(_LICENSED, "Higher is better."),
)

SF36_MCS = Scale(
    key="sf36_mcs",
    name="SF-36 mental component summary",
    version="imported total; name the version (v1, RAND-36, v2) beside it",
    source=f"licensed questionnaire; {NOT_VERIFIED}",
    made_for="health-related quality of life in any population",
    minimum=0,
    maximum=100,
    unit="points",
    notices=(_LICENSED, "Higher is better."),
)


def odi_result(total_percent: Item[float] | None) -> ScaleResult[Never]:
    """ODI total, 0 to 100 %; bounds while not assessed. The bounds are not verified against a primary source."""
    return number_result(ODI, total_percent)


def sf36_result(scale: Scale, total: Item[float] | None) -> ScaleResult[Never]:
    """A summary score of the SF-36 (`SF36_PCS` or `SF36_MCS`); bounds not verified against a primary source."""
    if scale not in (SF36_PCS, SF36_MCS):
        raise ScaleError(f"an SF-36 summary on {scale.name}", "SF36_PCS or SF36_MCS")
    return number_result(scale, total)
