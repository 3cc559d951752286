"""Enneking stage of a benign tumour, in the wording used for vertebral hemangiomas."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class EnnekingStage(LabelledStr):
    """S1 latent, S2 active, S3 aggressive."""

    S1 = "S1", "S1: latent, inside the compartment, no symptoms"
    S2 = "S2", "S2: active, inside the compartment, with symptoms"
    S3 = "S3", "S3: aggressive, outside the compartment, with symptoms"
