"""Result classes of a biopsy."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale


class BiopsyResult(LabelledStr):
    """What the pathologist's answer is worth beside imaging and the resected specimen."""

    DEFINITIVE = "definitive", "Definitive: the sample names the diagnosis"
    COMPATIBLE = "compatible", "Compatible: the sample agrees with the diagnosis without proving it"
    INADEQUATE = "inadequate", "Inadequate: the sample does not allow an answer"
    DISCORDANT = "discordant", "Discordant: the sample contradicts imaging or the final diagnosis"


BIOPSY_RESULT = Scale(
    key="biopsy_result",
    name="Biopsy result",
    version="corduroy 1",
    source="author's choice of classes; 'inadequate' and 'discordant' are the failures reported in "
    "10.3969/j.issn.1004-406X.2011.01.10 (of 5 biopsies 1 hemangioma, 1 failed, 3 discordant)",
    made_for="CT-guided biopsy of a vertebral hemangioma",
    choices=BiopsyResult,
    notices=("These classes are the author's choice; no published scale was found.",),
)
