"""Tomita's surgical classification of a spinal tumour's extent."""

from __future__ import annotations

from corduroy.scales.choice import LabelledInt


class TomitaType(LabelledInt):
    """Types 1-3 lie inside the compartment, 4-6 outside, 7 is multiple."""

    BODY = 1, "1: vertebral body"
    PEDICLE = 2, "2: body and pedicle"
    LAMINA = 3, "3: body to lamina"
    EPIDURAL = 4, "4: epidural extension"
    PARAVERTEBRAL = 5, "5: paravertebral extension"
    ADJACENT = 6, "6: adjacent vertebra involved"
    MULTIPLE = 7, "7: multiple"
