"""Result classes of a biopsy."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class BiopsyResult(LabelledStr):
    """What the pathologist's answer is worth beside imaging and the resected specimen."""

    DEFINITIVE = "definitive", "Definitive: the sample names the diagnosis"
    COMPATIBLE = "compatible", "Compatible: the sample agrees with the diagnosis without proving it"
    INADEQUATE = "inadequate", "Inadequate: the sample does not allow an answer"
    DISCORDANT = "discordant", "Discordant: the sample contradicts imaging or the final diagnosis"
